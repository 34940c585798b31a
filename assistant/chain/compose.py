"""From a reading to an answer: the text a person reads, and where in it each receipt holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.answer.answer import Answer, Citation, IndexReference, Nearest, Reason, Status, references
from assistant.chain.by_part import naming
from assistant.language.markdown import plain
from assistant.reading.reader import Quote, Reading
from index.search.search import Passage
from index.storage.catalog import ArticleRow

if TYPE_CHECKING:
    from assistant.answer.kept import Kept

REFUSALS = {
    Reason.NOT_FOUND: "Nothing in the articles is about this.",
    Reason.INSUFFICIENT: "The articles do not say.",
}

TextOf = Callable[[ArticleRow], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A piece of an answer as it is shown, on its way or at once."""

    start: int
    """First character in the answer's text."""
    text: str
    """With its marker, as in "The dam held [1]"."""
    citation: Citation
    """What it rests on; its spans are of this piece alone."""


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


class Composition:
    """An answer out of sentences that passed the check, one after another, each with what it rests on."""

    def __init__(
        self, text_of: TextOf, *, parts: Sequence[str] = (), part_of: "Callable[[Kept], int] | None" = None
    ) -> None:
        """Make an empty answer.

        Args:
            text_of: the text of an article.
            parts: the questions in the question, where there are several.
            part_of: the number of the part that a sentence answers; None where there is one.
        """
        self._text_of = text_of
        self._parts = parts
        self._part_of = part_of
        self._spans: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        self._answered: dict[tuple[int, int], int] = {}
        """The part that each span answers."""
        self._citations: list[Citation] = []
        self.text = ""

    def add(self, sentence: "Kept") -> "Piece":
        """Take a sentence in; what is shown of it."""
        receipt = sentence.receipt
        article = receipt.passage.article
        key = (article.number, receipt.start, receipt.end)
        if key not in self._spans:
            number = len(self._citations) + 1
            text = self._text_of(article)
            self._citations.append(Citation.of(article, receipt.start, receipt.end, text, number=number))
        place = list(self._spans).index(key) if key in self._spans else len(self._spans)
        self.text += " " if self.text else ""
        start = len(self.text)
        span = (start, start + len(sentence.text))
        self._spans.setdefault(key, []).append(span)
        self.text += f"{sentence.text} [{place + 1}]"
        if self._part_of is not None:
            self._answered[span] = self._part_of(sentence)
        return Piece(start=start, text=self.text[start:], citation=self._with_spans(self._citations[place], [span]))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """With the spans of all sentences taken in so far."""
        spans = self._spans.values()
        return tuple(self._with_spans(one, own) for one, own in zip(self._citations, spans, strict=True))

    def _with_spans(self, citation: Citation, spans: Sequence[tuple[int, int]]) -> Citation:
        by_part: dict[int, list[tuple[int, int]]] = {}
        for span in spans:
            if span in self._answered:
                by_part.setdefault(self._answered[span], []).append(span)
        return naming(replace(citation, answer_spans=tuple(spans)), self._parts, by_part)


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
        nearest=_nearest(nearest),
        confidence=round(reading.confidence, 4),
        searched=searched,
        reader=reader,
        index=index,
    )


def as_refusal(answer: Answer, reason: Reason, nearest: Sequence[Passage], *, reader: str) -> Answer:
    """The same answer refused by another reader."""
    return replace(
        answer,
        status=Status.REFUSED,
        reason=reason,
        text=REFUSALS[reason],
        citations=(),
        parts=(),
        nearest=_nearest(nearest),
        unanswered=(),
        reader=reader,
    )


def _nearest(passages: Sequence[Passage]) -> tuple[Nearest, ...]:
    return tuple(
        Nearest(
            article_id=p.article.article_id,
            title=p.article.title,
            published=p.article.published.isoformat() if p.article.published else None,
        )
        for p in passages
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
