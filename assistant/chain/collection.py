"""Answers to questions about the whole collection: overviews out of many passages, and the program's own words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.answer.answer import Answer, Status
from assistant.answer.own_words import abilities, greeting, listing
from assistant.chain.compose import compose, index_reference
from assistant.chain.notes import note_on
from assistant.chain.open_index import OpenIndex
from assistant.chain.steps import Asked, Found, ReadPart
from assistant.language.values import dates
from assistant.question.question import analyse, punctuated
from assistant.question.scope import Scope, load_classifier
from assistant.reading.overview.catalog import (
    Named,
    asked_time,
    in_time,
    is_spoken_of,
    named_articles,
    published_in,
    said_by,
)
from assistant.reading.overview.overviews import Overview, Overviews
from assistant.reading.overview.sides import sides_of
from assistant.reading.overview.subject import names_only_a_writing
from assistant.reading.overview.writings import is_of_one, writings_meant
from assistant.reading.reader import Reading
from index.search.engine import Filters
from index.text.article import IndexedArticle
from index.text.terms import stems

LOOKED_AT = 20
"""Passages in which other publishers may speak of one that is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Composed:
    """An unsealed answer out of many passages, and its parts."""

    answer: Answer
    parts: list[ReadPart]


def asked_scope(index: OpenIndex, asked: Asked) -> Scope:
    """How much of the collection a question asks for; one of several parts is ordinary."""
    if len(asked.parts) > 1:
        return Scope.PASSAGE
    question = punctuated(asked.parts[0])
    return load_classifier().scope(question, index.engine.encode(question).vector, index.engine.state.encoder_hash)


def narrowed(index: OpenIndex, asked: Asked, filters: Filters) -> tuple[Filters, str | None]:
    """The filters, narrowed to the publisher whose word is asked for, and on what or when; None if none is.

    Of "What happened in May 2021?" the time.
    """
    if len(asked.parts) > 1:
        return filters, None
    if (time := in_time(asked.parts[0])) is not None:
        return filters, time.words
    said = said_by(asked.parts[0], (row.publisher for row in _rows(index, filters) if row.publisher))
    if said is None or is_spoken_of(said, index.search(asked.parts[0], LOOKED_AT, filters).passages):
        return filters, None
    filters = replace(filters, publishers=said.publishers)
    when = asked_time(said.topic or "")
    if when is not None and not any(published_in(row, when) for row in _rows(index, filters)):
        filters = replace(filters, published_after=date.max)  # It published nothing then, whatever else it says.
    return filters, said.topic


def scope_of_said(topic: str) -> Scope:
    """The scope of a question for what a publisher says about a topic; of an empty one or a time, for its articles."""
    return Scope.EVERYTHING if topic and not dates(topic) else Scope.CATALOG


def helped(index: OpenIndex, asked: Asked, scope: Scope, filters: Filters) -> Answer | None:
    """The answer in the program's own words to a question about the assistant or its list; None to any other."""
    rows = _rows(index, filters)
    match scope:
        case Scope.GREETING:
            text = greeting(rows)
        case Scope.ABILITIES:
            text = abilities(rows)
        case Scope.LISTING:
            named = _named(asked.parts[0], scope, rows)
            if _topic(asked.parts[0], scope) and (named is None or named.topic):
                return None
            text = listing(rows if named is None else named.articles, whole=named is None and filters == Filters())
        case _:
            return None
    return Answer(
        question=asked.question,
        status=Status.HELP,
        reason=None,
        text=text,
        citations=(),
        passages=(),
        scope=scope,
        searched=asked.parts[0],
        confidence=1.0,
        reader=index.reader.name,
        index=index_reference(index.engine),
    )


def of_collection(
    index: OpenIndex, asked: Asked, scope: Scope, filters: Filters, *, topic: str | None = None
) -> Composed | None:
    """The overview that a question asks for; None for an ordinary one, or if the articles have nothing for it.

    `topic` is what it is about, if that is known; None to tell it from the question.
    """
    if scope is Scope.PASSAGE:
        return None
    topic = load_classifier().topic(asked.parts[0], scope) if topic is None else topic
    rows, writing, meant = _rows(index, filters), "", []
    if names_only_a_writing(topic):
        writing, topic = topic, ""
        meant = writings_meant(writing, rows, index.engine.structure) if writing else []
    if meant:
        rows, filters = meant, replace(filters, articles=tuple(row.article_id for row in meant))
    overviews = Overviews(index.search, index.engine, filters)
    found = _overviews(overviews, punctuated(asked.parts[0]), topic, scope, rows, chosen=bool(meant))
    if not any(overview for _, overview in found):
        return None
    parts = [_read(name, overview) for name, overview in found if overview is not None]
    missing = tuple(name for name, overview in found if overview is None)
    answer = compose(index, replace(asked, parts=tuple(one.part for one in parts)), parts)
    shown = [overview for _, overview in found if overview is not None]
    note = note_on(
        scope,
        shown,
        names=[name for name, _ in found],
        topic=topic,
        one_of=len(meant) > 1 and is_of_one(writing),
    )
    return Composed(
        answer=replace(answer, scope=scope, note=note, unanswered=missing, searched=asked.parts[0]), parts=parts
    )


def _overviews(
    overviews: Overviews, question: str, topic: str, scope: Scope, rows: Sequence[IndexedArticle], *, chosen: bool
) -> list[tuple[str, Overview | None]]:
    """The overviews of a question, each with the part of the question that it is of.

    Args:
        overviews: makes them.
        question: that stands alone.
        topic: what it is about.
        scope: how much of the collection it asks for.
        rows: articles that may be used.
        chosen: whether the question names these.
    """
    if scope is Scope.COMPARE:
        sides = sides_of(topic, load_classifier().asking[scope])
        if sides is None:
            return []
        terms = [frozenset(stems(side)) for side in sides]
        apart = [terms[0] - terms[1], terms[1] - terms[0]]
        return [
            (side, overviews.side(side, question, own, other) if own else None)
            for side, own, other in zip(sides, apart, reversed(apart), strict=True)
        ]
    return [(question, _overview(overviews, question, topic, scope, rows, chosen=chosen))]


def _overview(
    overviews: Overviews, question: str, topic: str, scope: Scope, rows: Sequence[IndexedArticle], *, chosen: bool
) -> Overview | None:
    match scope:
        case Scope.TIMELINE:
            return overviews.timeline(topic)
        case Scope.CATALOG if (time := in_time(question)) is not None and time.events:
            return overviews.happened(time.when)
        case Scope.CATALOG:
            named = _named(question, scope, rows)
            return None if named is None else overviews.of_articles(named.articles, named.topic)
        case _ if not topic:
            return overviews.of_articles(rows, "") if chosen or len(rows) == 1 else overviews.about()
        case Scope.SUMMARY:
            return overviews.summary(topic)
        case Scope.EVERYTHING:
            return overviews.everything(topic)
        case Scope.LIST_ALL:
            return overviews.mentions(topic)
        case _:
            return None


def _read(name: str, overview: Overview) -> ReadPart:
    reading = Reading(quotes=overview.quotes, reason=None, confidence=overview.confidence)
    passages = overview.retrieved.passages
    return ReadPart(
        part=name,
        found=Found(asked=analyse(name), whole=name, retrieved=overview.retrieved, ranked=passages),
        reading=reading,
    )


def _topic(question: str, scope: Scope) -> str:
    """What a question is about; empty if it names nothing but a writing."""
    topic = load_classifier().topic(question, scope)
    return "" if names_only_a_writing(topic) else topic


def _rows(index: OpenIndex, filters: Filters) -> list[IndexedArticle]:
    return [row for row in index.engine.articles.values() if filters.passes(row)]


def _named(question: str, scope: Scope, rows: Sequence[IndexedArticle]) -> Named | None:
    return named_articles(question, rows, load_classifier().asking[scope])
