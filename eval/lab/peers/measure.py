"""A server that is started, asked by one client or by many, and looked at."""

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
    """A server that has answered a question."""

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float
    """From its start to its first answer."""


@dataclass(kw_only=True, slots=True)
class Measured:
    """A contender's figures with so many processes and clients, over all rounds."""

    ready_seconds: float
    tallies: list[Tally] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    """Of the server for each answer, one figure a round."""
    mebibytes: float = 0.0

    @property
    def median(self) -> float:
        """Seconds of an answer: the median round's median."""
        return statistics.median(statistics.median(tally.seconds) for tally in self.tallies)

    @property
    def p99(self) -> float:
        """Seconds that 99 of 100 answers of the median round stay below."""
        return statistics.median(quantile(sorted(tally.seconds), 0.99) for tally in self.tallies)

    @property
    def a_second(self) -> float:
        """Answers a second in the median round."""
        return statistics.median(len(tally.seconds) / tally.elapsed for tally in self.tallies)

    @property
    def failed(self) -> int:
        """Questions without an answer, those refused as too many among them."""
        return sum(tally.errors + tally.busy for tally in self.tallies)

    @property
    def cpu(self) -> float:
        """Seconds of the processor for an answer in the median round."""
        return statistics.median(self.cpu_seconds)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def started(
    command: Sequence[object], port: int, how: Ask, *, variables: Mapping[str, str], log: Path
) -> Iterator[Started]:
    """A server, from its first answer until after the block.

    Raises:
        ConfigurationError: it ended, or did not answer in time.
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
            os.killpg(process.pid, signal.SIGKILL)  # The session that was begun for it, so nobody else's.
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
    """Seconds of the processor that a process and those under it have used."""
    return sum(map(processor_seconds, [process, *children(process)]))


def measure(server: Started, how: Ask, into: Measured, *, clients: int, seconds: float) -> None:
    """One round."""
    asyncio.run(loop(server.port, clients=clients, seconds=1.0, how=how))
    before = cpu_seconds(server.process.pid)
    tally = asyncio.run(loop(server.port, clients=clients, seconds=seconds, how=how))
    used = cpu_seconds(server.process.pid) - before
    if not tally.seconds:
        raise ConfigurationError(f"the server at port {server.port} answered nothing: {tally.line()}")
    into.tallies.append(tally)
    into.cpu_seconds.append(used / len(tally.seconds))
    into.mebibytes = max(into.mebibytes, memory(server.process.pid))
