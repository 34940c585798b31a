"""An event loop and a few threads, in which requests to models run."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

LOOKING_UP = 2
"""Threads of the event loop, for DNS lookups."""


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The process's event loop for requests, started in a thread of its own on first use."""
    loop = asyncio.new_event_loop()
    loop.set_default_executor(ThreadPoolExecutor(LOOKING_UP, thread_name_prefix="models"))
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


class FewThreads:
    """A thread pool whose daemon threads end when idle: a client that hangs does not hold up the end of the process."""

    def __init__(self, most: int, *, name: str) -> None:
        """Run at most so many jobs at once, in threads of this name; further jobs wait."""
        self._most = most
        self._name = name
        self._lock = threading.Lock()
        self._waiting: deque[Callable[[], None]] = deque()
        self._running = 0

    def do(self, job: Callable[[], None]) -> None:
        """Do a job, which raises nothing, as soon as a thread is free; returns at once."""
        with self._lock:
            if self._running == self._most:
                self._waiting.append(job)
                return
            self._running += 1
        threading.Thread(target=self._work, args=(job,), name=self._name, daemon=True).start()

    def _work(self, job: Callable[[], None]) -> None:
        while True:
            job()
            with self._lock:
                if not self._waiting:
                    self._running -= 1
                    return
                job = self._waiting.popleft()
