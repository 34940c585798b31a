"""Sentence and token vectors of chunks, read from the catalog when they are asked for."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.storage.rows import StoredChunk
from index.storage.vectors import ChunkCodes, restore
from index.text.article import Matrix

KEPT_CHUNKS = 128
"""Chunks whose dequantised token vectors are kept for the next question, some 60 kB each."""

Stored = Callable[[Collection[int]], Mapping[int, StoredChunk]]
"""Reads chunks whose hashes hold, by id."""


class Evidence:
    """Sentence and token vectors of the chunks of one state of an index."""

    def __init__(self, ids: NDArray[np.int64], stored: Stored) -> None:
        """Make it for the chunks `ids`, ascending, that `stored` reads."""
        self.ids = ids
        self._stored = stored
        # Not `lru_cache`: around a method it is a cycle, which holds all of this until a garbage collection.
        self._restored: dict[int, Matrix] = {}

    def __len__(self) -> int:
        """Chunks of the index."""
        return len(self.ids)

    def codes(self, chunk_id: int) -> ChunkCodes:
        """The codes of one chunk."""
        return self._stored([chunk_id])[chunk_id].codes

    @cached_property
    def _all(self) -> tuple[Matrix, NDArray[np.int64]] | None:
        """The tokens of all chunks, and how many belong to each, if the chunks are few; else None."""
        if not 0 < len(self) <= KEPT_CHUNKS:
            return None
        chunks = self._stored(self.ids.tolist())
        codes = [chunks[chunk_id].codes.tokens for chunk_id in self.ids.tolist()]
        width = max(rows.shape[1] for rows in codes)
        counts = np.asarray([len(rows) for rows in codes], dtype=np.int64)
        # Column by column in memory: a question's tokens times the transpose, as everyone wants it, is twice as fast.
        tokens: Matrix = np.asfortranarray(restore(np.concatenate([rows.reshape(-1, width) for rows in codes])))
        tokens.setflags(write=False)  # Whoever asks next gets the same array.
        return tokens, counts

    @property
    def all_tokens(self) -> Matrix | None:
        """(tokens, token dimension) float32 of all chunks, rows of length 1, if they are few; else None."""
        return None if self._all is None else self._all[0]

    @property
    def token_counts(self) -> NDArray[np.int64]:
        """(chunks,) how many of `all_tokens` belong to each chunk, in the order of `ids`."""
        return np.zeros(0, dtype=np.int64) if self._all is None else self._all[1]

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        firsts: NDArray[np.int64] = np.cumsum(self.token_counts) - self.token_counts
        return firsts

    def sentences(self, chunk_id: int) -> Matrix:
        """(sentences, dimension) float32, rows of length 1."""
        return restore(self.codes(chunk_id).sentences)

    def tokens(self, chunk_id: int) -> Matrix:
        """(tokens, token dimension) float32, rows of length 1, sentence after sentence."""
        if self._all is not None:
            place = int(np.searchsorted(self.ids, chunk_id))
            first = int(self._firsts[place])
            return self._all[0][first : first + int(self._all[1][place])]
        return self.tokens_of([chunk_id])[0]

    def tokens_of(self, chunk_ids: Collection[int]) -> list[Matrix]:
        """The tokens of several chunks, which are read together."""
        missing = [chunk_id for chunk_id in chunk_ids if chunk_id not in self._restored]
        found = {chunk_id: restore(chunk.codes.tokens) for chunk_id, chunk in self._stored(missing).items()}
        found |= {chunk_id: self._restored[chunk_id] for chunk_id in chunk_ids if chunk_id not in found}
        for rows in found.values():
            rows.setflags(write=False)  # Whoever asks next gets the same array.
        self._restored = dict([*self._restored.items(), *found.items()][-KEPT_CHUNKS:])
        return [found[chunk_id] for chunk_id in chunk_ids]
