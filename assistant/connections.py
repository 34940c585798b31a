"""Connections of requests that run in threads of their own, to be ended from another.

The client of OpenAI's library keeps the response of a stream that is given up until a garbage
collection happens to run, and the server goes on writing, or holding its breath, until then.
"""

import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


class Connections:
    """The responses that are being read, by the thread that reads them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading: dict[threading.Thread, list[httpx.Response]] = {}

    def note(self, response: "httpx.Response") -> None:
        """Keep a response whose headers have come: a hook of httpx, which calls it in the thread of the request."""
        with self._lock:
            self._reading.setdefault(threading.current_thread(), []).append(response)

    def close(self) -> None:
        """Close what this thread has been reading."""
        with self._lock:
            responses = self._reading.pop(threading.current_thread(), [])
        for response in responses:
            response.close()

    def hang_up(self, thread: threading.Thread) -> None:
        """End the connections that another thread is reading, which it sees at once, wherever it waits."""
        with self._lock:
            for response in self._reading.get(thread, []):
                if not response.is_closed:
                    _shut(response)


def _shut(response: "httpx.Response") -> None:
    line = response.extensions.get("network_stream")
    # One that is encrypted, too: its own method would take the state away that the other thread reads with.
    end = line.get_extra_info("socket") if line else None
    if isinstance(end, socket.socket):
        try:
            socket.socket.shutdown(end, socket.SHUT_RDWR)
        except OSError:
            return  # It ended by itself just now.
