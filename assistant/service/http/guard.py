"""What every request passes first: limits, where it comes from, its key; and what every response carries."""

import asyncio
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.service.errors import ServiceError, busy, response_of
from assistant.service.options import Options, is_loopback
from assistant.service.store.conversations import now
from assistant.service.store.keys import Keys
from assistant.service.store.keys import Scope as KeyScope
from assistant.service.telemetry.meters import Meters, resident_bytes, route_of

if TYPE_CHECKING:
    from assistant.service.telemetry.traces import Traces

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
QUESTION_PATHS = frozenset({"/api/ask", "/api/search", "/v1/chat/completions"})
OPEN_PATHS = frozenset({"/", "/health", "/ready", "/docs", "/openapi.json", "/favicon.ico"})
"""Served without a key; they tell nothing of the articles."""
PREFLIGHT_SECONDS = "600"


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
        """Make a guard.

        Args:
            app: what is guarded.
            options: limits, and whether keys are needed.
            keys: who may come in.
            meters: told of every request.
            crowded: whether a question that came now would be refused.
            log: told a line of every request.
            traces: make a span of every request but the page's and those of whoever watches over the server.
        """
        self._app = app
        self._options = options
        self._keys = keys
        self._meters = meters
        self._crowded = crowded
        self._log = log
        self._traces = traces
        self._open = 0
        self._measured = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        status = [0]
        allowed = self._allowed_origin(headers)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                self._complete(MutableHeaders(raw=message["headers"]), scope["path"], allowed)
                message = {**message, "headers": message["headers"]}
            await send(message)

        self._open += 1
        self._meters.set("assistant_open_requests", self._open)
        traced = self._traces.request(scope, headers) if self._traces and _is_traced(scope) else nullcontext(_ignored)
        try:
            with traced as told:
                await self._serve(scope, headers, receive, sending)
                told(status[0])
        finally:
            self._open -= 1
            self._count(scope, status[0], time.perf_counter() - started)

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        try:
            self._check_origin(scope, headers)
            if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await _preflight(send)
                return
            if self._open > self._options.open_requests:
                raise _crowded(self._options.open_requests)
            if scope["path"] in QUESTION_PATHS and self._crowded():
                # Before anything is read or looked up: refusing many must leave time for answering some.
                self._meters.add("assistant_busy_total")
                raise busy()
            await self._admit(scope, headers)
            body = await self._body(scope, headers, receive)
        except ServiceError as error:
            await response_of(error)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    def _allowed_origin(self, headers: Mapping[str, str]) -> str | None:
        """The page's origin if it is another's and was let in."""
        origin = headers.get("origin")
        origins = self._options.cors_origins
        return origin if origin and ("*" in origins or origin in origins) else None

    def _check_origin(self, scope: Scope, headers: Headers) -> None:
        """A page of another origin may not use the service, nor a name that was bent to this machine.

        Without keys a server on the loopback interface trusts whoever reaches it; DNS rebinding would
        let any web page do so under a name of its own, which then stands in Host.
        """
        host = headers.get("host", "")
        named = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        known = {origin.split("://")[-1] for origin in self._options.cors_origins}
        if self._options.loopback and not self._options.keys and not is_loopback(named) and host not in known:
            raise ServiceError(
                421,
                "host_not_allowed",
                f"the server does not go by the name {host[:100]!r}",
                "use 127.0.0.1 or localhost; behind a proxy start it with --keys, or --cors-origin and its origin",
            )
        origin = headers.get("origin")
        if origin is not None and origin.split("://")[-1] != host and self._allowed_origin(headers) is None:
            raise ServiceError(
                403,
                "origin_not_allowed",
                f"pages of {origin[:100]!r} may not use this service",
                "start the server with --cors-origin and that origin",
            )

    async def _admit(self, scope: Scope, headers: Headers) -> None:
        state = scope.setdefault("state", {})
        state["owner"] = ""
        needed = _scope_needed(scope["method"], scope["path"])
        if not self._options.keys or needed is None:
            return
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        admission = None
        if scheme.lower() == "bearer" and secret:
            admission = await asyncio.to_thread(self._keys.admit, secret.strip())
        if admission is None:
            raise ServiceError(
                401,
                "key_needed" if not secret else "key_unknown",
                "no key was sent" if not secret else "the key is unknown or was revoked",
                "send the header Authorization: Bearer ak_…; `assistant keys create` makes a key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if needed not in admission.key.scopes:
            raise ServiceError(
                403,
                "scope_missing",
                f"the key {admission.key.id} may not do this; it lacks the scope {needed!s}",
                f"make a key with it: assistant keys create NAME --scope {needed!s}",
            )
        state["owner"] = admission.key.id
        if admission.over_limit:
            raise ServiceError(
                429,
                "rate_limited",
                f"the key {admission.key.id} has made its {admission.key.per_minute} requests of this minute",
                f"wait {admission.seconds_left} seconds",
                headers={"Retry-After": str(admission.seconds_left)},
            )

    async def _body(self, scope: Scope, headers: Headers, receive: Receive) -> bytes:
        """The whole body, as large and as slow as is allowed."""
        if scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            return b""
        upload = scope["path"] == "/api/articles"
        most = self._options.upload_bytes if upload else self._options.body_bytes
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > most:
            raise _too_large(most)
        has_body = length != "0" or "transfer-encoding" in headers
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        wanted = "multipart/form-data" if upload else "application/json"
        # Also why a form of another page cannot post here: JSON it can only send with our consent.
        if has_body and kind != wanted:
            raise ServiceError(
                415, "media_type_not_supported", f"the body is of type {kind[:100]!r}", f"send it as {wanted}"
            )
        try:
            async with asyncio.timeout(self._options.body_seconds):
                return await _read(receive, most)
        except TimeoutError:
            raise ServiceError(
                408,
                "body_timed_out",
                f"the body did not arrive within {self._options.body_seconds:g} seconds",
                "send it faster",
                headers={"Connection": "close"},
            ) from None

    def _complete(self, headers: MutableHeaders, path: str, allowed: str | None) -> None:
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        if path.startswith(("/api/", "/v1/")):
            headers.setdefault("Cache-Control", "no-store")
        if self._options.cors_origins:
            headers.add_vary_header("Origin")
        if allowed is not None:
            headers["Access-Control-Allow-Origin"] = allowed
            headers["Access-Control-Expose-Headers"] = "Retry-After"
            headers["Cross-Origin-Resource-Policy"] = "cross-origin"

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        meters = self._meters
        meters.set("assistant_open_requests", self._open)
        status_class = f"{status // 100}xx" if 200 <= status < 600 else "5xx"
        meters.add(f'assistant_requests_total{{route="{route_of(scope["path"])}",status="{status_class}"}}')
        if time.monotonic() - self._measured > 1:
            self._measured = time.monotonic()
            meters.set("assistant_resident_bytes", resident_bytes())
        state: Mapping[str, Any] = scope.get("state", {})
        raw = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace")
        line = f"{now()} {scope['method']} {raw[:200]} {status} {seconds * 1000:.1f} ms"
        if state.get("owner"):
            line += f" {state['owner']}"
        if self._options.log_addresses and scope.get("client"):
            line += f" from {scope['client'][0]}"
        if self._options.log_questions and state.get("question"):
            line += f" {state['question']!r}"
        self._log(line)


def _is_traced(scope: Scope) -> bool:
    return str(scope["path"]).startswith(("/api/", "/v1/"))


def _ignored(status: int) -> None:
    """Nobody wants to know."""


def _scope_needed(method: str, path: str) -> KeyScope | None:
    """What a key must allow for a request; None for what needs no key."""
    if path in OPEN_PATHS or path.startswith("/static/"):
        return None
    if path == "/metrics" or (path.startswith("/api/articles") and method not in {"GET", "HEAD"}):
        return KeyScope.MANAGE
    return KeyScope.ASK


async def _read(receive: Receive, most: int) -> bytes:
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


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receiver that gives the body first, and then waits for the client to go."""
    given = [False]

    async def receiving() -> Message:
        if given[0]:
            return await receive()
        given[0] = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


async def _preflight(send: Send) -> None:
    headers = [
        (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
        (b"access-control-allow-headers", b"authorization, content-type"),
        (b"access-control-max-age", PREFLIGHT_SECONDS.encode()),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _too_large(most: int) -> ServiceError:
    return ServiceError(
        413,
        "too_large",
        f"the request has more than {most:,} bytes",
        "send less at a time",
        headers={"Connection": "close"},
    )


def _crowded(most: int) -> ServiceError:
    return ServiceError(
        503,
        "too_many_requests_open",
        f"{most:,} requests are open",
        "try again in a second",
        headers={"Retry-After": "1"},
    )


def write_line(line: str) -> None:
    """Write a line of the access log to standard error."""
    print(line, file=sys.stderr, flush=True)
