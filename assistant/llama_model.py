"""Any LlamaIndex LLM behind the seam: `OpenAILike` for OpenAI-compatible servers, another by the name of its class.

A request runs in a thread of its own, so that time-outs hold whatever the LLM does: not every
client has them, and none has one for the whole of a streamed answer.
"""

import queue
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from assistant.connections import Connections
from assistant.model import Call, Completion, Failure, ModelFailed, Stream
from assistant.model_failures import failure_of
from assistant.model_settings import ModelSettings
from assistant.thinking import Spoken

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatResponse
    from llama_index.core.llms import LLM


@dataclass(frozen=True, kw_only=True, slots=True)
class _End:
    """What was learned of a reply besides its text."""

    finish: str | None
    prompt_tokens: int | None
    completion_tokens: int | None


class LlamaModel:
    """One attempt at a reply of a LlamaIndex LLM, within its time."""

    def __init__(
        self,
        llm: "LLM",
        *,
        settings: ModelSettings,
        openai: bool,
        secrets: Sequence[str],
        connections: Connections | None = None,
    ) -> None:
        """Make a backend.

        Args:
            llm: is asked.
            settings: its name, time-outs and the length of a reply.
            openai: whether it is `OpenAILike`: then the call decides on length, temperature and seed,
                and a reply without a reason for its end is cut off. Of others' arguments nothing is known.
            secrets: texts that must not be in an error.
            connections: those of the LLM's client, if it tells them.
        """
        self._llm = llm
        self._settings = settings
        self._openai = openai
        self._secrets = tuple(secrets)
        self._connections = connections or Connections()
        self._where = f"the model {settings.name}"
        if openai:
            address = urlsplit(settings.base_url)
            self._where += f" at {address.scheme}://{address.netloc}{address.path}"

    @property
    def name(self) -> str:
        """As the settings have it."""
        return self._settings.name

    def attempt(self, call: Call, *, seconds: float) -> Stream:
        """A reply, asked for once.

        Args:
            call: what is asked.
            seconds: by which the last piece must have come.

        Raises:
            ModelFailed: when it is read.
        """
        return Stream(self._pieces(call, seconds))

    def _pieces(self, call: Call, seconds: float) -> Generator[str, None, Completion]:
        arrived: queue.SimpleQueue[str | _End | ModelFailed] = queue.SimpleQueue()
        gone = threading.Event()
        started = time.monotonic()
        work = threading.Thread(
            target=self._work, args=(call, seconds, arrived, gone), name=f"model {self.name}", daemon=True
        )
        work.start()
        text: list[str] = []
        begun = False
        try:
            while True:
                limit = seconds if begun or not self._settings.stream else self._first_seconds(seconds)
                try:
                    event = arrived.get(timeout=max(0.0, started + limit - time.monotonic()))
                except queue.Empty:
                    raise self._late(begun, limit) from None
                if isinstance(event, ModelFailed):
                    raise event
                if isinstance(event, _End):
                    return self._whole("".join(text), event, time.monotonic() - started)
                begun = True
                if event:
                    text.append(event)
                    yield event
        finally:
            gone.set()
            self._connections.hang_up(work)

    def _first_seconds(self, seconds: float) -> float:
        return min(seconds, self._settings.first_token_seconds)

    def _late(self, begun: bool, limit: float) -> ModelFailed:  # noqa: FBT001
        if begun or limit < self._settings.first_token_seconds or not self._settings.stream:
            # The time for all attempts, not what earlier ones left of it: equal answers give equal reasons.
            total = self._settings.total_seconds
            return ModelFailed(f"{self._where} was not done within {total:g} s", kind=Failure.TIMEOUT_TOTAL)
        return ModelFailed(f"{self._where} said nothing within {limit:.3g} s", kind=Failure.TIMEOUT_FIRST_TOKEN)

    def _whole(self, text: str, end: _End, seconds: float) -> Completion:
        if not text.strip():
            raise ModelFailed(f"{self._where} gave an empty reply", kind=Failure.EMPTY)
        if self._openai and end.finish is None:
            raise ModelFailed(f"the reply of {self._where} was cut off", kind=Failure.MALFORMED)
        return Completion(
            text=text,
            prompt_tokens=end.prompt_tokens,
            completion_tokens=end.completion_tokens,
            finish=end.finish or "stop",
            seconds=seconds,
        )

    def _work(
        self,
        call: Call,
        seconds: float,
        arrived: "queue.SimpleQueue[str | _End | ModelFailed]",
        gone: threading.Event,
    ) -> None:
        """Ask, in a thread: pieces (empty ones while it thinks), and at last the end or a failure."""
        length, end, begun = 0, _End(finish=None, prompt_tokens=None, completion_tokens=None), False
        spoken = Spoken()
        try:
            for response in self._responses(call, seconds):
                delta = (response.delta if self._settings.stream else response.message.content) or ""
                thinking = bool(response.additional_kwargs.get("thinking_delta"))
                length += len(delta)
                if gone.is_set():
                    return
                if length > self._settings.reply_chars:
                    raise ModelFailed(
                        f"the reply of {self._where} has more than {self._settings.reply_chars} characters "
                        "(model.reply_chars)",
                        kind=Failure.TOO_LONG,
                    )
                if delta or thinking:
                    begun = True
                    arrived.put(spoken.add(delta))
                end = _learned(response, end)
            arrived.put(spoken.rest())
            arrived.put(end)
        except ModelFailed as failure:
            arrived.put(failure)
        except Exception as error:  # Each client library has kinds of its own.
            arrived.put(failure_of(error, where=self._where, secrets=self._secrets, begun=begun))
        finally:
            self._connections.close()

    def _responses(self, call: Call, seconds: float) -> Generator["ChatResponse", None, None]:
        from llama_index.core.base.llms.types import ChatMessage, MessageRole

        messages = [ChatMessage(role=MessageRole(m.role), content=m.content) for m in call.messages]
        options = self._options(call, seconds)
        if self._settings.stream:
            yield from self._llm.stream_chat(messages, **options)
        else:
            yield self._llm.chat(messages, **options)

    def _options(self, call: Call, seconds: float) -> dict[str, Any]:
        """What `OpenAILike` hands on to the client for this call."""
        if not self._openai:
            return {}
        import httpx
        from llama_index.llms.openai.utils import O1_MODELS

        options: dict[str, Any] = {
            "max_tokens": call.max_tokens,
            # No longer silence than the whole may take; the shorter limits are kept in `_pieces`.
            "timeout": httpx.Timeout(seconds, connect=min(seconds, self._settings.connect_seconds)),
        }
        if self.name not in O1_MODELS:  # OpenAI's models that reason accept no temperature but their own.
            options["temperature"] = call.temperature
        if call.seed is not None:
            options["seed"] = call.seed
        if self._settings.stream:
            options["stream_options"] = {"include_usage": True}
        return options


def _learned(response: "ChatResponse", end: _End) -> _End:
    """`end` with what one more response says."""
    choices = getattr(response.raw, "choices", None)
    finish = getattr(choices[0], "finish_reason", None) if choices else None
    counts = {**response.message.additional_kwargs, **response.additional_kwargs}
    prompt, reply = counts.get("prompt_tokens"), counts.get("completion_tokens")
    return _End(
        finish=finish if isinstance(finish, str) else end.finish,
        prompt_tokens=prompt if isinstance(prompt, int) else end.prompt_tokens,
        completion_tokens=reply if isinstance(reply, int) else end.completion_tokens,
    )
