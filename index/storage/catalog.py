"""The catalog: an SQLite file that holds articles, chunks, sentence offsets and vectors. It is the truth.

FAISS, tantivy and the mapped sentence vectors are derived from it and named by its generation, a
number that every change raises by one in the same transaction.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoding.projection import TokenProjection
from index.errors import IndexBusy, IndexUnavailable
from index.storage.vectors import ChunkCodes, quantise
from index.text.article import Article, Chunk, ChunkVectors, IndexedArticle, Matrix, Sentence

FORMAT = 1
"""Version of the format; it goes up when an older program could not read what a newer one wrote."""

BUSY_SECONDS = 20.0
"""Seconds a reader waits for a writer's commit, which takes milliseconds."""

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL UNIQUE,
    source_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT, published TEXT, publisher TEXT, url TEXT, language TEXT,
    text TEXT NOT NULL
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    vector BLOB NOT NULL,
    sentence_codes BLOB NOT NULL,
    token_counts BLOB NOT NULL,
    token_codes BLOB NOT NULL
);
CREATE TABLE projection (one INTEGER PRIMARY KEY CHECK (one = 1), data BLOB NOT NULL);
CREATE INDEX chunks_by_article ON chunks(article);
CREATE TABLE glossaries (source TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkRow:
    """A chunk as the catalog holds it, without its vectors."""

    id: int
    """Never reused."""
    article: int
    start: int
    end: int
    sentences: tuple[Sentence, ...]


_COLUMNS = "number, article_id, source, source_sha256, sha256, title, published, publisher, url, language"


class Catalog:
    """One connection to the catalog's file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._db.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        # Removed text is overwritten with zeros, and a reader is kept waiting at commits only.
        self._db.execute("PRAGMA secure_delete = ON")
        self._db.execute("PRAGMA cache_spill = OFF")
        self._db.execute("PRAGMA foreign_keys = ON")

    @classmethod
    def create(cls, path: Path, meta: Mapping[str, str], projection: TokenProjection) -> "Catalog":
        """Create an empty catalog of generation 0."""
        catalog = cls(path, _connect(f"{path.absolute().as_uri()}?mode=rwc"))
        with catalog.changing():
            for statement in SCHEMA.split(";\n"):
                catalog._db.execute(statement)
            catalog._db.execute("INSERT INTO projection VALUES (1, ?)", (projection.to_bytes(),))
            catalog.set_meta({**meta, "format": str(FORMAT), "generation": "0"})
        return catalog

    @classmethod
    def open(cls, path: Path, *, writable: bool) -> "Catalog":
        """Open the catalog in the file `path`.

        Raises:
            IndexUnavailable: no such file, no catalog in it, or a newer format.
        """
        if not path.is_file():
            raise IndexUnavailable(f"no index in {path.parent}", "make one with `assistant index add FOLDER`")
        try:
            # A reader, too, may have to roll back what a writer killed within its commit left behind.
            catalog = cls(path, _connect(f"{path.absolute().as_uri()}?mode=rw"))
            catalog._db.execute(f"PRAGMA query_only = {'OFF' if writable else 'ON'}")
            format_ = int(catalog.meta("format"))
        except (sqlite3.Error, KeyError, ValueError) as error:
            raise IndexUnavailable(
                f"{path} is no catalog that can be read ({error})",
                f"restore it from a copy, or remove the folder {path.parent} and add the articles again",
            ) from error
        if format_ != FORMAT:
            newer = format_ > FORMAT
            raise IndexUnavailable(
                f"the index in {path.parent} has format {format_}, {'newer' if newer else 'older'} than the {FORMAT} "
                "of this program",
                "upgrade the program" if newer else "add the articles again to a new folder",
            )
        return catalog

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read one consistent state of the catalog inside; keep it short, since it blocks commits."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Write everything inside in one transaction, or nothing."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        if self._db.in_transaction:
            yield  # Part of the transaction around it.
            return
        self._db.execute(begin)
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        try:
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            self._db.execute("ROLLBACK")
            raise IndexBusy(
                f"another process has been reading {self.path} for {BUSY_SECONDS:.0f} seconds and holds up the change "
                f"({error})",
                "nothing was changed, try again",
            ) from error

    def meta(self, key: str) -> str:
        """A value about the whole index.

        Raises:
            KeyError: no such key.
        """
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return str(row[0])

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set values about the whole index."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", sorted(values.items()))

    def projection(self) -> TokenProjection:
        """Projection that reduces the dimension of this index's token vectors."""
        return TokenProjection.from_bytes(self._db.execute("SELECT data FROM projection").fetchone()[0])

    @property
    def generation(self) -> int:
        """Number of the current generation: how many changes there have been."""
        return int(self.meta("generation"))

    def articles(self) -> list[IndexedArticle]:
        """Every article, by number."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM articles ORDER BY number")
        return [_article_row(row) for row in rows]

    def text(self, number: int) -> str:
        """The text of an article.

        Raises:
            KeyError: no such article.
        """
        row = self._db.execute("SELECT text FROM articles WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return str(row[0])

    def add_article(self, article: Article, article_id: str) -> int:
        """Store an article without chunks; returns its number."""
        published = article.published.isoformat() if article.published else None
        cursor = self._db.execute(
            f"INSERT INTO articles ({_COLUMNS.removeprefix('number, ')}, text) VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                article_id,
                article.source,
                article.source_sha256,
                article.sha256,
                article.title,
                published,
                article.publisher,
                article.url,
                article.language,
                article.text,
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def move_article(self, number: int, source: str) -> None:
        """Record the new path of an unchanged article."""
        self._db.execute("UPDATE articles SET source = ? WHERE number = ?", (source, number))

    def remove_article(self, number: int) -> list[int]:
        """Remove an article with its chunks; returns the chunks' ids."""
        ids = [row[0] for row in self._db.execute("SELECT id FROM chunks WHERE article = ?", (number,))]
        self._db.execute("DELETE FROM chunks WHERE article = ?", (number,))
        self._db.execute("DELETE FROM articles WHERE number = ?", (number,))
        return ids

    def add_chunk(self, number: int, chunk: Chunk, vectors: ChunkVectors) -> int:
        """Store a chunk of article `number`, its token vectors already projected; returns its id."""
        offsets = np.asarray([(s.start, s.end) for s in chunk.sentences], dtype="<u4")
        cursor = self._db.execute(
            'INSERT INTO chunks (article, start, "end", sentences, vector, sentence_codes, token_counts, token_codes) '
            "VALUES (?,?,?,?,?,?,?,?)",
            (
                number,
                chunk.start,
                chunk.end,
                offsets.tobytes(),
                vectors.chunk.astype("<f4").tobytes(),
                quantise(vectors.sentences).tobytes(),
                np.asarray(vectors.token_counts, dtype="<u4").tobytes(),
                quantise(vectors.tokens).tobytes(),
            ),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def chunks(self, ids: Collection[int] | None = None) -> list[ChunkRow]:
        """Chunks by id in ascending order; all of them for None."""
        rows = self._select('id, article, start, "end", sentences', ids)
        return [_chunk_row(row) for row in rows]

    def chunk_ids_of(self, articles: Collection[int]) -> list[int]:
        """Ids of the chunks of articles, given by number."""
        marks = json.dumps(sorted(articles))
        rows = self._db.execute(
            "SELECT id FROM chunks WHERE article IN (SELECT value FROM json_each(?)) ORDER BY id", (marks,)
        )
        return [row[0] for row in rows]

    def vectors(self, ids: Collection[int] | None = None) -> tuple[list[int], Matrix]:
        """Chunk ids, ascending, and their vectors, (n, dimension) float32."""
        rows = list(self._select("id, vector", ids))
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        return [row[0] for row in rows], matrix.reshape(len(rows), -1) if rows else matrix.reshape(0, 1)

    def codes(self) -> Iterator[ChunkCodes]:
        """The quantised vectors of every chunk's sentences and tokens, by chunk id."""
        for id_, offsets, sentences, counts, tokens in self._select(
            "id, sentences, sentence_codes, token_counts, token_codes", None
        ):
            yield ChunkCodes.from_bytes(id_, len(offsets) // 8, sentences, counts, tokens)

    def glossaries(self) -> dict[str, str]:
        """Glossary texts by their source."""
        return dict(self._db.execute("SELECT source, text FROM glossaries ORDER BY source"))

    def set_glossary(self, source: str, text: str) -> None:
        """Add or replace a glossary."""
        self._db.execute("INSERT OR REPLACE INTO glossaries VALUES (?, ?)", (source, text))

    def remove_glossary(self, source: str) -> None:
        """Remove a glossary."""
        self._db.execute("DELETE FROM glossaries WHERE source = ?", (source,))

    def integrity(self) -> str:
        """Run SQLite's integrity check: "ok", or what is wrong with the file."""
        try:
            return " ".join(str(self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]).split())
        except sqlite3.Error as error:
            return str(error)

    def _select(self, columns: str, ids: Collection[int] | None) -> Iterable[Sequence[Any]]:
        if ids is None:
            return self._db.execute(f"SELECT {columns} FROM chunks ORDER BY id")
        marks = json.dumps(sorted(ids))
        return self._db.execute(
            f"SELECT {columns} FROM chunks WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (marks,)
        )


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def _article_row(row: Sequence[str]) -> IndexedArticle:
    number, article_id, source, source_sha256, sha256, title, published, publisher, url, language = row
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
    )


def _chunk_row(row: Sequence[Any]) -> ChunkRow:
    id_, article, start, end, blob = row
    offsets: NDArray[np.uint32] = np.frombuffer(blob, dtype="<u4").reshape(-1, 2)
    sentences = tuple(Sentence(start=int(a), end=int(b)) for a, b in offsets)
    return ChunkRow(id=int(id_), article=int(article), start=int(start), end=int(end), sentences=sentences)
