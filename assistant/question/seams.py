"""The seams to what makes a follow-up whole and parts a question, and the rules behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.models.seam import NO_USAGE, Usage
from assistant.question.followups import Turn, in_conversation
from assistant.question.splitting import split_parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Condensed:
    """A question that stands by itself."""

    question: str
    note: str | None = None
    """Why the rule made it though a model was asked; None where nothing went wrong."""
    usage: Usage = NO_USAGE
    """What asking a model took."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The questions in a question, at least one."""

    parts: tuple[str, ...]
    note: str | None = None
    usage: Usage = NO_USAGE
    """Both as of `Condensed`."""


class Condenser(Protocol):
    """Makes a follow-up whole."""

    def condense(self, question: str, history: Sequence[Turn]) -> Condensed:
        """The question by itself; never raises for what a model does.

        Args:
            question: as asked.
            history: the turns before it, oldest first; none for a conversation's first question.
        """


class Splitter(Protocol):
    """Parts a question that asks for several things."""

    def split(self, question: str) -> Split:
        """The questions to look up, one for most; never raises for what a model does.

        Args:
            question: one that stands by itself.
        """


class RuleCondenser:
    """Without a model: see `in_conversation`."""

    def condense(self, question: str, history: Sequence[Turn]) -> Condensed:
        """As the seam says."""
        return Condensed(question=in_conversation(question, history))


class RuleSplitter:
    """Without a model: see `split_parts`."""

    def split(self, question: str) -> Split:
        """As the seam says."""
        return Split(parts=tuple(split_parts(question)))
