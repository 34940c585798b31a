"""The catalog: an SQLite file that holds articles, chunks, sentence offsets and vectors. It is the truth.

FAISS and tantivy are derived from it and named by its generation, a number that every change raises
by one in the same transaction. Each row has a SHA-256, and whatever is read is checked against it.
"""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from index.encoding.projection import TokenProjection
from index.errors import IndexBusy, IndexDamaged, IndexOutdated, IndexUnavailable
from index.storage.rows import (
    ARTICLE_COLUMNS,
    CHUNK_COLUMNS,
    CONTENT_COLUMNS,
    StoredChunk,
    article_from,
    article_values,
    blocks_from,
    chunk_values,
    digest,
    holds,
    listing_hash,
)
from index.storage.trouble import damaged, primary, told, trouble
from index.text.article import Article, Chunk, ChunkVectors, IndexedArticle, Page, sha256_of
from index.text.structure import Structure

FORMAT = 3
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

SUPPLEMENTS = """
CREATE TABLE IF NOT EXISTS supplements (
    kind TEXT NOT NULL, key TEXT NOT NULL, article INTEGER NOT NULL, data BLOB NOT NULL, row_sha256 BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""
"""Made when it is first written to: programs of the same format that do not know it leave it alone."""

WHOLE_ARTICLES = f"SELECT {ARTICLE_COLUMNS}, {CONTENT_COLUMNS}, row_sha256 FROM articles"
WHOLE_CHUNKS = f"SELECT id, {CHUNK_COLUMNS}, row_sha256 FROM chunks"
WHOLE_SUPPLEMENTS = "SELECT kind, key, article, data, row_sha256 FROM supplements"
GLOSSARIES = "SELECT source, text, sha256 FROM glossaries ORDER BY source"
META_HASH = "meta_sha256"
"""Key of the hash over all other values about the whole index."""
LISTING_HASH = "listing_sha256"
"""Key of the hash over the list of all articles, without their texts, so that none goes missing unnoticed."""


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
        with told(path):
            catalog = cls(path, _connect(f"{path.absolute().as_uri()}?mode=rwc"))
        try:
            with catalog.changing():
                for statement in SCHEMA.split(";\n"):
                    catalog._run(statement)
                data = projection.to_bytes()
                catalog._run("INSERT INTO projection VALUES (1, ?, ?)", (data, hashlib.sha256(data).hexdigest()))
                catalog.set_meta({**meta, "format": str(FORMAT), "generation": "0"})
                catalog.seal_listing()
        except BaseException:
            catalog.close()
            raise
        return catalog

    @classmethod
    def open(cls, path: Path, *, writable: bool) -> "Catalog":
        """Open the catalog in the file `path`.

        Raises:
            IndexUnavailable: no such file, no catalog in it, or a newer format.
            IndexOutdated: an older format, which `upgrade_index` makes new.
            IndexDamaged: the values about the whole index are not what was written.
        """
        if not path.is_file():
            raise IndexUnavailable(f"no index in {path.parent}", "make one with `assistant index add FOLDER`")
        catalog = None
        try:
            # A reader, too, may have to roll back what a writer killed within its commit left behind.
            catalog = cls(path, _connect(f"{path.absolute().as_uri()}?mode=rw"))
            catalog._db.execute(f"PRAGMA query_only = {'OFF' if writable else 'ON'}")
            catalog._check_format()
            catalog.check_meta()
        except (sqlite3.Error, KeyError, ValueError) as error:
            if catalog is not None:
                catalog.close()
            raise IndexUnavailable(
                f"{path} is no catalog that can be read ({error})",
                f"restore it from a copy, or remove the folder {path.parent} and add the articles again",
            ) from error
        except BaseException:
            if catalog is not None:
                catalog.close()
            raise
        return catalog

    def _check_format(self) -> None:
        row = self._db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
        if row is None:
            raise KeyError("format")
        format_ = int(row[0])
        if format_ == FORMAT:
            return
        if self._db.execute("SELECT 1 FROM meta WHERE key = ?", (META_HASH,)).fetchone():
            self.check_meta()  # Else one flipped bit would be another format.
        root = self.path.parent
        if format_ > FORMAT:
            raise IndexUnavailable(
                f"the index in {root} has format {format_}, newer than the {FORMAT} of this program",
                "upgrade the program",
            )
        raise IndexOutdated(
            f"the index in {root} has format {format_}, older than the {FORMAT} of this program",
            f"run `assistant index upgrade --index {root}`",
        )

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
        self._run(begin)
        try:
            yield
        except BaseException:
            self._roll_back()
            raise
        try:
            self._db.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self._roll_back()
            if primary(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise IndexBusy(
                    f"another process has been reading {self.path} for {BUSY_SECONDS:.0f} seconds and holds up the "
                    f"change ({error})",
                    "nothing was changed, try again",
                ) from error
            raise trouble(error, self.path) from error

    def _roll_back(self) -> None:
        if self._db.in_transaction:  # SQLite may have done so itself, where the disk is full.
            with suppress(sqlite3.DatabaseError):  # It ends with the connection; what went wrong before counts.
                self._db.execute("ROLLBACK")

    def _run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement to its end; the rows.

        Raises:
            AssistantError: what SQLite says, in one line with what to do.
        """
        with told(self.path):
            return self._db.execute(statement, values).fetchall()

    def _each(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Run a statement, and yield its rows one by one where all of them take much memory."""
        with told(self.path):
            cursor = self._db.execute(statement, values)
        while True:
            with told(self.path):
                row = cursor.fetchone()
            if row is None:
                return
            yield row

    def meta(self, key: str) -> str:
        """A value about the whole index.

        Raises:
            KeyError: no such key.
        """
        rows = self._run("SELECT value FROM meta WHERE key = ?", (key,))
        if not rows:
            raise KeyError(key)
        return str(rows[0][0])

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set values about the whole index."""
        for pair in sorted(values.items()):
            self._run("INSERT OR REPLACE INTO meta VALUES (?, ?)", pair)
        self._run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (META_HASH, self._meta_hash()))

    def _meta_hash(self) -> str:
        return meta_hash(dict(self._run("SELECT key, value FROM meta ORDER BY key")))

    def check_meta(self) -> None:
        """Check the values about the whole index against their hash.

        Raises:
            IndexDamaged: they are not what was written.
        """
        with self.reading():
            if self._values(META_HASH) != [self._meta_hash()]:
                raise self._damaged("the values about the whole index are")

    def _values(self, key: str) -> list[object]:
        return [row[0] for row in self._run("SELECT value FROM meta WHERE key = ?", (key,))]

    def seal_listing(self) -> None:
        """Record the hash of the list of articles and glossaries, after a change of them."""
        self.set_meta({LISTING_HASH: listing_hash(*self._listing())})

    def check_listing(self) -> None:
        """Check the list of articles and glossaries against its hash.

        Raises:
            IndexDamaged: it is not what was written.
        """
        self._checked_listing()

    def _checked_listing(self) -> list[Sequence[Any]]:
        with self.reading():
            articles, glossaries = self._listing()
            if self._values(LISTING_HASH) != [listing_hash(articles, glossaries)]:
                raise self._damaged("the list of articles is")
        return articles

    def _listing(self) -> tuple[list[Sequence[Any]], list[Sequence[Any]]]:
        articles = self._run(f"SELECT {ARTICLE_COLUMNS} FROM articles ORDER BY number")
        return articles, self._run("SELECT source, sha256 FROM glossaries ORDER BY source")

    def projection(self) -> TokenProjection:
        """Projection that reduces the dimension of this index's token vectors.

        Raises:
            IndexDamaged: it is not what was written, or holds what is no number.
        """
        rows = self._run("SELECT data, sha256 FROM projection")
        if len(rows) != 1 or not isinstance(rows[0][0], bytes) or hashlib.sha256(rows[0][0]).hexdigest() != rows[0][1]:
            raise self._damaged("the projection of token vectors is")
        projection = TokenProjection.from_bytes(rows[0][0])
        if not (np.isfinite(projection.mean).all() and np.isfinite(projection.basis).all()):
            raise damaged(self.path, "the projection of token vectors holds what is no number")
        return projection

    def _damaged(self, what: str) -> IndexDamaged:
        return damaged(self.path, f"{what} not what was written")

    @property
    def generation(self) -> int:
        """Number of the current generation: how many changes there have been."""
        return int(self.meta("generation"))

    def articles(self) -> list[IndexedArticle]:
        """Every article, by number.

        Raises:
            IndexDamaged: the list is not what was written.
        """
        return [article_from(row) for row in self._checked_listing()]

    def articles_unsealed(self) -> list[IndexedArticle]:
        """Every article, by number, within a change that has not sealed the list yet."""
        return [article_from(row) for row in self._listing()[0]]

    def text(self, number: int) -> str:
        """The text of an article.

        Raises:
            KeyError: no such article.
            IndexDamaged: it is not what its hash says.
        """
        return self.titled(number)[1]

    def titled(self, number: int) -> tuple[str, str]:
        """The title of an article, "" for none, and its text.

        Raises:
            KeyError: no such article.
            IndexDamaged: it is not what its hash says.
        """
        row = self._article(number)
        return str(row[5] or ""), str(row[-1])

    def structure(self, number: int) -> Structure:
        """The text of an article with its structure.

        Raises:
            KeyError: no such article.
            IndexDamaged: it is not what its hash says.
        """
        *_, blocks, text = self._article(number)
        return Structure(text, blocks_from(blocks))

    def pages(self, number: int) -> tuple[Page, ...]:
        """The pages of an article; none for a source without pages.

        Raises:
            KeyError: no such article.
            IndexDamaged: they are not what their hash says.
        """
        *_, pages, _, _ = self._article(number)
        rows: NDArray[np.uint32] = np.frombuffer(pages, dtype="<u4").reshape(-1, 3)
        return tuple(Page(number=int(n), start=int(a), end=int(b)) for n, a, b in rows)

    def _article(self, number: int) -> Sequence[Any]:
        """All columns of an article but its hash, which holds."""
        rows = self._run(f"{WHOLE_ARTICLES} WHERE number = ?", (number,))
        if not rows:
            raise KeyError(number)
        if not holds(rows[0]):
            raise self._damaged(f"article {number} is")
        return cast("Sequence[Any]", rows[0][:-1])

    def add_article(self, article: Article, article_id: str, structure: Structure, *, number: int | None = None) -> int:
        """Store an article without chunks, under `number` or the next one; returns its number."""
        number = self._next("articles", "number") if number is None else number
        values = (number, *article_values(article, article_id, structure))
        self._insert("articles", f"{ARTICLE_COLUMNS}, {CONTENT_COLUMNS}", values)
        return number

    def _next(self, table: str, key: str) -> int:
        """The next number of a table, which none of its rows ever had."""
        used = self._run(
            f"SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0), "
            f"coalesce((SELECT max({key}) FROM {table}), 0))"
        )
        return int(used[0][0]) + 1

    def _insert(self, table: str, columns: str, values: Sequence[Any]) -> None:
        marks = ",".join("?" * (len(values) + 1))
        self._run(f"INSERT INTO {table} ({columns}, row_sha256) VALUES ({marks})", (*values, digest(values)))

    def move_articles(self, sources: Mapping[int, str]) -> None:
        """Record the new paths of unchanged articles, by their numbers."""
        with self.changing():
            for number, source in sources.items():
                values = list(self._article(number))
                values[ARTICLE_COLUMNS.split(", ").index("source")] = source
                self._run(
                    "UPDATE articles SET source = ?, row_sha256 = ? WHERE number = ?", (source, digest(values), number)
                )
            self.seal_listing()

    def copy_row(self, table: str, values: Sequence[Any]) -> None:
        """Store a row of `WHOLE_ARTICLES` or `WHOLE_CHUNKS` as another catalog holds it, hash included."""
        columns = f"{ARTICLE_COLUMNS}, {CONTENT_COLUMNS}" if table == "articles" else f"id, {CHUNK_COLUMNS}"
        marks = ",".join("?" * len(values))
        self._run(f"INSERT INTO {table} ({columns}, row_sha256) VALUES ({marks})", values)

    def damaged_rows(self) -> list[str]:
        """Articles, chunks and glossaries that are not what their hashes say, in words."""
        articles = self._each(f"{WHOLE_ARTICLES} ORDER BY number")
        wrong = [f"article {row[0]}" for row in articles if not holds(row)]
        wrong += [f"chunk {row[0]}" for row in self._chunk_values(None) if not holds(row)]
        wrong += [f"the {row[0]} {row[1]}" for row in self._supplements() if not holds(row)]
        glossaries = self._run(GLOSSARIES)
        return wrong + [f"the glossary {row[0]}" for row in glossaries if sha256_of(str(row[1])) != row[2]]

    def remove_article(self, number: int) -> list[int]:
        """Remove an article with its chunks; returns the chunks' ids."""
        ids = [row[0] for row in self._run("SELECT id FROM chunks WHERE article = ?", (number,))]
        self._run("DELETE FROM chunks WHERE article = ?", (number,))
        self._run("DELETE FROM articles WHERE number = ?", (number,))
        if self._has_supplements():
            self._run("DELETE FROM supplements WHERE article = ?", (number,))
        return ids

    def supplements(self, kind: str) -> dict[str, tuple[int, bytes]]:
        """What is kept beside articles, of one kind: the article's number and the data of each key.

        Rows of removed articles, and those that are not what their hashes say, are left out.
        """
        numbers = set(self.numbers())
        rows = [row for row in self._supplements() if row[0] == kind and row[2] in numbers and holds(row)]
        return {key: (number, data) for _, key, number, data, _ in rows}

    def set_supplements(self, kind: str, values: Mapping[str, tuple[int, bytes] | None]) -> None:
        """Keep data beside articles, or forget it where the value is None."""
        self._run(SUPPLEMENTS)
        for key, value in values.items():
            self._run("DELETE FROM supplements WHERE kind = ? AND key = ?", (kind, key))
            if value is not None:
                self._insert("supplements", "kind, key, article, data", (kind, key, *value))

    def _has_supplements(self) -> bool:
        return bool(self._run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'supplements'"))

    def _supplements(self) -> list[Sequence[Any]]:
        return self._run(WHOLE_SUPPLEMENTS) if self._has_supplements() else []

    def add_chunk(self, number: int, chunk: Chunk, vectors: ChunkVectors) -> int:
        """Store a chunk of article `number`, its token vectors already projected; returns its id."""
        id_ = self._next("chunks", "id")
        self._insert("chunks", f"id, {CHUNK_COLUMNS}", (id_, *chunk_values(number, chunk, vectors)))
        return id_

    def article_ids(self) -> set[str]:
        """Ids of all articles, within a change too."""
        return {row[0] for row in self._run("SELECT article_id FROM articles")}

    def numbers(self) -> list[int]:
        """Numbers of all articles, ascending."""
        return [row[0] for row in self._run("SELECT number FROM articles ORDER BY number")]

    def chunk_ids(self) -> list[int]:
        """Ids of all chunks, ascending."""
        return [row[0] for row in self._run("SELECT id FROM chunks ORDER BY id")]

    def chunks(self, ids: Collection[int] | None = None) -> Iterator[StoredChunk]:
        """Chunks by id in ascending order, with their vectors; all of them for None.

        Raises:
            IndexDamaged: one of them is not what its hash says.
        """
        for row in self._chunk_values(ids):
            if not holds(row):
                raise self._damaged(f"chunk {row[0]} is")
            yield StoredChunk(row[:-1])

    def _chunk_values(self, ids: Collection[int] | None) -> Iterable[Sequence[Any]]:
        if ids is None:
            return self._each(f"{WHOLE_CHUNKS} ORDER BY id")
        marks = json.dumps(sorted(ids))
        return self._run(f"{WHOLE_CHUNKS} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (marks,))

    def glossaries(self) -> dict[str, str]:
        """Glossary texts by their source.

        Raises:
            IndexDamaged: one is not what was written.
        """
        rows = self._run(GLOSSARIES)
        for source, text, sha256 in rows:
            if sha256_of(str(text)) != sha256:
                raise self._damaged(f"the glossary {source} is")
        return {str(source): str(text) for source, text, _ in rows}

    def set_glossary(self, source: str, text: str) -> None:
        """Add or replace a glossary."""
        self._run("INSERT OR REPLACE INTO glossaries VALUES (?, ?, ?)", (source, text, sha256_of(text)))

    def remove_glossary(self, source: str) -> None:
        """Remove a glossary."""
        self._run("DELETE FROM glossaries WHERE source = ?", (source,))

    def integrity(self) -> str:
        """Run SQLite's integrity check: "ok", or what is wrong with the file."""
        try:
            return " ".join(str(self._db.execute("PRAGMA integrity_check(1)").fetchone()[0]).split())
        except (sqlite3.Error, MemoryError) as error:
            return str(error)


def meta_hash(meta: Mapping[str, str]) -> str:
    """Hash of the values about the whole index, in ascending order of their keys."""
    return digest(value for key, one in meta.items() if key != META_HASH for value in (key, one)).hex()


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
