"""OpenTelemetry traces, after the conventions for HTTP and for generative AI; the extra `telemetry` brings them.

A request is a span, which goes on with the caller's trace where a `traceparent` came along; within it
an answer is one (`invoke_agent`), and within that each search of the index (`retrieval`) and each call
of a model (`chat`, in `traced_model`). Where they are sent the usual variables say
(OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME and so on). Questions, answers and what is found are in
them only where the access log may have questions too.

https://github.com/open-telemetry/semantic-conventions-genai; the names are of its release 0.1.0.
"""

import json
import os
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, get_current_span, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import Scope

from assistant import __version__
from assistant.answer.answer import Answer
from assistant.service.errors import ServiceError
from assistant.service.seam import Finished, Piece
from index.errors import needing_extra
from index.search.engine import Retrieved

SERVICE = "article-receipts"
Attributes = dict[str, str | int | float | bool]


class Traces:
    """Creates the spans."""

    def __init__(self, tracer: Tracer, *, questions: bool, close: Callable[[], None]) -> None:
        """Make spans with a tracer, texts among their attributes if `questions`; `close` sends what is left."""
        self.tracer = tracer
        self.questions = questions
        self.close = close

    @contextmanager
    def request(self, scope: Scope, headers: Headers) -> Iterator[Callable[[int], None]]:
        """A span around a request; call what it gives with the status of the response."""
        method = str(scope["method"])
        # Not the query: a search's question is in it.
        attributes: Attributes = {
            "http.request.method": method,
            "url.path": str(scope["path"]),
            "url.scheme": str(scope["scheme"]),
        }
        if scope.get("client"):
            attributes["client.address"] = scope["client"][0]
        parent = TraceContextTextMapPropagator().extract(dict(headers), context=Context())
        with self.tracer.start_as_current_span(
            method, context=parent, kind=SpanKind.SERVER, attributes=attributes, record_exception=False
        ) as span:
            yield lambda status: _finish_request(span, scope, status)

    async def answering(
        self, steps: AsyncGenerator[Piece, None], question: str, *, collection: str, conversation_id: str
    ) -> AsyncGenerator[Piece, None]:
        """The pieces of an answer, as they come, within a span."""
        span = self.tracer.start_span(
            f"invoke_agent {SERVICE}",
            kind=SpanKind.INTERNAL,
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.provider.name": SERVICE,
                "gen_ai.agent.name": SERVICE,
                "gen_ai.agent.version": __version__,
                "gen_ai.request.model": collection,
                "gen_ai.data_source.id": collection,
                "gen_ai.conversation.id": conversation_id,
            },
        )
        try:
            while True:
                # Step by step, since each may run in another task, in a context of its own.
                with use_span(span, record_exception=False, set_status_on_exception=False):
                    piece = await anext(steps, None)
                if piece is None:
                    return
                if isinstance(piece, Finished):
                    self._finish(span, question, piece.answer)
                yield piece
        except BaseException as error:
            failed(span, error.body.error.code if isinstance(error, ServiceError) else type(error).__name__)
            raise
        finally:
            await steps.aclose()
            span.end()

    def searches(self, collection: str) -> "Searches":
        """Traces the searches of a collection."""
        return Searches(self, collection)

    @contextmanager
    def retrieving(self, question: str, k: int, *, collection: str) -> Iterator[Callable[[Retrieved], None]]:
        """A span around a search; none outside of a traced request."""
        if not get_current_span().is_recording():
            yield _unheard
            return
        attributes: Attributes = {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.provider.name": SERVICE,
            "gen_ai.data_source.id": collection,
            "gen_ai.retrieval.top_k": k,
        }
        if self.questions:
            attributes["gen_ai.retrieval.query.text"] = question
        with self.tracer.start_as_current_span(f"retrieval {collection}", attributes=attributes) as span:
            yield lambda found: self._found(span, found)

    def _found(self, span: Span, found: Retrieved) -> None:
        span.set_attribute("assistant.passages", len(found.passages))
        if self.questions:
            documents = [{"id": one.article.article_id, "score": round(one.score, 4)} for one in found.passages]
            span.set_attribute("gen_ai.retrieval.documents", json.dumps(documents, ensure_ascii=False))

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
        if self.questions:
            span.set_attribute("gen_ai.input.messages", messages(("user", question)))
            span.set_attribute("gen_ai.output.messages", messages(("assistant", answer.text)))


class Searches:
    """Traces the searches of one collection."""

    def __init__(self, traces: Traces, collection: str) -> None:
        self._traces = traces
        self._collection = collection

    def retrieving(self, question: str, k: int) -> AbstractContextManager[Callable[[Retrieved], None]]:
        """As `Traces.retrieving`."""
        return self._traces.retrieving(question, k, collection=self._collection)


def sending_traces(*, questions: bool) -> Traces:
    """Traces that are sent over OTLP, as the OTEL_… variables say.

    Raises:
        ExtraMissing: the extra is not installed.
    """
    with needing_extra("telemetry", "--telemetry"):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    name = os.environ.get("OTEL_SERVICE_NAME", SERVICE)
    provider = TracerProvider(resource=Resource.create({"service.name": name, "service.version": __version__}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracer = provider.get_tracer(SERVICE, __version__)
    return Traces(tracer, questions=questions, close=provider.shutdown)


def failed(span: Span, kind: str) -> None:
    """Mark a span as failed, by the kind of error only: its message may quote a text."""
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


def messages(*turns: tuple[str, str]) -> str:
    """Roles and texts as the conventions have them in an attribute."""
    found = [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in turns]
    return json.dumps(found, ensure_ascii=False)


def _unheard(found: Retrieved) -> None:
    """Discard it, since there is no span."""


def _finish_request(span: Span, scope: Scope, status: int) -> None:
    route = getattr(scope.get("route"), "path", None)
    if route:
        span.set_attribute("http.route", route)
        span.update_name(f"{scope['method']} {route}")
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        failed(span, str(status))
