"""HTTP connections with time-outs for a request to arrive and for a response to be read.

Uvicorn closes connections that are idle between two requests, but not those of a client that sends a byte now and then,
or that reads nothing of its response; either attack costs a client nothing, and the server a connection each.
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
"""Lets the guard, whose error says more, time out first."""


def connection_class(options: Options) -> type[H11Protocol]:
    """The protocol class for uvicorn's `http`, with the time-outs of these options."""
    return type("Connection", (_Connection,), {"options": options})


class _Connection(H11Protocol):
    """A connection with time-outs for the head and the body of a request, and for reading the response."""

    options: ClassVar[Options]
    _late: asyncio.TimerHandle | None = None
    _stalled: asyncio.TimerHandle | None = None
    _awaited: object = None
    """What the timer waits for, as h11's state of the client: IDLE the head, SEND_BODY the body."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for a request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Handle some bytes; they do not extend a time-out."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timers."""
        self._forget()
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Start the timer for a client that does not read."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.options.stalled_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Cancel the timer: the client has read most of it."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer malformed HTTP with an error of our shape."""
        remedy = "send a request of HTTP/1.1; for HTTPS put a proxy before the server"
        self._answer(ServiceError(400, "not_http", msg.rstrip(".").lower(), remedy))

    def _watch(self) -> None:
        """Start the timer for what is awaited next, unless it runs already."""
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
        """Close the connection; with an error 408 if a head has begun and no response has."""
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
        """Respond in place of the application, and close the connection."""
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
