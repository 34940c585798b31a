"""Which hosts and origins may use the service, and the CORS headers for pages of other origins.

Starlette's middleware for both is not used; docs/decisions/cors-and-hosts.md says why.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Scope, Send

from assistant.service.errors import ServiceError
from assistant.service.options import Options, is_loopback
from index.counts import shortened

PREFLIGHT_SECONDS = 600
PREFLIGHT_HEADERS = (
    (b"access-control-allow-methods", b"GET, POST, PATCH, DELETE"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", str(PREFLIGHT_SECONDS).encode()),
)


class Origins:
    """The origins that a server lets in."""

    def __init__(self, options: Options) -> None:
        self._allowed = options.cors_origins
        self._hosts = {origin.split("://")[-1] for origin in options.cors_origins}
        self._local_only = options.loopback and not options.keys

    def check(self, headers: Headers) -> None:
        """Refuse hosts that are not this server's, and pages of origins that were not let in.

        Without keys a server on the loopback interface trusts whoever reaches it; DNS rebinding would
        let any web page do so under a name of its own, which then stands in Host.

        Raises:
            ServiceError: the host or the origin is not allowed.
        """
        host = headers.get("host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if self._local_only and not is_loopback(name) and host not in self._hosts:
            raise ServiceError(
                421,
                "host_not_allowed",
                f"the server does not go by the name {shortened(host, 100)!r}",
                "use 127.0.0.1 or localhost; behind a proxy start it with --keys, or --cors-origin and its origin",
            )
        origin = headers.get("origin")
        if origin is not None and origin.split("://")[-1] != host and self.allowed(headers) is None:
            raise ServiceError(
                403,
                "origin_not_allowed",
                f"pages of {shortened(origin, 100)!r} may not use this service",
                "start the server with --cors-origin and that origin",
            )

    def allowed(self, headers: Headers) -> str | None:
        """The request's origin if --cors-origin lets it in."""
        origin = headers.get("origin")
        return origin if origin and ("*" in self._allowed or origin in self._allowed) else None

    def add_headers(self, response: MutableHeaders, request: Headers) -> None:
        """Add the CORS headers to a response."""
        if self._allowed:
            response.add_vary_header("Origin")
        origin = self.allowed(request)
        if origin is not None:
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Expose-Headers"] = "Retry-After"
            response["Cross-Origin-Resource-Policy"] = "cross-origin"


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """Whether a request asks what a page of another origin may do."""
    return scope["method"] == "OPTIONS" and "access-control-request-method" in headers


async def answer_preflight(send: Send) -> None:
    """Answer a preflight request whose origin was let in."""
    await send({"type": "http.response.start", "status": 204, "headers": list(PREFLIGHT_HEADERS)})
    await send({"type": "http.response.body", "body": b""})
