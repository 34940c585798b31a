"""A scripted OpenAI-compatible server on this machine: chosen replies, and chosen misbehaviour.

    python -m assistant.scripted_server --port 0 script.json

prints its address and serves until it is stopped. The script is a list of turns, or an object with
them under "turns"; a turn is an object with the fields of `Turn`:

    [{"reply": "Nobody was hurt [1]."}, {"status": 429, "retry_after": "1"}, {"trouble": "hang"}]

A request gets the first turn that is meant for it (`when`) and not used up; the last such turn, when
all are used up, serves again and again. Meant for tests, and for seeing what the assistant does
with a server that hangs.
"""

import json
import socket
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.server_script import Trouble, Turn, read_script
from index.errors import UsageError

MODEL = "scripted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A request that came in."""

    path: str
    authorization: str
    body: Mapping[str, object]


class ScriptedServer:
    """The server, as a context: it listens on 127.0.0.1 within, and frees whoever hangs at its end."""

    def __init__(self, turns: Sequence[Turn], *, port: int = 0) -> None:
        """Make a server.

        Args:
            turns: the script, at least one turn.
            port: 0 for any that is free.
        """
        self._turns = tuple(turns)
        self._used = [False] * len(self._turns)
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self.requests: list[Received] = []
        """What came in, in order."""
        self.busy = 0
        """Requests that are being served."""
        self._server = _Listener(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base address for clients, as "http://127.0.0.1:8000/v1"."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Within, one more request is being served."""
        with self._lock:
            self.busy += 1
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1

    def take(self, received: Received) -> Turn | None:
        """The turn for a request; None if none is meant for it."""
        with self._lock:
            self.requests.append(received)
            last = _last_message(received.body)
            meant = [place for place, turn in enumerate(self._turns) if turn.when in last]
            if not meant:
                return None
            place = next((place for place in meant if not self._used[place]), meant[-1])
            self._used[place] = True
            return self._turns[place]


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], scripted: ScriptedServer) -> None:
        super().__init__(address, _Handler)
        self.scripted = scripted

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away while it is served is nothing to tell."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def do_GET(self) -> None:
        """The list of models, as clients ask for it."""
        self._send(200, {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "nobody"}]})

    def do_POST(self) -> None:
        """A chat completion."""
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = json.loads(raw)
        key = self.headers.get("Authorization", "")
        turn = self.server.scripted.take(Received(path=self.path, authorization=key, body=body))
        with self.server.scripted.serving():
            self._serve(turn, body, key)

    def _serve(self, turn: Turn | None, body: Mapping[str, object], key: str) -> None:
        if not self.path.endswith("/chat/completions"):
            self._send(404, _error(f"nothing is served at {self.path}"))
        elif turn is None:
            self._send(404, _error("no turn of the script is meant for this request"))
        elif turn.status >= 400:
            headers = {"Retry-After": turn.retry_after} if turn.retry_after else {}
            self._send(turn.status, _error(f"status {turn.status} for {key}"), headers)
        elif turn.trouble in {Trouble.HANG, Trouble.DROP}:
            self._stop(turn.trouble)
        elif turn.trouble in {Trouble.EMPTY, Trouble.NOT_JSON}:
            page = b"<html><body>Bad gateway</body></html>" if turn.trouble is Trouble.NOT_JSON else b""
            self._send_bytes(200, page, "text/html")
        elif body.get("stream"):
            self._stream(turn, body)
        else:
            self._whole(turn, body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing is logged."""

    def _whole(self, turn: Turn, body: Mapping[str, object]) -> None:
        text = turn.reply * turn.repeat
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": turn.finish}
        data = json.dumps({**_head(body, "chat.completion"), "choices": [choice], "usage": _usage(body, text)}).encode()
        if self.server.scripted.stopping.wait(turn.seconds):
            return
        half = data[: len(data) // 2]
        if turn.trouble is Trouble.HALF_JSON:
            self._send_bytes(200, half, "application/json")
        elif turn.trouble is Trouble.NONE:
            self._send_bytes(200, data, "application/json")
        else:
            self._start(200, {"Content-Type": "application/json", "Content-Length": str(len(data))})
            if turn.trouble is not Trouble.HANG_AFTER_HEADERS:
                self.wfile.write(half)
            self._stop(turn.trouble)

    def _stream(self, turn: Turn, body: Mapping[str, object]) -> None:
        self._start(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        if turn.trouble is Trouble.HANG_AFTER_HEADERS:
            self._stop(turn.trouble)
            return
        pieces = list(_pieces(turn))
        end = len(pieces) if turn.trouble is Trouble.NONE else len(pieces) // 2
        for piece in pieces[:end]:
            if self.server.scripted.stopping.wait(turn.seconds):
                return
            self._event(json.dumps(_delta(body, {"role": "assistant", "content": piece}, None)))
        if turn.trouble is Trouble.HALF_JSON:
            event = json.dumps(_delta(body, {"content": "more"}, None))
            self._event(event[: len(event) // 2])
        elif turn.trouble is not Trouble.NONE:
            self._stop(turn.trouble)
            return
        else:
            self._event(json.dumps(_delta(body, {}, turn.finish)))
            usage = _usage(body, turn.reply * turn.repeat)
            self._event(json.dumps({**_head(body, "chat.completion.chunk"), "choices": [], "usage": usage}))
            self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()

    def _stop(self, trouble: Trouble) -> None:
        """Hang until the server ends, or drop the connection at once."""
        self.close_connection = True
        if trouble in {Trouble.HANG, Trouble.HANG_AFTER_HEADERS, Trouble.HANG_MIDWAY}:
            self.server.scripted.stopping.wait()
        else:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, data: object, headers: Mapping[str, str] | None = None) -> None:
        self._send_bytes(status, json.dumps(data).encode(), "application/json", headers)

    def _send_bytes(self, status: int, data: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._start(status, {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})})
        self.wfile.write(data)

    def _start(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()


def _pieces(turn: Turn) -> Iterator[str]:
    """The reply in pieces of four characters, about what a token has, or larger ones for long replies."""
    text = turn.reply * turn.repeat
    size = max(4, len(text) // 1_000)
    return (text[start : start + size] for start in range(0, len(text), size))


def _last_message(body: Mapping[str, object]) -> str:
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return str(last.get("content", "")) if isinstance(last, dict) else ""


def _head(body: Mapping[str, object], kind: str) -> dict[str, object]:
    return {"id": "scripted-0", "object": kind, "created": 0, "model": str(body.get("model", MODEL))}


def _delta(body: Mapping[str, object], delta: Mapping[str, str], finish: str | None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_head(body, "chat.completion.chunk"), "choices": [choice]}


def _usage(body: Mapping[str, object], text: str) -> dict[str, int]:
    """Counted in words."""
    messages = body.get("messages")
    asked = sum(len(str(m.get("content")).split()) for m in messages) if isinstance(messages, list) else 0
    replied = len(text.split())
    return {"prompt_tokens": asked, "completion_tokens": replied, "total_tokens": asked + replied}


def _error(message: str) -> dict[str, object]:
    return {"error": {"message": message, "type": "scripted", "code": None}}


def main() -> None:
    """Serve a script until interrupted."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m assistant.scripted_server", description=__doc__.split("\n")[0])
    parser.add_argument("script", type=Path, help="a JSON file with a list of turns")
    parser.add_argument("--port", type=int, default=0, help="0, the default, for any that is free")
    arguments = parser.parse_args()
    try:
        with ScriptedServer(read_script(arguments.script), port=arguments.port) as server:
            print(server.url, flush=True)
            threading.Event().wait()
    except UsageError as error:
        print(f"scripted_server: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
