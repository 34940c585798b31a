"""Assemble batches of windows on the device, from arrays that are kept there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from eval.lab.reader.features import Arrays

POOL = 64
"""Batches whose windows are sorted by length together: little padding, and still a mixed order."""
EVENING_ROUNDS = 3
TITLE_PIECES = 3
MOST_EVENED = 2.5
LEAST_EVENED = 8
"""Expected windows of an opening or head from which on it is evened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Windows padded to the longest; shapes are (windows, length) and (windows,)."""

    pieces: Tensor
    segments: Tensor
    mask: Tensor
    block_of: Tensor
    """Position of each piece's block in its window, -1 outside of blocks."""
    start: Tensor
    end: Tensor
    answering: Tensor
    """Bit mask of the answering blocks."""

    @property
    def blocks(self) -> int:
        """Largest number of blocks in a window of the batch."""
        return int(self.block_of.max()) + 1


class DeviceArrays:
    """Arrays as tensors on a device."""

    def __init__(self, arrays: Arrays, device: torch.device) -> None:
        self.device = device
        self.lengths = np.diff(arrays.offsets)
        self._pieces = torch.from_numpy(arrays.pieces.astype(np.int32)).to(device)
        self._block_of = torch.from_numpy(arrays.block_of).to(device)
        self._offsets = torch.from_numpy(arrays.offsets[:-1]).to(device)
        self._lengths = torch.from_numpy(self.lengths).to(device)
        self._second = torch.from_numpy(arrays.second.astype(np.int64)).to(device)
        self._start = torch.from_numpy(arrays.start.astype(np.int64)).to(device)
        self._end = torch.from_numpy(arrays.end.astype(np.int64)).to(device)
        self._answering = torch.from_numpy(arrays.answering).to(device)

    def places(self, numbers: Sequence[int]) -> Tensor:
        """Return positions of the batch's pieces in the arrays, shape (windows, length); 0 after a window's end."""
        chosen = torch.tensor(numbers, device=self.device)
        steps = torch.arange(int(self.lengths[list(numbers)].max()), device=self.device)
        return torch.where(steps < self._lengths[chosen][:, None], self._offsets[chosen][:, None] + steps, 0)

    def batch(self, numbers: Sequence[int]) -> Batch:
        """Assemble a batch of the windows with these numbers."""
        chosen = torch.tensor(numbers, device=self.device)
        at = self.places(numbers)
        steps = torch.arange(at.shape[1], device=self.device)
        mask = steps < self._lengths[chosen][:, None]
        return Batch(
            pieces=torch.where(mask, self._pieces[at], 0),
            segments=((steps >= self._second[chosen][:, None]) & mask).long(),
            mask=mask,
            block_of=torch.where(mask, self._block_of[at].long(), -1),
            start=self._start[chosen],
            end=self._end[chosen],
            answering=self._answering[chosen],
        )


def chosen_windows(
    arrays: Arrays, times: Mapping[str, float], *, longest: int, seed: int, even: bool = False
) -> list[int]:
    """Select the windows to train on: those of at most `longest` pieces, repeated by kind.

    `times` maps prefixes of kinds to numbers of times; the longest prefix wins, and other kinds are taken once. A
    fraction is a probability. Repeated windows are at other places of the order. `even` changes the numbers of times so
    that neither how a question begins nor where its window stands tells whether it is answered.
    """
    rng = np.random.default_rng([seed, 0x5EED])
    lengths = np.diff(arrays.offsets)
    share = {kind: _times(kind, times) for kind in set(arrays.kinds.tolist())}
    wanted = np.array([share[kind] for kind in arrays.kinds.tolist()]) * (lengths <= longest)
    if even:
        unanswered = (arrays.start == 0) & (arrays.answering == 0)
        keys = _heads(arrays), _openings(arrays)
        for _ in range(EVENING_ROUNDS):
            for key in keys:
                wanted *= _evening(wanted, key, unanswered)
    counts = np.floor(wanted + rng.random(len(wanted))).astype(int)
    once = np.flatnonzero(counts > 0)
    more = np.repeat(np.arange(len(counts)), np.maximum(counts - 1, 0))
    places = np.concatenate([once, rng.integers(0, len(counts), len(more))])
    both = np.concatenate([once, more])
    ordered: list[int] = both[np.argsort(places, kind="stable")].tolist()
    return ordered


def _openings(arrays: Arrays) -> NDArray[np.int64]:
    """(windows,) a number for the first two word pieces of each question: "how many" is not "how far"."""
    at = arrays.offsets[:-1]
    return _numbered(np.column_stack([arrays.pieces[at + 1], arrays.pieces[at + 2]]))


def _heads(arrays: Arrays) -> NDArray[np.int64]:
    """(windows,) a number for the first word pieces of each head, which are those of a title."""
    at = (arrays.offsets[:-1] + arrays.second)[:, None] + np.arange(TITLE_PIECES)
    return _numbered(arrays.pieces[np.minimum(at, len(arrays.pieces) - 1)])


def _numbered(rows: NDArray[np.uint16]) -> NDArray[np.int64]:
    return np.unique(rows, axis=0, return_inverse=True)[1].ravel()


def _evening(wanted: NDArray[np.float64], key: NDArray[np.int64], unanswered: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(windows,) factors that bring each key to the share of unanswered windows that all have.

    The rare side of a key is taken more often and the frequent one less often, each by the root of what is missing and
    by `MOST_EVENED` times at most. Keys of few windows are left as they are.
    """
    no = np.bincount(key, wanted * unanswered)
    yes = np.bincount(key, wanted * ~unanswered)
    odds = (no.sum() / yes.sum()) * np.divide(yes, no, out=np.ones_like(no), where=no > 0)
    odds = np.where((no + yes < LEAST_EVENED) | (yes == 0) | (no == 0), 1.0, odds)
    factor = np.clip(np.sqrt(odds), 1 / MOST_EVENED, MOST_EVENED)[key]
    return np.where(unanswered, factor, 1 / factor)


def _times(kind: str, times: Mapping[str, float]) -> float:
    named = [name for name in times if kind.startswith(name)]
    return times[max(named, key=len)] if named else 1.0


def batch_numbers(lengths: Sequence[int], *, size: int, seed: int, epoch: int) -> Iterator[list[int]]:
    """Yield the numbers of each batch of a pass: windows of similar length, with the batches of a pool shuffled.

    The first pass keeps the order of the pools; later ones shuffle all windows first.
    """
    order = np.arange(len(lengths))
    rng = np.random.default_rng([seed, epoch])
    if epoch:
        rng.shuffle(order)
    known = np.asarray(lengths)
    for at in range(0, len(order), POOL * size):
        pool = order[at : at + POOL * size]
        pool = pool[np.argsort(known[pool], kind="stable")]
        batches = [pool[first : first + size].tolist() for first in range(0, len(pool), size)]
        for number in rng.permutation(len(batches)):
            yield batches[number]
