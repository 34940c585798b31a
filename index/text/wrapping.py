"""Tells lines that were broken by hand or by a column's width from lines that end where they stand."""

import re

from index.text.terms import CJK, STOP_WORDS

FULL = 0.8
"""Share of the longest line's characters from which on a line of Chinese or Japanese is full."""

LEAST_WIDTH = 24
"""Characters of the narrowest column; shorter lines were not broken for want of room."""

_CJK = re.compile(f"[{CJK}]")
_STOPS = ".!?。！？…:："


def is_wrapped(before: str, after: str, *, width: int) -> bool:
    """Whether the line `after` goes on with what the line `before` said.

    Args:
        before: a line without white space around it, not empty.
        after: the next line, likewise.
        width: characters of the longest line around them.
    """
    last = before.rstrip("\"'”’»)]*_")[-1:] or before[-1]
    if _CJK.match(before[-1]) and _CJK.match(after[0]):
        return len(before) >= FULL * width
    room = width - len(before)
    full = width >= LEAST_WIDTH and len(after.split(None, 1)[0]) + 1 > room
    if last in _STOPS:
        return full
    word = before.split()[-1].lower()
    return full or after[0].islower() or last in ",;-–" or word in STOP_WORDS
