"""Runs a small network over two texts; its word embeddings are the default encoder's own, and are not stored again."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoding.minilm.build import minilm_source
from index.encoding.runtimes import open_session
from index.encoding.safetensors import WEIGHTS_NAME, stored_tensors
from index.encoding.window_encoder import open_tokenizer

WORDS = "embeddings.word_embeddings.weight"

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]


def padded(rows: Sequence[Sequence[int]], second: Sequence[int]) -> tuple[Ids, Ids, Ids]:
    """Return pieces, segments and mask of rows of word pieces, each (pairs, length), padded to the longest.

    Args:
        rows: of each pair, `[CLS] first text [SEP] second text [SEP]`.
        second: where each row's second text begins.
    """
    pieces = np.zeros((len(rows), max(map(len, rows))), np.int64)
    segments, mask = np.zeros_like(pieces), np.zeros_like(pieces)
    for number, (row, start) in enumerate(zip(rows, second, strict=True)):
        pieces[number, : len(row)] = row
        segments[number, start : len(row)] = 1
        mask[number, : len(row)] = 1
    return pieces, segments, mask


class PairNetwork:
    """An opened graph, with the default encoder's tokenizer, which neither cuts nor pads."""

    def __init__(self, graph: Path, outputs: Sequence[str], *, threads: int = 0) -> None:
        """Open a graph whose weights lie beside it; `threads` for one run of it, 0 for one a core."""
        self._session = open_session(graph, threads=threads)
        self._outputs = list(outputs)
        source = minilm_source()
        stored = stored_tensors(source / WEIGHTS_NAME)[WORDS]
        # Mapped: a pair of texts touches some hundred of the 30,522 rows.
        self._words: Floats = np.memmap(source / WEIGHTS_NAME, "<f4", "r", stored.start, stored.shape)
        self.tokenizer = open_tokenizer(source)

    def run(self, pieces: Ids, segments: Ids, mask: Ids) -> list[Floats]:
        """Compute the outputs for word pieces of shape (pairs, length).

        Args:
            pieces: ids, padded.
            segments: 0 for the first text, 1 for the second.
            mask: 0 for padding, 1 else.
        """
        given = {"words": np.asarray(self._words[pieces]), "token_type_ids": segments, "attention_mask": mask}
        found: list[Floats] = self._session.run(self._outputs, given)
        return found
