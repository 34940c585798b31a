"""The sentences of a model's reply, one by one as it comes, with the passages that each cites."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from assistant.language.markdown import plain
from assistant.language.visible import seen
from index.text.sentences import split_sentences

LONGEST = 1_500
"""Characters of a sentence at most; so much at once is none, and is not kept in memory until it ends."""

_NUMBERS = r"\d{1,3}(?:\s*[,;、，]\s*\d{1,3})*"
MARKERS = re.compile(rf"\s*(?:\[{_NUMBERS}\]|【{_NUMBERS}】)")
"""A citation, as "[1]" or "[1, 2]", with the white space before it."""
ADDRESS = re.compile(
    r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])|(?<=\])\([^)\s]+[^)]*\)|\b[a-z][a-z0-9+.-]*://[^\s\])>\"']+|\bwww\.[^\s\])>\"']+"
    r"|\b(?:data|javascript|mailto):[^\s\])>\"']+|</?[a-z!][^>]*>|^\s*\[[^\]]+\]:\s*\S+|(?<![\w.+-])[\w.+-]+@[\w-]+\.\w+",
    re.IGNORECASE,
)
"""A link, an image, HTML: what leads somewhere else, and can carry something there."""

_STOPS = ".!?…。！？；"
_STOP_CJK = frozenset("。！？；")
_CLOSERS = "\"'”’)\\]»）】》」』"
_MAY_END = re.compile(rf"[.!?…][{_CLOSERS}]*(?:{MARKERS.pattern})*\s*[^a-z\s]|[。！？；]|\n\s*\S")
"""Without one of these in it a text is one sentence: a small letter begins none."""
_TAIL = 200
"""Characters at the end of a text, beside the last word, in which an end that was not there before can be."""
_ENDED = re.compile(rf"[{_STOPS}][{_CLOSERS}]*(?:{MARKERS.pattern})+(?!\s*[a-z])")
"""A full stop and a citation behind it end a sentence, though an abbreviation may stand before them."""
_WHOLE = re.compile(rf"(?:[{_STOPS}][{_CLOSERS}*_]*|{MARKERS.pattern})\s*$")
_LEADING = re.compile(rf"(?:{MARKERS.pattern})+[.。]?")
_OPEN_MARKER = re.compile(r"\s*[\[【][\d\s,;、，]*$")
"""A citation that is not yet whole."""
_OPENS_BLOCK = re.compile(r"\s*(?:[-*+•·|>]|#{1,6}\s|\d{1,3}[.)、]\s|$)")
_LINE_ENDS = re.compile(rf"(?:[{_STOPS}:：|][{_CLOSERS}*_]*|[\]】])\s*$")


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftSentence:
    """A sentence of a draft."""

    text: str
    """On one line, without markers, Markdown and invisible characters."""
    cited: tuple[int, ...]
    """Numbers of passages in its markers, in order, whatever they are."""
    addresses: tuple[str, ...] = ()
    """Links, images and HTML in it, as written."""
    whole: bool = True
    """False for a piece of one that is too long, or that the end of the reply has cut off."""


def sentences(pieces: Iterable[str], *, cut_off: Callable[[], bool] = lambda: False) -> Iterator[DraftSentence]:
    """Sentences of a reply as soon as each is whole, that is when the next has begun or the reply has ended.

    Markers belong to the sentence that they follow, before or after its full stop. However a reply
    is cut into pieces, its sentences are the same: it is looked at word by word. `cut_off` is asked
    after the last: whether the reply ended before its time.
    """
    text, whole = "", True
    for word in _words(pieces):
        text += word
        # A look at the end of a long text is enough: nothing else of it is new.
        tail = text.rfind("\n", 0, max(0, len(text) - len(word) - _TAIL)) + 1
        if "\n" in text[-len(word) - 1 :]:
            text = text[:tail] + _joined(text[tail:])
        if len(text) < LONGEST and (not _MAY_END.search(text, tail) or _OPEN_MARKER.search(text, tail)):
            continue
        spans = _cut(text)
        if len(text) >= LONGEST and len(spans) < 2:
            yield from (_read(text[start:end], whole=False) for start, end in spans)
            text, whole = "", False
        if len(spans) < 2:
            continue
        # The last may go on, and what looks like an end within it may turn out to be an abbreviation.
        for start, end in spans[:-1]:
            yield _read(text[start:end], whole=whole)
            whole = True
        text = text[spans[-1][0] :]
    text = _joined(text)
    spans = _cut(text)
    ended = not cut_off() or _WHOLE.search(text) is not None
    for place, (start, end) in enumerate(spans, 1):
        yield _read(text[start:end], whole=whole and (ended or place < len(spans)))
        whole = True


def _words(pieces: Iterable[str]) -> Iterator[str]:
    """A reply word by word, each with what white space stands before it and one character of that behind it.

    A full stop of Chinese ends a word, with the character behind it, too.
    """
    word: list[str] = []
    begun = stopped = False
    for character in chain.from_iterable(pieces):
        word.append(character)
        space, stop = character.isspace(), character in _STOP_CJK
        if (begun and space) or (stopped and not stop) or len(word) == LONGEST:
            yield "".join(word)
            word, begun, stopped = [], False, False
        else:
            begun, stopped = begun or not space, stop
    if word:
        yield "".join(word)


def _joined(text: str) -> str:
    """`text` with the ends of lines that stand within a sentence made spaces."""
    first, *rest = text.split("\n")
    for line in rest:
        before = first.rpartition("\n")[2]
        within = before.strip() and line.strip() and not _OPENS_BLOCK.match(line) and not before.startswith("#")
        first += (" " if within and not _LINE_ENDS.search(before) else "\n") + line
    return first


def _cut(text: str) -> list[tuple[int, int]]:
    """Where sentences stand with their markers, which a splitter may take for the head of the next one."""
    spans: list[tuple[int, int]] = []
    at = 0
    for stop in [*(match.end() for match in _ENDED.finditer(text)), len(text)]:
        for sentence in split_sentences(text[at:stop]):
            start, end = at + sentence.start, at + sentence.end
            leading = _LEADING.match(text, start, end)
            if leading and spans:
                spans[-1] = (spans[-1][0], leading.end())
                start = end - len(text[leading.end() : end].lstrip())
            if start < end:
                spans.append((start, end))
        at = stop
    return spans


def _read(sentence: str, *, whole: bool) -> DraftSentence:
    sentence = seen(sentence)
    cited = [int(number) for marker in MARKERS.findall(sentence) for number in re.findall(r"\d+", marker)]
    unmarked = MARKERS.sub("", sentence)
    bare = re.sub(r"\s+([.,;:!?。！？])", r"\1", plain(unmarked))
    return DraftSentence(
        text=bare, cited=tuple(dict.fromkeys(cited)), addresses=tuple(ADDRESS.findall(unmarked)), whole=whole
    )
