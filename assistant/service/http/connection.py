"""Connections that do not wait for ever: uvicorn's, with a limit for a request to come and an answer to be taken.

Uvicorn ends a connection that is idle between two requests. It ends none whose client sends a byte now
and then, and none whose client takes nothing of what it is sent: either costs a client nothing, and the
server a connection each.
"""

import asyncio
import json
from http import HTTPStatus
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from assistant.service.errors import ServiceError
from assistant.service.options import Options

BODY_MARGIN_SECONDS = 2.0
"""For whoever reads the body, and has more to say, to notice first that it does not come."""


def patient(options: Options) -> type[H11Protocol]:
    """The connections of a server with these options, for uvicorn's `http`."""
    return type("Connection", (_Connection,), {"options": options})


class _Connection(H11Protocol):
    """A connection on which each request, its head and its body, and each answer has its time."""

    options: ClassVar[Options]
    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _awaited: object = None
    """What of a request is on its way, as the state of the client: IDLE its head, SEND_BODY its body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take some bytes; they put no limit off."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._forget()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The client has not taken what it was sent; it is waited for, though not for ever."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.options.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has taken most of it."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, in the one shape of all errors."""
        remedy = "send a request of HTTP/1.1; for HTTPS put a proxy before the server"
        self._answer(ServiceError(400, "not_http", msg.rstrip(".").lower(), remedy))

    def _watch(self) -> None:
        """Wait for the rest of the request from now on, unless that has begun already."""
        state = self.conn.their_state
        awaited = state if state in {h11.IDLE, h11.SEND_BODY} and not self.transport.is_closing() else None
        if awaited is self._awaited:
            return
        self._forget()
        self._awaited = awaited
        if awaited is not None:
            body = self.options.body_seconds + BODY_MARGIN_SECONDS
            seconds = self.options.head_seconds if awaited is h11.IDLE else body
            self._late = self.loop.call_later(seconds, self._end)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        self._awaited = None

    def _end(self) -> None:
        """End the connection, and say why where no answer has begun and something was asked."""
        if self.transport.is_closing():
            return
        unanswered = self.conn.our_state is h11.IDLE and bool(self.conn.trailing_data[0])
        if self._awaited is h11.IDLE and unanswered:
            seconds = self.options.head_seconds
            message = f"the head of the request did not arrive within {seconds:g} seconds"
            self._answer(ServiceError(408, "head_timed_out", message, "send it faster"))
        else:
            self.transport.close()

    def _answer(self, error: ServiceError) -> None:
        """Answer in the place of the application, and end the connection."""
        body = json.dumps(error.body.to_json()).encode()
        headers = [
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            ("connection", "close"),
        ]
        reason = HTTPStatus(error.status).phrase
        for event in (
            h11.Response(status_code=error.status, headers=headers, reason=reason),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
