"""Text as a person sees it, without characters that show nothing."""

import re

UNSEEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""What a person who reads the article does not see, and a model would: control characters, characters of no width,
changes of direction, and Unicode's tags, which spell out ASCII invisibly."""


def seen(text: str) -> str:
    """`text` as a person sees it: without characters that show nothing."""
    return UNSEEN.sub("", text.replace("\u2028", "\n").replace("\u2029", "\n\n"))
