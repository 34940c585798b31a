"""Runs the reader's network: which sentences of a window answer, with which words, and whether anything does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.reading.windows import Batch, Window, Windower
from index.encoding.pair_network import PairNetwork

NETWORK = Path(__file__).parent / "trained"
"""Folder of the graph, and of the weights that `python -m eval.lab.reader` trained."""
GRAPH_PATH = NETWORK / "reader.onnx"
WEIGHTS_PATH = NETWORK / "reader.safetensors"
MAX_ANSWER_PIECES = 30
NEVER = -1e4

Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class WindowReading:
    """What the network makes of one window."""

    window: Window
    answerable: float
    """Logit: the window answers."""
    sentences: Floats
    """(sentences,) logits: each one answers."""
    spans: tuple["Span", ...]
    """Of each sentence the likeliest words of it that answer."""
    nothing: float
    """The span's logits of no answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Words of a sentence that may be the short answer."""

    start: int
    """First character, counted from the sentence's first."""
    end: int
    """One past the last."""
    score: float
    """Sum of the logits of its start and end."""
    probability: float
    """Its share among all spans of its window and no answer."""


class Network:
    """The network, opened when it is first needed; it may be shared by threads."""

    def __init__(self, *, threads: int = 0) -> None:
        """Make it, with so many threads for one run; 0 for one a core."""
        self._threads = threads
        self._lock = Lock()
        self._opened: _Opened | None = None

    def read(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        """Read windows, all in one run."""
        opened = self._open()
        batch = opened.windower.batch(question, windows)
        span, pieces, answerable = opened.run(batch)
        return [
            _reading(window, span[n], pieces[n], float(answerable[n]), batch.sentence_of[n])
            for n, window in enumerate(windows)
        ]

    @property
    def windower(self) -> Windower:
        """Cuts passages for this network."""
        return self._open().windower

    def _open(self) -> "_Opened":
        with self._lock:
            if self._opened is None:
                self._opened = _Opened(self._threads)
            return self._opened


class _Opened:
    def __init__(self, threads: int) -> None:
        self._network = PairNetwork(GRAPH_PATH, ("span", "block_pieces", "answerable"), threads=threads)
        self.windower = Windower(self._network.tokenizer)

    def run(self, batch: Batch) -> tuple[Floats, Floats, Floats]:
        """Logits of the span, (windows, length, 2), of each piece, (windows, length), and of the window, (windows,)."""
        span, pieces, answerable = self._network.run(batch.pieces, batch.segments, batch.mask)
        return span, pieces, answerable


@lru_cache(maxsize=2)
def shared_network(threads: int = 0) -> Network:
    """The network of this process."""
    return Network(threads=threads)


def _reading(window: Window, span: Floats, pieces: Floats, answerable: float, of: NDArray[np.int64]) -> WindowReading:
    count = len(window.pieces)
    logits = np.array([pieces[of == n].mean() if (of == n).any() else NEVER for n in range(count)], np.float32)
    inside = np.flatnonzero(of >= 0)
    start, end = span[inside, 0], span[inside, 1]
    nothing = float(span[0].sum())
    ahead = np.subtract.outer(np.arange(len(inside)), np.arange(len(inside))).T
    allowed = (ahead >= 0) & (ahead < MAX_ANSWER_PIECES)
    scores = np.where(allowed, start[:, None] + end[None, :], NEVER)
    highest = max(float(scores.max(initial=NEVER)), nothing)
    total = float(np.exp(scores - highest).sum() + np.exp(nothing - highest))
    spans = []
    for n, offsets in enumerate(window.offsets):
        own = np.flatnonzero(of[inside] == n)
        if not len(own):
            spans.append(Span(start=0, end=0, score=NEVER, probability=0.0))
            continue
        part = scores[np.ix_(own, own)]
        first, last = np.unravel_index(int(part.argmax()), part.shape)
        score = float(part[first, last])
        spans.append(
            Span(
                start=offsets[first][0],
                end=offsets[last][1],
                score=score,
                probability=float(np.exp(score - highest)) / total,
            )
        )
    return WindowReading(window=window, answerable=answerable, sentences=logits, spans=tuple(spans), nothing=nothing)
