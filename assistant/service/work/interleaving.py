"""Many questions in one thread: where one waits for its model, the thread goes on with another.

The chain knows nothing of it. Each question is an errand, a greenlet, which has a stack of its own that
the thread can leave and come back to; whatever waits through `assistant.models.waiting` leaves it. So a question
whose model writes costs memory, and no thread.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Generic, TypeVar

from greenlet import greenlet

from assistant.models.waiting import GivenUp, make_bell

T = TypeVar("T")


class Errand(Generic[T]):
    """Work that one thread does, with pauses in which that thread does other work."""

    def __init__(self, work: Callable[[T], None]) -> None:
        """Make an errand.

        Args:
            work: to do, with what the thread has for it; in a copy of the context of here, of whose trace it is part.
        """
        self._work = work
        self._context = copy_context()
        self._greenlet: greenlet | None = None
        self._wake: Callable[[Errand[T]], None] | None = None
        self.seconds = 0.0
        """That it kept its thread so far."""
        self.until = math.inf
        """When, by `time.monotonic`, it goes on even if nobody wakes it."""
        self.given_up = False

    @property
    def done(self) -> bool:
        """Whether it came to its end."""
        return self._greenlet is not None and bool(self._greenlet.dead)

    def go_on(self, tool: T, wake: "Callable[[Errand[T]], None]") -> None:
        """Do it up to its next pause or its end; called in its own thread, with the same each time.

        Args:
            tool: what it is done with.
            wake: called in any thread to have an errand gone on with in its own.
        """
        started = time.perf_counter()
        if self._greenlet is None:
            self._wake = wake
            self._greenlet = greenlet(self._run)
            self._greenlet.gr_context = self._context
        self._greenlet.switch(tool)
        self.seconds += time.perf_counter() - started

    def give_up(self) -> None:
        """Have it end where it waits, or will wait next; called in any thread."""
        self.given_up = True
        self.wake()

    def wake(self) -> None:
        """Have it gone on with, where it waits; called in any thread."""
        if self._wake is not None:
            self._wake(self)

    def pause(self, until: float) -> None:
        """Let the thread do something else; called within the work.

        Args:
            until: go on then, by `time.monotonic`, unless woken before.

        Raises:
            GivenUp: it was given up.
        """
        assert self._greenlet is not None
        if not self.given_up:
            self.until = until
            self._greenlet.parent.switch()
        if self.given_up:
            raise GivenUp

    def _run(self, tool: T) -> None:
        make_bell.set(lambda: _Bell(self))
        with suppress(GivenUp):
            self._work(tool)


class _Bell:
    """What an errand waits with."""

    def __init__(self, errand: Errand[T]) -> None:
        self._pause = errand.pause
        self._wake = errand.wake
        self._rung = False
        self._awaited = False

    def set(self) -> None:
        self._rung = True  # Before the look, and where it is waited for after it, so that no ringing is lost.
        if self._awaited:
            self._awaited = False
            self._wake()

    def clear(self) -> None:
        self._rung = False

    def wait(self, timeout: float | None = None) -> bool:
        until = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            self._awaited = True
            if self._rung or time.monotonic() >= until:
                self._awaited = False
                return self._rung
            self._pause(until)


class Errands(Generic[T]):
    """What some threads have to do: new errands, for any of them, and begun ones, each for the thread that began it."""

    def __init__(self, threads: int, *, size: int) -> None:
        """Make them.

        Args:
            threads: how many; they are known by numbers from 0.
            size: how many new ones may be there.
        """
        self._size = size
        self._lock = threading.Lock()
        self._new: deque[Errand[T]] = deque()
        self._woken: list[deque[Errand[T]]] = [deque() for _ in range(threads)]
        self._turns = [threading.Condition(self._lock) for _ in range(threads)]
        self._idle: list[int] = []
        self._closed = False

    def __len__(self) -> int:
        """How many new ones there are."""
        return len(self._new)

    @property
    def full(self) -> bool:
        """Whether there is no room for a new one."""
        return len(self._new) >= self._size

    def add(self, errand: Errand[T]) -> bool:
        """Add a new one; False if there is no room."""
        with self._lock:
            if self.full or self._closed:
                return False
            self._new.append(errand)
            self._call_one()
            return True

    def close(self) -> None:
        """Let the threads end once they have nothing new; what waits then is given up."""
        with self._lock:
            self._closed = True
            for turn in self._turns:
                turn.notify()

    def work(self, thread: int, tool: T, done: Callable[[Errand[T]], None]) -> None:
        """Do errands, in this thread, until they are closed.

        Args:
            thread: its number.
            tool: what errands are done with here.
            done: told of each that is done.
        """

        def wake(errand: Errand[T]) -> None:
            with self._lock:
                self._woken[thread].append(errand)
                self._turns[thread].notify()

        waiting: set[Errand[T]] = set()
        look = math.inf
        """When the time of one of those that wait may be over."""

        def go_on(errand: Errand[T]) -> None:
            nonlocal look
            waiting.discard(errand)
            if not errand.done:  # Else it was woken a moment too late.
                errand.go_on(tool, wake)
                if errand.done:
                    done(errand)
                else:
                    waiting.add(errand)
                    look = min(look, errand.until)

        while not (self._closed and not self._new):
            if (errand := self._next(thread, look)) is not None:
                go_on(errand)
                continue
            now = time.monotonic()
            for late in sorted((one for one in waiting if one.until <= now), key=lambda one: one.until):
                go_on(late)
            look = min((one.until for one in waiting), default=math.inf)
        for left in list(waiting):
            left.given_up = True
            go_on(left)

    def _next(self, thread: int, look: float) -> Errand[T] | None:
        """The next one for a thread, begun ones first; None when it is time to look after those that wait."""
        with self._lock:
            while True:
                left = look - time.monotonic()
                if left <= 0:
                    return None
                if self._woken[thread]:
                    if self._new:
                        self._call_one()
                    return self._woken[thread].popleft()
                if self._new:
                    return self._new.popleft()
                if self._closed:
                    return None
                self._idle.append(thread)
                self._turns[thread].wait(None if left == math.inf else left)
                if thread in self._idle:
                    self._idle.remove(thread)

    def _call_one(self) -> None:
        """Have one of the threads that have nothing to do look for something new."""
        if self._idle:
            self._turns[self._idle.pop()].notify()
