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
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

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
    """Run the server on 127.0.0.1 until the block ends, which releases hanging requests."""

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
        self._listener = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self._uvicorn = _Uvicorn(
            uvicorn.Config(
                self._answer,
                http=H11Protocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                proxy_headers=False,
                log_config=None,
                access_log=False,
                backlog=BACKLOG,
            )
        )
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([self._listener],), name="scripted server", daemon=True
        )

    @property
    def url(self) -> str:
        """The base address for clients, as "http://127.0.0.1:8000/v1"."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._uvicorn.end()
        self._thread.join()

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

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application; ends when the client disconnects."""
        request = Request(scope, receive)
        if request.method == "GET":  # The list of models, as clients ask for it.
            models = {"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "nobody"}]}
            await JSONResponse(models)(scope, receive, send)
            return
        body = await request.json()
        received = Received(path=request.url.path, authorization=request.headers.get("authorization", ""), body=body)
        turn = self.take(received)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        serving = asyncio.ensure_future(self._respond(turn, received, scope, receive, send))
        gone = asyncio.ensure_future(receive())  # The body has been read: what comes next is the disconnect.
        try:
            await asyncio.wait({serving, gone}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
        finally:
            serving.cancel()
            gone.cancel()
            self.busy -= 1

    async def _respond(self, turn: Turn | None, received: Received, scope: Scope, receive: Receive, send: Send) -> None:
        body = received.body
        if not received.path.endswith("/chat/completions"):
            response: Response = JSONResponse(_error(f"nothing is served at {received.path}"), 404)
        elif turn is None:
            response = JSONResponse(_error("no turn of the script is meant for this request"), 404)
        elif turn.status >= 400:
            error = turn.body or json.dumps(_error(f"status {turn.status} for {received.authorization}"))
            headers = {"Retry-After": turn.retry_after} if turn.retry_after else None
            kind = "text/html" if error.startswith("<") else "application/json"
            response = Response(error, turn.status, headers, kind)
        elif turn.trouble in {Trouble.HANG, Trouble.DROP}:
            await self._stop(turn.trouble, scope)
            return
        elif turn.trouble in {Trouble.EMPTY, Trouble.NOT_JSON}:
            page = "<html><body>Bad gateway</body></html>" if turn.trouble is Trouble.NOT_JSON else ""
            response = Response(page, media_type="text/html")
        elif body.get("stream"):
            response = StreamingResponse(self._events(turn, body, scope), media_type="text/event-stream")
        else:
            response = await self._whole(turn, body, scope)
        await response(scope, receive, send)

    async def _whole(self, turn: Turn, body: Mapping[str, object], scope: Scope) -> Response:
        text = turn.reply * turn.repeat
        message = {"role": "assistant", "content": text} | ({"reasoning": turn.thoughts} if turn.thoughts else {})
        choice = {"index": 0, "message": message, "finish_reason": turn.finish}
        usage = _usage(body, turn)
        data = json.dumps({**_head(body, "chat.completion"), "choices": [choice], "usage": usage}).encode()
        await asyncio.sleep(turn.seconds)
        half = data[: len(data) // 2]
        if turn.trouble in {Trouble.NONE, Trouble.HALF_JSON}:
            return Response(data if turn.trouble is Trouble.NONE else half, media_type="application/json")

        async def broken() -> AsyncGenerator[bytes, None]:
            if turn.trouble is not Trouble.HANG_AFTER_HEADERS:
                yield half
            await self._stop(turn.trouble, scope)

        headers = {"Content-Length": str(len(data))}
        return StreamingResponse(broken(), headers=headers, media_type="application/json")

    async def _events(self, turn: Turn, body: Mapping[str, object], scope: Scope) -> AsyncGenerator[str, None]:
        if turn.trouble is Trouble.HANG_AFTER_HEADERS:
            await self._stop(turn.trouble, scope)
        for thought in _pieces(turn.thoughts):
            await asyncio.sleep(turn.seconds)
            yield _event(_delta(body, {"role": "assistant", "content": "", "reasoning": thought}, None))
        pieces = _pieces(turn.reply * turn.repeat)
        end = len(pieces) if turn.trouble is Trouble.NONE else len(pieces) // 2
        for piece in pieces[:end]:
            await asyncio.sleep(turn.seconds)
            yield _event(_delta(body, {"role": "assistant", "content": piece}, None))
        if turn.trouble is Trouble.HALF_JSON:
            event = json.dumps(_delta(body, {"content": "more"}, None))
            yield _event(event[: len(event) // 2])
        elif turn.trouble is Trouble.ERROR_MIDWAY:
            yield _event(turn.body or _error("the engine broke down"))
            yield _event("[DONE]")
        elif turn.trouble is not Trouble.NONE:
            await self._stop(turn.trouble, scope)
        else:
            yield _event(_delta(body, {}, turn.finish))
            if body.get("stream_options"):
                yield _event({**_head(body, "chat.completion.chunk"), "choices": [], "usage": _usage(body, turn)})
            yield _event("[DONE]")

    async def _stop(self, trouble: Trouble, scope: Scope) -> None:
        """Hang, or close the connection; either way until the client has gone or the server ends."""
        if trouble not in {Trouble.HANG, Trouble.HANG_AFTER_HEADERS, Trouble.HANG_MIDWAY}:
            await asyncio.sleep(0)
            self._uvicorn.close(scope["client"])
        await asyncio.Event().wait()


class _Uvicorn(uvicorn.Server):
    """Uvicorn in a thread, which stops at once on request."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Wait for the request to stop, instead of polling ten times a second."""
        self._loop = asyncio.get_running_loop()
        await self._ending.wait()
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    def end(self) -> None:
        """Close all connections and end the server; called from another thread."""
        while self._loop is None:
            time.sleep(0.001)
        self._loop.call_soon_threadsafe(self._ending.set)

    def close(self, client: tuple[str, int]) -> None:
        """Close a client's connection after what was written to it."""
        for connection in list(self.server_state.connections):
            if connection.client == client:  # type: ignore[union-attr]
                connection.transport.close()


def _event(data: Mapping[str, object] | str) -> str:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"


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
