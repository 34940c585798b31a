"""Where language models are asked while whoever reads their replies waits: an event loop, and a few threads."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

LOOKING_UP = 2
"""Threads of the event loop."""


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The process's event loop for requests, in a thread of its own from when it is first asked for."""
    loop = asyncio.new_event_loop()
    # For looking up names, which is about all that is left to threads.
    loop.set_default_executor(ThreadPoolExecutor(LOOKING_UP, thread_name_prefix="models"))
    threading.Thread(target=loop.run_forever, name="models", daemon=True).start()
    return loop


class FewThreads:
    """Does jobs in threads, each of which ends when there is nothing more to do."""

    def __init__(self, most: int, *, name: str) -> None:
        """Make it.

        Args:
            most: threads at once; further jobs wait.
            name: of the threads.
        """
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
