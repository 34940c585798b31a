"""The catalog: an SQLite file that holds articles, chunks, sentence offsets and vectors. It is the truth.

FAISS, tantivy and the mapped sentence vectors are derived from it and named by its generation, a
number that every change raises by one in the same transaction.
"""

import hashlib
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
from index.errors import IndexBusy, IndexDamaged, IndexUnavailable
from index.storage.vectors import ChunkCodes, quantise
from index.text.article import Article, Chunk, ChunkVectors, IndexedArticle, Matrix, Page, Sentence, sha256_of
from index.text.structure import Block, Kind, Structure

FORMAT = 2
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
    title TEXT, published TEXT, publisher TEXT, url TEXT, language TEXT, authors TEXT NOT NULL,
    extractor TEXT NOT NULL, problems TEXT NOT NULL, pages BLOB NOT NULL, blocks BLOB NOT NULL,
    text TEXT NOT NULL,
    row_sha256 BLOB NOT NULL
);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles(number),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    context TEXT NOT NULL,
    sentences BLOB NOT NULL,
    vector BLOB NOT NULL,
    sentence_codes BLOB NOT NULL,
    token_counts BLOB NOT NULL,
    token_codes BLOB NOT NULL,
    row_sha256 BLOB NOT NULL
);
CREATE TABLE projection (one INTEGER PRIMARY KEY CHECK (one = 1), data BLOB NOT NULL, sha256 TEXT NOT NULL);
CREATE INDEX chunks_by_article ON chunks(article);
CREATE TABLE glossaries (source TEXT PRIMARY KEY, text TEXT NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
"""


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


_COLUMNS = (
    "number, article_id, source, source_sha256, sha256, title, published, publisher, url, language, authors, extractor"
)
_CHUNK_COLUMNS = 'article, start, "end", context, sentences, vector, sentence_codes, token_counts, token_codes'
META_HASH = "meta_sha256"
"""Key of the hash over all other values about the whole index."""


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
            data = projection.to_bytes()
            catalog._db.execute("INSERT INTO projection VALUES (1, ?, ?)", (data, hashlib.sha256(data).hexdigest()))
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
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (META_HASH, self._meta_hash()))

    def _meta_hash(self) -> str:
        rows = self._db.execute("SELECT key, value FROM meta WHERE key != ? ORDER BY key", (META_HASH,))
        return digest(value for row in rows for value in row).hex()

    def check_meta(self) -> None:
        """Check the values about the whole index against their hash.

        Raises:
            IndexDamaged: they are not what was written.
        """
        if self.meta(META_HASH) != self._meta_hash():
            raise self._damaged("the values about the whole index are")

    def projection(self) -> TokenProjection:
        """Projection that reduces the dimension of this index's token vectors.

        Raises:
            IndexDamaged: it is not what was written.
        """
        data, sha256 = self._db.execute("SELECT data, sha256 FROM projection").fetchone()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise self._damaged("the projection of token vectors is")
        return TokenProjection.from_bytes(data)

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(
            f"the catalog {self.path} is damaged: {what} not what was written",
            f"restore it from a copy, or remove the folder {self.path.parent} and add the articles again",
        )

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
            IndexDamaged: it is not what its hash says.
        """
        row = self._db.execute("SELECT text, sha256 FROM articles WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        text = str(row[0])
        if sha256_of(text) != row[1]:
            raise self._damaged(f"the text of article {number} is")
        return text

    def structure(self, number: int, text: str) -> Structure:
        """The structure of an article's text.

        Raises:
            KeyError: no such article.
        """
        row = self._db.execute("SELECT blocks FROM articles WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return Structure(text, _blocks_from(row[0]))

    def pages(self, number: int) -> tuple[Page, ...]:
        """The pages of an article; none for a source without pages.

        Raises:
            KeyError: no such article.
        """
        row = self._db.execute("SELECT pages FROM articles WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        rows: NDArray[np.uint32] = np.frombuffer(row[0], dtype="<u4").reshape(-1, 3)
        return tuple(Page(number=int(n), start=int(a), end=int(b)) for n, a, b in rows)

    def add_article(self, article: Article, article_id: str, structure: Structure) -> int:
        """Store an article without chunks; returns its number."""
        published = article.published.isoformat() if article.published else None
        pages = np.asarray([(page.number, page.start, page.end) for page in article.pages], dtype="<u4")
        values = (
            article_id,
            article.source,
            article.source_sha256,
            article.sha256,
            article.title,
            published,
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
        columns = f"{_COLUMNS.removeprefix('number, ')}, problems, pages, blocks, text, row_sha256"
        cursor = self._db.execute(
            f"INSERT INTO articles ({columns}) VALUES ({','.join('?' * (len(values) + 1))})", (*values, digest(values))
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def move_article(self, number: int, source: str) -> None:
        """Record the new path of an unchanged article."""
        self._db.execute("UPDATE articles SET source = ? WHERE number = ?", (source, number))
        (values,) = self._article_values(number)
        self._db.execute("UPDATE articles SET row_sha256 = ? WHERE number = ?", (digest(values[1:-1]), number))

    def _article_values(self, number: int | None = None) -> Iterable[Sequence[Any]]:
        """All columns of articles, the number first and the row's hash last."""
        where, of = ("", ()) if number is None else (" WHERE number = ?", (number,))
        return self._db.execute(
            f"SELECT {_COLUMNS}, problems, pages, blocks, text, row_sha256 FROM articles{where} ORDER BY number", of
        )

    def damaged_rows(self) -> list[str]:
        """Articles, chunks and glossaries that are not what their hashes say, in words."""
        wrong = [f"article {row[0]}" for row in self._article_values() if digest(row[1:-1]) != row[-1]]
        chunks = self._db.execute(f"SELECT id, {_CHUNK_COLUMNS}, row_sha256 FROM chunks ORDER BY id")
        wrong += [f"chunk {row[0]}" for row in chunks if digest(row[1:-1]) != row[-1]]
        glossaries = self._db.execute("SELECT source, text, sha256 FROM glossaries ORDER BY source")
        return wrong + [f"the glossary {row[0]}" for row in glossaries if sha256_of(row[1]) != row[2]]

    def remove_article(self, number: int) -> list[int]:
        """Remove an article with its chunks; returns the chunks' ids."""
        ids = [row[0] for row in self._db.execute("SELECT id FROM chunks WHERE article = ?", (number,))]
        self._db.execute("DELETE FROM chunks WHERE article = ?", (number,))
        self._db.execute("DELETE FROM articles WHERE number = ?", (number,))
        return ids

    def add_chunk(self, number: int, chunk: Chunk, vectors: ChunkVectors) -> int:
        """Store a chunk of article `number`, its token vectors already projected; returns its id."""
        offsets = np.asarray([(s.start, s.end) for s in chunk.sentences], dtype="<u4")
        values = (
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
        cursor = self._db.execute(
            f"INSERT INTO chunks ({_CHUNK_COLUMNS}, row_sha256) VALUES (?,?,?,?,?,?,?,?,?,?)", (*values, digest(values))
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def chunks(self, ids: Collection[int] | None = None) -> list[ChunkRow]:
        """Chunks by id in ascending order; all of them for None.

        Raises:
            IndexDamaged: one of those named is not what its hash says.
        """
        if ids is None:
            return [_chunk_row(row) for row in self._select('id, article, start, "end", context, sentences', None)]
        rows = list(self._select(f"id, {_CHUNK_COLUMNS}, row_sha256", ids))
        damaged = next((row[0] for row in rows if digest(row[1:-1]) != row[-1]), None)
        if damaged is not None:
            raise self._damaged(f"chunk {damaged} is")
        return [_chunk_row(row[:6]) for row in rows]

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
        self._db.execute("INSERT OR REPLACE INTO glossaries VALUES (?, ?, ?)", (source, text, sha256_of(text)))

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


def digest(values: Iterable[object]) -> bytes:
    """SHA-256 over values with their types and lengths, so that no two rows are written alike."""
    hashed = hashlib.sha256()
    for value in values:
        data = value if isinstance(value, bytes) else b"" if value is None else str(value).encode()
        hashed.update(f"{type(value).__name__}{len(data)}:".encode())
        hashed.update(data)
    return hashed.digest()


def _article_row(row: Sequence[Any]) -> IndexedArticle:
    (
        number,
        article_id,
        source,
        source_sha256,
        sha256,
        title,
        published,
        publisher,
        url,
        language,
        authors,
        extractor,
    ) = row
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
        authors=tuple(json.loads(authors)),
        extractor=extractor,
    )


def _chunk_row(row: Sequence[Any]) -> ChunkRow:
    id_, article, start, end, context, blob = row
    offsets: NDArray[np.uint32] = np.frombuffer(blob, dtype="<u4").reshape(-1, 2)
    sentences = tuple(Sentence(start=int(a), end=int(b)) for a, b in offsets)
    return ChunkRow(
        id=int(id_), article=int(article), start=int(start), end=int(end), context=str(context), sentences=sentences
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


def _blocks_from(data: bytes) -> list[Block]:
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
