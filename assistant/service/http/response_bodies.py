"""Bodies of responses of /api, for the OpenAPI document; responses are not validated."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from assistant.answer.answer import OMITTED_IF_EMPTY, Answer
from assistant.answer.signing import Signature
from assistant.answer.verifying import Verified
from assistant.service.store.records import Conversation, Feedback, Produced
from assistant.service.work.uploads import FileOutcome
from index.text.article import Page
from index.text.drawing.values import Box


def _require_all(schema: dict[str, Any]) -> None:
    """Require the fields with a default too, except those that are left out where they are empty."""
    omitted = (*OMITTED_IF_EMPTY, "signature")
    schema["required"] = [name for name in schema["properties"] if name not in omitted]
    for name in schema["required"]:
        schema["properties"][name].pop("default", None)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredAnswer(Answer):
    """An answer with its receipts, or a refusal."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True, json_schema_extra=_require_all)

    signature: Signature | None = None
    """Of an answer that was signed as it left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerBody(StoredAnswer):
    """An answer, with where it is kept."""

    conversation_id: str
    message_id: str
    collection: str


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedBody(Verified):
    """An answer and what became of it."""

    __pydantic_config__ = ConfigDict(use_attribute_docstrings=True)

    altered_answers: int
    """1 if it was altered, or contradicts itself or the index; else 0."""


class PublicKeyBody(BaseModel):
    """The public key of the key that signs answers."""

    algorithm: Literal["ed25519"]
    public_key: str


class FoundPassage(BaseModel):
    """A passage that was found."""

    rank: int
    article_id: str
    title: str | None
    publisher: str | None
    published: str | None
    start: int
    end: int
    score: float
    cosine: float
    bm25: float
    late: float
    text: str
    hits: list[tuple[int, int]]


class FoundBody(BaseModel):
    """Passages, best first."""

    question: str
    searched: str
    passages: list[FoundPassage]


class ArticleBody(BaseModel):
    """An article of the list."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    article_id: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str | None
    language: str | None
    characters: int
    kind: str
    """Suffix of the file that it came from, without its dot; "" for a source without one."""
    lacks: list[str]
    """What a person may want to mend, in words."""
    tags: list[str]


class WholeArticleBody(ArticleBody):
    """An article with its text."""

    text: str
    sha256: str
    pages: list[Page]
    """In reading order; none for an article without pages."""
    pictures: bool
    """Whether its file is kept, so that its pages can be seen."""
    hits: list[tuple[int, int]]
    """Characters of the text that are words of the query, end exclusive."""


class PageBody(BaseModel):
    """A page of an article's PDF, and where on it a quote stands."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    number: int
    """1 for the first."""
    count: int
    """Pages of the PDF."""
    width: float
    """Points, 72 of which are an inch, as the page is shown."""
    height: float
    boxes: list[Box]
    """Of the quote, a line at a time; none where it was not found on the page."""


class ArticlesBody(BaseModel):
    """A page of the list of articles; `next` is the `after` of the page that follows."""

    articles: list[ArticleBody]
    total: int
    next: str | None


class StatusBody(BaseModel):
    """A collection, and features of the server."""

    model: str
    """Its name."""
    collections: list[str]
    """The names of all that are served; the first is asked where none is named."""
    articles: int
    chunks: int
    fingerprint: str
    generation: int
    changed: str
    publishers: list[str]
    kinds: list[str]
    """Of its articles, as in the list of them."""
    tags: list[str]
    """That people gave to its articles."""
    without_publisher: int
    """Articles that name none."""
    published_min: str | None
    published_max: str | None
    reader: str
    uploads: bool
    shares: bool
    version: str
    examples: list[str]


class ConversationsBody(BaseModel):
    """Conversations, the latest first."""

    conversations: list[Conversation]


class MessageBody(BaseModel):
    """A question with its answer."""

    message_id: str
    question: str
    answer: StoredAnswer
    created: str
    feedback: Feedback | None
    produced: Produced


class WholeConversationBody(BaseModel):
    """A conversation with its messages, in order."""

    id: str
    title: str
    collection: str
    messages: list[MessageBody]


class StoredFeedbackBody(BaseModel):
    """The rating that is stored now."""

    message_id: str
    rating: Literal["up", "down"] | None
    reason: str | None
    evidence: str | None
    created: str | None


class ShareBody(BaseModel):
    """A link to a conversation."""

    path: str
    """Under the server's address; it is told only now."""


class ErasedBody(BaseModel):
    """How many conversations were erased."""

    erased: int


class UploadedBody(BaseModel):
    """Article ids by what happened to their files, why files were not added, and what became of each file."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]
    failed: list[str]
    files: list[FileOutcome]


class StateBody(BaseModel):
    """State of the server."""

    status: Literal["ok", "ready"]
