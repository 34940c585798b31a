"""Supervises several serving processes on one socket: starts them, replaces those that die, stops all."""

import gc
import mmap
import os
import signal
import socket
import sys
import time
from collections.abc import Callable

from assistant import AssistantError
from assistant.service.server import leave, serve
from assistant.service.telemetry.meters import Meters
from assistant.service.work.building import Note, Plan

AGAIN_SECONDS = 1.0
"""Delay before replacing a process that failed to start."""
STOP_MARGIN_SECONDS = 5.0


class Supervisor:
    """The parent process; it opens no index and starts no thread."""

    def __init__(self, plan: Plan, listener: socket.socket, *, note: Note, announce: Callable[[], None]) -> None:
        """Serve a plan; notes when a process dies, and announces once that questions can be answered."""
        self._plan = plan
        self._listener = listener
        self._note = note
        self._announce = announce
        self._meters = Meters(collections=[index.name for index in plan.indexes])
        self._slots: dict[int, int] = {}
        """Slot number by process id."""
        self._ready = mmap.mmap(-1, plan.options.workers)
        """For each slot, whether its process has been ready; written by that process."""
        self._stopping = False
        self._alive = os.pipe()

    def run(self) -> int:
        """Run until stopped; the exit code."""
        gc.freeze()  # Keeps the memory of now shared with the forked processes.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for slot in range(self._plan.options.workers):
            self._start(slot, first=slot == 0)
        code = self._replace_dead()
        self._meters.close()
        return code

    def _replace_dead(self) -> int:
        """Start a process for each that dies, until none is left; the exit code."""
        code = 0
        while self._slots:
            try:
                process, status = os.wait()
            except ChildProcessError:
                break
            slot = self._slots.pop(process)
            ended = os.waitstatus_to_exitcode(status)
            if self._stopping:
                continue
            failed = ended > 0 and not self._ready[slot]
            if failed and not any(self._ready[other] for other in self._slots.values()):
                code = ended
                self._stop(signal.SIGTERM, None)
                continue
            self._note(f"process {process} ended ({_told(ended)}); another takes its place")
            if failed:
                # The cause may be transient, and the other processes answer meanwhile.
                time.sleep(AGAIN_SECONDS)
            if not self._stopping:
                self._start(slot, first=False)
        return code

    def _start(self, slot: int, *, first: bool) -> None:
        self._ready[slot] = False
        process = os.fork()
        if process:
            self._slots[process] = slot
            return
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.close(self._alive[1])
        self._meters.take(slot)
        leave(self._serve(slot, first=first))

    def _serve(self, slot: int, *, first: bool) -> int:
        """Serve, in the child process; the exit code."""

        def ready() -> None:
            self._ready[slot] = True
            if first:
                self._announce()

        try:
            serve(
                self._plan,
                self._listener,
                self._meters,
                note=self._note,
                ready=ready,
                alive=self._alive[0],
                warm_first=not first,  # A new process must not refuse what the others could answer.
            )
        except AssistantError as error:
            # In one write, since other processes write the same at the same time.
            sys.stderr.write(f"assistant: {' '.join(str(error).split())}\n")
            return error.exit_code
        return 0

    def _stop(self, number: int, frame: object) -> None:
        """Forward a stop signal; kill processes that take too long."""
        self._stopping = True
        for process in self._slots:
            os.kill(process, signal.SIGTERM)
        signal.signal(signal.SIGALRM, self._end)
        signal.alarm(int(self._plan.options.stop_seconds + STOP_MARGIN_SECONDS))

    def _end(self, number: int, frame: object) -> None:
        for process in self._slots:
            os.kill(process, signal.SIGKILL)


def _told(ended: int) -> str:
    return f"exit code {ended}" if ended >= 0 else signal.Signals(-ended).name
