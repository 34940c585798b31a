"""OpenTelemetry traces, as a collector on this machine receives them."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from serving import TRAM, serving, town_in

pytest.importorskip("opentelemetry.exporter.otlp.proto.http")

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


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
def test_each_answer_is_a_span_after_the_conventions(tmp_path, collector, questions):
    town_in(tmp_path)
    with serving(tmp_path, "--telemetry", *(["--log-questions"] if questions else [])) as server:
        with server.client() as client:
            answer = client.post("/api/ask", json={"question": TRAM}).json()
        assert server.stop() == 0  # What is left is sent at the end.

    (span,) = collector
    found = attributes(span)
    assert span.name == "invoke_agent article-assistant"
    assert found["gen_ai.operation.name"] == "invoke_agent"
    assert found["gen_ai.request.model"] == "index"
    assert found["gen_ai.conversation.id"] == answer["conversation_id"]
    assert found["gen_ai.response.id"] == answer["id"]
    assert found["assistant.status"] == "answered"
    assert found["assistant.index.fingerprint"] == answer["index"]["fingerprint"]
    assert (TRAM in str(found)) is questions
