"""Measure the service under load: latency, throughput, memory, overload.

    python -m eval.lab.load.load                       # every row, about two minutes
    python -m eval.lab.load.load one many --seconds 30
    python -m eval.lab.load.load one search --index DIR --questions FILE

starts `assistant serve` over the default collection, or the index in DIR, for each row, and asks the gold questions, or
those of FILE (lines with a `question`); each client sends one after another over its own connection, none of them
asked before. Clients are plain sockets in this process, since they share the machine with
the server. Answers are not checked.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from assistant.models.open_files import allow_many_files
from eval.bench.speed import machine
from eval.lab.load.connection import BROKEN, Connection
from eval.lab.load.running import Running, gold_questions, memory, served

OFFERED = 800
"""Questions a second in the overload row: ten times what is sustained."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """Results of one row."""

    seconds: list[float] = field(default_factory=list)
    """Latencies of the answers."""
    busy: int = 0
    """Questions refused with 503 and Retry-After."""
    errors: int = 0
    elapsed: float = 0.0

    def line(self) -> str:
        """Format the results as a line."""
        times = sorted(self.seconds) or [0.0]
        return (
            f"{len(self.seconds)} answers, median {statistics.median(times) * 1000:.1f} ms, "
            f"p95 {quantile(times, 0.95) * 1000:.1f} ms, "
            f"p99 {quantile(times, 0.99) * 1000:.1f} ms, {len(self.seconds) / max(self.elapsed, 1e-9):.1f} a second, "
            f"{self.busy} busy, {self.errors} errors"
        )


def quantile(times: Sequence[float], share: float) -> float:
    """Compute a quantile of sorted times: the smallest that at least `share` of them do not exceed."""
    return times[max(0, -(-int(len(times) * share * 1000) // 1000) - 1)]


async def ask(client: Connection, question: str, *, stream: bool = False) -> tuple[int, bytes]:
    """Ask a question; returns status and body."""
    reply = await client.request("POST", "/api/ask", {"question": question, "stream": stream})
    return reply.status, reply.body


async def search(client: Connection, question: str) -> tuple[int, bytes]:
    """Search with `/api/search`; returns status and body."""
    reply = await client.request("GET", f"/api/search?q={quote(question)}")
    return reply.status, reply.body


Ask = Callable[[Connection, str], Awaitable[tuple[int, bytes]]]
"""Asks a question over a connection; returns status and body."""


async def loop(
    port: int,
    *,
    clients: int,
    seconds: float,
    pause: float = 0.0,
    how: Ask = ask,
    questions: Sequence[str] = (),
) -> Tally:
    """Run clients that ask until the time is over.

    Args:
        port: of the server.
        clients: number of clients.
        seconds: duration.
        pause: interval of a client's questions, less the time of the answer.
        how: asks a question.
        questions: to ask, each client from another one on; the gold questions if there are none.
    """
    tally, questions = Tally(), questions or gold_questions()
    started = time.perf_counter()

    async def client(number: int) -> None:
        one, at = Connection(port), number * len(questions) // clients
        await asyncio.sleep(pause * number / clients)
        while time.perf_counter() - started < seconds:
            asked = time.perf_counter()
            try:
                status, _ = await how(one, questions[at % len(questions)])
            except BROKEN:
                tally.errors += 1
                one.close()
                continue
            at += 1
            if status == 200:
                tally.seconds.append(time.perf_counter() - asked)
            elif status == 503:
                tally.busy += 1
            else:
                tally.errors += 1
            if (left := pause - (time.perf_counter() - asked)) > 0:
                await asyncio.sleep(left)
        one.close()

    await asyncio.gather(*(client(number) for number in range(clients)))
    tally.elapsed = time.perf_counter() - started
    return tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What is asked of which index, how long."""

    seconds: float
    workers: int
    index: Path | None
    questions: Sequence[str]

    def run(self, server: Running, *, clients: int, pause: float = 0.0, how: Ask = ask) -> Tally:
        """Warm the server up for two seconds with the last questions, and measure it."""
        asyncio.run(loop(server.port, clients=min(clients, 16), seconds=2, how=how, questions=self.questions[::-1]))
        clocked = loop(
            server.port, clients=clients, seconds=self.seconds, pause=pause, how=how, questions=self.questions
        )
        return asyncio.run(clocked)


def one_client(load: Load) -> None:
    """Measure one client, one process: time to ready, latency, memory."""
    with served(index=load.index) as server:
        tally = load.run(server, clients=1)
        print(f"start to ready: {server.ready_seconds:.2f} s")
        print(f"1 client, 1 process: {tally.line()}, {memory(server.process.pid):.0f} MiB")


def searches(load: Load) -> None:
    """Measure `/api/search` with one client."""
    with served(index=load.index) as server:
        tally = load.run(server, clients=1, how=search)
        print(f"/api/search, 1 client, 1 process: {tally.line()}, {memory(server.process.pid):.0f} MiB")


def many_clients(load: Load) -> None:
    """Measure the throughput of 16 clients."""
    with served("--workers", load.workers, index=load.index) as server:
        tally = load.run(server, clients=16)
        print(f"16 clients, {load.workers} processes: {tally.line()}, {memory(server.process.pid):.0f} MiB")


def overload(load: Load) -> None:
    """Measure 160 clients that send ten times what is sustained."""
    with served("--workers", load.workers, index=load.index) as server:
        before = memory(server.process.pid)
        tally = load.run(server, clients=160, pause=160 / OFFERED)
        print(
            f"160 clients, {OFFERED} a second offered, {load.workers} processes: {tally.line()}, "
            f"{before:.0f} to {memory(server.process.pid):.0f} MiB"
        )


def streams(load: Load) -> None:
    """Measure 2,000 concurrent streams of a model that takes six times `load.seconds` for a reply."""
    from eval.lab.load.streams import measured  # It imports this module.

    print(measured(2_000, reply_seconds=6 * load.seconds))


ROWS: dict[str, Callable[[Load], None]] = {
    "one": one_client,
    "search": searches,
    "many": many_clients,
    "overload": overload,
    "streams": streams,
}


def main() -> None:
    """Measure the named rows, or all."""
    parser = argparse.ArgumentParser(prog="python -m eval.lab.load.load", description="Load on `assistant serve`.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"some of: {', '.join(ROWS)}")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each row")
    parser.add_argument("--workers", type=int, default=2, help="processes, where several clients ask")
    parser.add_argument("--index", type=Path, help="index to serve; default: the default collection's")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="JSON Lines; default: the gold questions")
    given = parser.parse_args()
    if unknown := [row for row in given.rows if row not in ROWS]:
        parser.error(f"there is no row {unknown[0]!r}; known: {', '.join(ROWS)}")
    questions = gold_questions()
    if given.questions is not None:
        questions = [json.loads(line)["question"] for line in given.questions.read_text("utf-8").split("\n") if line]
    load = Load(seconds=given.seconds, workers=given.workers, index=given.index, questions=questions)
    print(machine())
    allow_many_files()
    for name in given.rows or ROWS:
        ROWS[name](load)


if __name__ == "__main__":
    main()
