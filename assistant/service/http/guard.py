"""The middleware that each request passes first, and that counts, logs and traces it.

One concern a module, in `checks`: origins, admission (keys), body limits, security headers, access log.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.service.errors import ServiceError, busy, response_of, too_many_open
from assistant.service.http.checks.access_log import log_line
from assistant.service.http.checks.admission import admit
from assistant.service.http.checks.body_limits import read_body, replayed
from assistant.service.http.checks.origins import Origins, answer_preflight, is_preflight
from assistant.service.http.checks.security_headers import add_security_headers
from assistant.service.options import Options
from assistant.service.store.keys import Keys
from assistant.service.telemetry.meters import Meters, resident_bytes, route_of

if TYPE_CHECKING:
    from assistant.service.telemetry.traces import Traces

QUESTION_PATHS = frozenset({"/api/ask", "/api/search", "/v1/chat/completions"})
MEASURE_SECONDS = 1.0
"""Between two measurements of this process's memory."""


class Guard:
    """An ASGI application around the service's own."""

    def __init__(
        self,
        app: ASGIApp,
        options: Options,
        keys: Keys,
        meters: Meters,
        *,
        crowded: Callable[[], bool],
        log: Callable[[str], None],
        traces: "Traces | None" = None,
    ) -> None:
        """Guard an application.

        Args:
            app: the application to guard.
            options: limits, and whether keys are needed.
            keys: checks and counts keys.
            meters: count requests.
            crowded: whether a question that came now would wait too long.
            log: called with a line for each request.
            traces: create a span for each request to /api and /v1.
        """
        self._app = app
        self._options = options
        self._keys = keys
        self._meters = meters
        self._crowded = crowded
        self._log = log
        self._traces = traces
        self._origins = Origins(options)
        self._open = 0
        self._measured = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                response = MutableHeaders(raw=message["headers"])
                add_security_headers(response, scope["path"])
                self._origins.add_headers(response, headers)
            await send(message)

        self._open += 1
        self._meters.open_requests.set(self._open)
        traced = self._traces if str(scope["path"]).startswith(("/api/", "/v1/")) else None
        try:
            with traced.request(scope, headers) if traced else nullcontext() as set_status:
                await self._serve(scope, headers, receive, sending)
                if set_status:
                    set_status(status)
        finally:
            self._open -= 1
            self._count(scope, status)
            self._log(log_line(scope, status, time.perf_counter() - started, self._options))

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        try:
            self._origins.check(headers)
            if is_preflight(scope, headers):
                await answer_preflight(send)
                return
            if self._open > self._options.open_requests:
                raise too_many_open(self._options.open_requests)
            if scope["path"] in QUESTION_PATHS and self._crowded():
                # Before the body is read or the key looked up: refusing must be cheap.
                self._meters.busy.inc()
                raise busy()
            scope.setdefault("state", {})["owner"] = ""
            if self._options.keys:
                await admit(scope, headers, self._keys)
            body = await read_body(scope, headers, receive, self._options)
        except ServiceError as error:
            await response_of(error)(scope, receive, send)
            return
        await self._app(scope, replayed(body, receive), send)

    def _count(self, scope: Scope, status: int) -> None:
        self._meters.open_requests.set(self._open)
        status_class = f"{status // 100}xx" if 200 <= status < 600 else "5xx"
        self._meters.requests.labels(route_of(scope["path"]), status_class).inc()
        if time.monotonic() - self._measured > MEASURE_SECONDS:
            self._measured = time.monotonic()
            self._meters.resident_bytes.set(resident_bytes())
