"""Traces a model's calls as spans, by OpenTelemetry's conventions for generative AI."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opentelemetry.trace import Span, SpanKind

from assistant.models.seam import ChatModel, Completion, Message, ModelFailed, Stream
from assistant.models.waiting import Cancelled
from assistant.service.telemetry.traces import Attributes, Traces, failed, messages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.settings.model import ModelSettings


class TracedModel:
    """Wraps a model; each call is a span of the trace that is current in the calling thread."""

    def __init__(self, model: ChatModel, settings: "ModelSettings", traces: Traces) -> None:
        """Trace the calls of a model, whose address and name the settings have."""
        self._model = model
        self._traces = traces
        self._requested = settings.name
        self._about: Attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": settings.llm or "openai",  # Else a server that speaks as OpenAI's does.
            "gen_ai.request.model": settings.name,
        }
        address = urlsplit(settings.base_url) if not settings.llm else urlsplit("")
        if address.hostname:
            self._about["server.address"] = address.hostname
            self._about["server.port"] = address.port or (443 if address.scheme == "https" else 80)

    @property
    def name(self) -> str:
        """The wrapped model's name."""
        return self._model.name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The whole reply of the wrapped model, in a span."""
        with self._calling(messages, _given(max_tokens, temperature, seed, stream=False)) as span:
            whole = self._model.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
            self._finish(span, whole)
            return whole

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The reply of the wrapped model as it comes, in a span that begins when the first piece is requested."""

        def pieces() -> Generator[str, None, Completion]:
            with self._calling(messages, _given(max_tokens, temperature, seed, stream=True)) as span:
                started = time.perf_counter()
                stream = self._model.stream(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
                try:
                    for place, piece in enumerate(stream):
                        if place == 0:
                            waited = time.perf_counter() - started
                            span.set_attribute("gen_ai.response.time_to_first_chunk", round(waited, 4))
                        yield piece
                finally:
                    stream.close()
                self._finish(span, stream.completion)
                return stream.completion

        return Stream(pieces())

    @contextmanager
    def _calling(self, asked: Sequence[Message], given: Attributes) -> "Iterator[Span]":
        # Not the current span: the reader of a stream does other things between two pieces.
        span = self._traces.tracer.start_span(
            f"chat {self._requested}", kind=SpanKind.CLIENT, attributes={**self._about, **given}
        )
        if self._traces.questions:
            span.set_attribute("gen_ai.input.messages", messages(*((one.role, one.content) for one in asked)))
        try:
            yield span
        except ModelFailed as error:
            failed(span, error.kind)
            raise
        except (GeneratorExit, Cancelled):  # The reader stopped, or its client has gone.
            raise
        except BaseException as error:
            failed(span, type(error).__name__)
            raise
        finally:
            span.end()

    def _finish(self, span: Span, whole: Completion) -> None:
        span.set_attribute("gen_ai.response.finish_reasons", [whole.finish])
        span.set_attribute("gen_ai.response.model", self._requested)
        if whole.prompt_tokens is not None:
            span.set_attribute("gen_ai.usage.input_tokens", whole.prompt_tokens)
        if whole.completion_tokens is not None:
            span.set_attribute("gen_ai.usage.output_tokens", whole.completion_tokens)
        if self._traces.questions:
            span.set_attribute("gen_ai.output.messages", messages(("assistant", whole.text)))


def _given(max_tokens: int, temperature: float, seed: int | None, *, stream: bool) -> Attributes:
    found: Attributes = {"gen_ai.request.max_tokens": max_tokens, "gen_ai.request.temperature": temperature}
    if seed is not None:
        found["gen_ai.request.seed"] = seed
    if stream:
        found["gen_ai.request.stream"] = True
    return found
