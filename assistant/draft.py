"""The sentences of a model's reply, one by one as it comes, with the passages that each cites."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.compose import plain
from index.sentences import split_sentences

_NUMBERS = r"\d{1,3}(?:\s*[,;、]\s*\d{1,3})*"
MARKERS = re.compile(rf"\s*(?:\[{_NUMBERS}\]|【{_NUMBERS}】)")
"""A citation, as "[1]" or "[1, 2]", with the white space before it."""
_LEADING = re.compile(rf"(?:{MARKERS.pattern})+[.。]?")
_OPEN_MARKER = re.compile(r"\s*[\[【][\d\s,;、]*$")
"""A citation that is not yet whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftSentence:
    """A sentence of a draft."""

    text: str
    """On one line, without markers and Markdown."""
    cited: tuple[int, ...]
    """Numbers of passages in its markers, in order, whatever they are."""


def sentences(pieces: Iterable[str]) -> Iterator[DraftSentence]:
    """Sentences as soon as each is whole, that is when the next has begun or the reply has ended.

    Markers belong to the sentence that they follow, before or after its full stop.

    Args:
        pieces: of the reply, in order.
    """
    text = ""
    for piece in pieces:
        text += piece
        spans = _cut(text)
        if len(spans) < 2 or _OPEN_MARKER.search(text):
            continue
        # The last may go on, and what looks like an end within it may turn out to be an abbreviation.
        yield from (_read(text[start:end]) for start, end in spans[:-1])
        text = text[spans[-1][0] :]
    yield from (_read(text[start:end]) for start, end in _cut(text))


def _cut(text: str) -> list[tuple[int, int]]:
    """Where sentences stand with their markers, which a splitter may take for the head of the next one."""
    spans: list[tuple[int, int]] = []
    for sentence in split_sentences(text):
        start, end = sentence.start, sentence.end
        leading = _LEADING.match(text, start, end)
        if leading and spans:
            spans[-1] = (spans[-1][0], leading.end())
            start = end - len(text[leading.end() : end].lstrip())
        if start < end:
            spans.append((start, end))
    return spans


def _read(sentence: str) -> DraftSentence:
    cited = [int(number) for marker in MARKERS.findall(sentence) for number in re.findall(r"\d+", marker)]
    bare = plain(MARKERS.sub("", sentence))
    bare = re.sub(r"\s+([.,;:!?。！？])", r"\1", bare)
    return DraftSentence(text=bare, cited=tuple(dict.fromkeys(cited)))
