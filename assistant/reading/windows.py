"""Cuts passages into the short windows that the reader's network reads, and chooses those worth reading."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.encoding.pair_network import padded
from index.search.engine import Passage
from index.text.blocks import opens_message
from index.text.structure import Kind

WINDOW_PIECES = 110
"""Word pieces of a window's sentences; the question and the head come on top."""
QUESTION_PIECES = 48
HEAD_PIECES = 40


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Window:
    """Sentences of a passage that follow one another, as the network reads them."""

    passage: Passage
    first: int
    """Place of its first sentence in the passage."""
    last: int
    """Place of its last one."""
    head: tuple[int, ...]
    """Pieces of what tells where it stands: title, date, headings."""
    pieces: tuple[tuple[int, ...], ...]
    """Of each sentence."""
    offsets: tuple[tuple[tuple[int, int], ...], ...]
    """Of each sentence: the characters of each piece, counted from the sentence's first."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Batch:
    """Windows as the network takes them, padded to the longest."""

    pieces: NDArray[np.int64]
    """(windows, length) word pieces: `[CLS] question [SEP] head sentences [SEP]`."""
    segments: NDArray[np.int64]
    """(windows, length) 1 from the head on."""
    mask: NDArray[np.int64]
    """(windows, length) 1 but for the padding."""
    sentence_of: NDArray[np.int64]
    """(windows, length) for each piece its sentence's number in the window; -1 outside of sentences."""


class Windower:
    """Cuts passages into windows."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Make one with the network's tokenizer, which neither cuts nor pads."""
        self._tokenizer = tokenizer
        self._first, self._separator = tokenizer.encode("").ids

    def cut(self, passage: Passage) -> list[Window]:
        """Windows of whole sentences that overlap by one where that fits; a longer sentence is cut at its end.

        No window holds parts of two messages of a thread, whose head lines would be taken for one another's.
        """
        texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]
        encoded: list[Encoding] = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        sizes = [min(len(one.ids), WINDOW_PIECES) for one in encoded]
        opens = messages([passage.kind(n) for n in range(len(texts))], texts)
        places = cut_places(sizes, opens)
        return [self._window(passage, encoded, first, last) for first, last in places]

    def _window(self, passage: Passage, encoded: Sequence[Encoding], first: int, last: int) -> Window:
        article = passage.article
        date = article.published.isoformat() if article.published else ""
        parts = [part for part in (article.title or "", date, passage.context(first)) if part]
        head = self._tokenizer.encode(" | ".join(parts) + " :", add_special_tokens=False).ids if parts else []
        return Window(
            passage=passage,
            first=first,
            last=last,
            head=(*head[:-1][:HEAD_PIECES], *head[-1:]),
            pieces=tuple(tuple(one.ids[:WINDOW_PIECES]) for one in encoded[first : last + 1]),
            offsets=tuple(tuple(one.offsets[:WINDOW_PIECES]) for one in encoded[first : last + 1]),
        )

    def batch(self, question: str, windows: Sequence[Window]) -> Batch:
        """The windows behind a question."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_PIECES]
        rows: list[list[int]] = []
        sentences: list[list[int]] = []
        for window in windows:
            row: list[int] = [self._first, *asked, self._separator, *window.head]
            of = [-1] * len(row)
            for number, pieces in enumerate(window.pieces):
                row += pieces
                of += [number] * len(pieces)
            rows.append([*row, self._separator])
            sentences.append([*of, -1])
        padded_rows, segments, mask = padded(rows, [len(asked) + 2] * len(rows))
        sentence_of = np.full_like(padded_rows, -1)
        for n, of in enumerate(sentences):
            sentence_of[n, : len(of)] = of
        return Batch(pieces=padded_rows, segments=segments, mask=mask, sentence_of=sentence_of)


def cut_places(sizes: Sequence[int], opens: Collection[int] = ()) -> Iterator[tuple[int, int]]:
    """First and last sentence of each window, at most `WINDOW_PIECES` long, that overlap by a sentence where that fits.

    Args:
        sizes: word pieces of each sentence, none more than `WINDOW_PIECES`.
        opens: sentences before which a window ends.
    """
    first = 0
    while first < len(sizes):
        last, used = first, sizes[first]
        while last + 1 < len(sizes) and last + 1 not in opens and used + sizes[last + 1] <= WINDOW_PIECES:
            last += 1
            used += sizes[last]
        yield first, last
        shared = first < last < len(sizes) - 1 and last + 1 not in opens
        first = last if shared and sizes[last] + sizes[last + 1] <= WINDOW_PIECES else last + 1


def messages(kinds: Sequence[Kind], texts: Sequence[str]) -> set[int]:
    """Places of the sentences with which messages of a thread open: the first of the head lines that name a sender."""
    heads = groupby(range(len(texts)), lambda n: kinds[n] is Kind.FIELD)
    runs = [list(run) for labelled, run in heads if labelled]
    return {run[0] for run in runs if any(opens_message(texts[n]) for n in run)}
