"""Measure the service under load: latency, throughput, memory, overload.

    python -m eval.lab.load.load                       # every row, about two minutes
    python -m eval.lab.load.load one many --seconds 30

starts `assistant serve` over the default collection for each row, and asks the gold questions; each client sends one
after another over its own connection. Clients are plain sockets in this process, since they share the machine with
the server. Answers are not checked.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from assistant.models.open_files import allow_many_files
from eval.bench.speed import machine
from eval.lab.load.connection import BROKEN, Connection
from eval.lab.load.running import gold_questions, memory, served

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


Ask = Callable[[Connection, str], Awaitable[tuple[int, bytes]]]
"""Asks a question over a connection; returns status and body."""


async def loop(port: int, *, clients: int, seconds: float, pause: float = 0.0, how: Ask = ask) -> Tally:
    """Run clients that ask until the time is over.

    Args:
        port: of the server.
        clients: number of clients.
        seconds: duration.
        pause: interval of a client's questions, less the time of the answer.
        how: asks a question.
    """
    tally, questions = Tally(), gold_questions()
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


def one_client(seconds: float, workers: int) -> None:
    """Measure one client, one process: time to ready, latency, memory."""
    with served() as server:
        asyncio.run(loop(server.port, clients=1, seconds=2))
        tally = asyncio.run(loop(server.port, clients=1, seconds=seconds))
        print(f"start to ready: {server.ready_seconds:.2f} s")
        print(f"1 client, 1 process: {tally.line()}, {memory(server.process.pid):.0f} MiB")


def many_clients(seconds: float, workers: int) -> None:
    """Measure the throughput of 16 clients."""
    with served("--workers", workers) as server:
        asyncio.run(loop(server.port, clients=16, seconds=2))
        tally = asyncio.run(loop(server.port, clients=16, seconds=seconds))
        print(f"16 clients, {workers} processes: {tally.line()}, {memory(server.process.pid):.0f} MiB")


def overload(seconds: float, workers: int) -> None:
    """Measure 160 clients that send ten times what is sustained."""
    with served("--workers", workers) as server:
        asyncio.run(loop(server.port, clients=16, seconds=2))
        before = memory(server.process.pid)
        tally = asyncio.run(loop(server.port, clients=160, seconds=seconds, pause=160 / OFFERED))
        after = memory(server.process.pid)
        print(
            f"160 clients, {OFFERED} a second offered, {workers} processes: {tally.line()}, "
            f"{before:.0f} to {after:.0f} MiB"
        )


def streams(seconds: float, workers: int) -> None:
    """Measure 2,000 concurrent streams of a model that takes six times `seconds` for a reply."""
    from eval.lab.load.streams import measured  # It imports this module.

    print(measured(2_000, reply_seconds=6 * seconds))


ROWS: dict[str, Callable[[float, int], None]] = {
    "one": one_client,
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
    given = parser.parse_args()
    if unknown := [row for row in given.rows if row not in ROWS]:
        parser.error(f"there is no row {unknown[0]!r}; known: {', '.join(ROWS)}")
    print(machine())
    allow_many_files()
    for name in given.rows or ROWS:
        ROWS[name](given.seconds, given.workers)


if __name__ == "__main__":
    main()
