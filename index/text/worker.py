"""The process that parses files, so that a file which crashes, hangs or swells its parser takes nothing else along.

Started by `index.text.parser_process` with the number of a socket; ends when the other side closes it.
"""

import contextlib
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from index.errors import AssistantError
from index.text.article import Article
from index.text.drawing.values import PageView, Quote
from index.text.loading import load


def _load(path: str, data: bytes) -> list[Article]:
    return load(Path(path), data)


def _picture(data: bytes, number: int) -> bytes | None:
    from index.text.drawing import pdf_page

    return pdf_page.picture(data, number)


def _view(data: bytes, number: int, quote: Quote) -> PageView | None:
    from index.text.drawing import pdf_page

    return pdf_page.view(data, number, quote)


JOBS: dict[str, Callable[..., object]] = {"load": _load, "picture": _picture, "view": _view}
"""By name; libraries are imported by the first job that needs them."""


def serve(connection: Connection, *, seconds: int, memory_bytes: int) -> None:
    """Do what is asked for until the connection ends.

    Sends a first, empty message when it is ready. Takes pickled `(job, arguments)`; answers with a pickled pair, an
    error or None, and what the job gave.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the connection.
    _limit_memory(memory_bytes)
    connection.send_bytes(b"")
    while True:
        try:
            job, arguments = pickle.loads(connection.recv_bytes())  # Written by the parent.
        except (EOFError, ConnectionError):
            return
        # The parent counts the seconds; the alarm ends a process whose parent was killed meanwhile.
        signal.alarm(seconds + 5)
        try:
            reply = pickle.dumps((None, JOBS[job](*arguments)))
        except AssistantError as error:
            reply = pickle.dumps(((type(error).__name__, error.message, error.remedy), None))
        del arguments
        signal.alarm(0)
        try:
            connection.send_bytes(reply)
        except ConnectionError:
            return


def _limit_memory(memory_bytes: int) -> None:
    """Limit the memory of this process beyond what it has; where the system does not tell or limit it, do nothing."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        limit = pages * os.sysconf("SC_PAGE_SIZE") + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> None:
    """Serve the connection that the command line names, with the limits that it states."""
    descriptor, seconds, memory_bytes = map(int, sys.argv[1:])
    with Connection(descriptor) as connection:
        serve(connection, seconds=seconds, memory_bytes=memory_bytes)
