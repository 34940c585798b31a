"""Convert examples to arrays: word pieces of question, head and window, and the answer's position."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from eval.lab.reader.examples import Example
from eval.lab.reader.words import content_words
from index.encoding.minilm.build import minilm_source
from index.encoding.window_encoder import open_tokenizer

QUESTION_PIECES = 48
HEADER_PIECES = 40
MOST_BLOCKS = 62
UNKNOWN = -1
"""Start or end of a window that answers without a single run of words as its short answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """One input of the network.

    `pieces` are ids of word pieces, `[CLS] question [SEP] head : blocks [SEP]`, in segment 1 from `second` on.
    `block_of` is the position in the window of each piece's block, -1 outside of blocks. `start` and `end` (inclusive)
    are positions of pieces, 0 if nothing answers.
    """

    pieces: NDArray[np.uint16]
    second: int
    block_of: NDArray[np.int8]
    start: int
    end: int
    answering: int
    """Bit mask of the window's answering blocks."""
    first: int = 0
    """Position of the window's first block in the example."""
    offsets: tuple[tuple[int, int], ...] = ()
    """Character span of each piece within its block."""


def load_tokenizer(encoder: Path | None = None) -> Tokenizer:
    """Load the tokenizer in an encoder's folder, the default one's if not given, without cutting and padding."""
    return open_tokenizer(encoder or minilm_source())


class Windows:
    """Cuts examples into windows of a given number of pieces."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._first = tokenizer.token_to_id("[CLS]")
        self._separator = tokenizer.token_to_id("[SEP]")

    def cut(self, examples: Sequence[Example], sizes: Sequence[int], rng: random.Random) -> list[Window | None]:
        """Cut a window for each example; None if its answer does not fit into `sizes[i]` pieces of blocks."""
        texts = [text for example in examples for text in (example.question, _head(example), *example.blocks)]
        encoded = iter(self._tokenizer.encode_batch(texts, add_special_tokens=False))
        windows: list[Window | None] = []
        for example, size in zip(examples, sizes, strict=True):
            question, head = next(encoded).ids[:QUESTION_PIECES], _cut_head(next(encoded).ids)
            blocks = [next(encoded) for _ in example.blocks]
            ids, offsets = [block.ids for block in blocks], [block.offsets for block in blocks]
            first, last = _chosen(example, [len(block) for block in ids], size, rng)
            windows.append(self._window(example, question, head, ids, offsets, first, last, size))
        return windows

    def _window(
        self,
        example: Example,
        question: Sequence[int],
        head: Sequence[int],
        ids: Sequence[Sequence[int]],
        offsets: Sequence[Sequence[tuple[int, int]]],
        first: int,
        last: int,
        size: int,
    ) -> Window | None:
        pieces = [self._first, *question, self._separator]
        second = len(pieces)
        pieces += head
        block_of, places = [-1] * len(pieces), [(0, 0)] * len(pieces)
        for number in range(first, last + 1):
            room = size - (len(pieces) - second - len(head))
            kept = list(ids[number][:room])
            pieces += kept
            block_of += [number - first] * len(kept)
            places += offsets[number][: len(kept)]
        pieces.append(self._separator)
        found = _places(example, first, block_of, places)
        if found is None:
            return None
        return Window(
            pieces=np.array(pieces, np.uint16),
            second=second,
            block_of=np.array([*block_of, -1], np.int8),
            start=found[0],
            end=found[1],
            answering=sum(1 << (number - first) for number in example.answering if first <= number <= last),
            first=first,
            offsets=(*places, (0, 0)),
        )


def _head(example: Example) -> str:
    return f"{example.header} :" if example.header else ""


def _cut_head(ids: Sequence[int]) -> list[int]:
    """Cut the head to `HEADER_PIECES` pieces and a colon."""
    return [*ids[:-1][:HEADER_PIECES], *ids[-1:]]


def _chosen(example: Example, lengths: Sequence[int], size: int, rng: random.Random) -> tuple[int, int]:
    """Choose first and last block of a window, around the answering blocks or those most like the question."""
    if example.answering:
        first, last = min(example.answering), max(example.answering)
    else:
        asked = content_words(example.question)
        shared = [len(asked & content_words(block)) for block in example.blocks]
        most = max(shared, default=0)
        first = last = rng.choice([number for number, count in enumerate(shared) if count == most] or [0])
    left = size - sum(lengths[first : last + 1])
    while last - first + 1 < MOST_BLOCKS:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(lengths) and lengths[side] <= left]
        if not sides:
            break
        side = rng.choice(sides)
        left -= lengths[side]
        first, last = min(first, side), max(last, side)
    return first, min(last, first + MOST_BLOCKS - 1)


def _places(
    example: Example, first: int, block_of: Sequence[int], offsets: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """Return positions of the short answer's first and last piece; None if the window cuts it off."""
    if not example.answering:
        return 0, 0
    held = set(block_of)
    if not any(number - first in held for number in example.answering):
        return None
    span = example.span
    if span is None:
        return UNKNOWN, UNKNOWN
    starts = [at for at, block in enumerate(block_of) if block == span.first - first and offsets[at][1] > span.start]
    ends = [at for at, block in enumerate(block_of) if block == span.last - first and offsets[at][0] < span.end]
    if not starts or not ends or ends[-1] < starts[0] or offsets[ends[-1]][1] < span.end:
        return None
    return starts[0], ends[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrays:
    """Concatenated windows: window i has the pieces from `offsets[i]` to `offsets[i + 1]`."""

    pieces: NDArray[np.uint16]
    block_of: NDArray[np.int8]
    offsets: NDArray[np.int64]
    second: NDArray[np.int16]
    start: NDArray[np.int16]
    end: NDArray[np.int16]
    answering: NDArray[np.int64]
    kinds: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.second)

    @classmethod
    def of(cls, windows: Sequence[Window], kinds: Sequence[str]) -> Self:
        """Concatenate windows, in their order."""
        lengths = [len(window.pieces) for window in windows]
        return cls(
            pieces=np.concatenate([window.pieces for window in windows]),
            block_of=np.concatenate([window.block_of for window in windows]),
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            second=np.array([window.second for window in windows], np.int16),
            start=np.array([window.start for window in windows], np.int16),
            end=np.array([window.end for window in windows], np.int16),
            answering=np.array([window.answering for window in windows], np.int64),
            kinds=np.array(kinds),
        )

    def save(self, path: Path) -> None:
        """Write all arrays into one file."""
        np.savez_compressed(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as found:
            return cls(**{name: found[name] for name in found.files})


def training_size(rng: random.Random) -> int:
    """Draw the number of block pieces of a training window: mostly few, now and then a whole paragraph."""
    roll = rng.random()
    if roll < 0.7:
        return rng.randint(50, 115)
    return rng.randint(115, 190) if roll < 0.9 else rng.randint(190, 300)


def arrays_of(examples: Sequence[Example], windows: Windows, *, seed: int) -> Arrays:
    """Cut windows of random sizes around the examples' answers; examples whose answer does not fit are left out."""
    rng = random.Random(f"windows {seed}")
    kept: list[Window] = []
    kinds: list[str] = []
    for at in range(0, len(examples), 2000):
        some = examples[at : at + 2000]
        for example, window in zip(some, windows.cut(some, [training_size(rng) for _ in some], rng), strict=True):
            if window is not None:
                kept.append(window)
                kinds.append(example.kind)
    return Arrays.of(kept, kinds)
