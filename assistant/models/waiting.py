"""Cancellable waits for a model, during which other questions proceed.

The chain is written as blocking code. A task of the service (`assistant.service.work.seats`) gives its assistant
away while it waits here, and is woken when its client has gone; elsewhere the thread simply blocks.
"""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")


class Cancelled(BaseException):
    """Raised where a cancelled task waits; only clean-up code may catch it."""


class Task:
    """Work that can be cancelled, from any thread, where it waits."""

    def __init__(self, *, paused: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        """Make a task; it blocks within the context `paused`, left before the wait returns or raises."""
        self._paused = paused
        self._changed = threading.Condition()
        self._cancelled = False

    def cancel(self) -> None:
        """Let the current wait, or the next one, raise `Cancelled`."""
        self._cancelled = True
        self.notify()

    def notify(self) -> None:
        """Have a wait test its condition again."""
        with self._changed:
            self._changed.notify()

    def wait_for(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        """Block until `ready()`, which `notify` has tested, or until the time is over; returns whether it is ready.

        `ready` is a quick test without side effects.

        Raises:
            Cancelled: the task was cancelled.
        """
        if not (self._cancelled or ready()):
            with self._paused(), self._changed:
                self._changed.wait_for(lambda: self._cancelled or ready(), seconds)
        if self._cancelled:
            raise Cancelled
        return ready()


current_task: ContextVar[Task | None] = ContextVar("current_task", default=None)
"""The task to which the running code belongs; None outside of the service."""


class Mailbox(Generic[T]):
    """A queue that any thread fills and the task that made it empties."""

    def __init__(self) -> None:
        self._letters: deque[T] = deque()
        self._task = current_task.get() or Task()

    def put(self, letter: T) -> None:
        """Append an item."""
        self._letters.append(letter)
        self._task.notify()

    def get(self, *, seconds: float) -> T:
        """Remove and return the oldest item; one that is there already is returned whatever the time.

        Raises:
            TimeoutError: nothing came.
            Cancelled: the task was cancelled.
        """
        if not self._task.wait_for(lambda: bool(self._letters), seconds=max(0.0, seconds)):
            raise TimeoutError(f"nothing came within {seconds:.3g} s")
        return self._letters.popleft()


def sleep(seconds: float) -> None:
    """Sleep, cancellably.

    Raises:
        Cancelled: the task was cancelled.
    """
    (current_task.get() or Task()).wait_for(lambda: False, seconds=seconds)
