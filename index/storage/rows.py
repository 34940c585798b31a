"""Rows of the catalog: articles and chunks to SQLite's values and back, and the hash over each row."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged
from index.storage.vectors import ChunkCodes, quantise
from index.text.article import Article, Chunk, ChunkVectors, IndexedArticle, Matrix, Sentence
from index.text.structure import Block, Kind, Structure

ARTICLE_COLUMNS = (
    "number, article_id, source, source_sha256, sha256, title, published, publisher, url, language, authors, extractor"
)
"""Columns that a list of articles shows."""
CONTENT_COLUMNS = "problems, pages, blocks, text"
CHUNK_COLUMNS = 'article, start, "end", context, sentences, vector, sentence_codes, token_counts, token_codes'


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkRow:
    """A chunk as the catalog holds it, without its vectors."""

    id: int
    """Never reused."""
    article: int
    start: int
    end: int
    context: str
    """What it is about (`Chunk.context`)."""
    sentences: tuple[Sentence, ...]


class StoredChunk:
    """A chunk as the catalog holds it, whole; what is asked for is decoded."""

    def __init__(self, values: Sequence[Any]) -> None:
        """Make it of an id and `CHUNK_COLUMNS`."""
        self.id: int = values[0]
        self.article: int = values[1]
        self.values = values

    @cached_property
    def row(self) -> ChunkRow:
        """All but its vectors."""
        id_, article, start, end, context, blob, *_ = self.values
        offsets: NDArray[np.uint32] = np.frombuffer(blob, dtype="<u4").reshape(-1, 2)
        sentences = tuple(Sentence(start=a, end=b) for a, b in offsets.tolist())
        return ChunkRow(id=id_, article=article, start=start, end=end, context=context, sentences=sentences)

    @property
    def vector(self) -> Matrix:
        """(dimension,) float32."""
        found: Matrix = np.frombuffer(self.values[6], dtype="<f4")
        return found

    @cached_property
    def codes(self) -> ChunkCodes:
        """The quantised vectors of its sentences and tokens.

        Raises:
            IndexDamaged: their sizes do not fit together.
        """
        sentences, _, codes, counts, tokens = self.values[5:10]
        return ChunkCodes.from_bytes(self.id, len(sentences) // 8, codes, counts, tokens)


def digest(values: Iterable[object]) -> bytes:
    """SHA-256 over values with their types and lengths, so that no two rows are written alike."""
    parts: list[bytes] = []
    for value in values:
        data = value if isinstance(value, bytes) else b"" if value is None else str(value).encode()
        parts += (b"%s%d:" % (type(value).__name__.encode(), len(data)), data)
    return hashlib.sha256(b"".join(parts)).digest()


def holds(row: Sequence[Any]) -> bool:
    """Whether a row that ends with its hash is what was written."""
    return bool(digest(row[:-1]) == row[-1])


def listing_hash(articles: Sequence[Sequence[Any]], glossaries: Sequence[Sequence[Any]]) -> str:
    """Hash of the list of articles and glossaries; bytes, which a damaged file may hold, are told from text."""
    return hashlib.sha256(json.dumps([articles, glossaries], default=repr).encode()).hexdigest()


def article_values(article: Article, article_id: str, structure: Structure) -> tuple[object, ...]:
    """An article as values of `ARTICLE_COLUMNS` after the number, and of `CONTENT_COLUMNS`."""
    pages = np.asarray([(page.number, page.start, page.end) for page in article.pages], dtype="<u4")
    return (
        article_id,
        article.source,
        article.source_sha256,
        article.sha256,
        article.title,
        article.published.isoformat() if article.published else None,
        article.publisher,
        article.url,
        article.language,
        json.dumps(article.authors, ensure_ascii=False),
        article.extractor,
        json.dumps(article.problems, ensure_ascii=False),
        pages.tobytes(),
        _blocks_to(structure.blocks),
        article.text,
    )


def article_from(row: Sequence[Any]) -> IndexedArticle:
    """Read `ARTICLE_COLUMNS`."""
    number, article_id, source, source_sha256, sha256, title, published, publisher, url, language, authors, by = row
    return IndexedArticle(
        number=int(number),
        article_id=article_id,
        source=source,
        source_sha256=source_sha256,
        sha256=sha256,
        title=title,
        published=date.fromisoformat(published) if published else None,
        publisher=publisher,
        url=url,
        language=language,
        authors=() if authors == "[]" else tuple(json.loads(authors)),
        extractor=by,
    )


def chunk_values(number: int, chunk: Chunk, vectors: ChunkVectors) -> tuple[object, ...]:
    """A chunk of article `number` as values of `CHUNK_COLUMNS`.

    Raises:
        IndexDamaged: a vector holds what is no number; nothing is stored then.
    """
    if not all(np.isfinite(rows).all() for rows in (vectors.chunk, vectors.sentences, vectors.tokens)):
        raise IndexDamaged(
            f"the encoder gave no vector for the passage {chunk.text[:40]!r}",
            "check the encoder's files; nothing was changed",
        )
    offsets = np.asarray([(s.start, s.end) for s in chunk.sentences], dtype="<u4")
    return (
        number,
        chunk.start,
        chunk.end,
        chunk.context,
        offsets.tobytes(),
        vectors.chunk.astype("<f4").tobytes(),
        quantise(vectors.sentences).tobytes(),
        np.asarray(vectors.token_counts, dtype="<u4").tobytes(),
        quantise(vectors.tokens).tobytes(),
    )


_KINDS = tuple(Kind)


def _blocks_to(blocks: Sequence[Block]) -> bytes:
    """Blocks as rows of eight integers; -1 for None."""
    rows = [
        (
            _KINDS.index(b.kind),
            b.start,
            b.end,
            b.level,
            b.quoted,
            _or_none(b.ordinal),
            _or_none(b.group),
            _or_none(b.parent),
        )
        for b in blocks
    ]
    return np.asarray(rows, dtype="<i4").tobytes()


def _or_none(number: int | None) -> int:
    return -1 if number is None else number


def blocks_from(data: bytes) -> list[Block]:
    """Read the column `blocks`."""
    rows: list[list[int]] = np.frombuffer(data, dtype="<i4").reshape(-1, 8).tolist()
    return [
        Block(
            kind=_KINDS[kind],
            start=start,
            end=end,
            level=level,
            quoted=quoted,
            ordinal=None if ordinal < 0 else ordinal,
            group=None if group < 0 else group,
            parent=None if parent < 0 else parent,
        )
        for kind, start, end, level, quoted, ordinal, group, parent in rows
    ]
