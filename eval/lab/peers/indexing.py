"""Compare the speed of indexing with LlamaIndex's and txtai's, in one run on one machine.

    python -m eval.lab.peers.indexing FOLDER            # a test set, as SQuAD 2.0 dev; installs the peers first
    python -m eval.lab.peers.indexing FOLDER --rounds 5

Each contender indexes all paragraphs of the set in a new process and writes its index to disk; the whole process is
measured, in interleaved rounds. On a busy machine the CPU seconds tell more than the time. The assistant reads the
paragraphs as JSON Lines and cuts those that exceed the encoder's window. The peers, which would drop what exceeds it,
are given the assistant's passages, so that nobody loses text and cutting costs the assistant alone. The weights are the
same, and each has a thread a core.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from eval.bench.sets import BenchSet, load_set
from eval.bench.speed import machine
from eval.lab.load.running import children
from eval.lab.peers.contenders import CONTENDERS, Contender
from eval.lab.peers.environments import peer_variables, programs_of, versions, write_passages
from index.errors import AssistantError, ConfigurationError
from index.storage.store import open_index

NAMES = ("assistant", "LlamaIndex", "txtai")
LOOK_SECONDS = 0.05
"""Between two looks at the memory of a process and its children."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Indexed:
    """Figures of one process that indexed."""

    seconds: float
    """From its start to its end."""
    cpu_seconds: float
    """Of all of its threads, and of its children's."""
    mebibytes: float
    """Peak resident memory, its children's included."""


@dataclass(kw_only=True, slots=True)
class Figures:
    """Figures of a contender over all rounds."""

    runs: list[Indexed] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Of the median round."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """Of the median round."""
        return statistics.median(run.cpu_seconds for run in self.runs)

    @property
    def mebibytes(self) -> float:
        """Of the round with the most."""
        return max(run.mebibytes for run in self.runs)


def write_articles(bench: BenchSet, path: Path) -> int:
    """Write the paragraphs of a set as JSON Lines for `assistant index add`; returns their number."""
    lines = [
        json.dumps({"id": id_, "title": title, "text": text}, ensure_ascii=False)
        for id_, (title, text) in bench.documents.items()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def command(contender: Contender, programs: Path, home: Path, store: Path) -> list[str]:
    """Make the command with which a contender indexes the files in `home` into `store`."""
    if contender.requirements is None:
        return [sys.executable, "-m", "assistant", "index", "add", str(home / "articles.jsonl"), "--index", str(store)]
    return [str(programs / "python"), *contender.build, str(home / "passages.jsonl"), str(store)]


def run(arguments: Sequence[str], variables: Mapping[str, str], *, log: Path) -> Indexed:
    """Run a command to its end and measure it.

    Raises:
        ConfigurationError: it failed.
    """
    begun = time.perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(arguments, stdout=file, stderr=file, env={**os.environ, **variables})
    most, pid = 0.0, 0
    while not pid:
        with suppress(OSError):  # It or a child has just ended.
            most = max(most, sum(map(_resident, [process.pid, *children(process.pid)])))
        time.sleep(LOOK_SECONDS)
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = log.read_text(encoding="utf-8", errors="replace").strip()[-500:]
        raise ConfigurationError(f"{' '.join(arguments)} fails: {told}")
    used = usage.ru_utime + usage.ru_stime
    return Indexed(seconds=seconds, cpu_seconds=used, mebibytes=max(most, usage.ru_maxrss / 1024))


def _resident(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def table(figures: Mapping[str, Figures], paragraphs: int) -> list[str]:
    """Format the figures as a table, with the assistant's beside each peer's."""
    own = figures[NAMES[0]]
    lines = [
        f"{'':<12}{'paragraphs a second':>20}{'time':>10}{'(least-most)':>16}{'a CPU second':>14}{'memory':>12}"
        "   the assistant"
    ]
    for name, one in figures.items():
        times = [run.seconds for run in one.runs]
        spread = f"({min(times):.1f}-{max(times):.1f})"
        beside = (
            f"{one.seconds / own.seconds:.2f} times as fast, {one.cpu_seconds / own.cpu_seconds:.2f} times as many "
            f"a CPU second, {own.mebibytes / one.mebibytes:.2f} of the memory"
        )
        lines.append(
            f"{name:<12}{paragraphs / one.seconds:>20.1f}{one.seconds:>8.1f} s{spread:>16}"
            f"{paragraphs / one.cpu_seconds:>14.1f}{one.mebibytes:>8.0f} MiB"
            + ("" if name == NAMES[0] else f"   {beside}")
        )
    return lines


def prepare(folder: Path, home: Path, variables: Mapping[str, str]) -> tuple[int, int, Indexed]:
    """Write what is indexed into `home`; returns the numbers of paragraphs and passages, and the assistant's figures.

    Raises:
        ConfigurationError: the assistant took not every paragraph.
    """
    paragraphs = write_articles(load_set(folder), home / "articles.jsonl")
    store = home / "first"
    first = run(command(CONTENDERS[0], home, home, store), variables, log=home / "log")
    snapshot = open_index(store, note=lambda _: None)
    taken = len(snapshot.articles)
    snapshot.close()
    if taken != paragraphs:
        raise ConfigurationError(f"{taken} of {paragraphs} paragraphs were indexed", f"look at {folder} for doubles")
    return paragraphs, write_passages(store, home / "passages.jsonl", note=lambda _: None), first


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare indexing; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.lab.peers.indexing", description="Indexing beside LlamaIndex's and txtai's."
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a public test set")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--own-only", action="store_true", help="without the peers, whose installation takes minutes")
    given = parser.parse_args(arguments)
    chosen = [one for one in CONTENDERS if one.name in (NAMES[:1] if given.own_only else NAMES)]
    figures = {one.name: Figures() for one in chosen}
    threads = os.cpu_count() or 1

    def note(message: str) -> None:
        print(message, file=sys.stderr, flush=True)

    try:
        programs = {one.name: programs_of(one, note=note) for one in chosen}
        with tempfile.TemporaryDirectory() as place:
            home, store = Path(place), Path(place) / "store"
            variables = {**peer_variables(store), "OMP_NUM_THREADS": str(threads), "ASSISTANT_DATA": place}
            paragraphs, passages, done = prepare(given.folder, home, variables)
            for number, one in [(number, one) for number in range(given.rounds) for one in chosen]:
                if number or one.name != NAMES[0]:  # The assistant's first round made the passages.
                    store.mkdir(exist_ok=True)
                    done = run(command(one, programs[one.name], home, store), variables, log=home / "log")
                    shutil.rmtree(store)
                figures[one.name].runs.append(done)
                note(f"round {number + 1} of {given.rounds}, {one.name}: {done}")
    except AssistantError as error:
        print(f"eval.lab.peers.indexing: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{machine()}, load {os.getloadavg()[0]:.0f}")
    print(f"{paragraphs:,} paragraphs of {given.folder.name} in {passages:,} passages, {threads} threads each")
    print("\n".join(table(figures, paragraphs)))
    print("; ".join(f"{one.name}: {versions(one, programs[one.name])}" for one in chosen))
    return 0


if __name__ == "__main__":
    sys.exit(main())
