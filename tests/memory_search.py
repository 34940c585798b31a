"""A search engine that holds its articles in memory: exact vectors, BM25 by counting, nothing on disk.

It keeps the contract of `SearchEngine` without SQLite, FAISS or tantivy: a second engine behind the seam, and for
whoever writes another one the contract in its plainest form.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.encoding.encoder import Encoder, EncodingJob
from index.search.engine import Filters, IndexState, Passage, Retrieved, blocks_and_contexts
from index.search.fusion import Fusion, wordings
from index.search.query import LateInteraction, Query, encode_queries
from index.search.spelling import corrected, corrections
from index.text.article import Article, Chunk, ChunkVectors, IndexedArticle, Matrix, Page, fingerprint_of
from index.text.blocks import structure_of
from index.text.chunking import Chunking, chunk_article, encoded_text, fitting_title
from index.text.glossary import Glossary
from index.text.loading import article_slug, free_id
from index.text.structure import Structure
from index.text.terms import stems, words

K1, B = 1.2, 0.75
"""BM25's saturation and length normalisation, those of tantivy and Lucene."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Held:
    """A chunk with its vectors and term counts."""

    article: IndexedArticle
    chunk: Chunk
    vectors: ChunkVectors
    terms: Counter[str]
    """Stems of the chunk and its title."""
    words: Counter[str]
    """The same unstemmed."""


class MemorySearch:
    """Searches articles that are held in memory; they never change."""

    def __init__(
        self,
        articles: Iterable[Article],
        encoder: Encoder,
        *,
        glossary: str = "",
        threshold: float | None = None,
    ) -> None:
        """Cut and encode the articles.

        Args:
            articles: to search.
            encoder: encodes chunks and questions.
            glossary: TOML of aliases, as `glossary.toml` has them.
            threshold: least probability at which questions are answered; None for the reader's own.

        Raises:
            ArticleUnreadable: the glossary is not of its form.
        """
        self.glossary = Glossary.merged([Glossary.parse(glossary, "glossary")])
        self.threshold = threshold
        self._encoder = encoder
        self._fusion = Fusion()
        self._texts: dict[str, str] = {}
        self._pages: dict[str, tuple[Page, ...]] = {}
        self._originals: dict[str, bytes] = {}
        self._structures: dict[str, Structure] = {}
        self._articles: dict[str, IndexedArticle] = {}
        self._chunks: list[_Held] = []
        for article in articles:
            self._add(article)
        self._lengths = [sum(held.terms.values()) for held in self._chunks]
        self._vectors = np.stack([held.vectors.chunk for held in self._chunks]) if self._chunks else None
        self.frequencies = _Frequencies(self._chunks)
        self.state = IndexState(
            location="memory",
            fingerprint=fingerprint_of(
                self._articles.values(),
                [glossary] if glossary else [],
                encoder_hash=encoder.hash,
                max_tokens=encoder.max_tokens,
            ),
            generation=1,
            changed="",
            chunks=len(self._chunks),
            encoder_name=encoder.name,
            encoder_hash=encoder.hash,
        )

    def _add(self, article: Article) -> None:
        count = self._encoder.count_tokens
        article_id = free_id(article_slug(article.name), self._articles)
        row = IndexedArticle.of(article, number=len(self._articles) + 1, article_id=article_id)
        self._articles[article_id] = row
        self._texts[article_id] = article.text
        self._pages[article_id] = article.pages
        self._originals[article_id] = article.original
        title = fitting_title(article.title, count, self._encoder.max_tokens)
        chunking = Chunking(max_tokens=self._encoder.max_tokens)
        structure = structure_of(article.text)
        self._structures[article_id] = structure
        chunks = chunk_article(structure, article.title, count=count, chunking=chunking)
        jobs = [EncodingJob(title=title, chunk=chunk) for chunk in chunks]
        encoded = self._encoder.encode_chunks(jobs, lambda done, of: None) if jobs else []
        for chunk, vectors in zip(chunks, encoded, strict=True):
            body = encoded_text(article.title or "", chunk.context, chunk.text)
            short = replace(vectors, tokens=self._encoder.projection.apply(vectors.tokens))
            self._chunks.append(
                _Held(article=row, chunk=chunk, vectors=short, terms=Counter(stems(body)), words=Counter(words(body)))
            )

    @property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """All articles by id."""
        return self._articles

    def text(self, article_id: str) -> str:
        """Text of an article."""
        return self._texts[article_id]

    def structure(self, article_id: str) -> Structure:
        """Structure of an article's text."""
        return self._structures[article_id]

    def pages(self, article_id: str) -> tuple[Page, ...]:
        """Pages of an article's text."""
        return self._pages[article_id]

    def has_original(self, article_id: str) -> bool:
        """Whether the file of an article is here."""
        return bool(self._originals[article_id])

    def original(self, article_id: str) -> bytes | None:
        """File of an article."""
        return self._originals[article_id] or None

    def search(self, question: str, *, k: int, filters: Filters) -> Retrieved:
        """Rank every chunk that passes the filters."""
        names = [name for group in self.glossary.groups for name in group]
        changes = corrections(question, self.frequencies, self._encoder, self._searched_text, names)
        text = corrected(question, changes)
        queries = self._encoded(wordings(text, self.glossary, self._occurs))
        passing = [n for n, held in enumerate(self._chunks) if filters.passes(held.article)]
        scored: dict[int, tuple[float, float, float, float]] = {}
        for query in queries:
            for number, scores in zip(passing, self._scores(query, passing), strict=True):
                scored[number] = max(scored.get(number, (-math.inf, 0.0, 0.0, 0.0)), scores)
        best = sorted(scored, key=lambda number: (-scored[number][0], number))[:k]
        passages = tuple(self._passage(number, rank, scored[number]) for rank, number in enumerate(best, 1))
        return Retrieved(question=text, corrections=changes, queries=queries, passages=passages)

    def _scores(self, query: Query, numbers: Sequence[int]) -> list[tuple[float, float, float, float]]:
        """(fused, cosine, BM25, late interaction) of chunks."""
        if not numbers or self._vectors is None:
            return []
        late = LateInteraction(query)
        cosines = self._vectors[numbers] @ query.vector
        scores = []
        for number, cosine in zip(numbers, map(float, cosines), strict=True):
            bm25, near = self._bm25(query.stems, number), late.score(self._chunks[number].vectors.tokens)
            scores.append((self._fusion.joined(cosine, bm25, near), cosine, bm25, near))
        return scores

    def _bm25(self, terms: Sequence[str], number: int) -> float:
        """Robertson and Zaragoza (2009), eq. 3.15, with Lucene's idf."""
        mean = sum(self._lengths) / len(self._lengths)
        norm = K1 * (1 - B + B * self._lengths[number] / mean)
        held = self._chunks[number].terms
        return sum(self.idf(term) * held[term] * (K1 + 1) / (held[term] + norm) for term in terms if held[term])

    def encode(self, text: str) -> Query:
        """Encode a text as questions are."""
        (query,) = self._encoded([text])
        return query

    def _encoded(self, texts: Sequence[str]) -> tuple[Query, ...]:
        return tuple(encode_queries(texts, self._encoder, self._encoder.projection, self.idf))

    def idf(self, stem: str) -> float:
        """BM25's idf over chunks: log(1 + (n - df + 0.5) / (df + 0.5))."""
        df = self.frequencies.document_frequency(stem)
        return math.log(1 + (len(self._chunks) - df + 0.5) / (df + 0.5))

    @property
    def highest_idf(self) -> float:
        """Idf of a stem that no chunk has."""
        return math.log(1 + (len(self._chunks) + 0.5) / 0.5)

    def sentence_vectors(self, passage: Passage) -> Matrix:
        """(sentences, dimension) float32."""
        return self._chunks[passage.chunk_id].vectors.sentences

    def token_vectors(self, passage: Passage) -> tuple[Matrix, list[int]]:
        """(tokens, token dimension) float32, and how many belong to each sentence."""
        vectors = self._chunks[passage.chunk_id].vectors
        return vectors.tokens, list(vectors.token_counts)

    def is_current(self) -> bool:
        """Always: articles in memory do not change."""
        return True

    def is_replaced(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing is held but memory."""

    def _occurs(self, name: str) -> bool:
        return all(map(self.frequencies.document_frequency, stems(name)))

    def _searched_text(self, number: int) -> str:
        held = self._chunks[number]
        return encoded_text(held.article.title or "", held.chunk.context, held.chunk.text)

    def _passage(self, number: int, rank: int, scores: tuple[float, float, float, float]) -> Passage:
        held = self._chunks[number]
        score, cosine, bm25, late = scores
        blocks, contexts = blocks_and_contexts(self._structures[held.article.article_id], held.chunk.sentences)
        return Passage(
            chunk_id=number,
            article=held.article,
            start=held.chunk.start,
            end=held.chunk.end,
            text=held.chunk.text,
            sentences=held.chunk.sentences,
            rank=rank,
            score=score,
            cosine=cosine,
            bm25=bm25,
            late=late,
            blocks=blocks,
            contexts=contexts,
        )


class _Frequencies:
    """Document frequencies of words and stems, in chunks."""

    def __init__(self, chunks: Sequence[_Held]) -> None:
        self._chunks = chunks
        self._stems = Counter(stem for held in chunks for stem in held.terms)
        self._words = Counter(word for held in chunks for word in held.words)

    def document_frequency(self, term: str) -> int:
        """Chunks that hold a stem."""
        return self._stems[term]

    def word_frequency(self, word: str) -> int:
        """Chunks that hold a word, unstemmed, in lower case."""
        return self._words[word]

    def similar_words(self, word: str, distance: int, k: int = 20) -> list[int]:
        """Up to `k` chunks that hold a word within an edit distance of `word`."""
        from rapidfuzz.distance import OSA  # Here, since few questions have a misspelt word.

        near = {other for other in self._words if OSA.distance(word, other, score_cutoff=distance) <= distance}
        return [number for number, held in enumerate(self._chunks) if near & held.words.keys()][:k]
