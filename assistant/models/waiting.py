"""How one waits for what comes from elsewhere: one's thread stands still, or does something else meanwhile.

The chain is written as if the former; where many questions share a thread (`assistant.service.work.interleaving`),
the latter is the case for everything that waits through here.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class GivenUp(BaseException):
    """Raised in whoever waits when nobody wants to know any more; it passes everything on its way out."""


class Bell(Protocol):
    """Rung by one, waited for by another: what of `threading.Event` is needed here."""

    def set(self) -> None:
        """Ring, from any thread."""

    def clear(self) -> None:
        """Be still again."""

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it rang, within so many seconds.

        Raises:
            GivenUp: nobody wants to know any more.
        """


make_bell: ContextVar[Callable[[], Bell]] = ContextVar("make_bell", default=threading.Event)
"""What whoever runs here waits with."""


class Mailbox(Generic[T]):
    """What one or several put in, in any thread, and one takes out, who is the one that made it."""

    def __init__(self) -> None:
        self._letters: deque[T] = deque()
        self._bell = make_bell.get()()

    def put(self, letter: T) -> None:
        """Put something in."""
        self._letters.append(letter)
        self._bell.set()

    def get(self, *, seconds: float) -> T:
        """The oldest of what is in it.

        Args:
            seconds: to wait at most; what is there already is handed out without regard to time.

        Raises:
            TimeoutError: nothing came.
            GivenUp: nobody wants to know any more.
        """
        until = time.monotonic() + seconds
        while not self._letters:
            self._bell.clear()
            if not self._letters and not self._bell.wait(max(0.0, until - time.monotonic())) and not self._letters:
                raise TimeoutError(f"nothing came within {seconds:.3g} s")
        return self._letters.popleft()


def sleep(seconds: float) -> None:
    """Wait for nothing.

    Raises:
        GivenUp: nobody wants to know any more.
    """
    make_bell.get()().wait(seconds)
