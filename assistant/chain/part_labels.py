"""Label receipts with the part of a split question that they answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer.answer import Answer, AnsweredPart, Citation
from assistant.question.pieces import asked_for
from assistant.question.question import analyse
from assistant.reading.reader import Quote, Reading
from assistant.reading.sameness import same_statement
from index.search.engine import Retrieved
from index.text.terms import stems

if TYPE_CHECKING:
    from assistant.answer.kept import Kept

Spans = Sequence[tuple[int, int]]
Place = tuple[str, int, int]
"""Id of an article, first character, one past the last."""


def labelled(
    answer: Answer, parts: Sequence[str], readings: Sequence[Reading], text_of: Callable[[str], str]
) -> Answer:
    """A quoted answer whose receipts name the parts that they were quoted for; nothing is named of a single part.

    A quote of several parts stands in the answer once and names them all.
    """
    if len(parts) < 2:
        return answer
    citations = []
    for citation in answer.citations:
        spans = {
            place: citation.answer_spans
            for place, reading in enumerate(readings)
            if any(repeats(q, (citation.article_id, citation.start, citation.end), text_of) for q in reading.quotes)
        }
        citations.append(label(citation, parts, spans))
    return replace(answer, parts=tuple(parts), citations=tuple(citations))


def repeats(quote: Quote, place: Place, text_of: Callable[[str], str]) -> bool:
    """Whether a quote stands within a place, or says the same, as that of a near-duplicate article does."""
    article_id, start, end = place
    own = quote.article.article_id
    if own == article_id and start <= quote.start and quote.end <= end:
        return True
    return same_statement(text_of(own)[quote.start : quote.end], text_of(article_id)[start:end])


def label(citation: Citation, parts: Sequence[str], spans: Mapping[int, Spans]) -> Citation:
    """A receipt that names the parts with these numbers, each with its spans of the answer's text."""
    named = [
        AnsweredPart(index=place, question=parts[place], answer_spans=tuple(spans[place])) for place in sorted(spans)
    ]
    return replace(citation, parts=tuple(named))


def part_of(kept: "Kept", parts: Sequence[str], found: Sequence[Retrieved], idf: Callable[[str], float]) -> int:
    """The number of the part that a sentence of a model answers.

    That is, of the parts for which the sentence's passage was found, the one with the largest share
    of its terms, by idf, in the sentence and its receipt; of equal ones the first whose kind of
    answer (a date, a name, …) the sentence has.
    """
    said = set(stems(f"{kept.text} {kept.receipt.text}"))

    def likeness(place: int) -> tuple[bool, float, bool]:
        asked = analyse(parts[place])
        weights = {stem: idf(stem) for stem in asked.stems}
        shared = sum(weight for stem, weight in weights.items() if stem in said)
        own = any(passage.chunk_id == kept.receipt.passage.chunk_id for passage in found[place].passages)
        share = round(shared / (sum(weights.values()) or 1.0), 6)  # Sums in another order are not another share.
        return own, share, bool(asked_for(asked, kept.text))

    return max(range(len(parts)), key=likeness)
