"""HTTP connection for load tests: plain sockets, since clients and server share the machine."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

BROKEN = (OSError, asyncio.IncompleteReadError)
"""Exceptions of a request whose connection ends before the answer is complete."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """Sends requests over one kept-alive connection, reopened if the server closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def local_port(self) -> int | None:
        """Local port; None while there is no connection."""
        address = self._writer.get_extra_info("sockname") if self._writer is not None else None
        return int(address[1]) if address else None

    async def request(
        self, method: str, path: str, body: object = None, *, heard: Callable[[bytes], None] | None = None
    ) -> Reply:
        """Send a request and wait for the whole response.

        Args:
            method: of HTTP.
            path: with its query, encoded.
            body: sent as JSON; None for none.
            heard: called with each chunk of a chunked body.

        Raises:
            OSError: the connection broke; also `asyncio.IncompleteReadError`.
        """
        if self._reader is None or self._reader.at_eof() or self._reader.exception() is not None:
            self.close()
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        assert self._writer is not None
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        data = b""
        if body is not None:
            data = json.dumps(body).encode()
            head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        self._writer.write(f"{head}\r\n".encode() + data)
        first, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [line.split(":", 1) for line in lines if ":" in line]
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        return Reply(status=int(first.split(" ", 2)[1]), headers=headers, body=await self._body(headers, heard))

    async def _body(self, headers: Mapping[str, str], heard: Callable[[bytes], None] | None) -> bytes:
        assert self._reader is not None
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self._reader.readexactly(int(headers.get("content-length", "0")))
        parts = []
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            parts.append((await self._reader.readexactly(size + 2))[:-2])
            if heard is not None:
                heard(parts[-1])
        await self._reader.readexactly(2)
        return b"".join(parts)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
