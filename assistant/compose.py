"""From a reading to an answer: the text a person reads, and where in it each receipt holds."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer import Answer, Citation, IndexReference, Nearest, Reason, Status, references
from assistant.reader import Quote, Reading
from index.catalog import ArticleRow
from index.search import Passage

REFUSALS = {
    Reason.NOT_FOUND: "Nothing in the articles is about this.",
    Reason.INSUFFICIENT: "The articles do not say.",
}

TextOf = Callable[[ArticleRow], str]


def plain(quote: str) -> str:
    """A quote as a person reads it: on one line, without Markdown's marks unless there is nothing else."""
    text = re.sub(r"(?m)^\s*(?:[-*+•·]|#{1,6}|>)\s+", "", quote)
    text = re.sub(r"\*\*(.+?)\*\*|__(.+?)__", lambda m: m[1] or m[2], text)
    text = re.sub(r"!?\[([^\]]+)\]\([^)\s]+\)", r"\1", text)
    return " ".join(text.split()) or " ".join(quote.split())


def answered(
    question: str,
    readings: Sequence[Reading],
    passages: Sequence[Passage],
    text_of: TextOf,
    *,
    index: IndexReference,
    searched: str,
    reader: str,
    unanswered: Sequence[str],
) -> Answer:
    """An answer out of the quotes of one reading, or of one for each part of the question."""
    text = ""
    citations: list[Citation] = []
    for reading in readings:
        for place, quote in enumerate(reading.quotes):
            spans = []
            number = len(citations) + 1
            for piece in _pieces(quote, text_of(quote.article), first=place == 0):
                text += "\n" if text else ""
                spans.append((len(text), len(text) + len(piece)))
                text += f"{piece} [{number}]"
            citation = Citation.of(quote.article, quote.start, quote.end, text_of(quote.article), number=number)
            citations.append(replace(citation, answer_spans=tuple(spans)))
    return Answer(
        question=question,
        status=Status.ANSWERED,
        reason=None,
        text=text,
        citations=tuple(citations),
        passages=references(passages),
        unanswered=tuple(unanswered),
        confidence=round(min(reading.confidence for reading in readings), 4),
        searched=searched,
        reader=reader,
        index=index,
    )


def refused(
    question: str,
    reading: Reading,
    passages: Sequence[Passage],
    nearest: Sequence[Passage],
    *,
    index: IndexReference,
    searched: str,
    reader: str,
) -> Answer:
    """A refusal that says why, and where a person can look."""
    assert reading.reason is not None
    return Answer(
        question=question,
        status=Status.REFUSED,
        reason=reading.reason,
        text=REFUSALS[reading.reason],
        citations=(),
        passages=references(passages),
        nearest=tuple(
            Nearest(
                article_id=p.article.article_id,
                title=p.article.title,
                published=p.article.published.isoformat() if p.article.published else None,
            )
            for p in nearest
        ),
        confidence=round(reading.confidence, 4),
        searched=searched,
        reader=reader,
        index=index,
    )


def _pieces(quote: Quote, text: str, *, first: bool) -> list[str]:
    """What is shown of a quote, each piece with a marker: what alone answers, then the quote."""
    whole = plain(text[quote.start : quote.end])
    if quote.dated:
        assert quote.article.published is not None
        return [f"{quote.article.published.isoformat()}: {whole}"]
    if quote.lead is None or not first:
        return [whole]
    lead = plain(text[quote.lead[0] : quote.lead[1]])
    return [lead[:1].upper() + lead[1:], whole]
