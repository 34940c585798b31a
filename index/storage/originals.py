"""Keeps the files of paged articles, by their hashes, so that a page can be shown as its author laid it out."""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path

from index.errors import ArticleUnreadable, IndexDamaged
from index.storage.catalog import Catalog
from index.storage.trouble import flush, written
from index.text.article import IndexedArticle

FOLDER_NAME = "originals"
PARTIAL_NAME = "partial"
"""A file that is being written; an interruption leaves it behind."""
KIND = "original"


def original_path(root: Path, sha256: str) -> Path:
    """Where the index in `root` keeps the file with this hash, if it does."""
    return root / FOLDER_NAME / sha256


def write_original(root: Path, data: bytes) -> None:
    """Keep the bytes of a file; they are on the disk when this returns. One that is there and whole is left alone.

    Raises:
        DiskFull: there is no room for it.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = original_path(root, sha256)
    if _is_whole(path, sha256):
        return
    partial = path.with_name(PARTIAL_NAME)
    with written(path):
        try:
            path.parent.mkdir(exist_ok=True)
            with partial.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        for folder in (path.parent, root):
            flush(folder)


def read_original(root: Path, row: IndexedArticle) -> bytes | None:
    """The file of an article; None if none is kept.

    Raises:
        IndexDamaged: it is not what was written.
    """
    try:
        data = original_path(root, row.source_sha256).read_bytes()
    except FileNotFoundError:
        return None
    if hashlib.sha256(data).hexdigest() != row.source_sha256:
        raise IndexDamaged(
            f"the original of {row.article_id} in {root} is not what was written",
            f"run `assistant index verify --repair --index {root}`",
        )
    return data


def name_originals(catalog: Catalog, numbers: Collection[int]) -> None:
    """Record, within a change, that the files of articles are kept, by their numbers."""
    if numbers:
        catalog.set_supplements(KIND, {str(number): (number, b"") for number in numbers})


def named_originals(catalog: Catalog) -> set[int]:
    """Numbers of the articles whose files are kept."""
    return {number for number, _ in catalog.supplements(KIND).values()}


def known_originals(path: Path) -> set[int]:
    """As `named_originals`, of the catalog in the file `path`."""
    with closing(Catalog.open(path, writable=False)) as catalog:
        return named_originals(catalog)


def wrong_originals(root: Path, catalog: Catalog) -> list[str]:
    """What is wrong with the files that are kept, in words."""
    return [f"the original of {row.article_id} {what}" for row, what in _wrong(root, catalog)]


def restore_originals(root: Path, catalog: Catalog) -> Iterator[str]:
    """Keep what is damaged or missing anew where the article's file is still the same; else forget it.

    Yields what was done, in words. The writer's lock is held.
    """
    from index.text.finding import read_bytes  # With what parses metadata, which no question needs.
    from index.text.loading import file_of

    for row, what in list(_wrong(root, catalog)):
        place = file_of(row.source)
        data = b""
        with suppress(ArticleUnreadable):
            data = read_bytes(place)
        if hashlib.sha256(data).hexdigest() == row.source_sha256:
            write_original(root, data)
            yield f"the original of {row.article_id} {what}; copied it again from {place}"
            continue
        with catalog.changing():
            catalog.set_supplements(KIND, {str(row.number): None})
        original_path(root, row.source_sha256).unlink(missing_ok=True)
        yield (
            f"the original of {row.article_id} {what}, and {place} is not what it was copied from: its pages are not "
            f"shown until it is added again; its text is whole"
        )


def remove_stray_originals(root: Path, keep: Collection[str]) -> None:
    """Remove the files that belong to no article; `keep` are the hashes of those that do."""
    with suppress(FileNotFoundError):
        for path in (root / FOLDER_NAME).iterdir():
            if path.name not in keep:
                path.unlink(missing_ok=True)


def _wrong(root: Path, catalog: Catalog) -> Iterator[tuple[IndexedArticle, str]]:
    named = named_originals(catalog)
    for row in catalog.articles_unsealed():
        path = original_path(root, row.source_sha256)
        if row.number in named and not _is_whole(path, row.source_sha256):
            yield row, "was changed after it was written" if path.exists() else "is missing"


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    except OSError:
        return False
