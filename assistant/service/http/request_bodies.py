"""Bodies of requests to /api: validated, and described in the OpenAPI document."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from assistant.chain.assistant import MAX_QUESTION_CHARACTERS
from assistant.service.work.collection import NAME_CHARACTERS
from index.search.engine import Filters

HAS_WORD = {"pattern": r"[\p{L}\p{N}]"}
"""What `checked_question` requires, as JSON Schema."""
ID_PATTERN = r"^[0-9a-f]{24}$"


def _day(value: object) -> object:
    """Accept YYYY-MM-DD only; pydantic would accept numbers too."""
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("give a day as YYYY-MM-DD")
    return date.fromisoformat(value)


def _digits(value: object) -> object:
    """Accept digits only; pydantic would accept "7 " and "1_0" too."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,9}", value):
        raise ValueError("give a whole number")
    return value


Count = Annotated[int, BeforeValidator(_digits)]


def between(least: int, most: int) -> dict[str, Any]:
    """Bounds of a `Count` for the OpenAPI document, which pydantic leaves out after a custom validator."""
    return {"minimum": least, "maximum": most}


Day = Annotated[date, BeforeValidator(_day)]
Name = Annotated[str, Field(min_length=1, max_length=300)]
Id = Annotated[str, Field(pattern=ID_PATTERN)]
QuestionText = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARACTERS,
        description="Has at least one letter or digit.",
        json_schema_extra=HAS_WORD,
        examples=["How many industrial brains has Zhejiang built?"],
    ),
]


class Body(BaseModel):
    """A body without unknown fields, so that a misspelt one is not ignored silently."""

    model_config = ConfigDict(extra="forbid")


class FiltersBody(Body):
    """Which articles may be used."""

    published_after: Day | None = None
    published_before: Day | None = None
    publishers: Annotated[list[Name], Field(max_length=100)] = []
    languages: Annotated[list[Name], Field(max_length=20)] = []
    articles: Annotated[list[Name], Field(max_length=1_000)] = []

    def to_filters(self) -> Filters:
        """As the search engine takes them."""
        return Filters(
            published_after=self.published_after,
            published_before=self.published_before,
            publishers=tuple(self.publishers),
            languages=tuple(self.languages),
            articles=tuple(self.articles),
        )


class AskBody(Body):
    """A question."""

    question: QuestionText
    collection: Annotated[str, Field(min_length=1, max_length=NAME_CHARACTERS)] | None = None
    """Name of the collection; by default that of the conversation, or the first."""
    conversation_id: Id | None = None
    filters: FiltersBody | None = None
    stream: StrictBool = False


class TagsBody(Body):
    """An article's tags, in place of those that it has."""

    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=30)]


class RenameBody(Body):
    """A conversation's new title."""

    title: Annotated[str, Field(min_length=1, max_length=200)]


class FeedbackBody(Body):
    """A rating of an answer; null removes it."""

    message_id: Id
    rating: Literal["up", "down"] | None
    reason: Annotated[str, Field(max_length=2_000)] | None = None
    evidence: (
        Annotated[str, Field(max_length=4_000, description="Words of an article that do answer, for a gold case.")]
        | None
    ) = None
