"""`assistant eval bench / speed / calibrate / simulate`: measure quality, speed and the gate; fit the threshold."""

import json
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.common import IndexOption, opened, settings_from
from assistant.cli.output.progress import metered, note


def bench(
    folder: Annotated[
        str, typer.Argument(metavar="SET", help="Folder with corpus.jsonl, queries.jsonl and qrels.tsv.")
    ],
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Most questions of each half and kind.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure retrieval, quotes, refusals and receipts on a public test set, by half."""
    from dataclasses import asdict

    from eval.bench.bench import run_bench

    with metered("measuring", "questions") as draw:

        def meter(name: str, done: int, of: int) -> None:
            draw(done, of, done)

        halves = run_bench(Path(folder), limit=limit, note=note, meter=meter)
    if json_:
        print(json.dumps({half: [asdict(f) for f in figures] for half, figures in halves.items()}, indent=2))
        return
    names = [figure.name for figures in halves.values() for figure in figures]
    width = max(map(len, names), default=0)
    print(f"{Path(folder).name.ljust(width)}  development      held-out")
    for name in dict.fromkeys(names):
        cells = []
        for figures in halves.values():
            found = next((figure for figure in figures if figure.name == name), None)
            shown = (
                f"{found.value:8.4f}"
                if found and found.value != int(found.value)
                else f"{found.value:8.0f}"
                if found
                else " " * 8
            )
            cells.append(f"{shown} (n={found.count})".ljust(17) if found else " " * 17)
        print(f"{name.ljust(width)} {''.join(cells)}")


def speed(
    runs: Annotated[int, typer.Option("--runs", min=1, help="Runs of each command, interleaved.")] = 5,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Measure time and memory of `ask`, beside a plain LlamaIndex script."""
    from eval.bench.speed import measure_speed

    with metered("measuring"):
        report = measure_speed(runs=runs, note=note)
    if json_:
        print(json.dumps(report.to_json(), indent=2))
        return
    print(report.machine)
    for row in report.rows:
        print(
            f"{row.name.ljust(44)} {row.seconds:7.3f} s (of {row.least:.3f}-{row.most:.3f})  {row.mebibytes:6.0f} MiB"
        )
    for line in report.ratios:
        print(line)


def calibrate(
    questions: Annotated[str, typer.Argument(metavar="FILE", help='Lines like {"question": "…", "answerable": true}.')],
    index: IndexOption = None,
    refuse: Annotated[
        float, typer.Option("--refuse", min=0, max=0.5, help="Share of answerable questions that may be refused.")
    ] = 0.05,
) -> None:
    """Fit the refusal threshold on labelled questions, and store it in the index."""
    from eval.bench.calibrate import calibrate as fit
    from index.storage.store import keep_threshold

    with opened(settings_from({"index": index, "model": ""})) as assistant:
        with metered("asking"):
            found = fit(assistant, Path(questions), refuse=refuse)
        keep_threshold(Path(assistant.engine.state.location), found.threshold, str(found))
    print(f"threshold {found.threshold}, {found}")


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
