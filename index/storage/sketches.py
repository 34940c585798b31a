"""Keeps the sketch of each article with it, so that a near-duplicate is noticed without reading every text again."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from index.errors import IndexDamaged
from index.storage.catalog import Catalog
from index.storage.store import catalog_path
from index.text.article import IndexedArticle
from index.text.likeness import Sketch, sketch_of

KIND = "sketch"


def known_sketches(root: Path) -> dict[str, Sketch]:
    """The sketches of all articles of the index in `root`, by source."""
    with closing(Catalog.open(catalog_path(root), writable=False)) as catalog, catalog.reading():
        rows = catalog.articles()
        kept = {number: np.frombuffer(data, dtype="<u4") for number, data in catalog.supplements(KIND).values()}
        made = dict(_missing(catalog, [row for row in rows if row.number not in kept]))
    found = kept | made
    return {row.source: found[row.number].astype(np.uint32) for row in rows if row.number in found}


def keep_sketches(catalog: Catalog) -> None:
    """Store the sketches that are not there yet, within a change."""
    kept = {number for number, _ in catalog.supplements(KIND).values()}
    lacking = [row for row in catalog.articles_unsealed() if row.number not in kept]
    made = _missing(catalog, lacking)
    catalog.set_supplements(KIND, {str(number): (number, sketch.astype("<u4").tobytes()) for number, sketch in made})


def _missing(catalog: Catalog, rows: list[IndexedArticle]) -> Iterator[tuple[int, Sketch]]:
    for row in rows:
        with suppress(IndexDamaged):  # It is told elsewhere; other articles are not held up by it.
            yield row.number, sketch_of(catalog.text(row.number))
