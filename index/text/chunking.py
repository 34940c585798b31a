"""Cut an article into chunks of whole sentences that fit the encoder's window.

Sizes are counted in the encoder's own tokens with the title included, since an encoder drops what
does not fit without a word. Nothing is cut off: the chunks hold every character of the text that
is not white space.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.text.article import Chunk, Sentence
from index.text.sentences import is_heading, split_sentences

CountTokens = Callable[[Sequence[str]], list[int]]
"""Tokens of each text, the encoder's special tokens included."""

TITLE_SHARE = 4
"""At most one part in this many of the window goes to the title; a longer one is shortened."""

MAX_SENTENCE_CHARACTERS = 2_000
"""Longer runs without a full stop (tables, junk) are cut at clauses or spaces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunking:
    """Parameters of chunking."""

    max_tokens: int
    """Tokens a chunk may have, its title and the encoder's special tokens included."""


def encoded_text(title: str, text: str) -> str:
    """Text given to the encoder for a chunk: its article's title, then the chunk itself."""
    return f"{title}\n{text}" if title else text


def fitting_title(title: str | None, count: CountTokens, max_tokens: int) -> str:
    """Shorten `title` to whole words that take at most a quarter of the window; empty for None."""
    words = (title or "").split()
    while words and count([" ".join(words)])[0] > max_tokens // TITLE_SHARE:
        words = words[: len(words) * 3 // 4]
    return " ".join(words)


def chunk_article(text: str, title: str | None, *, count: CountTokens, chunking: Chunking) -> list[Chunk]:
    """Cut `text` into chunks.

    Args:
        text: an article's text.
        title: its title, encoded before each chunk.
        count: the encoder's own token count.
        chunking: the size of a chunk.

    Returns:
        Chunks in reading order which do not overlap, each of whole sentences (a sentence that alone
        exceeds the window is cut at a clause or a space), each within `chunking.max_tokens` tokens.
    """
    heading = fitting_title(title, count, chunking.max_tokens)
    room = chunking.max_tokens - (count([encoded_text(heading, "")])[0] if heading else count([""])[0])
    sentences, sizes = _fitting_sentences(text, split_sentences(text), count, room)
    chunks: list[Chunk] = []
    first = 0
    while first < len(sentences):
        last = _greedy_end(text, sentences, sizes, first, room)
        while last > first + 1 and not _fits(text, sentences[first:last], heading, count, chunking):
            last -= 1
        chunks.append(_chunk(text, sentences[first:last]))
        first = last
    return chunks


def _fits(text: str, sentences: Sequence[Sentence], heading: str, count: CountTokens, chunking: Chunking) -> bool:
    body = text[sentences[0].start : sentences[-1].end]
    return count([encoded_text(heading, body)])[0] <= chunking.max_tokens


def _greedy_end(text: str, sentences: Sequence[Sentence], sizes: Sequence[int], first: int, room: int) -> int:
    """End (exclusive) of the chunk that begins with sentence `first`."""
    used = 0
    last = first
    while last < len(sentences) and (used + sizes[last] <= room or last == first):
        heading = is_heading(text[sentences[last].start : sentences[last].end])
        if heading and last > first and used > room // 3:
            break  # A new section opens a new chunk, unless the chunk would be a scrap.
        used += sizes[last]
        last += 1
    while last - first > 1 and last < len(sentences) and _heading_at(text, sentences[last - 1]):
        last -= 1  # A heading belongs to what follows it.
    return last


def _heading_at(text: str, sentence: Sentence) -> bool:
    return is_heading(text[sentence.start : sentence.end])


def _fitting_sentences(
    text: str, sentences: Sequence[Sentence], count: CountTokens, room: int
) -> tuple[list[Sentence], list[int]]:
    """Sentences with their sizes in tokens, long ones cut into pieces."""
    special = count([""])[0]
    fitting: list[Sentence] = []
    for sentence in sentences:
        fitting += _pieces(text, sentence, MAX_SENTENCE_CHARACTERS)
    while True:
        sizes = [n - special for n in count([text[s.start : s.end] for s in fitting])] if fitting else []
        if all(size <= room or s.end - s.start == 1 for s, size in zip(fitting, sizes, strict=True)):
            return fitting, sizes
        halved: list[Sentence] = []
        for sentence, size in zip(fitting, sizes, strict=True):
            limit = (sentence.end - sentence.start + 1) // 2 if size > room else sentence.end - sentence.start
            halved += _pieces(text, sentence, max(1, limit))
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


def _chunk(text: str, sentences: Sequence[Sentence]) -> Chunk:
    start, end = sentences[0].start, sentences[-1].end
    return Chunk(start=start, end=end, text=text[start:end], sentences=tuple(sentences))
