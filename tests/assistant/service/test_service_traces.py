"""OpenTelemetry traces: kept in memory, and as a collector on this machine receives them."""

import asyncio
import contextlib
import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from library import ignore
from serving import OPERA, TRAM, serving, town_in

from index.search.embedded import embedded_opener

pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from assistant.chain.opening import opener
from assistant.chain.with_model import with_model
from assistant.models.scripted.model import ScriptedModel
from assistant.models.seam import Failure, Message, ModelFailed
from assistant.service.errors import ServiceError
from assistant.service.seam import Asked, Finished
from assistant.service.telemetry.traced_model import TracedModel
from assistant.service.telemetry.traces import Traces
from assistant.service.work.answering import WrittenAnswerer
from assistant.service.work.pool import AssistantPool
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from index.search.engine import Filters

PRICE = "The tram will cost 35,000 crowns a metre."
MODEL = ModelSettings(name="tiny", base_url="http://127.0.0.1:11434/v1")
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Kept:
    """Traces whose spans stay here."""

    def __init__(self, *, questions: bool) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        tracer = provider.get_tracer("test")
        self.traces = Traces(tracer, questions=questions, close=provider.shutdown)

    def spans(self, operation: str) -> list[ReadableSpan]:
        """Those of an operation, in the order in which they ended."""
        found = self._exporter.get_finished_spans()
        return [span for span in found if span.attributes["gen_ai.operation.name"] == operation]

    def text(self) -> str:
        """All that would be sent."""
        return " ".join(span.to_json() for span in self._exporter.get_finished_spans())


@pytest.fixture
def kept() -> Kept:
    return Kept(questions=False)


def traced(model: ScriptedModel, kept: Kept) -> TracedModel:
    return TracedModel(model, MODEL, kept.traces)


def answered(home, kept: Kept, script: list, question: str = TRAM):
    """The answer of a pool with a scripted model, over a library in `home`."""
    library = town_in(home)
    settings = Settings()
    model = with_model(traced(ScriptedModel(script), kept), settings)
    opened = opener(
        embedded_opener(library.root, lambda _: library.encoder, note=ignore),
        settings,
        note=ignore,
        model=model,
        watch=kept.traces.searches("town"),
    )
    pool = AssistantPool({"town": opened}, threads=1, queue_size=4, wait_seconds=9, seconds=30, note=ignore)

    async def ask():
        pool.start(asyncio.Event())
        await pool.opened()
        steps = WrittenAnswerer(pool, "tiny", model_seconds=30).answer(
            Asked(collection="town", question=question, filters=Filters(), previous=())
        )
        pieces = kept.traces.answering(steps, question, collection="town", conversation_id="c1")
        try:
            # Each step by a task of its own, as a stream takes them.
            taken = []
            with contextlib.suppress(StopAsyncIteration):
                while True:
                    taken.append(await asyncio.ensure_future(anext(pieces)))
            (finished,) = [piece for piece in taken if isinstance(piece, Finished)]
            return finished.answer
        finally:
            pool.close()

    try:
        return asyncio.run(ask())
    finally:
        library.close()


def test_an_answers_searches_and_calls_are_spans_within_its_own(tmp_path, kept):
    answer = answered(tmp_path, kept, [f"{PRICE} [1]"])

    (agent,) = kept.spans("invoke_agent")
    (chat,) = kept.spans("chat")
    searches = kept.spans("retrieval")  # And none of those that made the assistant warm.
    assert agent.name == "invoke_agent article-receipts"
    assert agent.kind is SpanKind.INTERNAL
    assert agent.attributes["gen_ai.conversation.id"] == "c1"
    assert agent.attributes["gen_ai.response.id"] == answer.id
    assert agent.attributes["gen_ai.response.model"] == answer.reader
    assert answer.text == f"{PRICE} [1]"
    assert searches
    assert {span.name for span in searches} == {"retrieval town"}
    assert all(span.attributes["gen_ai.retrieval.top_k"] == Settings().passages for span in searches)
    assert all(span.attributes["assistant.passages"] > 0 for span in searches)
    for span in (chat, *searches):
        assert span.parent.span_id == agent.context.span_id
        assert agent.start_time <= span.start_time <= span.end_time <= agent.end_time


def test_a_call_says_what_was_asked_of_which_model_and_what_it_took(tmp_path, kept):
    answered(tmp_path, kept, [f"{PRICE} [1]"])

    (chat,) = kept.spans("chat")
    found = dict(chat.attributes)
    assert (chat.name, chat.kind) == ("chat tiny", SpanKind.CLIENT)
    assert found["gen_ai.provider.name"] == "openai"
    assert found["gen_ai.request.model"] == "tiny"
    assert (found["server.address"], found["server.port"]) == ("127.0.0.1", 11434)
    assert found["gen_ai.request.max_tokens"] > 0
    assert found["gen_ai.request.stream"] is True
    assert found["gen_ai.response.finish_reasons"] == ("stop",)
    assert found["gen_ai.response.time_to_first_chunk"] >= 0
    assert found["gen_ai.usage.input_tokens"] > found["gen_ai.usage.output_tokens"] == len(f"{PRICE} [1]".split())


@pytest.mark.parametrize("questions", [False, True])
def test_texts_are_in_the_spans_only_when_asked_for(tmp_path, questions):
    kept = Kept(questions=questions)
    answered(tmp_path, kept, [f"{PRICE} [1]"])

    assert ("How much will the tram cost" in kept.text()) is questions
    assert ("35,000" in kept.text()) is questions
    assert ("gen_ai.retrieval.documents" in kept.text()) is questions
    if questions:
        (agent,) = kept.spans("invoke_agent")
        (turn,) = json.loads(agent.attributes["gen_ai.input.messages"])
        assert turn == {"role": "user", "parts": [{"type": "text", "content": TRAM}]}


def test_a_call_that_fails_says_in_which_way_and_in_no_words(kept):
    failure = ModelFailed("no reply to 'a secret question'", kind=Failure.TIMEOUT_TOTAL)
    model = traced(ScriptedModel([failure, failure, "Two words."]), kept)
    asked = [Message(role="user", content="x")]

    with pytest.raises(ModelFailed):
        model.complete(asked, max_tokens=9)
    with pytest.raises(ModelFailed):
        list(model.stream(asked, max_tokens=9, seed=3))
    stream = model.stream(asked, max_tokens=9)
    next(iter(stream))
    stream.close()

    whole, streamed, given_up = kept.spans("chat")
    assert [span.attributes.get("error.type") for span in (whole, streamed, given_up)] == ["timeout_total"] * 2 + [None]
    assert [span.status.is_ok for span in (whole, streamed, given_up)] == [False, False, True]
    assert streamed.attributes["gen_ai.request.seed"] == 3
    assert "secret" not in kept.text()


def test_an_answer_that_fails_says_its_code(kept):
    async def steps():
        raise ServiceError(503, "busy", "a secret", "ask again")
        yield

    async def take() -> None:
        async for _ in kept.traces.answering(steps(), "a secret", collection="town", conversation_id="c"):
            pass

    with pytest.raises(ServiceError):
        asyncio.run(take())

    (agent,) = kept.spans("invoke_agent")
    assert agent.attributes["error.type"] == "busy"
    assert not agent.status.is_ok
    assert "secret" not in kept.text()


class Collector(BaseHTTPRequestHandler):
    """Keeps the spans that are sent to it."""

    spans: list = []  # noqa: RUF012 - emptied by each test

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        request = ExportTraceServiceRequest.FromString(data)
        self.spans += [s for r in request.resource_spans for scope in r.scope_spans for s in scope.spans]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[list]:
    Collector.spans = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_address[1]}")
        yield Collector.spans
        server.shutdown()
        thread.join()


def attributes(span: object) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


@pytest.mark.parametrize("questions", [False, True])
def test_a_request_its_answer_and_its_searches_are_sent_as_one_trace(tmp_path, collector, questions):
    town_in(tmp_path)
    with serving(tmp_path, "--telemetry", *(["--log-questions"] if questions else [])) as server:
        with server.client(headers={"traceparent": PARENT}) as client:
            answer = client.post("/api/ask", json={"question": TRAM}).json()
            assert client.get("/health").status_code == 200
        assert server.stop() == 0  # What is left is sent at the end.
        assert "Traceback" not in server.log.read_text()

    spans = [span for span in collector if span.trace_id.hex() == PARENT.split("-")[1]]
    (request,) = [span for span in spans if span.parent_span_id.hex() == PARENT.split("-")[2]]
    (agent,) = [span for span in spans if span.parent_span_id == request.span_id]
    searches = [span for span in spans if span.parent_span_id == agent.span_id]
    assert len(spans) == 2 + len(searches) > 2
    assert request.name == "POST /api/ask"
    assert attributes(request)["http.route"] == "/api/ask"
    assert attributes(request)["http.response.status_code"] == 200
    assert {span.name for span in searches} == {"retrieval index"}
    found = attributes(agent)
    assert found["gen_ai.operation.name"] == "invoke_agent"
    assert found["gen_ai.request.model"] == "index"
    assert found["gen_ai.conversation.id"] == answer["conversation_id"]
    assert found["gen_ai.response.id"] == answer["id"]
    assert found["assistant.status"] == "answered"
    assert found["assistant.index.fingerprint"] == answer["index"]["fingerprint"]
    assert (TRAM in str(spans)) is questions


def test_a_stream_and_a_search_are_traced_without_what_they_are_about(tmp_path, collector):
    town_in(tmp_path)
    with serving(tmp_path, "--telemetry") as server:
        with server.client() as client:
            client.post("/api/ask", json={"question": OPERA, "stream": True})
            client.get("/api/search", params={"q": OPERA})
            client.get("/api/articles/nothing")
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text()

    requests = {span.name: span for span in collector if span.kind == SpanKind.SERVER.value + 1}
    assert set(requests) == {"POST /api/ask", "GET /api/search", "GET /api/articles/{article_id}"}
    assert attributes(requests["GET /api/articles/{article_id}"])["http.response.status_code"] == 404
    below = {span.name for span in collector if span.parent_span_id == requests["GET /api/search"].span_id}
    assert below == {"retrieval index"}
    assert [span for span in collector if span.name.startswith("invoke_agent")]
    assert "Neptune" not in str(collector)
