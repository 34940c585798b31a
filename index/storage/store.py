"""An index on disk: opened by readers, changed by one writer at a time, repaired when it lags."""

import contextlib
import importlib.metadata
import math
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from index.encoding.encoder import Encoder
from index.errors import IndexBusy, IndexDamaged, IndexUnavailable
from index.storage.catalog import Catalog
from index.storage.evidence import Evidence
from index.storage.generation import (
    Generation,
    build,
    contradictions,
    differences,
    generation_folder,
    open_generation,
    remove_strays,
)
from index.storage.lock import writing
from index.storage.originals import FOLDER_NAME as ORIGINALS_NAME
from index.storage.originals import read_original, remove_stray_originals, restore_originals
from index.storage.rows import ChunkRow, StoredChunk
from index.storage.trouble import FULL, damaged, written
from index.text.article import IndexedArticle, Page, fingerprint_of
from index.text.glossary import Glossary
from index.text.structure import Structure

Note = Callable[[str], None]
CATALOG_NAME = "catalog.sqlite"
PARTIAL_NAMES = (f"{CATALOG_NAME}.new", f"{CATALOG_NAME}.new-journal")
"""Files of a catalog that is being created; an interruption leaves them behind."""
OWN_NAMES = frozenset(
    {"writer.lock", "generations", ORIGINALS_NAME, CATALOG_NAME, f"{CATALOG_NAME}-journal", *PARTIAL_NAMES}
)
"""Names that an index's folder may hold."""
KEPT_STORED = 256
"""Chunks that a snapshot keeps in memory as they were read, at most; some 18 kB each."""
KEPT_TEXTS = 256
"""Articles whose texts and structures a snapshot keeps in memory, at most."""
ATTEMPTS = 5
"""Attempts of a reader to open a generation before a faster writer replaces it."""


def catalog_path(root: Path) -> Path:
    """Path of the catalog of the index in `root`."""
    return root / CATALOG_NAME


def create_index(root: Path, encoder: Encoder, *, max_tokens: int) -> None:
    """Create an empty index in the folder `root`, which may exist if it holds nothing but leftovers.

    Raises:
        IndexUnavailable: the folder is a file, holds something else, or cannot be written to.
    """
    if root.exists() and not root.is_dir():
        raise IndexUnavailable(f"{root} is a file, not a folder", "name a folder for the index")
    if root.is_dir() and (foreign := sorted({p.name for p in root.iterdir()} - OWN_NAMES)):
        raise IndexUnavailable(
            f"{root} is no index and holds {foreign[0]!r}", "name a new or empty folder for the index"
        )
    with written(root):
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if error.errno in FULL:
                raise
            raise IndexUnavailable(
                f"the folder {root} cannot be made ({error.strerror})", "check the rights to it"
            ) from error
    with writing(root):
        if catalog_path(root).exists():
            return  # Another process was first.
        remove_partial(root)
        try:
            _create(root, encoder, max_tokens)
        except BaseException:
            remove_partial(root)  # A full disk has no room for what is of no use.
            raise


def _create(root: Path, encoder: Encoder, max_tokens: int) -> None:
    partial = root / PARTIAL_NAMES[0]
    catalog = Catalog.create(
        partial,
        {
            "encoder_name": encoder.name,
            "encoder_hash": encoder.hash,
            "dimension": str(encoder.dimension),
            "max_tokens": str(max_tokens),
            "changed": now(),
        },
        encoder.projection,
    )
    with contextlib.closing(catalog), catalog.changing():
        catalog.set_meta({"fingerprint": fingerprint(catalog)})
        build(root, 0, catalog, versions=versions())
    partial.replace(catalog_path(root))


class _State:
    """What a reader opened, to tell a change of the index from damage."""

    def __init__(self, root: Path, catalog: Catalog, number: int) -> None:
        self.root = root
        self.catalog = catalog
        self.number = number
        self.file = _file_of(root)

    def is_current(self) -> bool:
        return self.file == _file_of(self.root) and self.catalog.generation == self.number

    def gone(self, what: str) -> IndexDamaged:
        """The error for something that the catalog does not hold."""
        if self.is_current():
            return damaged(self.catalog.path, what)
        return IndexDamaged(f"the index in {self.root} was changed while it was read", "open it again")


class _Chunks:
    """Reads chunks of one state, and keeps the last ones."""

    def __init__(self, catalog: Catalog, state: _State) -> None:
        self._catalog = catalog
        self._state = state
        self._kept: dict[int, StoredChunk] = {}

    def read(self, ids: Collection[int]) -> dict[int, StoredChunk]:
        missing = set(ids) - self._kept.keys()
        read = {chunk.id: chunk for chunk in self._catalog.chunks(missing)} if missing else {}
        if len(read) != len(missing):
            raise self._state.gone(f"chunk {min(missing - read.keys())} is missing")
        found = {chunk_id: read.get(chunk_id) or self._kept[chunk_id] for chunk_id in ids}
        self._kept = dict([*self._kept.items(), *read.items()][-KEPT_STORED:])
        return found


class Snapshot:
    """One state of an index, opened for reading."""

    def __init__(self, root: Path, catalog: Catalog, generation: Generation) -> None:
        self.root = root
        self.catalog = catalog
        self.generation = generation
        with catalog.reading():
            catalog.check_meta()
            if catalog.generation != generation.number:
                raise IndexDamaged(f"the index in {root} changed while it was opened", "try again")
            self.articles: dict[int, IndexedArticle] = {row.number: row for row in catalog.articles()}
            self.fingerprint = catalog.meta("fingerprint")
            self.changed = catalog.meta("changed")
            self.encoder_name = catalog.meta("encoder_name")
            self.encoder_hash = catalog.meta("encoder_hash")
            self.threshold = _number(catalog, "threshold")
            self.calibration = _text(catalog, "calibration")
            self.projection = catalog.projection()
            texts = catalog.glossaries()
        self._structures: dict[int, Structure] = {}
        self._state = _State(root, catalog, generation.number)
        self._chunks = _Chunks(catalog, self._state)
        self.evidence = Evidence(generation.ids, self._chunks.read)
        self.glossary = Glossary.merged(Glossary.parse(text, source) for source, text in texts.items())

    def chunks(self, ids: Collection[int]) -> list[ChunkRow]:
        """Chunks of this state, in ascending order of their ids.

        Raises:
            IndexDamaged: one of them was removed since, or is not what was written; open the index again.
        """
        found = self._chunks.read(ids)
        return [found[chunk_id].row for chunk_id in sorted(found)]

    def is_current(self) -> bool:
        """Whether the index is still in this state: not changed, removed or replaced."""
        return self._state.is_current()

    @property
    def replaced(self) -> bool:
        """Whether another catalog has taken this one's place."""
        return _file_of(self.root) not in (None, self._state.file)

    def text(self, number: int) -> str:
        """The text of an article of this state.

        Raises:
            IndexDamaged: the article was changed since; open the index again.
        """
        return self.structure(number).text

    def structure(self, number: int) -> Structure:
        """The structure of an article of this state.

        Raises:
            IndexDamaged: the article was changed since, or is not what was written; open the index again.
        """
        if number not in self._structures:
            try:
                structure = self.catalog.structure(number)
            except KeyError:
                raise self._state.gone(f"article {number} is missing") from None
            if len(self._structures) == KEPT_TEXTS:
                del self._structures[next(iter(self._structures))]
            self._structures[number] = structure
        return self._structures[number]

    def pages(self, number: int) -> tuple[Page, ...]:
        """The pages of an article of this state; none for a source without pages.

        Raises:
            IndexDamaged: the article was changed since, or is not what was written; open the index again.
        """
        try:
            return self.catalog.pages(number)
        except KeyError:
            raise self._state.gone(f"article {number} is missing") from None

    def original(self, number: int) -> bytes | None:
        """The file of an article; None if none is kept.

        Raises:
            IndexDamaged: it is not what was written.
        """
        return read_original(self.root, self.articles[number])

    def close(self) -> None:
        """Close the catalog."""
        self.catalog.close()


def _file_of(root: Path) -> tuple[int, int] | None:
    """Identity of a catalog's file, which changes if it is replaced; None if there is none."""
    try:
        found = catalog_path(root).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def check_index(root: Path) -> None:
    """Check that there is an index in `root`, without looking into it.

    Raises:
        IndexUnavailable: there is none, or none that can be read.
    """
    _catalog(root).close()


def _catalog(root: Path) -> Catalog:
    if root.exists() and not root.is_dir():
        raise IndexUnavailable(f"{root} is a file, not an index folder", "check --index")
    return Catalog.open(catalog_path(root), writable=False)


def open_index(root: Path, *, note: Note) -> Snapshot:
    """Open the index in `root` in its newest consistent state.

    Args:
        root: the index's folder.
        note: told what was repaired.

    Raises:
        IndexUnavailable: there is no index, or none that can be read.
        IndexDamaged: it could not be repaired from its catalog.
    """
    catalog = _catalog(root)
    try:
        for attempt in range(ATTEMPTS):
            number = catalog.generation
            try:
                generation = open_generation(root, number)
            except IndexDamaged:
                # Either a writer has just replaced that generation, or its files are damaged.
                if attempt > 0:
                    # Files may be what was written and still be no index: look closer the second time.
                    repair(root, note=note, thorough=attempt > 1)
                continue
            try:
                snapshot = Snapshot(root, catalog, generation)
            except IndexDamaged:
                if catalog.generation == number:
                    raise
                continue
            _clear_up(root, note)
            return snapshot
    except BaseException:
        catalog.close()
        raise
    catalog.close()
    raise IndexDamaged(f"the index in {root} cannot be opened", "run `assistant index verify` on it")


def _clear_up(root: Path, note: Note) -> None:
    """Remove what a killed writer left behind, which may hold text of removed articles."""
    if len(list((root / "generations").iterdir())) > 1:
        with contextlib.suppress(IndexUnavailable):  # A reader without the right to write leaves it there.
            repair(root, note=note)


def keep_threshold(root: Path, threshold: float, calibration: str) -> None:
    """Store a collection's own threshold with the index, and how it was fitted.

    Raises:
        IndexBusy: another process is changing the index.
    """
    with writing(root):
        catalog = Catalog.open(catalog_path(root), writable=True)
        try:
            with catalog.changing():
                catalog.set_meta({"threshold": repr(threshold), "calibration": calibration})
        finally:
            catalog.close()


def repair(root: Path, *, note: Note, thorough: bool = False) -> None:
    """Repair the derived files from the catalog, holding the writer's lock.

    Args:
        root: the index's folder.
        note: told what was done.
        thorough: compare every byte and vector, not only what is there.
    """
    try:
        with writing(root):
            catalog = Catalog.open(catalog_path(root), writable=True)
            try:
                repair_locked(root, catalog, note=note, thorough=thorough)
            finally:
                catalog.close()
    except IndexBusy:
        return  # A writer is at work; it has repaired, or is about to replace, what was wrong.


def repair_locked(root: Path, catalog: Catalog, *, note: Note, thorough: bool = False) -> None:
    """Repair as `repair` does, in a process that already holds the writer's lock."""
    current = catalog.generation
    catalog.check_listing()  # Else a change would put its seal on what is damaged.
    remove_partial(root)
    remove_stray_originals(root, {row.source_sha256 for row in catalog.articles()})
    strays = remove_strays(root, current)
    if any(number > current for number in strays):
        note(f"repaired the index in {root}: discarded a change that was interrupted")
    wrong = differences(generation_folder(root, current))
    if not wrong and thorough:
        try:
            wrong = contradictions(open_generation(root, current), catalog)
        except IndexDamaged as error:
            wrong = [str(error)]
    if wrong:
        with catalog.reading():
            build(root, current, catalog, versions=versions())
        note(f"repaired the index in {root}: rebuilt its search files from the catalog ({wrong[0]})")
    for done in restore_originals(root, catalog) if thorough else ():
        note(f"repaired the index in {root}: {done}")


def remove_partial(root: Path) -> None:
    """Remove a catalog that was being made when its process was killed."""
    for name in PARTIAL_NAMES:
        (root / name).unlink(missing_ok=True)


def _text(catalog: Catalog, key: str) -> str | None:
    try:
        return catalog.meta(key)
    except KeyError:
        return None


def _number(catalog: Catalog, key: str) -> float | None:
    text = _text(catalog, key)
    if text is None:
        return None
    if not math.isfinite(number := float(text)):
        raise damaged(catalog.path, f"the value {key} is no number")
    return number


def fingerprint(catalog: Catalog) -> str:
    """Hash of all that decides answers (`fingerprint_of`), as a catalog holds it."""
    return fingerprint_of(
        catalog.articles_unsealed(),
        catalog.glossaries().values(),
        encoder_hash=catalog.meta("encoder_hash"),
        max_tokens=int(catalog.meta("max_tokens")),
    )


@lru_cache(maxsize=1)
def versions() -> Mapping[str, str]:
    """Versions of the packages that write an index's files."""
    return {name: importlib.metadata.version(name) for name in ("faiss-cpu", "tantivy", "numpy", "tokenizers")}


def now() -> str:
    """The current time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
