"""Measure time and memory of commands in new processes, interleaved so that noise affects all alike."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from assistant.settings.locations import DEFAULT_ARTICLES

QUESTION = "How many industrial brains has Zhejiang built?"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeedRow:
    """Time and memory of one command's runs."""

    name: str
    seconds: float
    """Median wall time."""
    least: float
    most: float
    mebibytes: float
    """Peak resident memory, the largest of all runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SpeedReport:
    """Measurements, and the machine."""

    machine: str
    rows: tuple[SpeedRow, ...]
    ratios: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Its JSON object."""
        return asdict(self)


def measure_speed(*, runs: int, note: Callable[[str], None]) -> SpeedReport:
    """Measure `assistant ask`, `assistant --help`, a warm question, 1,000 gold cases, and the plain LlamaIndex script.

    Args:
        runs: of each command, in turn: A B C A B C …
        note: takes messages.
    """
    ours = [sys.executable, "-m", "assistant"]
    commands: dict[str, Sequence[str]] = {
        "assistant ask (new process, default collection)": [*ours, "ask", QUESTION],
        "assistant --help": [*ours, "--help"],
    }
    subprocess.run([*ours, "ask", QUESTION], check=True, capture_output=True)  # Builds the default collection.
    plain = "plain LlamaIndex script (new process)"
    with tempfile.TemporaryDirectory() as store:
        script = [sys.executable, "-m", "eval.bench.plain_llamaindex"]
        built = subprocess.run([*script, "build", str(DEFAULT_ARTICLES), store], capture_output=True, text=True)
        if built.returncode == 0:
            commands[plain] = [*script, "ask", store, QUESTION]
        else:
            why = built.stderr.strip().splitlines()[-1:]
            note(f"no comparison: the plain LlamaIndex script, which needs the extra dev, fails ({why})")
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, command in commands.items():
                measured[name].append(_run(command, os.environ))
    # Peaks are handed on: a process's children count all it has reaped, and start from its own peak. Hence the gold
    # cases run in a fresh process, and what makes this one large comes last.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        gold = pool.submit(measure_gold, jobs=os.cpu_count() or 1).result()
    rows = [*(_row(name, results) for name, results in measured.items()), _warm(), gold]
    ratios = []
    if plain in measured:
        mine = measured["assistant ask (new process, default collection)"]
        times = [theirs[0] / own[0] for theirs, own in zip(measured[plain], mine, strict=True)]
        sizes = [theirs[1] / own[1] for theirs, own in zip(measured[plain], mine, strict=True)]
        ratios.append(
            f"plain LlamaIndex script / assistant ask, pair by pair: {statistics.median(times):.1f} times the time "
            f"({min(times):.1f}-{max(times):.1f}), {statistics.median(sizes):.1f} times the memory"
        )
    return SpeedReport(machine=machine(), rows=tuple(rows), ratios=tuple(ratios))


GOLD_CASES = 1_000


def measure_gold(*, jobs: int) -> SpeedRow:
    """Measure a run of 1,000 gold cases: the default collection's, repeated under other ids.

    Call it in a new process: the memory is the peak of the process and of all children it has ever reaped.

    Args:
        jobs: processes that ask.
    """
    import resource
    from dataclasses import replace
    from itertools import cycle, islice

    from eval.cases.case_file import load_gold
    from eval.runs.indexes import DEFAULT_GOLD, gold_chain
    from eval.runs.runner import run_gold

    chain = gold_chain([DEFAULT_GOLD], index=None)
    repeated = islice(cycle(load_gold([DEFAULT_GOLD])), GOLD_CASES)
    cases = [replace(case, id=f"{case.id}-{number}") for number, case in enumerate(repeated)]
    with tempfile.TemporaryDirectory() as folder:
        run = run_gold(cases, chain, out=Path(folder) / "run.json", jobs=jobs)
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return SpeedRow(
        name=f"{GOLD_CASES:,} gold cases in {jobs} processes",
        seconds=run.seconds,
        least=run.seconds,
        most=run.seconds,
        mebibytes=max(children, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    )


def machine() -> str:
    """Describe this machine: processor, cores and Python."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _run(command: Sequence[str], environ: Mapping[str, str]) -> tuple[float, float]:
    """Run a command; returns wall seconds and peak resident memory in MiB."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(environ))
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return seconds, usage.ru_maxrss / 1024


def _row(name: str, results: Sequence[tuple[float, float]]) -> SpeedRow:
    seconds = [one for one, _ in results]
    return SpeedRow(
        name=name,
        seconds=statistics.median(seconds),
        least=min(seconds),
        most=max(seconds),
        mebibytes=max(size for _, size in results),
    )


def _warm(questions: int = 100) -> SpeedRow:
    """Measure questions in a process that has asked before."""
    import resource

    from assistant.chain.assistant import Assistant
    from assistant.settings.collections import default_index
    from assistant.settings.locations import encoder_of
    from assistant.settings.settings import Settings
    from index.search.embedded import embedded_opener

    def quiet(message: str) -> None:
        pass

    assistant = Assistant(
        embedded_opener(default_index(), lambda snapshot: encoder_of(snapshot, quiet), note=quiet),
        Settings(),
        note=quiet,
    )
    assistant.ask(QUESTION)
    seconds = []
    for _ in range(questions):
        started = time.perf_counter()
        assistant.ask(QUESTION)
        seconds.append(time.perf_counter() - started)
    assistant.close()
    return SpeedRow(
        name=f"a question in a warm process (median of {questions})",
        seconds=statistics.median(seconds),
        least=min(seconds),
        most=max(seconds),
        mebibytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
