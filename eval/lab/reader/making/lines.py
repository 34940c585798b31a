"""Build examples line by line, for synthetic documents."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from eval.lab.reader.examples import Example, Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line, with the short answer's span (start, end in characters) if it answers the question."""

    text: str
    answers: bool = False
    answer: tuple[int, int] | None = None


def plain(*texts: str) -> list[Line]:
    """Make lines that do not answer."""
    return [Line(text=text) for text in texts]


def answering(text: str, value: str, *, after: int = 0) -> Line:
    """Make a line that answers with `value`, its first occurrence from character `after` on."""
    start = text.index(value, after)
    return Line(text=text, answers=True, answer=(start, start + len(value)))


def example(kind: str, question: str, header: str, lines: Iterable[Line]) -> Example:
    """Make an example of lines; its span is that of the only line with one."""
    lines = tuple(line for line in lines if line.text.strip())
    spans = [(number, line.answer) for number, line in enumerate(lines) if line.answer]
    span = None
    if len(spans) == 1:
        number, (start, end) = spans[0]
        span = Span(first=number, start=start, last=number, end=end)
    return Example(
        kind=kind,
        question=question,
        header=header,
        blocks=tuple(line.text for line in lines),
        answering=frozenset(number for number, line in enumerate(lines) if line.answers),
        span=span,
    )


def asked_plainly(question: str, rng: random.Random) -> str:
    """Rewrite a question as typed into a search box: often lower case, or without its question mark."""
    if rng.random() < 0.3:
        question = question.rstrip("?").rstrip()
    return question.lower() if rng.random() < 0.25 else question
