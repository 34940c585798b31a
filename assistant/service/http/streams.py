"""Server-sent events from an asynchronous iterator, with pings and error events; and detection of disconnects.

sse-starlette is not used; docs/decisions/server-sent-events.md says why.
"""

import asyncio
import json
import traceback
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.service.errors import ServiceError, client_gone, internal, stopping

T = TypeVar("T")
PING = b": ping\n\n"
FIRST_SECONDS = 1.0
"""How long a response waits for its first piece, so that a refusal can still have its own status."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(name: str | None, data: object) -> bytes:
    """Format a server-sent event; without a name it is a "message"."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {text}\n\n".encode()


async def streamed(
    pieces: AsyncGenerator[T, None],
    render: Callable[[T], list[bytes]],
    *,
    end: Callable[[], list[bytes]],
    failed: Callable[[ServiceError], bytes],
    stopped: asyncio.Event,
    heartbeat: float,
) -> StreamingResponse:
    """Build a response that sends pieces as they come.

    Args:
        pieces: closed at the end, or when the client disconnects.
        render: formats the events of a piece.
        end: formats the events after the last piece.
        failed: formats the event of an error, which is the last one.
        stopped: ends the stream with an error.
        heartbeat: seconds without an event before a ping.

    Raises:
        ServiceError: the first piece failed within `FIRST_SECONDS`.
    """
    step = asyncio.ensure_future(anext(pieces))
    await asyncio.wait({step}, timeout=FIRST_SECONDS)
    if step.done() and step.exception() is not None:
        step.result()

    async def body() -> AsyncGenerator[bytes, None]:
        nonlocal step
        halt = asyncio.ensure_future(stopped.wait())
        try:
            while True:
                either: set[asyncio.Future[Any]] = {step, halt}
                await asyncio.wait(either, timeout=heartbeat, return_when=asyncio.FIRST_COMPLETED)
                if step.done():
                    for part in render(step.result()):
                        yield part
                    step = asyncio.ensure_future(anext(pieces))
                elif halt.done():
                    yield failed(stopping())
                    return
                else:
                    yield PING
        except StopAsyncIteration:
            for part in end():
                yield part
        except ServiceError as error:
            yield failed(error)
        except Exception:  # noqa: BLE001 - the status is sent already, so the error becomes an event
            traceback.print_exc()
            yield failed(internal())
        finally:
            halt.cancel()

    async def close() -> None:
        step.cancel()
        await asyncio.wait({step})
        await pieces.aclose()

    return _Streamed(body(), close)


class _Streamed(StreamingResponse):
    """A streaming response that closes its source even if the client disconnects before the first byte."""

    def __init__(self, body: AsyncGenerator[bytes, None], close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        super().__init__(body, media_type="text/event-stream", headers=HEADERS)
        self._body = body
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._body.aclose()
            await self._close()


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Await `work`, and cancel it when the client disconnects (Starlette watches for that in streams only).

    Raises:
        ServiceError: the client has disconnected.
    """
    working = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(request))
    try:
        either: set[asyncio.Future[Any]] = {working, gone}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise client_gone()
    finally:
        working.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
