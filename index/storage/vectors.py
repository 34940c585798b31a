"""Dense retrieval by FAISS, and vectors in 8 bits.

LlamaIndex's FAISS stores take ids from `ntotal` and never delete, so this is our own thin wrapper: ids
come from the catalog and are never reused.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged
from index.text.article import Matrix

Quantised = NDArray[np.int8]

THREADS_FROM = 20_000
"""With fewer vectors, waking threads costs more than they save (3.5 ms against 0.3 ms a search)."""


class FaissVectors:
    """Chunk vectors by id: inner product on unit vectors, exact."""

    def __init__(self, dimension: int) -> None:
        """Make an empty index in memory."""
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        """Vectors in the index."""
        return int(self._index.ntotal)

    def ids(self) -> NDArray[np.int64]:
        """(n,) int64, the id of each vector in storage order."""
        found: NDArray[np.int64] = faiss.vector_to_array(self._index.id_map)
        return found

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: Matrix) -> None:
        """Add unit vectors under new ids."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))
        if len(self) < THREADS_FROM:
            faiss.omp_set_num_threads(1)

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
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        scores, ids = self._index.search(vector[None, :], k, params=parameters)
        found = ((int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0)
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))


def quantise(vectors: Matrix) -> Quantised:
    """Quantise unit vectors, (n, dimension), to int8; each row is scaled by its own largest entry.

    The scale need not be kept: a row read back is brought to length 1 again.
    """
    peaks = np.abs(vectors).max(axis=1, keepdims=True)
    codes: Quantised = np.rint(vectors / np.maximum(peaks, 1e-12) * 127).astype(np.int8)
    return codes


def restore(codes: Quantised) -> Matrix:
    """Restore unit vectors, (n, dimension) float32, from `quantise`."""
    rows = codes.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    restored: Matrix = rows / np.maximum(lengths, 1e-12)[:, None]
    return restored


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ChunkCodes:
    """The quantised vectors of one chunk's sentences and tokens."""

    chunk_id: int
    sentences: Quantised
    """(sentences, dimension) int8."""
    token_counts: NDArray[np.uint32]
    """(sentences,) how many of the tokens belong to each sentence."""
    tokens: Quantised
    """(tokens, token dimension) int8."""

    @classmethod
    def from_bytes(cls, chunk_id: int, count: int, sentences: bytes, counts: bytes, tokens: bytes) -> "ChunkCodes":
        """Decode the catalog's bytes for a chunk of `count` sentences.

        Raises:
            IndexDamaged: the sizes do not fit together.
        """
        sizes: NDArray[np.uint32] = np.frombuffer(counts, dtype="<u4")
        total = int(sizes.sum())
        if len(sizes) != count or not count or len(sentences) % count or (len(tokens) % total if total else tokens):
            raise IndexDamaged(
                f"the vectors of chunk {chunk_id} do not match its sentences", "restore the index from a copy"
            )
        return cls(
            chunk_id=chunk_id,
            sentences=np.frombuffer(sentences, dtype=np.int8).reshape(count, -1),
            token_counts=sizes,
            tokens=np.frombuffer(tokens, dtype=np.int8).reshape(total, -1) if total else np.zeros((0, 1), np.int8),
        )
