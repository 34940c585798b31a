"""Removes characters that a reader does not see, and those that only steer a terminal or the direction of writing."""

import re

ESCAPES = re.compile("\x1b(?:\\[[0-?]{0,40}[ -/]{0,10}[@-~]|\\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\\\))")
"""Sequences for a terminal: colours, titles, links."""

UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U000e0000-\U000e007f]+|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}"
)
"""Control characters, characters of no width, changes of direction, Unicode's tags (which spell ASCII invisibly), and
variation selectors in a row, which carry data; a single one chooses the form of the character before it."""

JOINERS = re.compile("(?<=[\0-\x7f])[\u200c\u200d]|[\u200c\u200d](?=[\0-\x7f]|\\Z)")
"""Joiners beside ASCII. Between letters of Persian or Hindi, and in emoji, they are part of the spelling."""

LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
SURROGATES = re.compile("[\ud800-\udfff]")


def spelt_out(text: str) -> str:
    """Write characters that are not seen, and line ends, as "%1B": of names, in which each counts."""
    return re.sub(f"{UNSEEN.pattern}|[\t-\r\x85\u2028\u2029]", _codes, text)


def _codes(match: re.Match[str]) -> str:
    return "".join(f"%{ord(character):02X}" for character in match[0])


def clean(text: str) -> str:
    """Remove what is not seen from `text`; every line end becomes a line feed, half a surrogate pair U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    text = UNSEEN.sub("", ESCAPES.sub("", LINE_ENDS.sub("\n", text)))
    text = re.sub("([\u200c\u200d])[\u200c\u200d]+", r"\1", text)
    return SURROGATES.sub("\ufffd", JOINERS.sub("", text))
