"""A scripted OpenAI-compatible server on this machine: chosen replies, and chosen misbehaviour.

    python -m assistant.models.scripted.server --port 0 script.json

prints its address and serves until it is stopped. The script is a list of turns, or an object with
them under "turns"; a turn is an object with the fields of `Turn`:

    [{"reply": "Nobody was hurt [1]."}, {"status": 429, "retry_after": "1"}, {"trouble": "hang"}]

A request gets the first turn that is meant for it (`when`) and not used up; the last such turn, when
all are used up, serves again and again. Meant for tests, and for seeing what the assistant does
with a server that hangs. One thread serves however many connections there are.
"""

import asyncio
import json
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from assistant.models.open_files import allow_many_files
from assistant.models.scripted.script import Trouble, Turn, read_script
from index.errors import UsageError

MODEL = "scripted"
BACKLOG = 4_096
"""Connections that may wait to be taken."""


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
        self.requests: list[Received] = []
        """What came in, in order."""
        self.busy = 0
        """Requests that are being served; one whose client has gone is not."""
        self.busiest = 0
        """The most there ever were."""
        self.connections: set[asyncio.Transport] = set()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="scripted server", daemon=True)

    @property
    def url(self) -> str:
        """The base address for clients, as "http://127.0.0.1:8000/v1"."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(lambda: _Connection(self), sock=self._listener, backlog=BACKLOG)
        await self._stopping.wait()
        server.close()
        for connection in list(self.connections):
            connection.abort()
        while self.connections:
            await asyncio.sleep(0)

    def take(self, received: Received) -> Turn | None:
        """The turn for a request; None if none is meant for it."""
        self.requests.append(received)
        last = _last_message(received.body)
        meant = [place for place, turn in enumerate(self._turns) if turn.when in last]
        if not meant:
            return None
        place = next((place for place in meant if not self._used[place]), meant[-1])
        self._used[place] = True
        return self._turns[place]


class _Connection(asyncio.Protocol):
    """A client: its requests, one after another."""

    transport: asyncio.Transport

    def __init__(self, server: ScriptedServer) -> None:
        self._server = server
        self._unread = b""
        self._serving: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server.connections.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever goes away while he is served is served no longer."""
        self._server.connections.discard(self.transport)
        if self._serving is not None:
            self._serving.cancel()

    def data_received(self, data: bytes) -> None:
        """Serve a request once it is whole."""
        self._unread += data
        head, found, rest = self._unread.partition(b"\r\n\r\n")
        if not found or self._serving is not None:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._unread = rest[length:]
        method, path, _ = first.split(" ", 2)
        raw = rest[:length]
        self._serving = asyncio.ensure_future(self._serve(method, path, headers.get("authorization", ""), raw))
        self._serving.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._serving = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self.transport.close()
            raise error
        if self._unread:
            self.data_received(b"")

    async def _serve(self, method: str, path: str, key: str, raw: bytes) -> None:
        if method == "GET":  # The list of models, as clients ask for it.
            models = {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "nobody"}]}
            self._send(200, models)
            return
        body = json.loads(raw)
        server = self._server
        turn = server.take(Received(path=path, authorization=key, body=body))
        server.busy += 1
        server.busiest = max(server.busiest, server.busy)
        try:
            await self._reply(turn, path, body, key)
        finally:
            server.busy -= 1

    async def _reply(self, turn: Turn | None, path: str, body: Mapping[str, object], key: str) -> None:
        if not path.endswith("/chat/completions"):
            self._send(404, _error(f"nothing is served at {path}"))
        elif turn is None:
            self._send(404, _error("no turn of the script is meant for this request"))
        elif turn.status >= 400:
            headers = {"Retry-After": turn.retry_after} if turn.retry_after else {}
            error = turn.body or json.dumps(_error(f"status {turn.status} for {key}"))
            kind = "text/html" if error.startswith("<") else "application/json"
            self._send_bytes(turn.status, error.encode(), kind, headers)
        elif turn.trouble in {Trouble.HANG, Trouble.DROP}:
            await self._stop(turn.trouble)
        elif turn.trouble in {Trouble.EMPTY, Trouble.NOT_JSON}:
            page = b"<html><body>Bad gateway</body></html>" if turn.trouble is Trouble.NOT_JSON else b""
            self._send_bytes(200, page, "text/html")
        elif body.get("stream"):
            await self._stream(turn, body)
        else:
            await self._whole(turn, body)

    async def _whole(self, turn: Turn, body: Mapping[str, object]) -> None:
        text = turn.reply * turn.repeat
        message = {"role": "assistant", "content": text} | ({"reasoning": turn.thoughts} if turn.thoughts else {})
        choice = {"index": 0, "message": message, "finish_reason": turn.finish}
        usage = _usage(body, turn)
        data = json.dumps({**_head(body, "chat.completion"), "choices": [choice], "usage": usage}).encode()
        await asyncio.sleep(turn.seconds)
        half = data[: len(data) // 2]
        if turn.trouble is Trouble.HALF_JSON:
            self._send_bytes(200, half, "application/json")
        elif turn.trouble is Trouble.NONE:
            self._send_bytes(200, data, "application/json")
        else:
            self._start(200, {"Content-Type": "application/json", "Content-Length": str(len(data))})
            if turn.trouble is not Trouble.HANG_AFTER_HEADERS:
                self.transport.write(half)
            await self._stop(turn.trouble)

    async def _stream(self, turn: Turn, body: Mapping[str, object]) -> None:
        self._start(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})
        if turn.trouble is Trouble.HANG_AFTER_HEADERS:
            await self._stop(turn.trouble)
            return
        for thought in _pieces(turn.thoughts):
            await asyncio.sleep(turn.seconds)
            self._event(json.dumps(_delta(body, {"role": "assistant", "content": "", "reasoning": thought}, None)))
        pieces = _pieces(turn.reply * turn.repeat)
        end = len(pieces) if turn.trouble is Trouble.NONE else len(pieces) // 2
        for piece in pieces[:end]:
            await asyncio.sleep(turn.seconds)
            self._event(json.dumps(_delta(body, {"role": "assistant", "content": piece}, None)))
        if turn.trouble is Trouble.HALF_JSON:
            event = json.dumps(_delta(body, {"content": "more"}, None))
            self._event(event[: len(event) // 2])
        elif turn.trouble is Trouble.ERROR_MIDWAY:
            self._event(turn.body or json.dumps(_error("the engine broke down")))
            self._event("[DONE]")
        elif turn.trouble is not Trouble.NONE:
            await self._stop(turn.trouble)
            return
        else:
            self._event(json.dumps(_delta(body, {}, turn.finish)))
            chunk = {**_head(body, "chat.completion.chunk"), "choices": [], "usage": _usage(body, turn)}
            if body.get("stream_options"):
                self._event(json.dumps(chunk))
            self._event("[DONE]")
        self.transport.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.transport.write(b"%x\r\n%b\r\n" % (len(line), line))

    async def _stop(self, trouble: Trouble) -> None:
        """Hang until the server ends or the client goes, or drop the connection at once."""
        if trouble in {Trouble.HANG, Trouble.HANG_AFTER_HEADERS, Trouble.HANG_MIDWAY}:
            await asyncio.Event().wait()
        self.transport.close()  # What was written is sent first.

    def _send(self, status: int, data: object, headers: Mapping[str, str] | None = None) -> None:
        self._send_bytes(status, json.dumps(data).encode(), "application/json", headers)

    def _send_bytes(self, status: int, data: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._start(status, {"Content-Type": kind, "Content-Length": str(len(data)), **(headers or {})})
        self.transport.write(data)

    def _start(self, status: int, headers: Mapping[str, str]) -> None:
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {headers[name]}" for name in headers)]
        self.transport.write("".join(f"{line}\r\n" for line in [*lines, ""]).encode("latin-1"))


def _pieces(text: str) -> list[str]:
    """A reply in pieces of four characters, about what a token has, or larger ones for long replies."""
    size = max(4, len(text) // 1_000)
    return [text[start : start + size] for start in range(0, len(text), size)]


def _last_message(body: Mapping[str, object]) -> str:
    messages = body.get("messages")
    last = messages[-1] if isinstance(messages, list) and messages else None
    return str(last.get("content", "")) if isinstance(last, dict) else ""


def _head(body: Mapping[str, object], kind: str) -> dict[str, object]:
    return {"id": "scripted-0", "object": kind, "created": 0, "model": str(body.get("model", MODEL))}


def _delta(body: Mapping[str, object], delta: Mapping[str, str], finish: str | None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {**_head(body, "chat.completion.chunk"), "choices": [choice]}


def _usage(body: Mapping[str, object], turn: Turn) -> dict[str, int]:
    """Counted in words."""
    messages = body.get("messages")
    asked = sum(len(str(m.get("content")).split()) for m in messages) if isinstance(messages, list) else 0
    asked = asked if turn.read < 0 else turn.read
    replied = len((turn.thoughts + turn.reply * turn.repeat).split())
    return {"prompt_tokens": asked, "completion_tokens": replied, "total_tokens": asked + replied}


def _error(message: str) -> dict[str, object]:
    return {"error": {"message": message, "type": "scripted", "code": None}}


def main() -> None:
    """Serve a script until interrupted."""
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m assistant.models.scripted.server", description=__doc__.split("\n")[0]
    )
    parser.add_argument("script", type=Path, help="a JSON file with a list of turns")
    parser.add_argument("--port", type=int, default=0, help="0, the default, for any that is free")
    arguments = parser.parse_args()
    allow_many_files()
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
