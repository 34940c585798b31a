"""Salvages a damaged catalog: what is as it was written goes into a new one, and the rest is named."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from index.errors import IndexDamaged
from index.storage.beside import beside, finish, raw
from index.storage.catalog import (
    GLOSSARIES,
    LISTING_HASH,
    META_HASH,
    WHOLE_ARTICLES,
    WHOLE_CHUNKS,
    WHOLE_SUPPLEMENTS,
    Catalog,
)
from index.storage.lock import writing
from index.storage.rows import ARTICLE_COLUMNS, StoredChunk, article_from, holds
from index.storage.store import Note, catalog_path, now
from index.storage.verify import wrong_offsets
from index.text.article import sha256_of

MOST_IDS = 10_000_000
"""Ids that are tried one by one at most, where a table cannot be read in one go."""


def salvage(root: Path, *, note: Note) -> bool:
    """Take out of the catalog in `root` what is not as it was written; whether there was anything.

    Articles whose text, metadata and passages all hold stay, with their numbers and ids. The new
    catalog takes the old one's place in one step.

    Args:
        root: the index's folder.
        note: told what was taken out, an article or glossary at a time.

    Raises:
        IndexBusy: another process is changing the index.
        IndexDamaged: what concerns the whole index is damaged too, so that nothing can be read by it.
        DiskFull: there is no room for both catalogs; the old one is left as it is.
    """
    with writing(root):
        with closing(Catalog.open(catalog_path(root), writable=True)) as catalog:
            projection = catalog.projection()
            if _is_sound(catalog):
                return False
            generation = catalog.generation
        with closing(raw(root)) as db:
            meta = dict(db.execute("SELECT key, value FROM meta"))
            kept = {key: value for key, value in meta.items() if key not in {META_HASH, LISTING_HASH, "format"}}
            with beside(root, kept | {"changed": now()}, projection) as new:
                with new.changing():
                    _copy(db, new, note)
                finish(root, new, generation + 1)
    return True


def _is_sound(catalog: Catalog) -> bool:
    try:
        catalog.check_listing()
        chunks: dict[int, list[StoredChunk]] = {}
        with catalog.reading():
            if catalog.integrity() != "ok" or catalog.damaged_rows():
                return False
            for chunk in catalog.chunks():
                chunks.setdefault(chunk.article, []).append(StoredChunk(chunk.values[:6]))
            return not any(
                wrong_offsets(row, catalog.text(row.number), [one.row for one in chunks.pop(row.number, [])])
                for row in catalog.articles()
            )
    except IndexDamaged:
        return False


def _copy(db: sqlite3.Connection, new: Catalog, note: Note) -> None:
    """Copy the articles that hold, with their chunks, and the glossaries."""
    chunks: dict[int, list[StoredChunk]] = {}
    for row in _rows(db, WHOLE_CHUNKS, "chunks", "id"):
        if holds(row):
            chunks.setdefault(row[1], []).append(StoredChunk(row[:6]))  # Without its vectors, which are large.
    for row in _rows(db, WHOLE_ARTICLES, "articles", "number"):
        article = article_from(row[: len(ARTICLE_COLUMNS.split(", "))]) if holds(row) else None
        own = sorted(chunks.pop(row[0], []), key=lambda chunk: chunk.row.start)
        if article is None or wrong_offsets(article, row[-2], [chunk.row for chunk in own]):
            note(
                f"took out the article {str(row[1])[:100]!r}, which is damaged; add it again with "
                f"`assistant index add {str(row[2])[:300]}`"
            )
            continue
        new.copy_row("articles", row)
        for chunk in own:
            for whole in db.execute(f"{WHOLE_CHUNKS} WHERE id = ?", (chunk.id,)):
                new.copy_row("chunks", whole)
    numbers = set(new.numbers())
    for kind, key, number, data, sha256 in _all(db, WHOLE_SUPPLEMENTS):
        if number in numbers and holds((kind, key, number, data, sha256)):
            new.set_supplements(kind, {key: (number, data)})
    for source, text, sha256 in _all(db, GLOSSARIES):
        if sha256_of(str(text)) == sha256:
            new.set_glossary(source, text)
        else:
            note(f"took out the glossary {str(source)[:300]!r}, which is damaged; add it again")


def _rows(db: sqlite3.Connection, select: str, table: str, key: str) -> Iterator[Sequence[Any]]:
    """The rows of a table that can be read at all, by key."""
    for number in _keys(db, table, key):
        yield from _all(db, f"{select} WHERE {key} = {number}")


def _keys(db: sqlite3.Connection, table: str, key: str) -> Sequence[int]:
    with suppress(sqlite3.DatabaseError):
        return sorted({int(row[0]) for row in db.execute(f"SELECT {key} FROM {table} NOT INDEXED").fetchall()})
    used = [0]
    for most in (f"SELECT max({key}) FROM {table}", f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"):
        used += [row[0] for row in _all(db, most) if isinstance(row[0], int)]
    return range(1, min(max(used), MOST_IDS) + 1)


def _all(db: sqlite3.Connection, statement: str) -> list[Sequence[Any]]:
    try:
        return db.execute(statement).fetchall()
    except (sqlite3.DatabaseError, MemoryError):
        return []
