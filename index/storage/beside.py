"""A catalog that is written beside the one in use, and takes its place in one step."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from index.encoding.projection import TokenProjection
from index.storage.catalog import Catalog
from index.storage.generation import build, remove_strays
from index.storage.originals import remove_stray_originals
from index.storage.store import PARTIAL_NAMES, catalog_path, fingerprint, remove_partial, versions
from index.storage.trouble import flush, told


def raw(root: Path) -> sqlite3.Connection:
    """Connect to the catalog in `root`, whatever its format and state."""
    # It may have to roll back what a writer killed within its commit left behind.
    with told(catalog_path(root)):
        return sqlite3.connect(f"{catalog_path(root).absolute().as_uri()}?mode=rw", uri=True, isolation_level=None)


@contextmanager
def beside(root: Path, meta: Mapping[str, str], projection: TokenProjection) -> Iterator[Catalog]:
    """Create an empty catalog beside the one in `root`, for `finish` at the end of the block; else it goes again."""
    remove_partial(root)
    try:
        with closing(Catalog.create(root / PARTIAL_NAMES[0], meta, projection)) as catalog:
            yield catalog
    finally:
        remove_partial(root)  # A full disk has no room for what is of no use.


def finish(root: Path, catalog: Catalog, generation: int) -> None:
    """Write the derived files of a catalog made by `beside`, close it, and put it into the other one's place.

    Args:
        root: the index's folder.
        catalog: filled.
        generation: its number, not that of the catalog in use, whose files are whole until it is replaced.
    """
    with catalog.changing():
        catalog.set_meta({"generation": str(generation), "fingerprint": fingerprint(catalog)})
        catalog.seal_listing()
        build(root, generation, catalog, versions=versions())
    sources = {row.source_sha256 for row in catalog.articles()}
    catalog.close()
    (root / PARTIAL_NAMES[0]).replace(catalog_path(root))
    flush(root)
    remove_stray_originals(root, sources)
    remove_strays(root, generation)
