"""What a question asks of the time before a date, to be searched for in the articles of that time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from assistant.language.values import dates
from assistant.language.vocabulary import PRESENT_OF, alternatives
from assistant.question.kinds import Kind
from assistant.question.question import Question
from index.search.engine import Filters
from index.text.article import IndexedArticle

_BEFORE = re.compile(
    rf"(.*?)\b({alternatives(PRESENT_OF)})\b(.*\S),? (?:before|prior to) ((?:\w+ ){{0,2}}\d{{4}})[ ?.]*", re.IGNORECASE
)
_CHANGES = frozenset({Kind.QUANTITY, Kind.PERSON})
"""Kinds of what one article states otherwise than a later one: "how much was the toll", "who was the mayor"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """A question without its date, and the articles of the time before it."""

    question: str
    """As those articles may state it, in the present."""
    filters: Filters


def asked_before(question: Question, filters: Filters, articles: Iterable[IndexedArticle]) -> Before | None:
    """What "How much was the toll before 2021?" asks of articles before 2021; None if the date parts no articles."""
    asked = _BEFORE.fullmatch(question.text) if question.kind in _CHANGES else None
    told = dates(asked[4]) if asked else []
    if asked is None or len(told) != 1 or told[0].year is None or not 1 <= told[0].year <= date.max.year:
        return None
    day = date(told[0].year, told[0].month or 1, told[0].day or 1)
    published = [row.published for row in articles if row.published is not None and filters.passes(row)]
    if filters.published_before or not any(one < day for one in published) or not any(one >= day for one in published):
        return None
    present = f"{asked[1]}{PRESENT_OF[asked[2].lower()]}{asked[3]}?"
    return Before(question=present, filters=replace(filters, published_before=day - timedelta(days=1)))
