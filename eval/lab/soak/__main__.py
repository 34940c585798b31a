"""Run the soak test: mixed load, indexing, and a process killed every minute.

    python -m eval.lab.soak                       # 15 minutes
    python -m eval.lab.soak --minutes 2

copies the default collection's index, serves it with several processes, and asks the gold questions over every route,
while an article is added, changed and removed and a process is killed every minute. Each answer is compared with that
of the idle server for the same articles. It exits with 1 and lists the faults if there are any.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from assistant.settings.collections import default_index
from assistant.settings.locations import ensure_default
from eval.bench.speed import machine
from eval.lab.load.load import quantile
from eval.lab.load.running import gold_rows
from eval.lab.soak.expected import Case
from eval.lab.soak.run import Plan, Soaked, soak
from eval.lab.soak.watch import GROWTH_FILES, GROWTH_MEBIBYTES, GROWTH_SHARE, LEAST_MINUTES, by_minute, course


def gold_cases(most: int) -> list[Case]:
    """Select questions of the gold cases with their earlier turns, spread evenly over the files."""
    cases = list(dict.fromkeys((*row.get("turns", ()), row["question"]) for row in gold_rows()))
    step = max(1.0, len(cases) / most)
    return [cases[int(number * step)] for number in range(min(most, len(cases)))]


def judged(soaked: Soaked, minutes: float) -> list[str]:
    """Report memory and open files, and add findings if they grow."""
    samples, at = soaked.samples, [sample.minutes for sample in soaked.samples]
    lines = [f"memory of all processes by minute, MiB: {by_minute(samples)}"]
    if minutes < LEAST_MINUTES:
        return [*lines, f"whether memory is flat was not judged: that takes at least {LEAST_MINUTES:g} minutes"]
    for name, values, share, least in (
        ("memory of all processes, MiB", [sample.total for sample in samples], GROWTH_SHARE, GROWTH_MEBIBYTES),
        ("memory of the process never killed, MiB", [s.private for s in samples], GROWTH_SHARE, GROWTH_MEBIBYTES),
        ("files it has open", [float(sample.files) for sample in samples], 0.0, GROWTH_FILES),
    ):
        went = course(at, values)
        lines.append(
            f"{name}: {went.middle:.1f} in the middle third, {went.last:.1f} in the last, {went.a_minute:+.2f} a minute"
        )
        if grew := went.growth(share, least):
            soaked.findings.add(f"not flat: {name}", grew)
    return lines


def told(soaked: Soaked, minutes: float) -> list[str]:
    """Format counts and findings."""
    counts = soaked.counts
    times = sorted(counts.seconds) or [0.0]
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(counts.requests.items()))
    refused = ", ".join(f"{code} {count}" for code, count in counts.refused.items())
    return [
        f"{sum(counts.requests.values()):,} requests answered: {kinds}",
        f"median {quantile(times, 0.5) * 1000:.0f} ms, p99 {quantile(times, 0.99) * 1000:.0f} ms, "
        f"most {counts.slowest[0] * 1000:.0f} ms ({counts.slowest[1]})",
        f"{counts.compared:,} answers compared with those before the load, {counts.receipts:,} receipts checked",
        f"{counts.changes} changes of the index; {soaked.kills} processes killed: {counts.cut} requests cut off in "
        f"flight, {counts.closed} sent to a process just killed, all asked again; refused for now: {refused or 'none'}",
        f"feedback: {soaked.feedback:,} acknowledged, {soaked.kept:,} there in the end",
        *judged(soaked, minutes),
    ]


def main(arguments: Sequence[str] | None = None, note: Callable[[str], None] | None = None) -> int:
    """Run the soak test; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m eval.lab.soak", description="Soak test of `assistant serve`.")
    parser.add_argument("--minutes", type=float, default=15.0, help="duration of the load")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pause", type=float, default=0.3, help="mean seconds between two actions of a client")
    parser.add_argument("--workers", type=int, default=2, help="processes, at least two")
    parser.add_argument("--kill-seconds", type=float, default=60.0, help="interval of kills")
    parser.add_argument("--change-seconds", type=float, default=10.0, help="interval of changes of the index")
    parser.add_argument("--questions", type=int, default=200, help="number of gold questions")
    parser.add_argument("--index", type=Path, help="index to copy and serve; default: the default collection's")
    given = parser.parse_args(arguments)
    if given.workers < 2:
        parser.error(f"one of {given.workers} processes cannot be killed while another answers; give at least 2")

    def say(message: str) -> None:
        print(message, file=sys.stderr, flush=True)

    note = note or say
    if given.index is None:
        ensure_default(note=note, meter=lambda *_: None)
    plan = Plan(
        index=given.index or default_index(),
        cases=gold_cases(given.questions),
        minutes=given.minutes,
        clients=given.clients,
        pause=given.pause,
        workers=given.workers,
        kill_seconds=given.kill_seconds,
        change_seconds=given.change_seconds,
    )
    print(machine())
    soaked = soak(plan, note=note)
    print("\n".join(told(soaked, given.minutes)))
    print("\n".join(soaked.findings.lines()) if soaked.findings else "nothing was wrong")
    return int(bool(soaked.findings))


if __name__ == "__main__":
    sys.exit(main())
