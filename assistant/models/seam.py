"""Interface to language models: messages in; a reply out, whole or streamed, with its usage."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from index.errors import AssistantError

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Calls and tokens."""

    calls: int = 0
    """Requests, those that failed or were sent again included."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False
    """Whether some of the tokens are estimated instead of counted by the server."""


NO_USAGE = Usage()


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A whole reply and its usage."""

    text: str
    prompt_tokens: int | None = None
    """As the server counted them; None where it did not say."""
    completion_tokens: int | None = None
    finish: str = "stop"
    """Why the reply ended: "stop", or "length" where it was cut off at the limit, or the server's own word."""
    seconds: float = 0.0
    """From the question to the last piece, attempts that failed included."""
    usage: Usage | None = None
    """Usage of all attempts together; None from a model that does not count."""


class Failure(StrEnum):
    """Kinds of failure of a model."""

    TIMEOUT_CONNECT = "timeout_connect"
    TIMEOUT_FIRST_TOKEN = "timeout_first_token"
    TIMEOUT_TOTAL = "timeout_total"
    REFUSED_CONNECTION = "refused_connection"
    """Nothing listens there, or the connection broke."""
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REJECTED = "rejected"
    """The server does not accept the request: a wrong key, an unknown model, too long a prompt."""
    EMPTY = "empty"
    MALFORMED = "malformed"
    TOO_LONG = "too_long"
    """The reply has more characters than are accepted, or used up its tokens before it said anything."""
    BUDGET = "budget"
    """The budget of tokens or money is used up."""
    CIRCUIT_OPEN = "circuit_open"
    """The circuit breaker is open."""
    NOT_RECORDED = "not_recorded"


class ModelFailed(AssistantError):
    """A language model gave no reply that can be used; the message is one line and holds no key."""

    def __init__(
        self,
        message: str,
        remedy: str | None = None,
        *,
        kind: Failure,
        retry_after_seconds: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        """Make a failure.

        Args:
            message: what was wrong, on one line.
            remedy: what to do.
            kind: in which way.
            retry_after_seconds: how long the server wants to be left alone; None where it did not say.
            usage: of all attempts; None if it was not counted.
        """
        super().__init__(message, remedy)
        self.usage = usage
        self.kind = kind
        self.retry_after_seconds = retry_after_seconds


class Stream:
    """A reply as it comes: iterate over its pieces, once; `completion` is there afterwards."""

    def __init__(self, pieces: Generator[str, None, Completion]) -> None:
        """Make a stream of a generator that yields the pieces and returns the whole."""
        self._pieces = pieces
        self._completion: Completion | None = None

    def __iter__(self) -> Iterator[str]:
        """The pieces of the text, none of them empty.

        Raises:
            ModelFailed: the model failed, perhaps after some pieces; these are then no answer.
        """
        self._completion = yield from self._pieces

    @property
    def completion(self) -> Completion:
        """The whole reply; only after the last piece.

        Raises:
            RuntimeError: the stream has not been read to its end.
        """
        if self._completion is None:
            raise RuntimeError("the stream has not been read to its end, so there is no completion yet")
        return self._completion

    def close(self) -> None:
        """Cancel the rest of the reply, and close the connection."""
        self._pieces.close()


class ChatModel(Protocol):
    """A language model that replies to messages."""

    @property
    def name(self) -> str:
        """What it is, for answers and reports; the same name means the same model."""

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The whole reply.

        Args:
            messages: the conversation, at least one message.
            max_tokens: the reply's length at most.
            temperature: 0 for the likeliest reply.
            seed: for servers that can repeat a reply; None for none.

        Raises:
            ModelFailed: in whichever way; nothing else is raised for what a server does.
        """

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The reply as it comes; arguments as of `complete`. Nothing is asked before the first piece is."""


def read_to_end(stream: Stream) -> Completion:
    """The whole of a stream."""
    for _ in stream:
        pass
    return stream.completion


def in_pieces(complete: Callable[[], Completion]) -> Stream:
    """A reply that is there all at once, streamed a word at a time; it is asked for when the first is read."""

    def pieces() -> Generator[str, None, Completion]:
        completion = complete()
        yield from re.findall(r"\S+\s*|\s+", completion.text)
        return completion

    return Stream(pieces())


def together(usages: Iterable[Usage]) -> Usage:
    """The sum of usages."""
    held = list(usages)
    return Usage(
        calls=sum(one.calls for one in held),
        prompt_tokens=sum(one.prompt_tokens for one in held),
        completion_tokens=sum(one.completion_tokens for one in held),
        estimated=any(one.estimated for one in held),
    )


def used(messages: Sequence["Message"], completion: "Completion") -> Usage:
    """Usage of a reply; what the server did not count is estimated from the texts."""
    if completion.usage is not None:
        return completion.usage
    from assistant.models.tokens import estimated_tokens  # Without a model nothing of one is imported.

    asked, replied = completion.prompt_tokens, completion.completion_tokens
    return Usage(
        calls=1,
        prompt_tokens=sum(estimated_tokens(message.content) for message in messages) if asked is None else asked,
        completion_tokens=estimated_tokens(completion.text) if replied is None else replied,
        estimated=asked is None or replied is None,
    )


def used_in_vain(failure: "ModelFailed") -> Usage:
    """What a call took that failed; one of which nothing is known is a call without tokens."""
    return Usage(calls=1) if failure.usage is None else failure.usage
