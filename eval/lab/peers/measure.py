"""Start a server, ask it with one or many clients, and measure it."""

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from eval.lab.load.connection import BROKEN, Connection
from eval.lab.load.load import Ask, Tally, loop, quantile
from eval.lab.load.running import children, gold_questions, memory, processor_seconds
from index.errors import ConfigurationError

START_SECONDS = 180.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A running server that has answered a question."""

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float
    """Time from its start to its first answer."""


@dataclass(kw_only=True, slots=True)
class Measured:
    """Figures of a contender for one number of processes and clients, over all rounds."""

    ready_seconds: float
    tallies: list[Tally] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    """CPU seconds of the server for an answer, by round."""
    mebibytes: float = 0.0

    @property
    def median(self) -> float:
        """Median latency in seconds, of the median round."""
        return statistics.median(statistics.median(tally.seconds) for tally in self.tallies)

    @property
    def p99(self) -> float:
        """99th percentile of the latency in seconds, of the median round."""
        return statistics.median(quantile(sorted(tally.seconds), 0.99) for tally in self.tallies)

    @property
    def a_second(self) -> float:
        """Answers a second, of the median round."""
        return statistics.median(len(tally.seconds) / tally.elapsed for tally in self.tallies)

    @property
    def failed(self) -> int:
        """Questions without an answer, including those refused as busy."""
        return sum(tally.errors + tally.busy for tally in self.tallies)

    @property
    def cpu(self) -> float:
        """CPU seconds for an answer, of the median round."""
        return statistics.median(self.cpu_seconds)


def free_port() -> int:
    """Find a free port."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def started(
    command: Sequence[object], port: int, how: Ask, *, variables: Mapping[str, str], log: Path
) -> Iterator[Started]:
    """Run a server from its first answer until the block ends.

    Raises:
        ConfigurationError: it exited, or did not answer in time.
    """
    begun = time.perf_counter()
    with log.open("ab") as file:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdout=file,
            stderr=file,
            env={**os.environ, **variables},
            start_new_session=True,
        )
    try:
        while not asyncio.run(_answers(port, how)):
            if process.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                told = log.read_text(encoding="utf-8", errors="replace").strip()[-500:]
                raise ConfigurationError(f"{command[0]} does not answer: {told}")
            time.sleep(0.02)
        yield Started(port=port, process=process, ready_seconds=time.perf_counter() - begun)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # Its own session, so no other process is affected.
            process.wait()


async def _answers(port: int, how: Ask) -> bool:
    connection = Connection(port)
    try:
        status, _ = await how(connection, gold_questions()[0])
    except BROKEN:
        return False
    finally:
        connection.close()
    return status == 200


def cpu_seconds(process: int) -> float:
    """Return the CPU seconds of a process and its descendants."""
    return sum(map(processor_seconds, [process, *children(process)]))


def measure(server: Started, how: Ask, into: Measured, *, clients: int, seconds: float) -> None:
    """Measure one round."""
    asyncio.run(loop(server.port, clients=clients, seconds=1.0, how=how))
    before = cpu_seconds(server.process.pid)
    tally = asyncio.run(loop(server.port, clients=clients, seconds=seconds, how=how))
    used = cpu_seconds(server.process.pid) - before
    if not tally.seconds:
        raise ConfigurationError(f"the server at port {server.port} answered nothing: {tally.line()}")
    into.tallies.append(tally)
    into.cpu_seconds.append(used / len(tally.seconds))
    into.mebibytes = max(into.mebibytes, memory(server.process.pid))
