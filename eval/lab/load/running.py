"""Start, observe and stop a server under test."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.settings.collections import default_index
from eval.runs.indexes import DEFAULT_GOLD

LOG_NAME = "server.log"


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A running server."""

    port: int
    process: subprocess.Popen[str]
    ready_seconds: float
    """Time from its start until it is ready."""


def gold_questions() -> list[str]:
    """Return the distinct questions of the gold cases, in the order of their files."""
    return list(dict.fromkeys(question for row in gold_rows() if (question := row.get("question"))))


def gold_rows() -> list[dict[str, Any]]:
    """Read the JSON of the default collection's gold cases, in the order of their files."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(DEFAULT_GOLD.glob("*.jsonl"))]
    return [json.loads(line) for text in texts for line in text.splitlines() if line.strip()]


@contextmanager
def served(
    *arguments: object,
    module: Sequence[str] = ("assistant", "serve"),
    index: Path | None = None,
    home: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Running]:
    """Run a server with its own data folder until the block ends.

    Args:
        *arguments: of its command.
        module: module to run, with its first arguments.
        index: index to serve; None for the default collection's.
        home: folder for conversations and log; None for a temporary one.
        variables: added to this process's environment.
    """
    with tempfile.TemporaryDirectory() as passing:
        data = home or Path(passing)
        command = [sys.executable, "-m", *module, "--port", "0", "--index", str(index or default_index())]
        started = time.perf_counter()
        with (data / LOG_NAME).open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                [*command, *map(str, arguments)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, **(variables or {}), "ASSISTANT_DATA": str(data)},
            )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            ready = time.perf_counter() - started
            port = int(line.split("http://")[1].split("/")[0].rsplit(":", 1)[1])
            yield Running(port=port, process=process, ready_seconds=ready)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            process.stdout.close()


def memory(process: int) -> float:
    """Measure the memory of a process and its children in MiB, shared pages counted once (PSS)."""
    total = 0
    for one in [process, *children(process)]:
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def threads(process: int) -> int:
    """Count the threads of a process."""
    return len(list(Path(f"/proc/{process}/task").iterdir()))


def processor_seconds(process: int) -> float:
    """Return the CPU seconds that a process has used, in all threads."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[int]:
    """Return the ids of a process's children."""
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
