"""The pulse of a command: a sign of life on standard error whenever it has said nothing for a while."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import TextIO

TERMINAL_SECONDS = 2.0
"""Silence after which a terminal shows that something goes on."""
LINE_SECONDS = 30.0
"""Between lines where standard error is no terminal."""
REDRAW_SECONDS = 0.5
DOTS = 3
"""Most dots that are drawn within a begun line."""


class Pulse:
    """Draws a line that is gone with the next output, or writes one now and then where nobody watches.

    Whatever is printed passes `aside` first, so that nothing is mixed with what was drawn.
    """

    def __init__(self) -> None:
        """Make one that does not beat yet."""
        self.doing = ""
        """What the command does, as it is told."""
        self._changed = Condition()
        self._thread: Thread | None = None
        self._stream: TextIO | None = None
        self._terminal = False
        self._seconds: float | None = None
        self._since = 0.0
        """When something was last printed, or a wait ended."""
        self._began = 0.0
        """When the present silence began."""
        self._drawn = ""
        """What is on the screen and must be erased."""
        self._begun_line = False
        """Whether the cursor stands behind text that was printed."""
        self._paused = 0

    def start(self, stream: TextIO, *, seconds: float | None = None) -> None:
        """Begin to beat.

        Args:
            stream: standard error itself.
            seconds: of silence between signs of life; None for the usual ones.
        """
        self.doing = "working"
        self._stream = stream
        self._terminal = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self._seconds = seconds or (TERMINAL_SECONDS if self._terminal else LINE_SECONDS)
        self._since = self._began = time.monotonic()
        self._begun_line = False
        self._thread = Thread(target=self._watch, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End for good, as before a process forks or serves; what is drawn is erased."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._erase()
            self._changed.notify()
        if thread is not None:
            thread.join()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep still within the block, as while a person types or something else shows how far it is."""
        with self._changed:
            self._paused += 1
            self._erase()
        try:
            yield
        finally:
            with self._changed:
                self._paused -= 1
                self._since = self._began = time.monotonic()

    def aside(self, text: str, *, terminal: bool) -> None:
        """Make room for a text that is about to be printed, on a terminal or elsewhere."""
        with self._changed:
            self._erase()
            self._since = self._began = time.monotonic()
            if terminal and text:
                self._begun_line = not text.endswith("\n")

    def _watch(self) -> None:
        assert self._seconds is not None
        with self._changed:
            while self._thread is not None:
                due = self._since + (REDRAW_SECONDS if self._drawn else self._seconds) - time.monotonic()
                if self._paused or due > 0:
                    self._changed.wait(REDRAW_SECONDS if self._paused else due)
                    continue
                try:
                    self._beat(time.monotonic() - self._began)
                except (OSError, ValueError):  # Standard error is closed.
                    return
                self._since = time.monotonic()

    def _beat(self, silent: float) -> None:
        assert self._stream is not None
        if not self._terminal:
            self._stream.write(f"assistant: {self.doing} for {silent:.0f} s\n")
        elif self._begun_line:
            dots = "." * (len(self._drawn) % DOTS + 1)
            self._erase()
            self._draw(dots)
        else:
            self._erase()
            self._draw(f"… {self.doing}, {silent:.0f} s")
        self._stream.flush()

    def _draw(self, text: str) -> None:
        assert self._stream is not None
        self._stream.write(text)
        self._drawn = text

    def _erase(self) -> None:
        if self._drawn and self._stream is not None:
            back = "\b" * len(self._drawn) if self._begun_line else "\r"
            self._stream.write(f"{back}\x1b[K")
            self._stream.flush()
        self._drawn = ""


pulse = Pulse()
"""That of this process."""
