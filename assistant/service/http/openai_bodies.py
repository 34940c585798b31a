"""Requests and responses of /v1: OpenAI's shapes, as far as they mean something here."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.service.http.request_bodies import HAS_WORD, FiltersBody
from assistant.service.http.response_bodies import AnswerBody

HAS_QUESTION = {
    "contains": {
        "type": "object",
        "properties": {"role": {"const": "user"}, "content": {"type": "string", "maxLength": 2_000, **HAS_WORD}},
        "required": ["role", "content"],
    }
}
"""For the OpenAPI document: some message of the user has a question."""


class MessagePart(BaseModel):
    """A piece of a message: of its text, or an image, a refusal or the like, which are not read."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(max_length=100_000)] | None = None

    @property
    def is_text(self) -> bool:
        """Whether it is a piece of the message's text."""
        return self.type in {"text", "input_text", "output_text"}


class ChatMessage(BaseModel):
    """A message of the conversation so far."""

    model_config = ConfigDict(extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=100_000)] | list[MessagePart] | None = None

    @property
    def text(self) -> str:
        """All of its text."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text or "" for part in self.content if part.is_text)

    @property
    def unread(self) -> list[str]:
        """Types of its parts that are no text."""
        return (
            []
            if self.content is None or isinstance(self.content, str)
            else [part.type for part in self.content if not part.is_text]
        )


class StreamOptions(BaseModel):
    """What a stream carries."""

    model_config = ConfigDict(extra="allow")

    include_usage: bool | None = None


class ResponseFormat(BaseModel):
    """The form that the reply should have."""

    model_config = ConfigDict(extra="allow")

    type: Literal["text"] = "text"


class ChatBody(BaseModel):
    """A request for a chat completion.

    Demands on the reply's form that cannot be met are refused; OpenAI's other fields are accepted and ignored.
    """

    model_config = ConfigDict(extra="allow")

    model: Annotated[str, Field(min_length=1, max_length=200)]
    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=1_000, json_schema_extra=HAS_QUESTION)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = None
    response_format: ResponseFormat | None = None
    tool_choice: Literal["none", "auto"] | None = None
    function_call: Literal["none", "auto"] | None = None
    logprobs: Literal[False] | None = None
    filters: FiltersBody | None = None
    """An extension: which articles may be used."""


class UrlCitation(BaseModel):
    """Where an article is, and which characters of the message it supports."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(BaseModel):
    """A citation as OpenAI's clients know it."""

    type: Literal["url_citation"]
    url_citation: UrlCitation


class ReplyMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"]
    content: str
    refusal: str | None
    annotations: list[Annotation]


class Choice(BaseModel):
    """The only choice."""

    index: int
    message: ReplyMessage
    finish_reason: Literal["stop"]
    logprobs: None


class Usage(BaseModel):
    """Counted in words and punctuation marks, since no model's tokens are used."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionBody(BaseModel):
    """A chat completion."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    receipts: AnswerBody
    """An extension: the whole answer as /api/ask gives it, receipts and all."""


class ModelBody(BaseModel):
    """A collection."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelsBody(BaseModel):
    """The collections that can be asked."""

    object: Literal["list"]
    data: list[ModelBody]
