"""Where the evidence of gold cases stands in the articles as they are."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from eval.cases.case import Evidence, GoldCase


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Characters of an article, end exclusive."""

    article_id: str
    start: int
    end: int


Anchors = dict[str, tuple[Span, ...]]
"""Places that support a part of a case, by the part's label; none of it stands where there is no span."""

TextOf = Callable[[str], str | None]
"""The text of an article by its id; None if there is none."""


def anchor(case: GoldCase, text_of: TextOf) -> Anchors:
    """Where each part of a case stands: every occurrence of each alternative."""
    return {
        part: tuple(span for one in alternatives for span in places(one, text_of))
        for part, alternatives in case.parts.items()
    }


def places(evidence: Evidence, text_of: TextOf) -> tuple[Span, ...]:
    """Every place of a quote in its article, white space compared as one space; the whole article without a quote."""
    text = text_of(evidence.article_id)
    if text is None:
        return ()
    found = [(0, len(text))] if evidence.quote is None else occurrences(evidence.quote, text)
    return tuple(Span(article_id=evidence.article_id, start=start, end=end) for start, end in found)


def occurrences(quote: str, text: str) -> list[tuple[int, int]]:
    """Where `quote` stands in `text`, as (start, end); lines may be broken elsewhere than in the quote."""
    words = quote.split()
    if not words:
        return []
    pattern = r"\s+".join(map(re.escape, words))
    return [match.span() for match in re.finditer(pattern, text)]


def overlap(one: Span, other: Span) -> int:
    """How many characters two spans share."""
    if one.article_id != other.article_id:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def shared_characters(spans: list[Span], others: list[Span]) -> tuple[int, int]:
    """How many distinct characters `spans` have, and how many of those also stand in `others`."""
    mine = _positions(spans)
    theirs = _positions(others)
    return sum(map(len, mine.values())), sum(len(chars & theirs.get(id_, set())) for id_, chars in mine.items())


def _positions(spans: list[Span]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for span in spans:
        found.setdefault(span.article_id, set()).update(range(span.start, span.end))
    return found
