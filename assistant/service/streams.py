"""Server-sent events out of an asynchronous iterator, with signs of life and errors as events."""

import asyncio
import json
import traceback
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, TypeVar

from starlette.responses import StreamingResponse

from assistant.service.errors import ServiceError, internal, stopping

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
    pieces: AsyncIterator[T],
    render: Callable[[T], list[bytes]],
    *,
    end: Callable[[], list[bytes]],
    failed: Callable[[ServiceError], bytes],
    stopped: asyncio.Event,
    heartbeat: float,
) -> StreamingResponse:
    """A response that sends pieces as they come.

    Args:
        pieces: closed when the client goes away.
        render: the events of a piece.
        end: the events after the last piece.
        failed: the event of an error; none follows it.
        stopped: ends the stream with an error.
        heartbeat: seconds between signs of life.

    Raises:
        ServiceError: the first piece failed, at once.
    """
    first = asyncio.ensure_future(anext(pieces))
    await asyncio.wait({first}, timeout=FIRST_SECONDS)
    if first.done() and first.exception() is not None:
        first.result()

    async def body() -> AsyncGenerator[bytes, None]:
        step: asyncio.Future[T] = first
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
            step.cancel()
            halt.cancel()

    return StreamingResponse(body(), media_type="text/event-stream", headers=HEADERS)
