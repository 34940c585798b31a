"""Any LlamaIndex LLM behind the seam: `OpenAILike` for OpenAI-compatible servers, another by the name of its class.

Requests run in another thread than the reader of the reply, so that time-outs hold whatever a client does: not every
client has them, and none has one for a whole streamed reply. `OpenAILike` runs on an event loop, where thousands of
requests need one thread; other LLMs, whose asynchronous methods may block, run in threads.
"""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.models.dialect import Dialect
from assistant.models.failures import failure_of
from assistant.models.scripted.model import Call
from assistant.models.seam import Completion, Failure, ModelFailed, Stream
from assistant.models.thinking import ThoughtFilter
from assistant.models.threads import FewThreads, event_loop
from assistant.models.waiting import Mailbox
from assistant.settings.model import ModelSettings

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage, ChatResponse
    from llama_index.core.llms import LLM

    from assistant.models.connections import OwnConnections

THREADS = 64
"""Limit on the threads for LLMs other than `OpenAILike`; further requests wait for one, within their time-outs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """What is known of a reply besides its text."""

    finish: str | None
    prompt_tokens: int | None
    completion_tokens: int | None


class LlamaModel:
    """A backend that asks a LlamaIndex LLM, with time-outs."""

    def __init__(
        self,
        llm: "LLM",
        *,
        settings: ModelSettings,
        secrets: Sequence[str],
        connections: "OwnConnections | None" = None,
    ) -> None:
        """Make a backend.

        Args:
            llm: the LLM to ask.
            settings: its name, time-outs and the length of a reply.
            secrets: texts that no error may contain.
            connections: those of `OpenAILike`, which runs on an event loop: the call decides on length, temperature
                and seed, and a reply without a finish reason counts as cut off. None for another LLM, whose
                parameters are unknown.
        """
        self._llm = llm
        self._settings = settings
        self._secrets = tuple(secrets)
        self._connections = connections
        self._dialect = Dialect()
        self._threads = FewThreads(THREADS, name=f"model {settings.name}")
        self._where = f"the model {settings.name}"
        if connections is not None:
            address = urlsplit(settings.base_url)
            self._where += f" at {address.scheme}://{address.netloc}{address.path}"

    @property
    def name(self) -> str:
        """As the settings have it."""
        return self._settings.name

    def attempt(self, call: Call, *, seconds: float) -> Stream:
        """Make one attempt at a reply; reading it ends within `seconds` or raises `ModelFailed`."""
        return Stream(self._pieces(call, seconds))

    def _pieces(self, call: Call, seconds: float) -> Generator[str, None, Completion]:
        started = time.monotonic()
        reply = _Reply(most=self._settings.reply_chars, where=self._where, secrets=self._secrets)
        hang_up = self._ask(call, seconds, reply)
        text: list[str] = []
        begun = False
        try:
            while True:
                limit = seconds if begun or not self._settings.stream else self._first_seconds(seconds)
                try:
                    event = reply.arrived.get(seconds=started + limit - time.monotonic())
                except TimeoutError:
                    raise self._late(begun, limit) from None
                if isinstance(event, ModelFailed):
                    raise event
                if isinstance(event, _End):
                    return self._whole(call, "".join(text), event, time.monotonic() - started)
                begun = True
                if event:
                    text.append(event)
                    yield event
        finally:
            hang_up()

    def _first_seconds(self, seconds: float) -> float:
        return min(seconds, self._settings.first_token_seconds)

    def _late(self, begun: bool, limit: float) -> ModelFailed:  # noqa: FBT001
        if begun or limit < self._settings.first_token_seconds or not self._settings.stream:
            # The time for all attempts, not what earlier ones left of it: equal answers give equal reasons.
            total = self._settings.total_seconds
            return ModelFailed(
                f"{self._where} was not done within {total:g} s (model.total_seconds)", kind=Failure.TIMEOUT_TOTAL
            )
        return ModelFailed(
            f"{self._where} said nothing within {limit:.3g} s",
            "if it is still being loaded, ask again or raise model.first_token_seconds",
            kind=Failure.TIMEOUT_FIRST_TOKEN,
        )

    def _whole(self, call: Call, text: str, end: _End, seconds: float) -> Completion:
        if not text.strip():
            raise self._unsaid(call, end)
        if self._connections is not None and end.finish is None:
            raise ModelFailed(f"the reply of {self._where} was cut off", kind=Failure.MALFORMED)
        return Completion(
            text=text,
            prompt_tokens=end.prompt_tokens,
            completion_tokens=end.completion_tokens,
            finish=end.finish or "stop",
            seconds=seconds,
        )

    def _unsaid(self, call: Call, end: _End) -> ModelFailed:
        """The failure for a reply without text."""
        if end.finish == "length":
            return ModelFailed(
                f"{self._where} used up the {call.max_tokens} tokens of its reply before it said anything",
                "if it thinks first, turn that off or raise model.reply_tokens",
                kind=Failure.TOO_LONG,
            )
        if self._connections is not None and end.finish is None:
            return ModelFailed(
                f"{self._where} sent no reply",
                "correct the address, which mostly ends in /v1: ASSISTANT_MODEL_BASE_URL",
                kind=Failure.EMPTY,
            )
        return ModelFailed(f"{self._where} gave an empty reply", kind=Failure.EMPTY)

    def _ask(self, call: Call, seconds: float, reply: "_Reply") -> Callable[[], object]:
        """Start the request in another thread; returns what cancels it."""
        if self._connections is not None:
            asking = self._listen(call, seconds, reply, self._connections)
            return asyncio.run_coroutine_threadsafe(asking, event_loop()).cancel
        gone = threading.Event()
        self._threads.do(partial(self._listen_in_thread, call, reply, gone))
        return gone.set

    async def _listen(self, call: Call, seconds: float, reply: "_Reply", connections: "OwnConnections") -> None:
        try:
            async for response in self._understood(call, seconds):
                reply.add(response, whole=not self._settings.stream)
            reply.end()
        except Exception as error:  # Each client library has its own exceptions.
            reply.fail(error)
        finally:
            await connections.end()

    async def _understood(self, call: Call, seconds: float) -> AsyncGenerator["ChatResponse", None]:
        """The responses to a request, which is sent again without a parameter that the server refuses."""
        while True:
            options = self._dialect.adapted(self._options(call, seconds))
            try:
                async for response in self._responses(call, options):
                    yield response
            except Exception as error:
                if not self._dialect.learn(error, options):
                    raise
            else:
                return

    async def _responses(self, call: Call, options: dict[str, Any]) -> AsyncGenerator["ChatResponse", None]:
        if not self._settings.stream:
            yield await self._llm.achat(_chat_messages(call), **options)
            return
        async for response in await self._llm.astream_chat(_chat_messages(call), **options):
            yield response

    def _listen_in_thread(self, call: Call, reply: "_Reply", gone: threading.Event) -> None:
        """As `_listen`, in a thread; a blocking client can only be left between two responses."""
        try:
            if gone.is_set():
                return
            messages, stream = _chat_messages(call), self._settings.stream
            for response in self._llm.stream_chat(messages) if stream else [self._llm.chat(messages)]:
                if gone.is_set():
                    return
                reply.add(response, whole=not stream)
            reply.end()
        except Exception as error:  # Each client library has its own exceptions.
            reply.fail(error)

    def _options(self, call: Call, seconds: float) -> dict[str, Any]:
        """Options that `OpenAILike` passes on to the client."""
        import httpx
        from llama_index.llms.openai.utils import O1_MODELS

        options: dict[str, Any] = {
            "max_tokens": call.max_tokens,
            # The whole reply's; `_pieces` keeps the shorter ones.
            "timeout": httpx.Timeout(seconds, connect=min(seconds, self._settings.connect_seconds)),
        }
        if self.name not in O1_MODELS:  # OpenAI's reasoning models accept only their default temperature.
            options["temperature"] = call.temperature
        if call.seed is not None:
            options["seed"] = call.seed
        if self._settings.stream:
            options["stream_options"] = {"include_usage": True}
        if self._settings.arguments:
            options["extra_body"] = dict(self._settings.arguments)
        return options


class _Reply:
    """Passes a reply on to its reader: pieces (empty ones while the model thinks), then the end or a failure."""

    def __init__(self, *, most: int, where: str, secrets: Sequence[str]) -> None:
        """Make a reply of at most so many characters, in its reader's thread; errors name `where`, and no secret."""
        self.arrived: Mailbox[str | _End | ModelFailed] = Mailbox()
        self._most = most
        self._where = where
        self._secrets = secrets
        self._length = 0
        self._begun = False
        self._end = _End(finish=None, prompt_tokens=None, completion_tokens=None)
        self._filter = ThoughtFilter()

    def add(self, response: "ChatResponse", *, whole: bool) -> None:
        """Pass on what is new in a response, or all of a whole one.

        Raises:
            ModelFailed: the reply is too long.
        """
        delta = (response.message.content if whole else response.delta) or ""
        self._length += len(delta)
        if self._length > self._most:
            raise ModelFailed(
                f"the reply of {self._where} has more than {self._most} characters (model.reply_chars)",
                kind=Failure.TOO_LONG,
            )
        if delta or response.additional_kwargs.get("thinking_delta"):
            self._begun = True
            self.arrived.put(self._filter.add(delta))
        self._end = _learned(response, self._end)

    def end(self) -> None:
        """Pass on the rest and the end."""
        self.arrived.put(self._filter.rest())
        self.arrived.put(self._end)

    def fail(self, error: Exception) -> None:
        """Pass on the failure for an error."""
        if not isinstance(error, ModelFailed):
            error = failure_of(error, where=self._where, secrets=self._secrets, begun=self._begun)
        self.arrived.put(error)


def _chat_messages(call: Call) -> "list[ChatMessage]":
    from llama_index.core.base.llms.types import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole(m.role), content=m.content) for m in call.messages]


def _learned(response: "ChatResponse", end: _End) -> _End:
    """`end`, updated with what a further response says."""
    choices = getattr(response.raw, "choices", None)
    finish = getattr(choices[0], "finish_reason", None) if choices else None
    counts = {**response.message.additional_kwargs, **response.additional_kwargs}
    prompt, reply = counts.get("prompt_tokens"), counts.get("completion_tokens")
    return _End(
        finish=finish if isinstance(finish, str) else end.finish,
        prompt_tokens=prompt if isinstance(prompt, int) else end.prompt_tokens,
        completion_tokens=reply if isinstance(reply, int) else end.completion_tokens,
    )
