"""Reads a request's body within limits of type, size and time, before any route sees the request."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from assistant.service.errors import ServiceError
from assistant.service.options import Options
from index.counts import shortened


async def read_body(scope: Scope, headers: Headers, receive: Receive, options: Options) -> bytes:
    """The whole body.

    Raises:
        ServiceError: it is of another type than the route reads, too large, or too slow.
    """
    if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return b""
    upload = scope["path"] == "/api/articles"
    most = options.upload_bytes if upload else options.body_bytes
    length = headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        raise _too_large(most)
    has_body = length != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    wanted = "multipart/form-data" if upload else "application/json"
    # Also why a form of another page cannot post here: JSON it can only send with our consent.
    if has_body and kind != wanted:
        raise ServiceError(
            415, "media_type_not_supported", f"the body is of type {shortened(kind, 100)!r}", f"send it as {wanted}"
        )
    try:
        async with asyncio.timeout(options.body_seconds):
            return await _received(receive, most)
    except TimeoutError:
        raise ServiceError(
            408,
            "body_timed_out",
            f"the body did not arrive within {options.body_seconds:g} seconds",
            "send it faster",
            headers={"Connection": "close"},
        ) from None


def replayed(body: bytes, receive: Receive) -> Receive:
    """A receive function that gives the body first, and then waits for the client to disconnect."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


async def _received(receive: Receive, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise _too_large(most)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large(most: int) -> ServiceError:
    return ServiceError(
        413,
        "too_large",
        f"the request has more than {most:,} bytes",
        "send less at a time",
        headers={"Connection": "close"},
    )
