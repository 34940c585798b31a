"""Word functions shared by the making of examples and the scoring."""

import re

_WORD = re.compile(r"\w+", re.UNICODE)
STOP_WORDS = frozenset(
    "a an the of in on at to for from by with about as is are was were be been being do does did has have had and or "
    "that this these those it its what which who whom whose when where why how many much there their his her he she "
    "they you your i we can could should would will may might must not no if than then into during".split()
)


def words(text: str) -> list[str]:
    """Split `text` into lower-case words."""
    return _WORD.findall(text.lower())


def content_words(text: str) -> set[str]:
    """Return the lower-case words of `text` without stop words."""
    return set(words(text)) - STOP_WORDS
