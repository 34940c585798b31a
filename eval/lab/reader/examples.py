"""Training examples: a question, the head of an article, and a run of its sentences or lines."""

import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ARTICLES_FOR_THRESHOLDS = (
    "Victoria (Australia)",
    "Steam engine",
    "European Union law",
    "Packet switching",
    "French and Indian War",
    "Yuan dynasty",
)
"""Articles of squad2_dev_even that are never trained on: the six whose titles have the lowest SHA-256."""

_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|[Dd]r|[Mm]rs?|[Ms]s|[Pp]rof|[Ss]t|[Nn]o|vs|ca?|e\.g|i\.e|etc|Jr|Sr|Gen|Col|Lt"
    r"|Rev|Hon|Gov|Sen|Rep|U\.S|U\.K|approx|Inc|Ltd|Co|Corp|vol|pp?|ed|al))\.$"
)
_END_OF_SENTENCE = re.compile(r"[.!?。！？]+[\"'”’)\]]*(?=\s+[\"'“‘(\[]?[A-Z0-9])|(?<=[。！？])|\n+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Characters of blocks: from `start` in block `first` to `end` (exclusive) in block `last`."""

    first: int
    start: int
    last: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question put to a run of blocks (sentences, or lines of a table, list or form).

    `answering` are the positions of the answering blocks, if any. `span` is the short answer; None if there is none, or
    if no single run of words is the answer, as for a list.
    """

    kind: str
    question: str
    header: str
    blocks: tuple[str, ...]
    answering: frozenset[int] = frozenset()
    span: Span | None = None

    @property
    def answerable(self) -> bool:
        """Whether any block answers."""
        return bool(self.answering)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a reading file; `answers` are (start, end) in characters of `context`."""

    source: str
    title: str
    question: str
    context: str
    answers: tuple[tuple[int, int], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Texts of the answers."""
        return tuple(self.context[start:end] for start, end in self.answers)


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a reading file (JSON Lines, gzip), without answers outside their context."""
    source = path.name.split(".")[0]
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        return [_row(source, json.loads(line)) for line in lines if line.strip()]


def _row(source: str, record: dict[str, object]) -> Row:
    context, title, question = (str(record[name]) for name in ("context", "title", "question"))
    answers = record["answers"]
    assert isinstance(answers, list)
    spans = [(int(answer["start"]), int(answer["start"]) + len(answer["text"])) for answer in answers]
    # Some titles are the last part of a URL.
    title = unquote(title).replace("_", " ")
    return Row(source=source, title=title, question=question.strip(), context=context, answers=tuple(spans))


def is_for_thresholds(row: Row) -> bool:
    """Whether the row's article is reserved for thresholds and calibration."""
    return row.source == "squad2_dev_even" and row.title in ARTICLES_FOR_THRESHOLDS


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each non-blank sentence or line of `text`, in order, without overlap."""
    start = 0
    for match in _END_OF_SENTENCE.finditer(text):
        if "\n" not in match.group() and _ABBREVIATION.search(text, max(start, match.end() - 8), match.end()):
            continue
        yield from _stripped(text, start, match.end())
        start = match.end()
    yield from _stripped(text, start, len(text))


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def plain_example(row: Row, *, kind: str = "", header: str | None = None) -> Example:
    """Make an example of a row: its context split into sentences, its first answer as the span."""
    spans = list(sentence_spans(row.context))
    blocks = tuple(row.context[start:end] for start, end in spans)
    answering = {
        number
        for number, (start, end) in enumerate(spans)
        for first, last in row.answers
        if first < end and last > start
    }
    return Example(
        kind=kind or row.source,
        question=row.question,
        header=row.title if header is None else header,
        blocks=blocks,
        answering=frozenset(answering),
        span=_span(row.answers[0], spans) if row.answers else None,
    )


def _span(answer: tuple[int, int], sentences: Sequence[tuple[int, int]]) -> Span | None:
    held = [number for number, (start, end) in enumerate(sentences) if answer[0] < end and answer[1] > start]
    if not held:
        return None
    first, last = held[0], held[-1]
    start = max(0, answer[0] - sentences[first][0])
    return Span(first=first, start=start, last=last, end=min(answer[1], sentences[last][1]) - sentences[last][0])


def file_sha256(path: Path) -> str:
    """Compute the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
