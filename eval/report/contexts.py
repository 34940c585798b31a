"""Cuts citations out of their articles: quote, expected evidence, and the text around them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eval.cases.anchors import places
from eval.cases.case import GoldCase
from eval.runs.results import Cited

AROUND = 150
"""Characters shown on each side of a quote."""

ContextOf = Callable[[str], str | None]
"""Returns the text of an article by id; None if not available."""

Spans = Sequence[tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A run of characters with the same marks."""

    text: str
    quoted: bool
    evidence: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """A quote in its article, or alone with the reason."""

    pieces: tuple[Piece, ...]
    cut_before: bool = False
    cut_after: bool = False
    """Whether the article continues before and after the pieces."""
    why_alone: str | None = None


def evidence_spans(case: GoldCase, context_of: ContextOf) -> dict[str, list[tuple[int, int]]]:
    """Locate the quotes of a case's evidence, by article; whole articles have no spans."""
    found: dict[str, list[tuple[int, int]]] = {}
    for evidence in case.evidence:
        if evidence.quote is not None:
            for span in places(evidence, context_of):
                found.setdefault(span.article_id, []).append((span.start, span.end))
    return found


def in_context(cited: Cited, context_of: ContextOf, evidence: Mapping[str, Spans]) -> Context:
    """Cut a citation out of its article with about `AROUND` characters on each side."""
    text = context_of(cited.article_id)
    alone = (Piece(text=cited.quote, quoted=True, evidence=False),)
    if text is None:
        return Context(pieces=alone, why_alone="The text of the article is not at hand; this is the quote alone.")
    if text[cited.start : cited.end] != cited.quote:
        return Context(pieces=alone, why_alone="The article does not read so at this place; this is the quote alone.")
    low, high = _window(text, cited.start, cited.end)
    spans = evidence.get(cited.article_id, ())
    pieces = _pieces(text, low, high, quote=(cited.start, cited.end), evidence=spans)
    return Context(pieces=pieces, cut_before=low > 0, cut_after=high < len(text))


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    """Extend a span by about `AROUND` characters on each side, at word boundaries if the script has spaces."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    if low:
        space = text.find(" ", low, start)
        low = space + 1 if 0 <= space < low + 20 else low
    if high < len(text):
        space = text.rfind(" ", end, high)
        high = space if space > high - 20 else high
    while low < start and text[low].isspace():  # Half a paragraph break would show as an empty line.
        low += 1
    return low, high


def _pieces(text: str, low: int, high: int, *, quote: tuple[int, int], evidence: Spans) -> tuple[Piece, ...]:
    """Split characters `low` to `high` where a mark begins or ends."""
    spans = [quote, *evidence]
    cuts = sorted({low, high, *(place for span in spans for place in span if low < place < high)})
    return tuple(
        Piece(
            text=text[start:end],
            quoted=quote[0] <= start and end <= quote[1],
            evidence=any(first <= start and end <= last for first, last in evidence),
        )
        for start, end in pairwise(cuts)
    )
