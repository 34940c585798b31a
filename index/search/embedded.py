"""Retrieval: dense and BM25 candidates, fused and ranked by late interaction, filtered before ranking."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from index.encoding.encoder import Encoder
from index.search.engine import LONG_QUESTION, Filters, IndexState, OpenEngine, Passage, Retrieved, blocks_and_contexts
from index.search.fusion import Fusion, wordings
from index.search.query import LateInteraction, Query, encode_queries
from index.search.spelling import corrected, corrections
from index.storage.originals import original_path
from index.storage.store import Note, Snapshot, open_index
from index.text.article import IndexedArticle, Matrix, Page
from index.text.chunking import encoded_text
from index.text.glossary import Glossary
from index.text.structure import Structure
from index.text.terms import stems

FEW_CHUNKS = 256
"""With at most this many chunks, BM25 scores all of them at once, which costs less than asking again for FAISS's."""


def embedded_opener(root: Path, open_encoder: Callable[[Snapshot], Encoder], *, note: Note) -> OpenEngine:
    """Make a function that opens engines over the index in the folder `root`; they share the encoder.

    Args:
        root: the index's folder.
        open_encoder: finds the encoder that a snapshot names.
        note: takes messages on repairs.
    """
    encoders: dict[str, Encoder] = {}

    def opened() -> EmbeddedSearch:
        snapshot = open_index(root, note=note)
        try:
            if snapshot.encoder_hash not in encoders:
                encoders.clear()
                encoders[snapshot.encoder_hash] = open_encoder(snapshot)
        except BaseException:
            snapshot.close()
            raise
        return EmbeddedSearch(snapshot, encoders[snapshot.encoder_hash])

    return opened


class EmbeddedSearch:
    """The search engine over one snapshot of an index on this machine."""

    def __init__(self, snapshot: Snapshot, encoder: Encoder, fusion: Fusion | None = None) -> None:
        self.snapshot = snapshot
        self.encoder = encoder
        self.fusion = fusion or Fusion()
        self._idf: dict[str, float] = {}

    @property
    def state(self) -> IndexState:
        """State of the snapshot."""
        return IndexState(
            location=str(self.snapshot.root),
            fingerprint=self.snapshot.fingerprint,
            generation=self.snapshot.generation.number,
            changed=self.snapshot.changed,
            chunks=len(self.snapshot.generation.vectors),
            encoder_name=self.snapshot.encoder_name,
            encoder_hash=self.snapshot.encoder_hash,
        )

    @cached_property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """Articles of the snapshot by id."""
        return {row.article_id: row for row in self.snapshot.articles.values()}

    def text(self, article_id: str) -> str:
        """Text of an article, from the catalog."""
        return self.snapshot.text(self.articles[article_id].number)

    def structure(self, article_id: str) -> Structure:
        """Structure of an article's text, from the catalog."""
        return self.snapshot.structure(self.articles[article_id].number)

    def pages(self, article_id: str) -> tuple[Page, ...]:
        """Pages of an article's text, from the catalog."""
        return self.snapshot.pages(self.articles[article_id].number)

    def has_original(self, article_id: str) -> bool:
        """Whether the index's folder has the file of an article."""
        return original_path(self.snapshot.root, self.articles[article_id].source_sha256).exists()

    def original(self, article_id: str) -> bytes | None:
        """File of an article, from the index's folder."""
        return self.snapshot.original(self.articles[article_id].number)

    @property
    def glossary(self) -> Glossary:
        """Aliases of the snapshot."""
        return self.snapshot.glossary

    @property
    def threshold(self) -> float | None:
        """Threshold that is stored with the index."""
        return self.snapshot.threshold

    def is_current(self) -> bool:
        """Whether the catalog is still of the snapshot's generation."""
        return self.snapshot.is_current()

    def is_replaced(self) -> bool:
        """Whether another catalog lies where the snapshot's was."""
        return self.snapshot.replaced

    def close(self) -> None:
        """Close the catalog."""
        self.snapshot.close()

    @cached_property
    def _chunk_count(self) -> int:
        return len(self.snapshot.generation.text)

    def idf(self, stem: str) -> float:
        """BM25's idf over chunks: log(1 + (n - df + 0.5) / (df + 0.5))."""
        if stem not in self._idf:
            n, df = self._chunk_count, self.snapshot.generation.text.document_frequency(stem)
            self._idf[stem] = math.log(1 + (n - df + 0.5) / (df + 0.5))
        return self._idf[stem]

    @cached_property
    def highest_idf(self) -> float:
        """Idf of a stem that no chunk has."""
        return math.log(1 + (self._chunk_count + 0.5) / 0.5)

    def search(self, question: str, *, k: int, filters: Filters) -> Retrieved:
        """Rank candidates of FAISS and tantivy, under every wording of the question."""
        generation = self.snapshot.generation
        glossary = self.snapshot.glossary
        names = [name for group in glossary.groups for name in group]
        changes = corrections(question, generation.text, self.encoder, self._chunk_text, names)
        text = corrected(question, changes)
        long = len(text) > LONG_QUESTION
        queries = self._encoded([text] if long else wordings(text, glossary, self._occurs))
        numbers = None if filters == Filters() else self._passing(filters)
        scored: dict[int, tuple[float, float, float, float]] = {}
        for query in queries:
            for chunk, scores in self._score(query, numbers).items():
                scored[chunk] = max(scored.get(chunk, (-math.inf, 0.0, 0.0, 0.0)), scores)
        best = sorted(scored, key=lambda chunk: (-scored[chunk][0], chunk))[:k]
        return Retrieved(question=text, corrections=changes, queries=queries, passages=self._passages(best, scored))

    def encode(self, text: str) -> Query:
        """Encode a text as questions are."""
        (query,) = self._encoded([text])
        return query

    def _encoded(self, texts: Sequence[str]) -> tuple[Query, ...]:
        return tuple(encode_queries(texts, self.encoder, self.snapshot.projection, self.idf))

    def sentence_vectors(self, passage: Passage) -> Matrix:
        """(sentences, dimension) float32, restored from 8 bits."""
        return self.snapshot.evidence.sentences(passage.chunk_id)

    def token_vectors(self, passage: Passage) -> tuple[Matrix, list[int]]:
        """(tokens, token dimension) float32, restored from 8 bits, and how many belong to each sentence."""
        evidence = self.snapshot.evidence
        counts = evidence.codes(passage.chunk_id).token_counts
        return evidence.tokens(passage.chunk_id), [int(n) for n in counts]

    def _score(self, query: Query, numbers: Collection[int] | None) -> dict[int, tuple[float, float, float, float]]:
        """(fused, cosine, BM25, late) of the candidates for one wording."""
        generation, fusion = self.snapshot.generation, self.fusion
        among = None if numbers is None else generation.chunks_of(numbers)
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
            scores[chunk] = (fusion.joined(cosine, bm25, late), cosine, bm25, late)
        return scores

    def _late(self, query: Query, pool: Sequence[int]) -> list[float]:
        """Score the candidates by late interaction with one wording."""
        evidence, late = self.snapshot.evidence, LateInteraction(query)
        if evidence.all_tokens is None:
            return [late.score(tokens) for tokens in evidence.tokens_of(pool)]
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
            structure = self.snapshot.structure(row.article)
            blocks, contexts = blocks_and_contexts(structure, row.sentences)
            passages.append(
                Passage(
                    chunk_id=chunk,
                    article=self.snapshot.articles[row.article],
                    start=row.start,
                    end=row.end,
                    text=structure.text[row.start : row.end],
                    sentences=row.sentences,
                    rank=rank,
                    score=score,
                    cosine=cosine,
                    bm25=bm25,
                    late=late,
                    blocks=blocks,
                    contexts=contexts,
                )
            )
        return tuple(passages)

    def _passing(self, filters: Filters) -> list[int]:
        return [row.number for row in self.snapshot.articles.values() if filters.passes(row)]

    def _occurs(self, name: str) -> bool:
        """Whether all words of a name occur in the articles, so that searching under it can help."""
        return all(map(self.snapshot.generation.text.document_frequency, stems(name)))

    def _chunk_text(self, chunk: int) -> str:
        (row,) = self.snapshot.chunks([chunk])
        title = self.snapshot.articles[row.article].title or ""
        return encoded_text(title, row.context, self.snapshot.text(row.article)[row.start : row.end])
