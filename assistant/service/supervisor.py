"""Several serving processes on one socket: started, replaced when one dies, stopped together."""

import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable

from assistant import AssistantError
from assistant.service.meters import Meters
from assistant.service.server import Note, Plan, leave, serve

TOO_SOON_SECONDS = 10.0
"""A process that ends by itself before this, and before it was ready, would do so again."""
STOP_MARGIN_SECONDS = 5.0


class Supervisor:
    """The process above those that serve; it never touches the index or a thread."""

    def __init__(self, plan: Plan, listener: socket.socket, *, note: Note, announce: Callable[[], None]) -> None:
        """Make it.

        Args:
            plan: what to serve.
            listener: as from `listening`.
            note: told when a process died.
            announce: called once, in a serving process, when questions are answered.
        """
        self._plan = plan
        self._listener = listener
        self._note = note
        self._announce = announce
        self._meters = Meters(plan.options.workers)
        self._slots: dict[int, int] = {}
        """Slot by process id."""
        self._started: dict[int, float] = {}
        self._stopping = False
        self._alive = os.pipe()

    def run(self) -> int:
        """Run until stopped; the exit code."""
        gc.freeze()  # What is here now stays shared with the processes that are forked.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for slot in range(self._plan.options.workers):
            self._start(slot, first=slot == 0)
        code = 0
        while self._slots:
            try:
                process, status = os.wait()
            except ChildProcessError:
                break
            slot = self._slots.pop(process)
            lived = time.monotonic() - self._started.pop(process)
            ended = os.waitstatus_to_exitcode(status)
            if self._stopping:
                continue
            if ended > 0 and lived < TOO_SOON_SECONDS:
                code = ended
                self._stop(signal.SIGTERM, None)
                continue
            self._note(f"process {process} ended ({_told(ended)}); another takes its place")
            self._start(slot, first=False)
        return code

    def _start(self, slot: int, *, first: bool) -> None:
        process = os.fork()
        if process:
            self._slots[process] = slot
            self._started[process] = time.monotonic()
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(self._alive[1])
        self._meters.take(slot)
        leave(self._serve(first=first))

    def _serve(self, *, first: bool) -> int:
        """In a process of its own: serve; the exit code."""
        try:
            serve(
                self._plan,
                self._listener,
                self._meters,
                note=self._note,
                ready=self._announce if first else _quietly,
                alive=self._alive[0],
                warm_first=not first,  # So that nobody is refused by a process that is new among others.
            )
        except AssistantError as error:
            # In one write, since the other processes say the same at the same time.
            sys.stderr.write(f"assistant: {' '.join(str(error).split())}\n")
            return error.exit_code
        return 0

    def _stop(self, number: int, frame: object) -> None:
        """Pass a stop on; processes that take too long are ended."""
        self._stopping = True
        for process in self._slots:
            os.kill(process, signal.SIGTERM)
        signal.signal(signal.SIGALRM, self._end)
        signal.alarm(int(self._plan.options.stop_seconds + STOP_MARGIN_SECONDS))

    def _end(self, number: int, frame: object) -> None:
        for process in self._slots:
            os.kill(process, signal.SIGKILL)


def _quietly() -> None:
    """Only the first process says that it is ready."""


def _told(ended: int) -> str:
    return f"exit code {ended}" if ended >= 0 else signal.Signals(-ended).name
