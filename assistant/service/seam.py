"""Interface between HTTP and what answers: checked sentences one by one, then the whole answer."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from assistant.answer.answer import Answer, Citation
from assistant.question.followups import Turn
from index.search.engine import Filters


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question as it came in."""

    collection: str
    """Name of the collection to answer from."""
    question: str
    filters: Filters
    previous: tuple[Turn, ...]
    """The turns before it in the conversation, oldest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """The articles were searched."""

    searched: str
    """The question as it was searched."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedSentence:
    """A line of the answer that passed the check."""

    index: int
    """From 0 on."""
    text: str
    """With its markers, without the line end."""
    citations: tuple[Citation, ...]
    """Citations that it uses first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """The whole answer, sealed."""

    answer: Answer


Piece = Started | CheckedSentence | Finished


class Answerer(Protocol):
    """Answers questions."""

    @property
    def name(self) -> str:
        """The model's name, or "extractive"."""

    def answer(self, asked: Asked) -> AsyncGenerator[Piece, None]:
        """`Started`, the sentences in order, then `Finished`.

        Raises:
            ServiceError: at the first step if no assistant is free, later if one fails.
        """
