"""The dense side of retrieval: chunk vectors in FAISS, and sentence vectors in a mapped file.

LlamaIndex's FAISS stores take ids from `ntotal` and never delete (see the design page), so this
is our own thin wrapper: ids come from the catalog and are never reused.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index.article import Matrix

Quantised = NDArray[np.int8]

CODES_NAME = "sentences.codes.npy"
ROWS_NAME = "sentences.rows.npy"


class FaissVectors:
    """Chunk vectors by id: inner product on unit vectors, exact."""

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    @classmethod
    def read(cls, path: Path) -> "FaissVectors":
        """Open what `write` wrote."""
        vectors = cls.__new__(cls)
        vectors._index = faiss.read_index(str(path))  # noqa: SLF001
        return vectors

    def write(self, path: Path) -> None:
        """Write to `path`."""
        faiss.write_index(self._index, str(path))

    def __len__(self) -> int:
        """Vectors in the index."""
        return int(self._index.ntotal)

    def ids(self) -> NDArray[np.int64]:
        """(n,) int64, the id of each vector in storage order."""
        found: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        return found

    def add(self, ids: Sequence[int], vectors: Matrix) -> None:
        """Add rows of length 1 under new ids."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Collection[int]) -> None:
        """Remove vectors; ids that are not there are passed over."""
        if ids:
            self._index.remove_ids(np.asarray(sorted(ids), dtype=np.int64))

    def get(self, ids: Sequence[int]) -> Matrix:
        """(len(ids), dimension) float32, the vectors themselves."""
        rows: Matrix = self._index.reconstruct_batch(np.asarray(ids, dtype=np.int64))
        return rows

    def search(self, vector: Matrix, k: int, *, among: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The `k` nearest as (id, cosine), best first, ties by id.

        Args:
            vector: (dimension,) float32 of length 1.
            k: how many at most.
            among: ids to choose from; None for all.
        """
        k = min(k, len(self) if among is None else len(among))
        if k == 0:
            return []
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(np.asarray(sorted(among), dtype=np.int64))
            parameters = faiss.SearchParameters(sel=selector)
        scores, ids = self._index.search(vector[None, :], k, params=parameters)
        found = ((int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))


def quantise(vectors: Matrix) -> Quantised:
    """Unit vectors, (n, dimension), as int8 codes; each row is scaled by its own largest entry.

    The scale need not be kept: a row read back is brought to length 1 again.
    """
    peaks = np.abs(vectors).max(axis=1, keepdims=True)
    codes: Quantised = np.rint(vectors / np.maximum(peaks, 1e-12) * 127).astype(np.int8)
    return codes


def restore(codes: Quantised) -> Matrix:
    """Unit vectors, (n, dimension) float32, from `quantise`."""
    rows = codes.astype(np.float32)
    restored: Matrix = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return restored


class SentenceVectors:
    """Sentence vectors of all chunks, mapped into memory; only what is asked for is read from disk."""

    def __init__(self, folder: Path) -> None:
        """Map the files that `write` wrote to `folder`."""
        self._codes: Quantised = np.load(folder / CODES_NAME, mmap_mode="r")
        rows: NDArray[np.int64] = np.load(folder / ROWS_NAME)
        self._rows = {int(chunk): (int(first), int(count)) for chunk, first, count in rows}

    @staticmethod
    def write(folder: Path, chunks: Sequence[tuple[int, Quantised]], dimension: int) -> None:
        """Write the codes of each chunk's sentences, given by chunk id."""
        empty = np.zeros((0, dimension), dtype=np.int8)
        counts = [len(codes) for _, codes in chunks]
        firsts = np.cumsum([0, *counts])[:-1] if counts else []
        table = [(chunk, int(first), n) for (chunk, _), first, n in zip(chunks, firsts, counts, strict=True)]
        np.save(folder / CODES_NAME, np.concatenate([empty, *(codes for _, codes in chunks)]))
        np.save(folder / ROWS_NAME, np.asarray(table, dtype=np.int64).reshape(-1, 3))

    def __len__(self) -> int:
        """Chunks in the file."""
        return len(self._rows)

    def codes(self, chunk_id: int) -> Quantised:
        """(sentences, dimension) int8 of one chunk."""
        first, count = self._rows[chunk_id]
        return np.asarray(self._codes[first : first + count])

    def get(self, chunk_id: int) -> Matrix:
        """(sentences, dimension) float32, rows of length 1."""
        return restore(self.codes(chunk_id))
