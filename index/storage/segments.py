"""Segments of an index: runs of chunks whose derived files are written once and shared by later generations.

A change rewrites the segments of the chunks that it adds or removes, a few hundred chunks each,
and links the files of all others: it costs what it changes, and nothing removed stays in a file.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.storage.rows import StoredChunk
from index.text.article import Matrix

SEGMENT_CHUNKS = 500
"""Chunks of a segment at most: rewriting one takes a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of chunks by id."""

    first: int
    """The least id that belongs to it; those up to the next segment's first do."""
    ids: tuple[int, ...]
    """Of its chunks, ascending."""
    old: bool
    """Whether its files can be taken from the generation before."""


def divide(ids: Sequence[int], firsts: Sequence[int], changed: Collection[int]) -> list[Segment]:
    """Divide chunks into segments, keeping as many of the earlier ones as possible.

    Args:
        ids: of all chunks, ascending.
        firsts: of the earlier generation's segments, ascending.
        changed: ids that were added or removed since.
    """
    if firsts and len(ids) - bisect_left(ids, firsts[-1]) > SEGMENT_CHUNKS // 2:
        # New chunks begin a new segment, or each of them would cost the writing of the last one.
        firsts = [*firsts, _after_last(ids, firsts[-1], changed)]
    touched = {_place(chunk_id, firsts) for chunk_id in changed}
    segments: list[Segment] = []
    for place, members in groupby(ids, key=lambda chunk_id: _place(chunk_id, firsts)):
        run = tuple(members)
        fresh = place < 0 or place in touched
        if segments and _joins(segments[-1], len(run), fresh=fresh):
            run, fresh = segments.pop().ids + run, True
        if not fresh:
            segments.append(Segment(firsts[place], run, old=True))
            continue
        for start in range(0, len(run), SEGMENT_CHUNKS):
            part = run[start : start + SEGMENT_CHUNKS]
            segments.append(Segment(part[0], part, old=False))
    return segments


def _after_last(ids: Sequence[int], first: int, changed: Collection[int]) -> int:
    """The least id from which on all chunks are new, from that of the last segment on."""
    new = set(changed)
    place = len(ids)
    while place and ids[place - 1] in new and ids[place - 1] > first:
        place -= 1
    return ids[place] if place < len(ids) else ids[-1] + 1


def _joins(before: Segment, count: int, *, fresh: bool) -> bool:
    """Whether a segment is joined to the one before it: where both are written anyway, or both are small."""
    together = len(before.ids) + count
    if fresh and not before.old:
        return together <= SEGMENT_CHUNKS
    return (fresh or not before.old) and together <= SEGMENT_CHUNKS // 2


def _place(chunk_id: int, firsts: Sequence[int]) -> int:
    return bisect_right(firsts, chunk_id) - 1


def write_vectors(path: Path, chunks: Sequence[StoredChunk], dimension: int) -> None:
    """Write the ids, articles and vectors of a segment's chunks."""
    rows = np.zeros(len(chunks), dtype=_row(dimension))
    rows["id"] = [chunk.id for chunk in chunks]
    rows["article"] = [chunk.article for chunk in chunks]
    rows["vector"] = np.stack([chunk.vector for chunk in chunks])
    path.write_bytes(rows.tobytes())


def read_vectors(data: bytes, dimension: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Matrix]:
    """Read what `write_vectors` wrote: ids, articles, (n, dimension) vectors.

    Raises:
        ValueError: it is not that, or a vector holds what is no number.
    """
    rows = np.frombuffer(data, dtype=_row(dimension))
    if not np.isfinite(rows["vector"]).all():
        raise ValueError("a vector holds what is no number")
    return rows["id"], rows["article"], np.ascontiguousarray(rows["vector"])


def _row(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("id", "<i8"), ("article", "<i8"), ("vector", "<f4", (dimension,))])
