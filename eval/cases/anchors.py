"""Locates the evidence of gold cases in the articles as they are now."""

import re
from collections.abc import Callable

from eval.cases.case import Evidence, GoldCase
from eval.measures.spans import Anchors, Span

TextOf = Callable[[str], str | None]
"""Returns the text of an article by id; None if there is no such article."""


def anchor(case: GoldCase, text_of: TextOf) -> Anchors:
    """Find every occurrence of each alternative, by the part of the case that it supports."""
    return {
        part: tuple(span for one in alternatives for span in places(one, text_of))
        for part, alternatives in case.parts.items()
    }


def places(evidence: Evidence, text_of: TextOf) -> tuple[Span, ...]:
    """Find every occurrence of a quote in its article; evidence without a quote is the whole article."""
    text = text_of(evidence.article_id)
    if text is None:
        return ()
    found = [(0, len(text))] if evidence.quote is None else occurrences(evidence.quote, text)
    return tuple(Span(article_id=evidence.article_id, start=start, end=end) for start, end in found)


def occurrences(quote: str, text: str) -> list[tuple[int, int]]:
    """Find `quote` in `text`, as (start, end); any run of white space matches any other."""
    words = quote.split()
    if not words:
        return []
    pattern = r"\s+".join(map(re.escape, words))
    return [match.span() for match in re.finditer(pattern, text)]
