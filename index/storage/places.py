"""Keeps the other places of an article whose content is in several files."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from index.storage.catalog import Catalog
from index.storage.incoming import Incoming
from index.storage.lock import writing
from index.storage.store import catalog_path
from index.text.loading import file_of

KIND = "place"


def other_places(root: Path) -> dict[int, list[str]]:
    """The other places of each article that has any, by its number."""
    places: dict[int, list[str]] = {}
    with closing(Catalog.open(catalog_path(root), writable=False)) as catalog:
        for source, (number, _) in sorted(catalog.supplements(KIND).items()):
            places.setdefault(number, []).append(source)
    return places


def keep_places(root: Path, incoming: Incoming, *, under: Callable[[str], bool]) -> None:
    """Store where articles were found a second time, and forget the places that hold them no longer.

    Args:
        root: an index.
        incoming: what was loaded into it.
        under: whether a place is under the paths that were searched.

    Raises:
        IndexBusy: another process is changing the index.
    """
    with writing(root), closing(Catalog.open(catalog_path(root), writable=True)) as catalog:
        there = catalog.supplements(KIND)
        numbers = {row.source: row.number for row in catalog.articles()}
        found = {
            place: (numbers[first], b"")
            for place, first in incoming.places.items()
            if first in numbers.keys() - {place}
        }
        changes: dict[str, tuple[int, bytes] | None] = {
            place: kept for place, kept in found.items() if there.get(place) != kept
        }
        for place in there.keys() - found.keys():
            loaded = str(file_of(place)) in incoming.loaded
            gone = under(place) and not os.path.lexists(file_of(place))
            if place in numbers or loaded or gone:
                changes[place] = None
        if changes:
            with catalog.changing():
                catalog.set_supplements(KIND, changes)
