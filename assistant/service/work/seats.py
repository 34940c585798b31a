"""Assigns tasks to a few tools, one task at a time each; a task that waits for a model lends its tool to others.

Each begun task has a thread. A task is tied to the tool (an assistant) that it began with, since it holds on to the
state of the index there; so a task that comes back from a wait takes precedence over new ones.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Generic, TypeVar

from assistant.models.waiting import Cancelled, Task, current_task

T = TypeVar("T")


class _Seat(Generic[T]):
    """A tool, and who uses it."""

    def __init__(self, tool: T) -> None:
        self.tool = tool
        self.tasks = 0
        """Begun and not ended."""
        self.returning: deque[threading.Lock] = deque()
        """Of tasks that came back from a wait, the oldest first; released when it is their turn."""


class SeatedTask(Task, Generic[T]):
    """Work with a tool, in the context (and so the trace) of its creator."""

    def __init__(self, work: Callable[[T], None]) -> None:
        super().__init__(paused=self._away)
        self._work = work
        self._context = copy_context()
        self._seats: Seats[T] | None = None
        self._seat: _Seat[T] | None = None
        self._since = 0.0
        self.seconds = 0.0
        """For which it kept its tool so far."""

    def run(self, seats: "Seats[T]", seat: _Seat[T]) -> None:
        """Do the work; the seat has been assigned to it."""
        self._seats, self._seat = seats, seat
        self._since = time.perf_counter()
        try:
            self._context.run(self._run, seat.tool)
        finally:
            self.seconds += time.perf_counter() - self._since

    def _run(self, tool: T) -> None:
        current_task.set(self)
        with suppress(Cancelled):
            self._work(tool)

    @contextmanager
    def _away(self) -> Iterator[None]:
        assert self._seats is not None
        assert self._seat is not None
        self.seconds += time.perf_counter() - self._since
        self._seats.leave(self._seat)
        try:
            yield
        finally:
            self._seats.take_again(self._seat)
            self._since = time.perf_counter()


class Seats(Generic[T]):
    """The tools, and the tasks that want one; thread-safe."""

    def __init__(self, *, size: int, done: Callable[[SeatedTask[T]], None]) -> None:
        """Make seats without any tool; `size` tasks may wait to begin, `done` is called with each finished one."""
        self._size = size
        self._done = done
        self._lock = threading.Lock()
        self._new: deque[SeatedTask[T]] = deque()
        self._free: set[_Seat[T]] = set()
        self._begun: set[SeatedTask[T]] = set()
        self._close_tool: Callable[[T], None] | None = None

    def __len__(self) -> int:
        """How many tasks wait to begin."""
        return len(self._new)

    @property
    def full(self) -> bool:
        """Whether no further task may wait."""
        return len(self._new) >= self._size

    def add_tool(self, tool: T) -> None:
        """Let tasks use one more tool."""
        self.leave(_Seat(tool))

    def add(self, task: SeatedTask[T]) -> bool:
        """Begin a task as soon as a tool is free; returns False if the queue is full."""
        with self._lock:
            if self.full or self._close_tool is not None:
                return False
            self._new.append(task)
            if self._free:
                self._assign(self._free.pop())
            return True

    def close(self, close_tool: Callable[[T], None]) -> None:
        """Begin what is new, cancel whatever waits, and close each tool after its last task; returns at once."""
        with self._lock:
            self._close_tool = close_tool
            begun = list(self._begun)
            free, self._free = self._free, set()
            for seat in free:
                self._assign(seat)
        for task in begun:
            task.cancel()

    def leave(self, seat: _Seat[T]) -> None:
        """Let another task use a tool."""
        with self._lock:
            self._assign(seat)

    def take_again(self, seat: _Seat[T]) -> None:
        """Wait for a tool that was left."""
        with self._lock:
            if seat in self._free:
                self._free.remove(seat)
                return
            turn = threading.Lock()
            turn.acquire()
            seat.returning.append(turn)
        turn.acquire()

    def _assign(self, seat: _Seat[T]) -> None:
        """Assign a free tool; called with the lock held."""
        if seat.returning:
            seat.returning.popleft().release()
        elif self._new:
            task = self._new.popleft()
            seat.tasks += 1
            self._begun.add(task)
            if self._close_tool is not None:
                task.cancel()
            threading.Thread(target=self._run, args=(task, seat), name="assistant", daemon=True).start()
        elif self._close_tool is None or seat.tasks:
            self._free.add(seat)
        else:
            self._close_tool(seat.tool)

    def _run(self, task: SeatedTask[T], seat: _Seat[T]) -> None:
        try:
            task.run(self, seat)
            self._done(task)
        finally:
            with self._lock:
                seat.tasks -= 1
                self._begun.discard(task)
                self._assign(seat)
