"""Dense retrieval: chunk vectors in FAISS, sentence and token vectors in memory-mapped files.

LlamaIndex's FAISS stores take ids from `ntotal` and never delete (see the design page), so this
is our own thin wrapper: ids come from the catalog and are never reused.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamaged
from index.text.article import Matrix

Quantised = NDArray[np.int8]

SENTENCES_NAME = "sentences.npy"
TOKENS_NAME = "tokens.npy"
COUNTS_NAME = "token-counts.npy"
ROWS_NAME = "rows.npy"

KEPT_CHUNKS = 128
"""Chunks whose dequantised token vectors are cached for the next question, some 60 kB each."""
THREADS_FROM = 20_000
"""With fewer vectors, waking threads costs more than they save (3.5 ms against 0.3 ms a search)."""


class FaissVectors:
    """Chunk vectors by id: inner product on unit vectors, exact."""

    def __init__(self, dimension: int) -> None:
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    @classmethod
    def read(cls, path: Path) -> "FaissVectors":
        """Read an index that `write` wrote."""
        vectors = cls.__new__(cls)
        vectors._index = faiss.read_index(str(path))  # noqa: SLF001 - owns what it read; a downcast of it would not
        if len(vectors) < THREADS_FROM:
            faiss.omp_set_num_threads(1)
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
        """Add unit vectors under new ids."""
        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Collection[int]) -> None:
        """Remove vectors; unknown ids are ignored."""
        if ids:
            self._index.remove_ids(faiss.IDSelectorBatch(np.asarray(sorted(ids), dtype=np.int64)))

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


class EvidenceVectors:
    """Sentence and token vectors of all chunks, memory-mapped; only requested ones are read."""

    def __init__(self, folder: Path) -> None:
        """Map the files that `write` wrote to `folder`."""
        self._sentences: Quantised = np.load(folder / SENTENCES_NAME, mmap_mode="r").view(np.ndarray)
        self._tokens: Quantised = np.load(folder / TOKENS_NAME, mmap_mode="r").view(np.ndarray)
        self._counts: NDArray[np.uint32] = np.load(folder / COUNTS_NAME, mmap_mode="r").view(np.ndarray)
        rows: NDArray[np.int64] = np.load(folder / ROWS_NAME)
        self._ids = rows[:, 0]
        self._rows = rows
        # Not `lru_cache`: around a method it is a cycle, which holds all of this until a garbage collection.
        self._restored: dict[int, Matrix] = {}

    @staticmethod
    def write(folder: Path, chunks: Iterable[ChunkCodes], dimension: int, token_dimension: int) -> None:
        """Write the codes of chunks in ascending order of their ids."""
        rows, counts = [], []
        sentences = [np.zeros((0, dimension), dtype=np.int8)]
        tokens = [np.zeros((0, token_dimension), dtype=np.int8)]
        first_sentence = first_token = 0
        for chunk in chunks:
            rows.append((chunk.chunk_id, first_sentence, len(chunk.sentences), first_token, len(chunk.tokens)))
            sentences.append(chunk.sentences)
            counts.append(chunk.token_counts)
            if len(chunk.tokens):
                tokens.append(chunk.tokens)
            first_sentence += len(chunk.sentences)
            first_token += len(chunk.tokens)
        np.save(folder / SENTENCES_NAME, np.concatenate(sentences))
        np.save(folder / TOKENS_NAME, np.concatenate(tokens))
        np.save(folder / COUNTS_NAME, np.concatenate([np.zeros(0, dtype="<u4"), *counts]).astype("<u4"))
        np.save(folder / ROWS_NAME, np.asarray(rows, dtype=np.int64).reshape(-1, 5))

    def __len__(self) -> int:
        """Chunks in the files."""
        return len(self._rows)

    def codes(self, chunk_id: int) -> ChunkCodes:
        """The codes of one chunk.

        Raises:
            KeyError: no such chunk.
        """
        place = self._place(chunk_id)
        _, sentence, sentences, token, tokens = (int(value) for value in self._rows[place])
        return ChunkCodes(
            chunk_id=chunk_id,
            sentences=self._sentences[sentence : sentence + sentences],
            token_counts=self._counts[sentence : sentence + sentences],
            tokens=self._tokens[token : token + tokens],
        )

    def _place(self, chunk_id: int) -> int:
        place = int(np.searchsorted(self._ids, chunk_id))
        if place == len(self._ids) or self._ids[place] != chunk_id:
            raise KeyError(chunk_id)
        return place

    @cached_property
    def all_tokens(self) -> Matrix | None:
        """(tokens, token dimension) float32 of all chunks, rows of length 1, if they are few; else None."""
        if len(self) > KEPT_CHUNKS:
            return None
        # Column by column in memory: a question's tokens times the transpose, as everyone wants it, is twice as fast.
        tokens: Matrix = np.asfortranarray(restore(self._tokens))
        tokens.setflags(write=False)  # Whoever asks next gets the same array.
        return tokens

    @property
    def ids(self) -> NDArray[np.int64]:
        """(chunks,) ascending."""
        return self._ids

    @property
    def token_counts(self) -> NDArray[np.int64]:
        """(chunks,) how many of the tokens belong to each chunk, in the order of `ids`."""
        counts: NDArray[np.int64] = self._rows[:, 4]
        return counts

    def sentences(self, chunk_id: int) -> Matrix:
        """(sentences, dimension) float32, rows of length 1."""
        return restore(self.codes(chunk_id).sentences)

    def tokens(self, chunk_id: int) -> Matrix:
        """(tokens, token dimension) float32, rows of length 1, sentence after sentence."""
        if self.all_tokens is not None:
            first, count = (int(value) for value in self._rows[self._place(chunk_id), 3:])
            return self.all_tokens[first : first + count]
        tokens = self._restored.get(chunk_id)
        if tokens is None:
            tokens = restore(self.codes(chunk_id).tokens)
            tokens.setflags(write=False)  # Whoever asks next gets the same array.
            if len(self._restored) >= KEPT_CHUNKS:
                self._restored.pop(next(iter(self._restored)), None)
            self._restored[chunk_id] = tokens
        return tokens
