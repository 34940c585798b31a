"""The seam between HTTP and whatever answers: checked sentences one by one, then the whole answer."""

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
    """Whose articles are to answer it."""
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
    """Those first used in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """The whole answer, sealed."""

    answer: Answer


Piece = Started | CheckedSentence | Finished


class Answerer(Protocol):
    """Answers questions."""

    @property
    def name(self) -> str:
        """What it is called: "extractive", or the model's name."""

    def answer(self, asked: Asked) -> AsyncGenerator[Piece, None]:
        """`Started`, the sentences in order, then `Finished`.

        Raises:
            ServiceError: at the first step where no assistant is free, later where one fails.
        """
