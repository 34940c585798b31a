"""Connections to a model's server: one for each request, which ends with it.

A pool of connections, as httpx has it, looks at all of them whenever a request begins or ends, which is
slow where there are thousands. And the client of OpenAI's library keeps the response of a stream that is
given up until a garbage collection happens to run; the server would go on writing until then.
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
        """As httpx says."""
        transport = httpx.AsyncHTTPTransport(
            verify=self._context,
            proxy=_proxy(request.url),
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=0),
        )
        self._open.setdefault(asyncio.current_task(), []).append(transport)
        return await transport.handle_async_request(request)

    async def end(self) -> None:
        """End what this task has opened."""
        for transport in self._open.pop(asyncio.current_task(), []):
            await transport.aclose()


def _proxy(url: httpx.URL) -> str | None:
    """The proxy for an address by the environment's `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` and so on."""
    proxies = getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return None if found is None or proxy_bypass(url.host) else found
