"""Shows on standard error that work goes on, and how far it is: a bar on a terminal, elsewhere a line now and then."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePath
from threading import Event, Lock, Thread
from typing import Protocol

from assistant.cli.output.pulse import LINE_SECONDS, TERMINAL_SECONDS, pulse
from assistant.cli.output.terminal import escaped, plain_stderr
from index.counts import shortened

LEAST_SHARE = 0.01
"""From this share of the work on it is said how long the rest will take."""
MAX_NAME = 40
"""Characters of a file's name that are shown."""


class Meter(Protocol):
    """Shows how far work is."""

    def __call__(self, done: int, of: int, count: int, at: str = "", /) -> None:
        """Show that `done` of `of` is done, `count` units of it, and the path of the file that is worked on."""


def note(message: str) -> None:
    """Print a note for the person, on standard error."""
    sys.stderr.write(f"assistant: {escaped(message)}\n")  # A bar that is drawn takes the stream's place.
    sys.stderr.flush()


@contextmanager
def metered(what: str, unit: str = "chunks", *, at_once: bool = True, seconds: float | None = None) -> Iterator[Meter]:
    """Show that the work within the block goes on, by the clock and by what it measures.

    Args:
        what: the work, as "indexing".
        unit: what the meter counts.
        at_once: whether the work begins with the block; else it does with the first measure, if there is any.
        seconds: between signs of life; None for the usual ones.
    """
    terminal = sys.stderr.isatty()
    with ExitStack() as stack:
        shown = _Bar(stack, what, unit) if terminal else _Lines(what, unit)
        begun, ended = Event(), Event()

        def begin() -> None:
            if not begun.is_set():
                stack.enter_context(pulse.paused())  # This tells more.
                begun.set()

        if at_once:
            begin()

        def watch() -> None:
            begun.wait()
            while not ended.wait(seconds or (TERMINAL_SECONDS if terminal else LINE_SECONDS)):
                shown.beat()

        def draw(done: int, of: int, count: int, at: str = "", /) -> None:
            begin()
            shown.draw(done, of, count, _name(at))

        watcher = Thread(target=watch, name="progress", daemon=True)
        watcher.start()
        try:
            yield draw
        finally:
            ended.set()
            begun.set()
            watcher.join()


def _name(path: str) -> str:
    """A file's name as there is room for."""
    return shortened(escaped(PurePath(path).name), MAX_NAME)


class _Lines:
    """Lines that say how far the work is, where nobody watches."""

    def __init__(self, what: str, unit: str) -> None:
        self._what, self._unit = what, unit
        self._started = time.monotonic()
        self._share = 0.0
        self._measured = ""

    def draw(self, done: int, of: int, count: int, name: str) -> None:
        at = f", at {name}" if name else ""
        self._share = min(1.0, done / max(of, 1))
        self._measured = f"{count:,} {self._unit}{at}"

    def beat(self) -> None:
        taken = time.monotonic() - self._started
        known = f", {self._share:.0%}{_left(taken, self._share)}, {self._measured}" if self._measured else ""
        note(f"{self._what} for {taken:.0f} s{known}")


def _left(taken: float, share: float) -> str:
    """About how long the rest takes, if it goes on as before; nothing where too little is done to tell."""
    if not LEAST_SHARE <= share < 1:
        return ""
    minutes = taken * (1 - share) / share / 60
    return f", about {minutes:.0f} min left" if minutes >= 1 else ", under 1 min left"


class _Bar:
    """A bar on a terminal, with the time taken and the time left; drawn once there is something to wait for."""

    def __init__(self, stack: ExitStack, what: str, unit: str) -> None:
        self._stack, self._what, self._unit = stack, what, unit
        self._lock = Lock()
        self._drawn: Meter | None = None

    def draw(self, done: int, of: int, count: int, name: str) -> None:
        self._begun()(done, of, count, name)

    def beat(self) -> None:
        """Draw the bar; it then moves by itself."""
        self._begun()

    def _begun(self) -> Meter:
        with self._lock:  # Most commands that might show progress have nothing to do, and need not load a library.
            if self._drawn is None:
                self._drawn = self._stack.enter_context(_drawing(self._what, self._unit))
            return self._drawn


@contextmanager
def _drawing(what: str, unit: str) -> Iterator[Meter]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=plain_stderr()), transient=True) as progress:
        task = progress.add_task(what, total=None, rate="")

        def draw(done: int, of: int, count: int, name: str = "", /) -> None:
            seconds = max(progress.tasks[0].elapsed or 0.0, 1e-6)
            rate = f"{count / seconds:.0f} {unit}/s"
            progress.update(task, description=f"{what} {name}".rstrip(), completed=done, total=max(of, 1), rate=rate)

        yield draw
