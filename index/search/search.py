"""Retrieval: dense and BM25 candidates, fused and ranked by late interaction, filtered before ranking."""

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from index.encoding.encoder import Encoder
from index.encoding.projection import TokenProjection
from index.search.query import LateInteraction, Query, encode_queries
from index.search.spelling import corrected, corrections
from index.storage.catalog import ArticleRow
from index.storage.store import Snapshot
from index.text.article import Matrix, Sentence
from index.text.glossary import Glossary
from index.text.terms import stems

FEW_CHUNKS = 256
"""An index of so many is asked for the BM25 of all at once, which costs less than to ask again for those of FAISS."""
MAX_WORDINGS = 4
"""A question with many aliases is searched under this many wordings at most."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fusion:
    """How the signals are joined: score = cosine + bm25 · BM25 + late · late interaction.

    Chosen on the development halves of XQuAD and NFCorpus (docs/benchmarks.md).
    """

    bm25: float = 0.03
    late: float = 1.2
    pool: int = 50
    """Candidates taken from FAISS and from tantivy each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which articles may be searched; None lets all pass."""

    published_after: date | None = None
    """On this day or later; articles without a date do not pass."""
    published_before: date | None = None
    """On this day or earlier."""
    publishers: tuple[str, ...] = ()
    """Any of these, compared without regard to case."""
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    """Article ids."""

    def passes(self, row: ArticleRow) -> bool:
        """Whether an article may be searched."""
        after, before = self.published_after, self.published_before
        return (
            (after is None or (row.published is not None and row.published >= after))
            and (before is None or (row.published is not None and row.published <= before))
            and _among(row.publisher, self.publishers)
            and _among(row.language, self.languages)
            and _among(row.article_id, self.articles)
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Passage:
    """A retrieved chunk."""

    chunk_id: int
    article: ArticleRow
    start: int
    end: int
    text: str
    """`article text[start:end]`."""
    sentences: tuple[Sentence, ...]
    rank: int
    """1 is the best."""
    score: float
    cosine: float
    bm25: float
    late: float

    def to_json(self) -> dict[str, Any]:
        """For people and programs."""
        article = self.article
        return {
            "rank": self.rank,
            "article_id": article.article_id,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 4),
            "cosine": round(self.cosine, 4),
            "bm25": round(self.bm25, 4),
            "late": round(self.late, 4),
            "text": self.text,
        }


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Retrieved:
    """What a search found, and under which wordings."""

    question: str
    """As it was searched: spelling corrected."""
    corrections: dict[str, str]
    queries: tuple[Query, ...]
    """The question's wordings, the one as asked first."""
    passages: tuple[Passage, ...]
    """Best first."""


class SearchEngine(Protocol):
    """Finds passages for a question, and what is needed to judge their sentences."""

    def search(self, question: str, *, k: int, filters: Filters) -> Retrieved:
        """The best `k` passages, best first."""

    def encode(self, text: str) -> Query:
        """A text as a question is encoded, to compare it with passages' vectors; spelling is left as it is."""

    def idf(self, stem: str) -> float:
        """Inverse document frequency of a stem."""

    @property
    def highest_idf(self) -> float:
        """Idf of a stem that no chunk has."""

    def sentence_vectors(self, passage: Passage) -> Matrix:
        """(sentences, dimension) float32, rows of length 1."""

    def token_vectors(self, passage: Passage) -> tuple[Matrix, list[int]]:
        """(tokens, token dimension) float32, and how many of them belong to each sentence."""


class EmbeddedSearch:
    """The search engine over one snapshot of an index on this machine."""

    def __init__(self, snapshot: Snapshot, encoder: Encoder, fusion: Fusion | None = None) -> None:
        self.snapshot = snapshot
        self.encoder = encoder
        self.fusion = fusion or Fusion()
        self._idf: dict[str, float] = {}

    @cached_property
    def _projection(self) -> TokenProjection:
        return self.snapshot.catalog.projection()

    def idf(self, stem: str) -> float:
        """BM25's idf over chunks: log(1 + (n - df + 0.5) / (df + 0.5))."""
        if stem not in self._idf:
            n, df = len(self.snapshot.generation.text), self.snapshot.generation.text.document_frequency(stem)
            self._idf[stem] = math.log(1 + (n - df + 0.5) / (df + 0.5))
        return self._idf[stem]

    @cached_property
    def highest_idf(self) -> float:
        """As the seam says."""
        return math.log(1 + (len(self.snapshot.generation.text) + 0.5) / 0.5)

    def search(self, question: str, *, k: int, filters: Filters) -> Retrieved:
        """As the seam says."""
        generation = self.snapshot.generation
        glossary = self.snapshot.glossary
        names = [name for group in glossary.groups for name in group]
        changes = corrections(question, generation.text, self.encoder, self._chunk_text, names)
        text = corrected(question, changes)
        queries = self._encoded(wordings(text, glossary, self._occurs))
        numbers = None if filters == Filters() else self._passing(filters)
        scored: dict[int, tuple[float, float, float, float]] = {}
        for query in queries:
            for chunk, scores in self._score(query, numbers).items():
                scored[chunk] = max(scored.get(chunk, (-math.inf, 0.0, 0.0, 0.0)), scores)
        best = sorted(scored, key=lambda chunk: (-scored[chunk][0], chunk))[:k]
        return Retrieved(question=text, corrections=changes, queries=queries, passages=self._passages(best, scored))

    def encode(self, text: str) -> Query:
        """As the seam says."""
        (query,) = self._encoded([text])
        return query

    def _encoded(self, texts: Sequence[str]) -> tuple[Query, ...]:
        return tuple(encode_queries(texts, self.encoder, self._projection, self.idf))

    def sentence_vectors(self, passage: Passage) -> Matrix:
        """As the seam says."""
        return self.snapshot.generation.evidence.sentences(passage.chunk_id)

    def token_vectors(self, passage: Passage) -> tuple[Matrix, list[int]]:
        """As the seam says."""
        evidence = self.snapshot.generation.evidence
        counts = evidence.codes(passage.chunk_id).token_counts
        return evidence.tokens(passage.chunk_id), [int(n) for n in counts]

    def _score(self, query: Query, numbers: Collection[int] | None) -> dict[int, tuple[float, float, float, float]]:
        """(fused, cosine, BM25, late) of the candidates for one wording."""
        generation, fusion = self.snapshot.generation, self.fusion
        among = None if numbers is None else self.snapshot.catalog.chunk_ids_of(numbers)
        dense = generation.vectors.search(query.vector, fusion.pool, among=among)
        few = len(generation.text) <= FEW_CHUNKS
        ranked = generation.text.search(query.stems, FEW_CHUNKS if few else fusion.pool, articles=numbers)
        lexical = dict(ranked)
        pool = sorted({chunk for chunk, _ in dense} | {chunk for chunk, _ in ranked[: fusion.pool]})
        if not pool:
            return {}
        if not few:
            lexical |= generation.text.scores(query.stems, [chunk for chunk in pool if chunk not in lexical])
        cosines = generation.vectors.get(pool) @ query.vector
        scores = {}
        for chunk, cosine, late in zip(pool, map(float, cosines), self._late(query, pool), strict=True):
            bm25 = lexical.get(chunk, 0.0)
            scores[chunk] = (cosine + fusion.bm25 * bm25 + fusion.late * late, cosine, bm25, late)
        return scores

    def _late(self, query: Query, pool: Sequence[int]) -> list[float]:
        """Late interaction of the candidates with one wording."""
        evidence, late = self.snapshot.generation.evidence, LateInteraction(query)
        if evidence.all_tokens is None:
            return [late.score(evidence.tokens(chunk)) for chunk in pool]
        # With few chunks most of them are candidates: one product over all costs less than many small ones.
        scores = late.scores(evidence.all_tokens, evidence.token_counts)
        return [float(score) for score in scores[np.searchsorted(evidence.ids, pool)]]

    def _passages(
        self, chunks: Sequence[int], scored: dict[int, tuple[float, float, float, float]]
    ) -> tuple[Passage, ...]:
        rows = {row.id: row for row in self.snapshot.chunks(chunks)}
        passages = []
        for rank, chunk in enumerate(chunks, 1):
            row = rows[chunk]
            score, cosine, bm25, late = scored[chunk]
            passages.append(
                Passage(
                    chunk_id=chunk,
                    article=self.snapshot.articles[row.article],
                    start=row.start,
                    end=row.end,
                    text=self.snapshot.text(row.article)[row.start : row.end],
                    sentences=row.sentences,
                    rank=rank,
                    score=score,
                    cosine=cosine,
                    bm25=bm25,
                    late=late,
                )
            )
        return tuple(passages)

    def _passing(self, filters: Filters) -> list[int]:
        return [row.number for row in self.snapshot.articles.values() if filters.passes(row)]

    def _occurs(self, name: str) -> bool:
        """Whether all words of a name stand in the articles, so that searching under it can help."""
        return all(map(self.snapshot.generation.text.document_frequency, stems(name)))

    def _chunk_text(self, chunk: int) -> str:
        (row,) = self.snapshot.chunks([chunk])
        title = self.snapshot.articles[row.article].title or ""
        return f"{title}\n{self.snapshot.text(row.article)[row.start : row.end]}"


def wordings(question: str, glossary: Glossary, occurs: Callable[[str], bool]) -> list[str]:
    """The question as asked, then with its aliases replaced by other names that occur, `MAX_WORDINGS` at most."""
    texts = [question]
    for name, group in glossary.found_in(question):
        for other in group:
            # "Industry brains" and "industrial brain" are the same terms: another wording would find nothing new.
            if stems(other) != stems(name) and len(texts) < MAX_WORDINGS and occurs(other):
                texts.append(_replaced(question, name, other))
    return list(dict.fromkeys(texts))


def _replaced(question: str, name: str, other: str) -> str:
    return re.sub(r" {2,}", " ", question.replace(name, f" {other} ")).strip().replace(" ?", "?").replace(" ,", ",")


def _among(value: str | None, allowed: tuple[str, ...]) -> bool:
    return not allowed or (value is not None and value.lower() in {one.lower() for one in allowed})
