"""Compose an answer of quotes, or a refusal, from readings."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.answer.answer import Answer, Citation, IndexReference, Nearest, Reason, Status, references
from assistant.answer.own_words import REFUSALS, dated
from assistant.answer.sealing import leads
from assistant.chain.open_index import OpenIndex
from assistant.chain.part_labels import Place, labelled, repeats
from assistant.chain.steps import Asked, ReadPart
from assistant.language.markdown import plain
from assistant.reading.closest import CloseSentence
from assistant.reading.reader import Quote, Reading
from assistant.reading.sameness import same_statement
from index.search.engine import Passage, SearchEngine
from index.search.spelling import corrected

NEAREST = 3
"""Most articles of which a refusal shows the closest sentence."""

TextOf = Callable[[str], str]
"""Returns the text of an article by id."""


def compose(index: OpenIndex, asked: Asked, parts: Sequence[ReadPart]) -> Answer:
    """Compose the unsealed answer to a question; a refusal if no part of it is answered."""
    passages = distinct_passages(parts)
    readings = [one.reading for one in parts]
    empty = Answer(
        question=asked.question,
        status=Status.REFUSED,
        reason=readings[0].reason,
        text="",
        citations=(),
        passages=references(passages),
        confidence=round(readings[0].confidence, 4),
        searched=" ".join(corrected(one.part, one.found.retrieved.corrections) for one in parts),
        reader=index.reader.name,
        index=index_reference(index.engine),
    )
    if not any(reading.quotes for reading in readings):
        assert empty.reason is not None
        return refused(empty, empty.reason, parts, index.engine.text)
    quoting = _without_repeats([reading for reading in readings if reading.quotes], index.engine.text)
    unanswered = tuple(one.part for one in parts if not one.reading.quotes)
    answer = replace(answered(empty, quoting, index.engine.text), unanswered=unanswered)
    return labelled(answer, asked.parts, readings, index.engine.text)


def index_reference(engine: SearchEngine) -> IndexReference:
    """Describe the state of the index for an answer."""
    state = engine.state
    return IndexReference(
        fingerprint=state.fingerprint,
        generation=state.generation,
        articles=len(engine.articles),
        chunks=state.chunks,
    )


def distinct_passages(parts: Sequence[ReadPart]) -> list[Passage]:
    """List the distinct passages read for all parts."""
    return list({passage.chunk_id: passage for one in parts for passage in one.found.retrieved.passages}.values())


def answered(empty: Answer, readings: Sequence[Reading], text_of: TextOf) -> Answer:
    """Compose an answer of the quotes of one reading, or of one for each part of the question."""
    text = ""
    citations: list[Citation] = []
    for reading in readings:
        for place, quote in enumerate(reading.quotes):
            spans = []
            number = len(citations) + 1
            for piece in _pieces(quote, text_of(quote.article.article_id), first=place == 0):
                text += "\n" if text else ""
                spans.append((len(text), len(text) + len(piece)))
                text += f"{piece} [{number}]"
            citation = Citation.of(
                quote.article, quote.start, quote.end, text_of(quote.article.article_id), number=number
            )
            citations.append(replace(citation, answer_spans=tuple(spans)))
    return replace(
        empty,
        status=Status.ANSWERED,
        reason=None,
        text=text,
        citations=tuple(citations),
        confidence=round(min(reading.confidence for reading in readings), 4),
    )


def refused(answer: Answer, reason: Reason, parts: Sequence[ReadPart], text_of: TextOf) -> Answer:
    """Turn an answer into a refusal with its reason and the closest passages."""
    return replace(
        answer,
        status=Status.REFUSED,
        reason=reason,
        text=REFUSALS[reason],
        citations=(),
        parts=(),
        note="",
        nearest=_nearest([close for one in parts for close in one.reading.closest], text_of),
        unanswered=(),
    )


def _nearest(found: Sequence[CloseSentence], text_of: TextOf) -> tuple[Nearest, ...]:
    """The likeliest sentence of each article, whichever part of the question it comes close to."""
    likeliest: dict[str, Nearest] = {}
    for close in sorted(found, key=lambda close: -close.probability):
        article, sentence = close.article, close.sentence
        text = text_of(article.article_id)
        near = Nearest.of(article, sentence.start, sentence.end, text, probability=close.probability)
        if not any(same_statement(near.quote, other.quote) for other in likeliest.values()):
            likeliest.setdefault(near.article_id, near)
    return tuple(likeliest.values())[:NEAREST]


def _pieces(quote: Quote, text: str, *, first: bool) -> list[str]:
    """Format a quote as pieces: the short answer, if it can be proven to be part of the sentence, and the quote."""
    whole = plain(text[quote.start : quote.end])
    if quote.dated:
        assert quote.article.published is not None
        return [dated(quote.article.published.isoformat(), whole)]
    if quote.lead is None or not first:
        return [whole]
    lead = plain(text[quote.lead[0] : quote.lead[1]])
    lead = lead[:1].upper() + lead[1:]
    return [lead, whole] if leads(lead, whole) else [whole]


def _without_repeats(readings: Sequence[Reading], text_of: TextOf) -> list[Reading]:
    """Remove the quotes that an earlier reading has, or says the same as."""
    seen: list[Place] = []
    kept = []
    for reading in readings:
        quotes = [quote for quote in reading.quotes if not any(repeats(quote, place, text_of) for place in seen)]
        seen += [(quote.article.article_id, quote.start, quote.end) for quote in quotes]
        if quotes:
            kept.append(replace(reading, quotes=quotes))
    return kept
