"""Upgrades an index of an older format: its articles are cut and encoded anew into a catalog beside the old one."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index.encoding.encoder import Encoder
from index.errors import IndexDamaged
from index.storage.beside import beside, finish, raw
from index.storage.catalog import FORMAT, META_HASH, Catalog, meta_hash
from index.storage.lock import writing
from index.storage.preparing import BATCH_CHUNKS, Meter, Preparing, store
from index.storage.store import Note, catalog_path, now
from index.storage.trouble import told
from index.text.article import Article, sha256_of

OLD_COLUMNS = "number, article_id, source, source_sha256, sha256, title, published, publisher, url, language, text"
"""Columns that every format has had."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OldIndex:
    """What an index of an older format says of itself."""

    format: int
    encoder_name: str
    encoder_hash: str
    max_tokens: int
    generation: int
    threshold: str | None
    """Of its own, if it had one; it was fitted to passages that are cut otherwise now."""


def old_index(root: Path) -> OldIndex | None:
    """Look whether the index in `root` has an older format; None if it has today's, or there is none.

    Raises:
        IndexDamaged: it cannot be read.
    """
    if not catalog_path(root).is_file():
        return None
    with closing(raw(root)) as db, told(catalog_path(root)):
        return _described(root, db)


def upgrade_index(root: Path, encoder: Encoder, *, note: Note, meter: Meter) -> int:
    """Upgrade the index in `root` to today's format; returns how many articles it holds.

    The new catalog is written beside the old one and takes its place in one step, so that whenever
    the process is killed, one of them is there, whole. Numbers and ids of articles stay.

    Args:
        root: an index of an older format; of today's, it is left as it is.
        encoder: the one that the index names.
        note: told what could not be taken over.
        meter: told how far it is.

    Raises:
        IndexBusy: another process is changing the index.
        IndexDamaged: a text in it is not what its hash says.
        DiskFull: there is no room for both; the old one is unharmed.
    """
    path = catalog_path(root)
    with writing(root), closing(raw(root)) as db, told(path):
        old = _described(root, db)
        if old is None:
            return 0
        meta = {
            "encoder_name": encoder.name,
            "encoder_hash": encoder.hash,
            "dimension": str(encoder.dimension),
            "max_tokens": str(old.max_tokens),
            "changed": now(),
        }
        with beside(root, meta, encoder.projection) as catalog:
            count = _fill(catalog, db, root, encoder, note=note, meter=meter)
            finish(root, catalog, old.generation + 1)
        if old.threshold is not None:
            note(f"the index's own threshold {old.threshold} is left out; `assistant eval calibrate` fits it again")
        return count


def _described(root: Path, db: sqlite3.Connection) -> OldIndex | None:
    meta: Mapping[str, str] = dict(db.execute("SELECT key, value FROM meta ORDER BY key"))
    try:
        if int(meta["format"]) >= FORMAT:
            return None
        if META_HASH in meta and meta[META_HASH] != meta_hash(meta):
            raise ValueError("they are not what was written")  # Else one flipped bit would be another format.
        return OldIndex(
            format=int(meta["format"]),
            encoder_name=meta["encoder_name"],
            encoder_hash=meta["encoder_hash"],
            max_tokens=int(meta["max_tokens"]),
            generation=int(meta["generation"]),
            threshold=meta.get("threshold"),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise _damaged(root, f"its values about the whole index cannot be read, {error}") from error


def _damaged(root: Path, what: str) -> IndexDamaged:
    return IndexDamaged(
        f"the index in {root} has an older format and is damaged ({what})",
        "restore it from a copy, or remove the folder and add the articles again",
    )


def _fill(catalog: Catalog, db: sqlite3.Connection, root: Path, encoder: Encoder, *, note: Note, meter: Meter) -> int:
    """Bring the articles and glossaries of the old catalog into the new one."""
    (total,) = db.execute("SELECT coalesce(sum(length(text)), 0) FROM articles").fetchone()
    preparing = Preparing(
        encoder, catalog.projection(), max_tokens=int(catalog.meta("max_tokens")), meter=meter, total=int(total)
    )
    ids: dict[str, tuple[int, str]] = {}

    def keep() -> None:
        with catalog.changing():
            for prepared in preparing.finished():
                number, article_id = ids[prepared.article.source]
                store(catalog, prepared, article_id, number=number)

    for number, article_id, article in _articles(root, db):
        if reason := preparing.take(article):
            note(reason)
            continue
        ids[article.source] = number, article_id
        if preparing.waiting >= BATCH_CHUNKS:
            keep()
    keep()
    with catalog.changing():
        for source, text in db.execute("SELECT source, text FROM glossaries"):
            catalog.set_glossary(source, text)
    return len(ids)


def _articles(root: Path, db: sqlite3.Connection) -> Iterator[tuple[int, str, Article]]:
    """Number, id and content of each article of the old catalog."""
    there = {row[1] for row in db.execute("PRAGMA table_info(articles)")}
    authors = "authors" if "authors" in there else "'[]'"
    extractor = "extractor" if "extractor" in there else "''"
    rows = db.execute(f"SELECT {OLD_COLUMNS}, {authors}, {extractor} FROM articles ORDER BY number")
    for (
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
        text,
        by,
        how,
    ) in rows:
        try:
            article = Article(
                source=source,
                name=article_id,
                text=text,
                title=title,
                published=date.fromisoformat(published) if published else None,
                publisher=publisher,
                url=url,
                language=language,
                authors=tuple(json.loads(by)),
                source_sha256=source_sha256,
                extractor=how,
            )
            if sha256_of(text) != sha256:
                raise ValueError("its text is not what its hash says")
        except (ValueError, TypeError, AttributeError) as error:
            raise _damaged(root, f"the article {article_id}: {error}") from error
        yield int(number), article_id, article
