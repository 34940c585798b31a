"""The overviews: of an article or a subject, of all articles, in the order of time, of two things side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.language.dates import Date
from assistant.reading.overview.catalog import published_in
from assistant.reading.overview.choosing import (
    MOST,
    best_of_each,
    central,
    diverse,
    in_reading_order,
    over_sections,
    quotes_of,
)
from assistant.reading.overview.moments import is_told, moment
from assistant.reading.overview.statements import (
    PASSAGES,
    Gathered,
    Search,
    Statement,
    gather,
    relevance,
    statements_of,
)
from assistant.reading.overview.subject import Subject, article_terms
from assistant.reading.reader import Quote
from index.search.engine import Filters, Passage, Retrieved, SearchEngine
from index.text.article import IndexedArticle
from index.text.terms import stems

NAMED = 0.6
"""Share of a subject, by idf, that an article's title and other metadata have if it is the one that is meant."""
WHOLE = 0.8
"""The same of a subject that only the passages of an article together have."""
MOST_ARTICLES = 30
"""Articles that an overview of all of them looks into."""
OF_BEST = 0.6
"""Share of the best score that another statement about one side has."""
EACH_SIDE = 3
"""Quotes of each of two things that are compared."""
OF_WHOLE = 1.2
"""So many times what one statement has of a subject an article has that tells of it as a whole."""
TOLD = 10.0
"""What naming a time that is asked for adds to a statement's score: it stands before all others."""
FEWEST = 8
"""Quotes of the summary of an article that has so many statements."""
FEW = 4
"""With fewer statements about a subject, all of one article, a summary is of that article."""
ALIKE = 0.99
"""Share of the best statement's words of one side alone from which on another is of that side."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Overview:
    """Quotes out of many passages, with what they were chosen from."""

    retrieved: Retrieved
    quotes: Sequence[Quote]
    confidence: float
    """Share of the subject's words, by weight, that the statements have."""
    left: int
    """Statements that were found and are not quoted."""
    articles: tuple[IndexedArticle, ...]
    """Those that are quoted."""
    subject: str = ""
    """What the quotes are about, where that is not their articles as a whole."""


class Overviews:
    """Makes overviews over one state of an index."""

    def __init__(self, search: Search, engine: SearchEngine, filters: Filters) -> None:
        self._search = search
        self._engine = engine
        self._filters = filters

    def everything(self, topic: str) -> Overview | None:
        """What is said about a subject, article by article; None if nothing is."""
        found = self._gather(topic)
        if found is None:
            return None
        chosen = diverse(found.statements, found.scores, MOST)
        return self._overview(found, in_reading_order(found.statements[n] for n in chosen))

    def mentions(self, topic: str) -> Overview | None:
        """The statements that name a thing, from as many articles as there are; None if none does."""
        found = self._gather(topic)
        if found is None:
            return None
        scores = found.scores + [found.subject.coverage(one.own) for one in found.statements]
        first = list(best_of_each([one.article.number for one in found.statements], scores).values())
        chosen = diverse(found.statements, scores, MOST, chosen=first[:MOST])
        return self._overview(found, in_reading_order(found.statements[n] for n in chosen))

    def timeline(self, topic: str) -> Overview | None:
        """Dated statements about a subject, or about anything, in the order of their dates; None if there are none."""
        found = self._told(topic) if topic else self._all()
        if found is None:
            return None
        moments = [moment(one.text, one.article) for one in found.statements]
        dated = [n for n, when in enumerate(moments) if when is not None]
        if len(dated) < 2:
            return self.timeline(before) if (before := topic.partition(": ")[0]) != topic else None
        statements = [found.statements[n] for n in dated]
        chosen = diverse(statements, found.scores[dated], MOST)
        ordered = sorted((dated[at] for at in chosen), key=lambda n: moments[n] or ())
        return self._overview(found, [found.statements[n] for n in ordered], found=len(dated))

    def happened(self, when: Date) -> Overview | None:
        """What statements say of a time, in its order, then what articles of that time say; None if there is neither.

        One that names another time is of that one, wherever it was published.
        """
        found = self._all()
        if found is None:
            return None
        moments = [moment(one.text, one.article) for one in found.statements]
        told = [is_told(one.text, one.article, when) for one in found.statements]
        of_time = [
            n
            for n, one in enumerate(found.statements)
            if told[n] or (moments[n] is None and published_in(one.article, when))
        ]
        if not of_time:
            return None
        statements = [found.statements[n] for n in of_time]
        scores = found.scores[of_time] + [TOLD * told[n] for n in of_time]
        chosen = [of_time[at] for at in diverse(statements, scores, min(MOST, max(sum(told), FEWEST)))]
        ordered = sorted(chosen, key=lambda n: (not told[n], moments[n] or (), n))
        return self._overview(found, [found.statements[n] for n in ordered], found=len(of_time))

    def summary(self, topic: str) -> Overview | None:
        """The central statements of the article that a topic names, or of what is said about it; None if nothing is."""
        found = self._told(topic)
        if found is None:
            return None
        article = self._meant(found)
        if article is not None:
            return self.of_articles([article], "")
        statements = _prose(found.statements)
        scores = central(statements) + relevance(statements, found.subject)
        chosen = over_sections(statements, scores, _share(statements))
        return replace(self._overview(found, in_reading_order(statements[n] for n in chosen)), subject=topic)

    def about(self) -> Overview | None:
        """The most central statement of each article, of at most `MOST`; None if there are no articles."""
        found = self._all()
        if found is None:
            return None
        best = best_of_each([one.article.number for one in found.statements], found.scores)
        central_ones = [found.statements[n] for n in best.values()]
        chosen = diverse(central_ones, central(central_ones), MOST)
        return self._overview(found, in_reading_order(central_ones[n] for n in chosen), found=len(central_ones))

    def of_articles(self, rows: Sequence[IndexedArticle], topic: str) -> Overview | None:
        """The central statements of these articles, on a subject if there is one."""
        found = self._all(rows, topic)
        if found is None:
            return None
        each = max(1, MOST // max(1, len(rows)))
        chosen: list[Statement] = []
        for number in dict.fromkeys(one.article.number for one in found.statements):
            places = [n for n, one in enumerate(found.statements) if one.article.number == number]
            statements = [found.statements[n] for n in places]
            chosen += [
                statements[n] for n in over_sections(statements, found.scores[places], min(each, _share(statements)))
            ]
        return self._overview(found, in_reading_order(chosen[:MOST]))

    def side(self, topic: str, question: str, apart: frozenset[str], other: frozenset[str]) -> Overview | None:
        """What is said about one of two things that a question compares.

        Args:
            topic: the thing.
            question: all that is compared, and in what.
            apart: stems that only the thing has.
            other: stems that only the other thing has.
        """
        retrieved = self._search(topic, PASSAGES, self._filters)
        wide = self._search(question, PASSAGES, self._filters)
        passages = {one.chunk_id: one for one in (*retrieved.passages, *wide.passages)}
        found = gather(_with(retrieved, list(passages.values())), self._engine)
        if found is None:
            return None
        weights = {term: self._engine.idf(term) for term in apart}
        own = np.asarray(
            [sum(weights[term] for term in apart & _around(one, apart, other)) for one in found.statements]
        )
        scores = relevance(found.statements, Subject(wide.queries)) + relevance(found.statements, found.subject) / 2
        scores = np.where((own >= own.max() * ALIKE) & (scores >= OF_BEST * scores.max()), scores, -np.inf)
        chosen = diverse(found.statements, scores, EACH_SIDE)
        return self._overview(found, in_reading_order(found.statements[n] for n in chosen))

    def _gather(self, topic: str) -> Gathered | None:
        return gather(self._search(topic, PASSAGES, self._filters), self._engine)

    def _told(self, topic: str) -> Gathered | None:
        """What is said about a subject; of one that no statement has, what the article says that has it as a whole."""
        retrieved = self._search(topic, PASSAGES, self._filters)
        found = gather(retrieved, self._engine)
        article = _only_whole(retrieved, OF_WHOLE * found.covered if found else 0.0)
        if article is not None:
            return self._all([article], topic)
        return found

    def _meant(self, found: Gathered) -> IndexedArticle | None:
        """The article that the subject names by what the catalog has of it, or the only one that tells of it."""
        numbers = {one.article.number for one in found.statements}
        if len(numbers) == 1 and (len(found.statements) < FEW or found.whole):
            return found.statements[0].article
        shares: Mapping[str, float] = {
            one.article.article_id: found.subject.coverage(article_terms(one.article)) for one in found.statements
        }
        best = max(shares, key=lambda id_: shares[id_])
        return self._engine.articles[best] if shares[best] >= NAMED else None

    def _all(self, rows: Sequence[IndexedArticle] | None = None, topic: str = "") -> Gathered | None:
        """The statements of these articles, or of all that pass, with their centrality in their article."""
        if rows is None:
            rows = [row for row in self._engine.articles.values() if self._filters.passes(row)]
        kept = sorted(rows, key=lambda row: (row.published is not None, row.published, -row.number), reverse=True)
        statements: list[Statement] = []
        scores: list[float] = []
        searched: Retrieved | None = None
        for row in kept[:MOST_ARTICLES]:
            retrieved = self._search(
                topic or row.title or row.article_id, PASSAGES, Filters(articles=(row.article_id,))
            )
            own = _prose(statements_of(retrieved.passages, self._engine))
            if own:
                statements += own
                near = relevance(own, Subject(retrieved.queries))
                scores += list(central(own) + (near if topic else near / 2))
                searched = _with(retrieved, [*(searched.passages if searched else ()), *retrieved.passages])
        if searched is None:
            return None
        return Gathered(
            subject=Subject(searched.queries),
            retrieved=searched,
            statements=statements,
            scores=np.asarray(scores),
            covered=1.0,
            whole=True,
        )

    def _overview(self, gathered: Gathered, statements: Sequence[Statement], *, found: int | None = None) -> Overview:
        """The overview that quotes these statements in this order."""
        passages = {one.passage.chunk_id: one.passage for one in statements}
        articles = {one.article.number: one.article for one in statements}
        return Overview(
            retrieved=_with(gathered.retrieved, list(passages.values())),
            quotes=quotes_of(statements, self._engine),
            confidence=min(1.0, gathered.covered),
            left=(len(gathered.statements) if found is None else found) - len(statements),
            articles=tuple(articles.values()),
        )


def _around(one: Statement, apart: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Stems of a statement and what stands around it; without its article's title if that names both of two things."""
    titled = article_terms(one.article)
    if not (apart & titled and other & titled):
        return one.around
    return one.own | frozenset(stems(one.passage.context(one.place)))


def _prose(statements: Sequence[Statement]) -> list[Statement]:
    """The statements that are no rows of tables or of values; all if there is nothing else."""
    return [one for one in statements if not (one.is_row or one.is_values)] or list(statements)


def _share(statements: Sequence[Statement]) -> int:
    """How many of these statements a summary quotes: half of them, within limits."""
    return min(MOST, max(FEWEST, len(statements) // 2))


def _only_whole(retrieved: Retrieved, covered: float) -> IndexedArticle | None:
    """The article whose passages together have most of what was searched, and more than `covered`, if there is one."""
    subject = Subject(retrieved.queries)
    terms: dict[str, frozenset[str]] = {}
    articles = {passage.article.article_id: passage.article for passage in retrieved.passages}
    for passage in retrieved.passages:
        id_ = passage.article.article_id
        terms[id_] = terms.get(id_, article_terms(passage.article)) | frozenset(stems(passage.text))
    shares = {id_: subject.coverage(own) for id_, own in terms.items()}
    best = max(shares, key=lambda id_: shares[id_], default=None)
    return articles[best] if best is not None and shares[best] > max(WHOLE, covered) else None


def _with(retrieved: Retrieved, passages: Sequence[Passage]) -> Retrieved:
    return replace(retrieved, passages=tuple(passages))
