"""Server-sent events out of an asynchronous iterator, with signs of life and errors as events; and clients that go."""

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
"""How long a response waits for its first piece, so that a refusal can still have a status of its own."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(name: str | None, data: object) -> bytes:
    """A server-sent event; without a name for clients that know only messages."""
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
    """A response that sends pieces as they come.

    Args:
        pieces: closed at the end, or when the client goes away.
        render: the events of a piece.
        end: the events after the last piece.
        failed: the event of an error; none follows it.
        stopped: ends the stream with an error.
        heartbeat: seconds between signs of life.

    Raises:
        ServiceError: the first piece failed, at once.
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
        except Exception:  # noqa: BLE001 - the status is sent already; an event is all that is left to tell it
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
    """One that closes what it is made of, though its client be gone before a byte was sent."""

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
    """What `work` gives; it is given up when the client goes away, which a framework tells only of streams.

    Raises:
        ServiceError: the client is gone.
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
