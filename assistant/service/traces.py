"""OpenTelemetry traces of answers, after the conventions for generative AI; the extra `telemetry` brings them.

A span for each answer, from its question's arrival to its last piece. Where it is sent the usual
variables say (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME and so on). Questions and answers are in
it only where the access log may have them too.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from assistant import __version__
from assistant.answer import Answer
from assistant.service.errors import ServiceError
from index.errors import ConfigurationError

SERVICE = "article-assistant"


class Traces:
    """Makes the spans."""

    def __init__(self, tracer: Tracer, *, questions: bool, close: Callable[[], None]) -> None:
        """Make it.

        Args:
            tracer: of the provider that sends them.
            questions: whether texts are part of them.
            close: sends what is left.
        """
        self._tracer = tracer
        self._questions = questions
        self.close = close

    @contextmanager
    def answering(self, question: str, *, model: str, conversation_id: str) -> Iterator[Callable[[Answer], None]]:
        """A span around an answer; call what it gives with the whole answer."""
        span = self._tracer.start_span(
            f"invoke_agent {SERVICE}",
            kind=SpanKind.SERVER,
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.provider.name": SERVICE,
                "gen_ai.agent.name": SERVICE,
                "gen_ai.agent.version": __version__,
                "gen_ai.request.model": model,
                "gen_ai.data_source.id": model,
                "gen_ai.conversation.id": conversation_id,
            },
        )
        try:
            yield lambda answer: self._finish(span, question, answer)
        except BaseException as error:
            kind = error.body.error.code if isinstance(error, ServiceError) else type(error).__name__
            span.set_attribute("error.type", kind)
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            span.end()

    def _finish(self, span: Span, question: str, answer: Answer) -> None:
        span.set_attributes(
            {
                "gen_ai.response.id": answer.id,
                "gen_ai.response.model": answer.reader,
                "gen_ai.response.finish_reasons": ["stop"],
                "assistant.status": answer.status,
                "assistant.citations": len(answer.citations),
                "assistant.confidence": answer.confidence,
                "assistant.degraded": answer.degraded,
                "assistant.index.fingerprint": answer.index.fingerprint,
                "assistant.index.generation": answer.index.generation,
            }
        )
        if answer.reason:
            span.set_attribute("assistant.reason", answer.reason)
        if self._questions:
            span.set_attribute("gen_ai.input.messages", _message("user", question))
            span.set_attribute("gen_ai.output.messages", _message("assistant", answer.text))


def sending_traces(*, questions: bool) -> Traces:
    """Traces that are sent over OTLP, as the OTEL_… variables say.

    Raises:
        ConfigurationError: the extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ConfigurationError(
            f"the packages for --telemetry are not installed ({error}); run "
            f"`pip install 'article-assistant[telemetry]'`"
        ) from error
    name = os.environ.get("OTEL_SERVICE_NAME", SERVICE)
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Traces(provider.get_tracer(SERVICE, __version__), questions=questions, close=provider.shutdown)


def _message(role: str, text: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}], ensure_ascii=False)
