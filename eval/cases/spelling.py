"""Adds the spelling variants of British and American English to the wordings of gold cases."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from eval.cases.case import GoldCase

_PAIRS = (
    ("our", "or", "col hon lab neighb harb fav behavi rum hum flav vap arm val vig od parl splend"),
    ("re", "er", "cent met theat lit fib calib lust kilomet centimet millimet"),
    ("ogue", "og", "catal dial anal monol"),
    ("ence", "ense", "def off lic pret"),
    ("yse", "yze", "anal paral catal"),
    ("ysing", "yzing", "anal paral catal"),
)
"""Endings, British and American, and the stems that have them."""
_WORDS = (
    ("grey", "gray"), ("programme", "program"), ("aeroplane", "airplane"), ("aluminium", "aluminum"),
    ("plough", "plow"), ("sceptic", "skeptic"), ("mould", "mold"), ("tyre", "tire"), ("jewellery", "jewelry"),
    ("enrol", "enroll"), ("fulfil", "fulfill"), ("skilful", "skillful"), ("storey", "story"), ("cosy", "cozy"),
)  # fmt: skip
_ISE = re.compile(r"\b(\w{3,})([iy])([sz])(e[sd]?|ing|ation|ations|er|ers)\b", re.IGNORECASE)
_NOT_IZE = frozenset(
    "adv comprom exerc superv rev surpr prom disgu desp franch improv telev merchand prec conc".split()
)
"""Stems of words that are written with an s everywhere."""
_DOUBLED = re.compile(
    r"\b(travel|cancel|model|label|signal|level|fuel|counsel|equal|total)(l?)(ed|ing|er|ers)\b", re.IGNORECASE
)
_BEHIND = r"(?=[sd]?\b|ed\b|ing\b|less\b|ful\b|able\b|ite\b)"
"""What may stand behind an ending."""


def with_variants(case: GoldCase) -> GoldCase:
    """Accept each wording of a case in the other spelling too, and forbid what must not be stated in both."""
    return replace(
        case,
        facts=tuple(tuple(_each(fact)) for fact in case.facts),
        short=tuple(_each(case.short)),
        never=tuple(_each(case.never)),
    )


def variants(wording: str) -> list[str]:
    """The wording as it is, and in British and in American spelling where these differ."""
    return list(dict.fromkeys([wording, _spelled(wording, american=False), _spelled(wording, american=True)]))


def _each(wordings: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(variant for wording in wordings for variant in variants(wording))


def _spelled(text: str, *, american: bool) -> str:
    for british, ours, stems in _PAIRS:
        old, new = (british, ours) if american else (ours, british)
        pattern = rf"\b({stems.replace(' ', '|')}){old}{_BEHIND}"
        text = re.sub(pattern, rf"\g<1>{new}", text, flags=re.IGNORECASE)
    for british, ours in _WORDS:
        old, new = (british, ours) if american else (ours, british)
        text = re.sub(rf"\b{old}(?=s?\b)", new, text)
    text = _ISE.sub(lambda match: _ise(match, american=american), text)
    return _DOUBLED.sub(lambda match: match[1] + ("" if american else "l") + match[3], text)


def _ise(match: re.Match[str], *, american: bool) -> str:
    if match[2].lower() == "y" or match[1].lower() in _NOT_IZE:
        return match[0]
    return match[1] + match[2] + ("z" if american else "s") + match[4]
