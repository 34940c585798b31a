"""`assistant eval accept / simulate`: accept changed cases by name, and measure how often the gate is right."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.output.progress import metered, note
from index.counts import counted


def accept(
    cases: Annotated[
        list[str], typer.Argument(metavar="CASE…", help="Cases that may be wrong, as the gate names them.")
    ],
    why: Annotated[str, typer.Option("--why", metavar="REASON", help="Why the change is right.")],
    baseline: Annotated[str, typer.Option("--baseline", metavar="RUN", help="Baseline run.")] = "eval/baseline.json",
) -> None:
    """Accept by name that cases turned wrong, until the baseline is renewed."""
    from datetime import date

    from eval.gate.accepted import accept as accept_cases
    from eval.gate.accepted import accepted_path
    from eval.runs.run_file import read_run

    path = accepted_path(Path(baseline))
    accept_cases(cases, why, path=path, baseline=read_run(Path(baseline)), today=date.today())
    note(f"{counted(len(set(cases)), 'case')} accepted in {path}")


def simulate(
    out: Annotated[
        str | None, typer.Option("--out", metavar="DIR", help="Folder of gate.md, to renew its tables and curves.")
    ] = None,
    runs: Annotated[int, typer.Option("--runs", min=10, help="Pairs of runs for each figure.")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of all random numbers.")] = 1,
) -> None:
    """Simulate how often the gate is right: the tables of docs/gate.md."""
    from eval.gate.simulated.simulate import tables, write

    with metered("simulating"):
        found = tables(seed=seed, runs=runs)
    print(found.text)
    if out is not None:
        write(found, Path(out))
