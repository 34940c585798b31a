"""Seams of query rewriting (`Condenser`) and decomposition (`Splitter`), with their rule-based implementations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.models.seam import NO_USAGE, Usage
from assistant.question.followups import Turn, in_conversation, other_wordings
from assistant.question.splitting import split_parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Condensed:
    """A follow-up rewritten as a question that stands by itself."""

    question: str
    others: tuple[str, ...] = ()
    """What else may be meant; the wording counts whose reading is the surest."""
    note: str | None = None
    """Why the rule was used although a model was asked; None if nothing went wrong."""
    usage: Usage = NO_USAGE
    """Usage of the model that was asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """The questions in a question, at least one."""

    parts: tuple[str, ...]
    note: str | None = None
    usage: Usage = NO_USAGE
    """Both as of `Condensed`."""


class Condenser(Protocol):
    """Rewrites a follow-up so that it stands by itself (query rewriting)."""

    def condense(self, question: str, history: Sequence[Turn]) -> Condensed:
        """Rewrite a question by the turns before it, oldest first; never raises for what a model does."""


class Splitter(Protocol):
    """Splits a question that asks for several things (decomposition)."""

    def split(self, question: str) -> Split:
        """Split a question that stands alone, most into one; never raises for what a model does."""


class RuleCondenser:
    """Rewrites by rule: see `in_conversation` and `other_wordings`."""

    def condense(self, question: str, history: Sequence[Turn]) -> Condensed:
        """Rewrite a follow-up out of the conversation."""
        return Condensed(question=in_conversation(question, history), others=other_wordings(question, history))


class RuleSplitter:
    """Splits by rule: see `split_parts`."""

    def split(self, question: str) -> Split:
        """Split a question that asks for several things."""
        return Split(parts=tuple(split_parts(question)))
