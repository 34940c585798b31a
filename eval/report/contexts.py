"""A receipt in its article's text: the quote marked, and the expected evidence marked otherwise."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from eval.cases.anchors import places
from eval.cases.case import GoldCase
from eval.report.markup import escaped
from eval.runs.results import Cited

AROUND = 150
"""Characters that are shown on each side of a quote."""

ContextOf = Callable[[str], str | None]
"""The text of an article by its id; None if it is not at hand."""

Spans = Sequence[tuple[int, int]]


def evidence_spans(case: GoldCase, context_of: ContextOf) -> dict[str, list[tuple[int, int]]]:
    """Where the quotes of a case's evidence stand, by article; evidence that is a whole article marks nothing."""
    found: dict[str, list[tuple[int, int]]] = {}
    for evidence in case.evidence:
        if evidence.quote is not None:
            for span in places(evidence, context_of):
                found.setdefault(span.article_id, []).append((span.start, span.end))
    return found


def in_context(cited: Cited, context_of: ContextOf, evidence: Mapping[str, Spans]) -> str:
    """A citation as HTML: the quote within its article, or by itself with the reason why."""
    text = context_of(cited.article_id)
    if text is None:
        return _alone(cited, "The text of the article is not at hand; this is the quote alone.")
    if text[cited.start : cited.end] != cited.quote:
        return _alone(cited, "The article does not read so at this place; this is the quote alone.")
    low, high = _window(text, cited.start, cited.end)
    spans = evidence.get(cited.article_id, ())
    pieces = _marked(text, low, high, quote=(cited.start, cited.end), evidence=spans)
    before, after = ("… " if low else ""), (" …" if high < len(text) else "")
    return f'<blockquote class="context">{before}{pieces}{after}</blockquote>'


def _alone(cited: Cited, why: str) -> str:
    quote = f'<mark class="quote">{escaped(cited.quote)}</mark>'
    return f'<blockquote class="context">{quote}</blockquote><p class="aside">{why}</p>'


def _window(text: str, start: int, end: int) -> tuple[int, int]:
    """About `AROUND` characters more on each side, whole words; scripts without spaces are cut anywhere."""
    low, high = max(0, start - AROUND), min(len(text), end + AROUND)
    if low:
        space = text.find(" ", low, start)
        low = space + 1 if 0 <= space < low + 20 else low
    if high < len(text):
        space = text.rfind(" ", end, high)
        high = space if space > high - 20 else high
    while low < start and text[low].isspace():  # Half a break between paragraphs would show as an empty line.
        low += 1
    return low, high


def _marked(text: str, low: int, high: int, *, quote: tuple[int, int], evidence: Spans) -> str:
    """Characters `low` to `high`, cut wherever a mark begins or ends."""
    spans = [quote, *evidence]
    cuts = sorted({low, high, *(place for span in spans for place in span if low < place < high)})
    pieces = []
    for start, end in pairwise(cuts):
        piece = escaped(text[start:end])
        if any(first <= start and end <= last for first, last in evidence):
            piece = f'<u class="evidence">{piece}</u>'
        if quote[0] <= start and end <= quote[1]:
            piece = f'<mark class="quote">{piece}</mark>'
        pieces.append(piece)
    return "".join(pieces)
