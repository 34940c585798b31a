"""Tells whether a later statement takes back an earlier value: denies it, or names it beside its successor."""

import re

from assistant.language.dates import Date
from assistant.language.denial import doubted
from assistant.language.sentence import parse
from assistant.language.values import Token, read, values_of
from index.text.terms import content_stems, stem

_RETRACTS = re.compile(
    r"\b(?:earlier|previous|first|original) (?:version|edition|report|article|issue|statement|notice)s?\b.*"
    r"\b(?:said|stated|gave|named|reported|told|claimed|blamed|had)\b|\b(?:wrongly|incorrectly|mistakenly|erroneously)\b"
    r"|\bwe (?:also |had |first )?(?:wrote|reported|said|stated|named)\b",
    re.IGNORECASE,
)


_PUTS_RIGHT = re.compile(r"\b(?:in (?:fact|truth)|instead|rather|should have|correct(?:ly)?)\b", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:postponed|moved|raised|lowered|cut|replaced|instead|increased|reduced|risen|rose|fallen|fell|corrected|now)\b",
    re.IGNORECASE,
)
_NO_NOUNS = frozenset(map(stem, "now today instead last this next year month week".split()))
"""What stands behind a figure and is not what it counts."""
_IN_TRUTH = re.compile(r"(?:but )?(?:in (?:truth|fact|reality)|actually|contrary to)\b", re.IGNORECASE)


def takes_back(text: str, value: str) -> bool:
    """Whether `text` denies a figure or date of `value`, or states another of the same sort beside it.

    "The ferry will not sail on 3 May" takes back "from 1 April until 3 May", and "a ticket is £14 now instead of
    £12.50" takes back "£12.50"; "the 30 looms now serve 61 mills" takes back no "30 looms".
    """
    found = values_of(text)
    heads = {one.token.start: set(one.heads) - _NO_NOUNS for one in parse(text).values}

    def of_other_things(token: Token, other: Token) -> bool:
        nouns, others = heads.get(token.start), heads.get(other.start)
        return bool(nouns and others and nouns.isdisjoint(others))

    for old in values_of(value):
        for token in found:
            if not _same(old, token):
                continue
            beside = any(_of_one_sort(token, other) and not of_other_things(token, other) for other in found)
            if beside or _moved(old, token) or doubted(text, token.start, token.end):
                return True
    return False


def changes(text: str, value: str) -> bool:
    """Whether `text` says that a figure or date of `value` has given way to another: "was raised from 42 to 55"."""
    return _CHANGED.search(text) is not None and takes_back(text, value)


def contradicts(text: str) -> bool:
    """Whether a sentence opens as one that sets the one before it right: "In truth, …"."""
    return _IN_TRUTH.match(text) is not None


def denies(text: str, value: str) -> bool:
    """Whether `text` denies a figure or date of `value`: "is now put at 185,000, not 120,000"."""
    old = values_of(value)
    return any(_same(one, token) and doubted(text, token.start, token.end) for token in values_of(text) for one in old)


def retracts(text: str, value: str | None = None, said: str = "") -> bool:
    """Whether `text` says that something was said in error: with a word of `value`, and one of the rest of `said`."""
    if not _RETRACTS.search(text):
        return False
    if value is None:
        return True
    found, own = set(content_stems(text)), set(content_stems(value))
    rest = set(content_stems(said)) - own
    return not found.isdisjoint(own) and (not rest or not found.isdisjoint(rest))


def puts_right(text: str) -> bool:
    """Whether a sentence that retracts says itself what is right."""
    return _PUTS_RIGHT.search(text) is not None


def states_instead(text: str, start: int, end: int, value: str) -> bool:
    """Whether characters of `text` state a value of the sort of `value`, other than it."""
    old = values_of(value)
    return any(not _same(one, token) and _of_one_sort(one, token) for token in read(text[start:end]) for one in old)


def _same(old: Token, token: Token) -> bool:
    if old.date and token.date and old.date.month:
        return any(_day(one) == _day(token.date) for one in (old.date, old.date.until) if one)
    return bool(old.figure and token.figure and not old.date and old.figure.agrees(token.figure))


def _day(date: Date) -> tuple[int | None, int | None]:
    return date.month, date.day


def _of_one_sort(token: Token, other: Token) -> bool:
    if token.date and token.date.month:
        return other.date is not None and other.date.month is not None and _day(other.date) != _day(token.date)
    if token.figure is None or other.figure is None or other.date or token.date:
        return False
    return token.figure.unit == other.figure.unit and token.figure.value != other.figure.value


def _moved(old: Token, token: Token) -> bool:
    """Whether a date is the first of "from 3 May to 10 May", and was not so in the old statement."""
    return bool(token.date and token.date.until and not (old.date and old.date.until))
