"""httpx transport with one connection for each request, closed with it.

httpx's connection pool scans all connections whenever a request begins or ends, which is slow with thousands. And
OpenAI's client keeps the response of a cancelled stream until a garbage collection; until then the server would go on
writing.
"""

import asyncio
from urllib.request import getproxies, proxy_bypass

import httpx


class OwnConnections(httpx.AsyncBaseTransport):
    """Sends each request over a connection of its own, through a proxy where the environment names one."""

    def __init__(self) -> None:
        self._context = httpx.create_ssl_context()
        self._open: dict[asyncio.Task[object] | None, list[httpx.AsyncHTTPTransport]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of its own."""
        transport = httpx.AsyncHTTPTransport(
            verify=self._context,
            proxy=_proxy(request.url),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )
        self._open.setdefault(asyncio.current_task(), []).append(transport)
        return await transport.handle_async_request(request)

    async def end(self) -> None:
        """Close the connections that the current task has opened."""
        for transport in self._open.pop(asyncio.current_task(), []):
            await transport.aclose()


def _proxy(url: httpx.URL) -> str | None:
    """The proxy for an address, by `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and so on."""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return None if found is None or proxy_bypass(url.host) else found
