"""Whether two sentences say the same, as those of a republished or lightly edited article do."""

import re

from assistant.language.markdown import plain
from assistant.language.sentence import ParsedSentence, parse

SAME_MEANING = 0.92
"""Cosine of two sentences from which on one of them is enough."""
LEAST_STEMS = 5
"""Shorter sentences are told apart by a word."""
OF_SHORTER = 0.9
"""Share of the shorter one's telling words that the longer one must have."""
OF_LONGER = 0.7
"""Share of the longer one's that the shorter one must have: what stands in brackets may be missing."""


def same_statement(a: str, b: str) -> bool:
    """Whether two sentences have the same words, or nearly, and no value, name, negation or direction tells them apart.

    The longer one may have more of them: "40 tonnes (88,000 pounds)" says what "40 tonnes" says.
    """
    a, b = plain(a), plain(b)
    if re.findall(r"\w+", a.casefold()) == re.findall(r"\w+", b.casefold()):
        return True
    shorter, longer = sorted((parse(a), parse(b)), key=lambda sentence: len(sentence.telling))
    shared = len(shorter.telling & longer.telling)
    return (
        len(shorter.telling) >= LEAST_STEMS
        and shared >= OF_SHORTER * len(shorter.telling)
        and shared >= OF_LONGER * len(longer.telling)
        and _values(shorter) <= _values(longer)
        and _names(shorter) <= {token.word for token in longer.tokens}
        and shorter.negates == longer.negates
        and shorter.directions == longer.directions
    )


def _values(sentence: ParsedSentence) -> set[object]:
    return {token.figure or token.date for token in sentence.tokens if token.figure or token.date}


def _names(sentence: ParsedSentence) -> set[str | None]:
    return {name.word for name in sentence.names if not name.opens}
