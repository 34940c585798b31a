"""A connection to a server: requests, chunked answers, and connections that break."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from eval.lab.load.connection import BROKEN, Connection

T = TypeVar("T")


def with_server(answers: list[bytes], use: Callable[[Connection], Awaitable[T]]) -> tuple[T, list[bytes]]:
    """What `use` makes of a connection whose requests get these answers, the connection closed after each empty one."""
    heads: list[bytes] = []
    left = iter(answers)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while answer := next(left, b""):
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]
                heads.append(head + await reader.readexactly(int(length or 0)))
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async def run() -> T:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            connection = Connection(server.sockets[0].getsockname()[1])
            try:
                return await use(connection)
            finally:
                connection.close()

    return asyncio.run(run()), heads


PLAIN = b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nRetry-After: 1\r\n\r\n{"a": 1}\n'
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1f\r\n" + b"d" * 31 + b"\r\n0\r\n\r\n"
GONE = b"HTTP/1.1 204 No Content\r\n\r\n"


def test_requests_follow_each_other_over_one_connection():
    async def use(connection: Connection):
        first = await connection.request("POST", "/a", {"q": "é"})
        port = connection.local_port
        rest = [await connection.request("GET", "/b"), await connection.request("DELETE", "/c")]
        return first, rest, port == connection.local_port

    (first, rest, same), heads = with_server([PLAIN, CHUNKED, GONE], use)

    assert (first.status, first.json(), first.headers["retry-after"]) == (200, {"a": 1}, "1")
    assert [reply.body for reply in rest] == [b"abc" + b"d" * 31, b""]
    assert rest[1].status == 204
    assert same
    assert heads[0].startswith(b"POST /a HTTP/1.1\r\n")
    assert heads[0].endswith(b'{"q": "\\u00e9"}')
    assert b"Content-Length" not in heads[1]


@pytest.mark.parametrize("part", [PLAIN[:20], PLAIN[:-1], CHUNKED[:60], CHUNKED[:-2]])
def test_an_answer_that_is_cut_off_is_no_answer(part):
    async def use(connection: Connection):
        with pytest.raises(BROKEN):
            await connection.request("GET", "/")
        return True

    assert with_server([part], use)[0]


def test_a_connection_that_was_closed_meanwhile_is_opened_anew():
    async def use(connection: Connection):
        first = await connection.request("GET", "/")
        await asyncio.sleep(0.1)
        return first, await connection.request("GET", "/")

    (first, second), _ = with_server([PLAIN, b"", PLAIN], use)

    assert first.body == second.body
