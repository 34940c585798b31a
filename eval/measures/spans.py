"""Spans of characters in articles, and how much they overlap."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Characters of an article, end exclusive."""

    article_id: str
    start: int
    end: int


Anchors = dict[str, tuple[Span, ...]]
"""The spans that support each part of a case, by the part's label; an empty tuple where the evidence is lost."""


def overlap(one: Span, other: Span) -> int:
    """Count the characters that two spans share."""
    if one.article_id != other.article_id:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def shared_characters(spans: Sequence[Span], others: Sequence[Span]) -> tuple[int, int]:
    """Count the distinct characters of `spans`, and those of them that also stand in `others`."""
    mine, theirs = _positions(spans), _positions(others)
    return len(mine), len(mine & theirs)


def _positions(spans: Sequence[Span]) -> set[tuple[str, int]]:
    return {(span.article_id, position) for span in spans for position in range(span.start, span.end)}
