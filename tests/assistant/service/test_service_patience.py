"""Clients that take their time: nobody holds a connection for ever, and meanwhile the others are answered."""

import itertools
import json
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from serving import DAM, Server, serving, town_in

HEAD_SECONDS, BODY_SECONDS, STALLED_SECONDS = 0.6, 0.6, 0.8
TOO_LONG = 15.0
"""Seconds; whoever still holds a connection after these holds it for ever."""
BETWEEN = 0.05
"""Seconds from one byte to the next."""
HEAD = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = b"POST /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("patience")
    town_in(home).close()
    limits = ("--head-seconds", HEAD_SECONDS, "--body-seconds", BODY_SECONDS, "--stalled-seconds", STALLED_SECONDS)
    slow = ("-m", "eval.lab.load.slow_answerer", "--seconds", 0)
    with serving(home, *limits, command=slow) as running:
        yield running


@contextmanager
def connected(server: Server) -> Iterator[socket.socket]:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=TOO_LONG) as one:
        yield one


def dribbled(one: socket.socket, data: Iterable[int]) -> tuple[bytes, float]:
    """What comes back while bytes are sent one by one until the server has enough, and after how many seconds."""
    started, came = time.monotonic(), b""
    one.settimeout(BETWEEN)
    for byte in data:
        try:
            one.sendall(bytes([byte]))
            part = one.recv(65_536)
        except TimeoutError:
            part = None
        except OSError:  # It ended while a byte was on its way.
            break
        if part == b"":
            break
        came += part or b""
        assert time.monotonic() - started < TOO_LONG, f"the server still listens; so far it said {came!r}"
    return came, time.monotonic() - started


def error_of(response: bytes) -> dict[str, str]:
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    return json.loads(body)["error"]


def endless(start: bytes) -> Iterator[int]:
    return itertools.chain(start, itertools.repeat(ord("a")))


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(server):
    with connected(server) as one:
        came, seconds = dribbled(one, endless(HEAD + b"X-Long: "))

    assert came.startswith(b"HTTP/1.1 408")
    assert error_of(came)["code"] == "head_timed_out"
    assert seconds >= HEAD_SECONDS


def test_the_second_request_of_a_connection_is_waited_for_no_longer(server):
    with connected(server) as one:
        one.sendall(HEAD + b"\r\n")
        assert one.recv(65_536).startswith(b"HTTP/1.1 200")
        came, _ = dribbled(one, endless(HEAD + b"X-Long: "))

    assert error_of(came)["code"] == "head_timed_out"


def test_a_connection_on_which_nothing_comes_is_ended_without_a_word(server):
    with connected(server) as one:
        assert one.recv(1) == b""


def test_a_body_that_comes_byte_by_byte_is_not_waited_for(server):
    with connected(server) as one:
        one.sendall(POST)
        came, seconds = dribbled(one, endless(b'{"question": "'))

    assert came.startswith(b"HTTP/1.1 408")
    assert error_of(came)["code"] == "body_timed_out"
    assert seconds >= BODY_SECONDS


def test_a_body_that_nobody_asked_for_holds_no_connection_either(server):
    with connected(server) as one:
        one.sendall(HEAD + b"Content-Length: 5000\r\n\r\n")
        came, _ = dribbled(one, endless(b""))

    assert came.startswith(b"HTTP/1.1 200")


def test_a_client_that_takes_nothing_of_its_answers_is_given_up(server):
    with connected(server) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        wanted = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1_000
        one.settimeout(BETWEEN)
        with pytest.raises(OSError, match=r"reset|[Bb]roken pipe"):  # noqa: PT012 - the server ends it at some time
            started = time.monotonic()
            while time.monotonic() - started < TOO_LONG:
                try:
                    one.send(wanted)
                except TimeoutError:
                    continue


def test_others_are_answered_meanwhile_and_a_patient_reader_gets_everything(server):
    with connected(server) as slow, server.client() as client:
        slow.sendall(HEAD)
        for _ in range(3):
            assert client.post("/api/ask", json={"question": DAM}).status_code == 200
        # A connection that was in use for longer than any of the limits is still good for another request.
        time.sleep(HEAD_SECONDS * 2)
        assert client.get("/health").status_code == 200


def test_what_is_no_http_is_told_in_the_one_shape_of_errors(server):
    with connected(server) as one:
        one.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        came = b"".join(iter(lambda: one.recv(65_536), b""))

    assert came.startswith(b"HTTP/1.1 400")
    assert error_of(came)["code"] == "not_http"
