"""Run a soak test: server, visitors, a changing article, and kills."""

import asyncio
import contextlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.service.store.database import FILE_NAME
from eval.lab.load.connection import Connection
from eval.lab.load.running import LOG_NAME, Running, children, served
from eval.lab.soak.article import QUESTIONS, STATES, ChangingArticle
from eval.lab.soak.caller import Caller, GaveUp
from eval.lab.soak.expected import Case, Expected, record
from eval.lab.soak.findings import Counts, Findings
from eval.lab.soak.kill import Killed, held_ports
from eval.lab.soak.ledger import Ledger
from eval.lab.soak.visitor import MODEL, Visitor
from eval.lab.soak.watch import Sample, Watch
from index.storage.verify import verify_index

AT_WORK_SECONDS = 3.0
"""Longest wait of a kill for the process to be at an answer."""
REPLACED_SECONDS = 10.0
"""Longest time until a killed process is replaced."""

Note = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The load and its duration."""

    index: Path
    """Index to copy; it is not changed."""
    cases: Sequence[Case]
    minutes: float
    clients: int
    pause: float
    """Mean seconds between two actions of a client."""
    workers: int
    kill_seconds: float
    """Interval of kills; the first is after half of it."""
    change_seconds: float
    """Interval of changes of the index."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Soaked:
    """Results of a soak test."""

    counts: Counts
    findings: Findings
    samples: Sequence[Sample]
    kills: int
    feedback: int
    """Ratings acknowledged."""
    kept: int
    """Ratings there in the end."""


def soak(plan: Plan, *, note: Note) -> Soaked:
    """Serve a copy of an index under load, and check everything.

    Args:
        plan: the load.
        note: takes progress messages.

    Raises:
        UserError: the idle server gives wrong answers, so there is nothing to compare with.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        index = home / MODEL
        shutil.copytree(plan.index, index)
        load = _Load(plan, ChangingArticle(index, home), note=note)
        with served("--workers", plan.workers, index=index, home=home) as server:
            asyncio.run(load.run(server))
        load.check_log(home / LOG_NAME)
        load.check_files(home / FILE_NAME, index)
        return load.outcome()


class _Load:
    def __init__(self, plan: Plan, article: ChangingArticle, *, note: Note) -> None:
        self._plan = plan
        self._article = article
        self._note = note
        self._cases = [*plan.cases, *[(question,) for question in QUESTIONS]]
        self._counts = Counts()
        self._findings = Findings()
        self._killed = Killed()
        self._ledger = Ledger()
        self._kept = 0
        self._samples: Sequence[Sample] = ()

    async def run(self, server: Running) -> None:
        self._note(f"asking {len(self._cases)} questions in {len(STATES)} states of the index, before the load")
        quiet = Connection(server.port)
        expected = await record(quiet, self._article, self._cases)
        quiet.close()
        callers = [self._caller(server) for _ in range(self._plan.clients)]
        spared = children(server.process.pid)[-1]
        watch = Watch(server.process.pid, spared)
        until = time.monotonic() + self._plan.minutes * 60
        self._note(f"{self._plan.minutes:g} minutes of load")
        watching = asyncio.ensure_future(watch.run())
        await asyncio.gather(
            *(v.run(until, self._plan.pause) for v in self._visitors(callers, expected)),
            self._change(until),
            self._kill(server, spared, callers, until),
        )
        watching.cancel()
        self._samples = watch.samples
        await self._export(server)

    def _caller(self, server: Running) -> Caller:
        return Caller(server.port, self._killed, self._counts, self._findings)

    def _visitors(self, callers: Sequence[Caller], expected: Expected) -> list[Visitor]:
        return [
            Visitor(
                caller,
                expected,
                self._cases,
                self._ledger,
                counts=self._counts,
                findings=self._findings,
                seed=number,
            )
            for number, caller in enumerate(callers)
        ]

    async def _change(self, until: float) -> None:
        while time.monotonic() + self._plan.change_seconds < until:
            await asyncio.sleep(self._plan.change_seconds)
            self._counts.changes += 1
            if failed := await self._article.bring(STATES[self._counts.changes % len(STATES)]):
                self._findings.add("a change of the index failed", failed)

    async def _kill(self, server: Running, spared: int, callers: Sequence[Caller], until: float) -> None:
        at = time.monotonic() + self._plan.kill_seconds / 2
        while at < until:
            await asyncio.sleep(at - time.monotonic())
            before = children(server.process.pid)
            victim = next((one for one in before if one != spared), None)
            if victim is None:
                self._findings.add("there is no process to kill", f"{before}")
                return
            await self._at_work(victim, server, callers)
            self._killed.kill(victim, server.port, _waiting(callers))
            self._note(f"killed process {victim}, {(until - time.monotonic()) / 60:.1f} minutes to go")
            await self._replaced(server, before)
            at += self._plan.kill_seconds

    async def _at_work(self, victim: int, server: Running, callers: Sequence[Caller]) -> None:
        """Wait, for a limited time, until a process is at an answer, so that the kill interrupts it."""
        deadline = time.monotonic() + AT_WORK_SECONDS
        while time.monotonic() < deadline and not held_ports(victim, server.port) & _waiting(callers):
            await asyncio.sleep(0.003)

    async def _replaced(self, server: Running, before: Sequence[int]) -> None:
        deadline = time.monotonic() + REPLACED_SECONDS
        while time.monotonic() < deadline:
            if len(now := children(server.process.pid)) == len(before) and now != list(before):
                return
            await asyncio.sleep(0.05)
        self._findings.add("a killed process was not replaced", f"{before} {children(server.process.pid)}")

    async def _export(self, server: Running) -> None:
        caller = self._caller(server)
        with contextlib.suppress(GaveUp):
            reply = await caller.call("export", "GET", "/api/export")
            self._kept = self._ledger.compare(reply.body.decode().splitlines(), self._findings)
        caller.close()

    def check_log(self, log: Path) -> None:
        """Check that no process died but those killed."""
        lines = log.read_text(encoding="utf-8").splitlines()
        ended = [line for line in lines if "another takes its place" in line]
        if len(ended) != len(self._killed.processes):
            self._findings.add("processes ended that were not killed", f"{ended} {self._killed.processes}")
        for place, line in enumerate(lines):
            if "Traceback" in line:
                self._findings.add("the server's log has a traceback", " ".join(lines[place : place + 40])[-400:])

    def check_files(self, database: Path, index: Path) -> None:
        """Check the integrity of database and index."""
        db = sqlite3.connect(database)
        try:
            (told,) = db.execute("PRAGMA integrity_check").fetchone()
        finally:
            db.close()
        if told != "ok":
            self._findings.add("the service's database is damaged", str(told))
        for problem in verify_index(index).problems:
            self._findings.add("the index is damaged", problem)

    def outcome(self) -> Soaked:
        return Soaked(
            counts=self._counts,
            findings=self._findings,
            samples=self._samples,
            kills=len(self._killed.processes),
            feedback=len(self._ledger.feedback),
            kept=self._kept,
        )


def _waiting(callers: Sequence[Caller]) -> set[int]:
    """Return the ports of clients that wait for an answer."""
    return {caller.waiting_port or 0 for caller in callers} - {0}
