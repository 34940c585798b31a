"""A pool of assistants behind a bounded queue; a question that would wait too long is refused at once.

There are a few sets of assistants, one for each collection in a set; each set works for one question at a time, and for
others while that one waits for its model. Each begun question has a thread.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

from assistant.chain.assistant import Assistant
from assistant.service.errors import busy, service_error, starting, stopping, too_slow
from assistant.service.work.seats import SeatedTask, Seats
from index.errors import AssistantError

T = TypeVar("T")
WARMING_QUESTION = "What is this collection of articles about?"
"""Asked by each assistant, so that the first person does not wait for what is made on first use."""

FEW = 4
"""Questions for each assistant that may wait however slow the machine is."""
NEWEST_SHARE = 0.1
"""Weight of the newest question in the moving average of their times."""


class AssistantPool:
    """Assistants, and the queue for them."""

    def __init__(
        self,
        openers: Mapping[str, Callable[[], Assistant]],
        *,
        threads: int,
        queue_size: int,
        wait_seconds: float,
        seconds: float,
        note: Callable[[str], None],
    ) -> None:
        """Make a pool; `start` opens it.

        Args:
            openers: by collection, each called once for each set.
            threads: how many questions are worked on at a time, each with its own set of assistants.
            queue_size: how many questions may wait.
            wait_seconds: a question that would wait longer, by what the last ones took, is refused.
            seconds: after which a question that is not answered is given up.
            note: takes errors that only the server's operator can fix.
        """
        self._openers = openers
        self._seats: Seats[Mapping[str, Assistant]] = Seats(size=queue_size, done=self._took)
        self._wait_seconds = wait_seconds
        self._seconds = seconds
        self._mean = 0.0
        """Moving average of the seconds for which a question keeps its assistant."""
        self._note = note
        self._opened: list[Future[None]] = [Future() for _ in range(threads)]
        self._threads = [
            threading.Thread(target=self._open, args=(opened,), name="assistant", daemon=True)
            for opened in self._opened
        ]
        self._stopped: asyncio.Event | None = None

    @property
    def ready(self) -> bool:
        """Whether every assistant is open and warm."""
        return all(opened.done() and opened.exception() is None for opened in self._opened)

    @property
    def waiting(self) -> int:
        """Questions in the queue; those that wait for their model have left it."""
        return len(self._seats)

    @property
    def crowded(self) -> bool:
        """Whether a question that came now would wait too long."""
        waiting, threads = len(self._seats), len(self._threads)
        late = waiting * self._mean / threads > self._wait_seconds
        return self._seats.full or (late and waiting >= FEW * threads)

    def start(self, stopped: asyncio.Event) -> None:
        """Open the assistants, and return before they are; `stopped` ends everyone who still waits when it is set."""
        self._stopped = stopped
        for thread in self._threads:
            thread.start()

    async def opened(self) -> None:
        """Returns when every assistant is open and warm.

        Raises:
            AssistantError: one of them cannot be opened.
        """
        await asyncio.gather(*map(asyncio.wrap_future, self._opened))

    def close(self) -> None:
        """Answer what is in the queue, cancel what waits for a model, and close the assistants; returns at once."""
        self._seats.close(_close)

    async def run(self, collection: str, work: Callable[[Assistant], T], *, model_seconds: float = 0.0) -> T:
        """Run `work` with a collection's assistant, and cancel it when the caller is cancelled or the time is over.

        It may wait `model_seconds` for a model, beside the pool's own limit.

        Raises:
            ServiceError: the queue is full, nothing came in time, or the assistant failed.
        """
        if not self.ready:
            raise starting()
        if self.crowded:
            raise busy()
        future: Future[T] = Future()

        def job(assistants: Mapping[str, Assistant]) -> None:
            if not future.set_running_or_notify_cancel():
                return  # The client has gone.
            try:
                future.set_result(work(assistants[collection]))
            except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
                future.set_exception(error)

        task = SeatedTask(job)
        if not self._seats.add(task):
            raise busy()
        try:
            return await self._awaited(future, self._seconds + model_seconds)
        finally:
            if not future.done():
                task.cancel()

    async def _awaited(self, future: "Future[T]", seconds: float) -> T:
        assert self._stopped is not None
        result = asyncio.wrap_future(future)
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            either: set[asyncio.Future[Any]] = {result, stopped}
            await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if result.done():
                return result.result()
            raise stopping() if stopped.done() else too_slow(seconds)
        except AssistantError as error:
            told = service_error(error)
            if told.status >= 500:
                self._note(" ".join(str(error).split()))
            raise told from error
        finally:
            stopped.cancel()
            result.cancel()

    def _open(self, opened: "Future[None]") -> None:
        assistants: dict[str, Assistant] = {}
        try:
            for collection, open_assistant in self._openers.items():
                assistants[collection] = open_assistant()
                assistants[collection].ask(WARMING_QUESTION, written=False)
            started = time.perf_counter()
            for assistant in assistants.values():
                assistant.ask(WARMING_QUESTION, written=False)
            self._mean = (time.perf_counter() - started) / len(assistants)
        except BaseException as error:  # noqa: BLE001 - raised again where `opened` is awaited
            opened.set_exception(error)
            return
        self._seats.add_tool(assistants)
        opened.set_result(None)

    def _took(self, task: SeatedTask[Mapping[str, Assistant]]) -> None:
        # Unlocked: two threads may overwrite each other's share, which an average survives.
        self._mean += (task.seconds - self._mean) * NEWEST_SHARE


def _close(assistants: Mapping[str, Assistant]) -> None:
    for assistant in assistants.values():
        assistant.close()
