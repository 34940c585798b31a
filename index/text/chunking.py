"""Cut an article into chunks of whole sentences that fit the encoder's window.

Sizes are counted in the encoder's own tokens with title and context included, since an encoder drops
what does not fit without a word. Nothing is cut off: the chunks hold every sentence of every block.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.text.article import Chunk, Sentence
from index.text.sentences import sentences_of
from index.text.structure import PATH, TITLES, Kind, Structure

CountTokens = Callable[[Sequence[str]], list[int]]
"""Tokens of each text, the encoder's special tokens included."""

HEAD_SHARE = 4
"""At most one part in this many of the window goes to the title, and one to the context; longer ones are shortened."""

MAX_SENTENCE_CHARACTERS = 2_000
"""Longer runs without a full stop (junk) are cut at clauses or spaces."""

_SECTIONS = frozenset({Kind.TITLE, Kind.HEADING, Kind.QUESTION})


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunking:
    """Parameters of chunking."""

    max_tokens: int
    """Tokens a chunk may have, its title, its context and the encoder's special tokens included."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, or a part of one that alone exceeds the window, with the place of its block."""

    sentence: Sentence
    block: int


def encoded_text(title: str, context: str, text: str) -> str:
    """Text given to the encoder for a chunk: its article's title, what it is about, then the chunk itself."""
    return "\n".join(part for part in (title, context, text) if part)


def fitting_title(title: str | None, count: CountTokens, max_tokens: int) -> str:
    """Shorten `title` to whole words that take at most a quarter of the window; empty for None."""
    words = (title or "").split()
    while words and count([" ".join(words)])[0] > max_tokens // HEAD_SHARE:
        words = words[: len(words) * 3 // 4]
    return " ".join(words)


def chunk_article(structure: Structure, title: str | None, *, count: CountTokens, chunking: Chunking) -> list[Chunk]:
    """Cut an article into chunks.

    Args:
        structure: the article's text with its blocks.
        title: its title, encoded before each chunk.
        count: the encoder's own token count.
        chunking: the size of a chunk.

    Returns:
        Chunks in reading order which do not overlap, each of whole sentences (a sentence that alone
        exceeds the window is cut at a clause or a space), each within `chunking.max_tokens` tokens.
    """
    heading = fitting_title(title, count, chunking.max_tokens)
    contexts = _Contexts(structure, heading, count, chunking)
    pieces, sizes = _fitting(structure, count, contexts)
    chunks: list[Chunk] = []
    first = 0
    while first < len(pieces):
        context = contexts.of(pieces[first].block)
        last = _greedy_end(structure, pieces, sizes, first, contexts.room(pieces[first].block))
        while last > first + 1 and not _fits(structure.text, pieces[first:last], heading, context, count, chunking):
            last -= 1
        chunks.append(_chunk(structure.text, [piece.sentence for piece in pieces[first:last]], context))
        first = last
    return chunks


class _Contexts:
    """What each block is about, shortened to its share of the window, and the tokens that are left for text."""

    def __init__(self, structure: Structure, heading: str, count: CountTokens, chunking: Chunking) -> None:
        self._structure = structure
        self._heading = heading
        self._count = count
        self._max_tokens = chunking.max_tokens
        self._rooms: dict[str, int] = {}
        self._fitting: dict[int | None, str] = {}

    def of(self, block: int) -> str:
        """The context of a block, from the nearest heading outwards if not all of it fits."""
        parent = self._structure.blocks[block].parent
        if parent not in self._fitting:
            parts = self._structure.subjects(block)
            while len(parts) > 1 and self._count([PATH.join(parts)])[0] > self._max_tokens // HEAD_SHARE:
                parts = parts[1:]
            self._fitting[parent] = fitting_title(PATH.join(parts), self._count, self._max_tokens)
        return self._fitting[parent]

    def room(self, block: int) -> int:
        """Tokens that are left for text beside the title and a block's context."""
        context = self.of(block)
        if context not in self._rooms:
            least = encoded_text(self._heading, context, ".")
            self._rooms[context] = self._max_tokens + 1 - self._count([least])[0]
        return self._rooms[context]


def _fits(
    text: str, pieces: Sequence[_Piece], heading: str, context: str, count: CountTokens, chunking: Chunking
) -> bool:
    body = text[pieces[0].sentence.start : pieces[-1].sentence.end]
    return count([encoded_text(heading, context, body)])[0] <= chunking.max_tokens


def _greedy_end(structure: Structure, pieces: Sequence[_Piece], sizes: Sequence[int], first: int, room: int) -> int:
    """End (exclusive) of the chunk that begins with piece `first`."""
    kinds = [structure.blocks[piece.block].kind for piece in pieces[first : first + room + 1]]
    used = 0
    last = first
    while last < len(pieces) and (used + sizes[last] <= room or last == first):
        if last > first and used > room // 3 and kinds[last - first] in _SECTIONS:
            break  # A new section opens a new chunk, unless the chunk would be a scrap.
        used += sizes[last]
        last += 1
    while last - first > 1 and last < len(pieces) and kinds[last - 1 - first] in TITLES:
        last -= 1  # A heading belongs to what follows it.
    return last


def _fitting(structure: Structure, count: CountTokens, contexts: _Contexts) -> tuple[list[_Piece], list[int]]:
    """All sentences with their sizes in tokens, long ones cut into pieces."""
    text, special = structure.text, count([""])[0]
    fitting = [
        _Piece(piece, place)
        for place, block in enumerate(structure.blocks)
        for sentence in sentences_of(text, block)
        for piece in _pieces(text, sentence, MAX_SENTENCE_CHARACTERS)
    ]
    while True:
        texts = [text[piece.sentence.start : piece.sentence.end] for piece in fitting]
        sizes = [n - special for n in count(texts)] if fitting else []
        large = [
            size > contexts.room(piece.block) and piece.sentence.end - piece.sentence.start > 1
            for piece, size in zip(fitting, sizes, strict=True)
        ]
        if not any(large):
            return fitting, sizes
        halved: list[_Piece] = []
        for piece, is_large in zip(fitting, large, strict=True):
            length = piece.sentence.end - piece.sentence.start
            parts = _pieces(text, piece.sentence, (length + 1) // 2) if is_large else [piece.sentence]
            halved += [_Piece(part, piece.block) for part in parts]
        fitting = halved


def _pieces(text: str, sentence: Sentence, limit: int) -> list[Sentence]:
    """Cut `sentence` into pieces of at most `limit` characters, at a clause if possible, else at a space."""
    pieces: list[Sentence] = []
    start = sentence.start
    while sentence.end - start > limit:
        window = text[start : start + limit]
        cut = max((m.end() for m in re.finditer(r"[,;:，；：、]\s*", window)), default=0)
        if cut < limit // 3:
            cut = max((m.end() for m in re.finditer(r"\s+", window)), default=0)
        cut = start + (cut if cut > limit // 3 else limit)
        pieces += _stripped(text, start, cut)
        start = cut
    return pieces + _stripped(text, start, sentence.end)


def _stripped(text: str, start: int, end: int) -> list[Sentence]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return [Sentence(start=start + left, end=start + right)] if right > left else []


def _chunk(text: str, sentences: Sequence[Sentence], context: str) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    return Chunk(start=start, end=end, text=text[start:end], sentences=tuple(sentences), context=context)
