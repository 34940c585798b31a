"""What the database holds: conversations, their messages, and feedback on them."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Channel(StrEnum):
    """Where a conversation was held."""

    PAGE = "page"
    """Over /api/ask."""
    OPENAI = "openai"
    """Over /v1, where the client keeps the conversation; listed nowhere, exported and erased like the rest."""


class Rating(StrEnum):
    """A person's rating of an answer."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, kw_only=True, slots=True)
class Produced:
    """What an answer depends on besides its question and what the answer itself names."""

    previous: str | None
    """The previous question, rewritten to stand alone, that a follow-up refers to."""
    filters: Mapping[str, object]
    settings: Mapping[str, object]
    version: str
    """Of this program."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A conversation of the list."""

    id: str
    title: str
    created: str
    updated: str
    messages: int
    collection: str
    """Whose articles it is about."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """A person's rating of an answer, and the reason."""

    rating: Rating
    reason: str | None
    evidence: str | None
    """The words of an article that answer a question which was refused, or answered wrongly."""
    created: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A question, its answer and what produced it."""

    message_id: str
    conversation_id: str
    collection: str
    """Whose articles were asked."""
    question: str
    answer: dict[str, Any]
    """The public JSON of an `Answer`."""
    produced: dict[str, Any]
    created: str
    feedback: Feedback | None

    def to_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)


def new_id() -> str:
    """Make an unguessable random id for a conversation or a message."""
    return secrets.token_hex(12)
