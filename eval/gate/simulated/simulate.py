"""Simulate how often the gate is right: `python -m eval.gate.simulated.simulate [--out docs]`.

Prints the tables of `docs/gate.md` and, with `--out`, draws its curves; about two minutes on two cores.
"""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.gate.simulated.curves import Curve, draw_curves
from eval.gate.simulated.simulation import METRICS, Model, Outcome, SimulatedMetric, simulate
from eval.measures.planning import cases_needed, flip_deviation

FLIPS = (0.02, 0.04, 0.08, 0.16)
CASES = (50, 100, 200, 300, 400, 600, 800, 1000)

DROP = 0.05
DROP_FLIPS = (0.04, 0.08)

ONE = METRICS[:1]
GRADED = METRICS[3:4]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Outcomes of one setting, at each number of cases."""

    name: str
    outcomes: tuple[Outcome, ...]


def false_alarms(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> tuple[list[Row], list[Row]]:
    """Simulate no change: rows for one binary metric, and for five metrics gated together."""
    one = [_row(_each(flips), flips=flips, seed=seed, runs=5 * runs, metrics=ONE, cases=cases) for flips in FLIPS]
    five = [_row(_each(flips), flips=flips, seed=seed, runs=runs, metrics=METRICS, cases=cases) for flips in FLIPS]
    return one, five


def power(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> list[Row]:
    """Simulate a drop of five points."""
    rows = []
    for flips in DROP_FLIPS:
        for name, metrics, dropping, times in (
            ("yes/no alone", ONE, None, 5),
            ("graded alone", GRADED, None, 1),
            ("all of five", METRICS, None, 0.5),
            ("one of five", METRICS, 1, 0.5),
        ):
            row = _row(
                f"{name}, {flips:.0%}",
                flips=flips,
                drop=DROP,
                dropping=dropping,
                seed=seed,
                runs=int(times * runs),
                metrics=metrics,
                cases=cases,
            )
            rows.append(row)
    return rows


def missed(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> list[Row]:
    """Simulate a drop of just the minimum effect, which should not pass."""
    return [
        _row(f"{name}, {flips:.0%}", flips=flips, drop=0.02, seed=seed, runs=runs, metrics=metrics, cases=cases)
        for name, metrics in (("yes/no", ONE), ("graded", GRADED))
        for flips in (0.01, *DROP_FLIPS)
    ]


def reaches(row: Row, share: float) -> int | None:
    """Find the number of cases at which the gate fails this share of comparisons.

    Interpolated linearly between simulated numbers and rounded up to ten; None if it is not reached.
    """
    before: Outcome | None = None
    for outcome in row.outcomes:
        if outcome.failed >= share:
            if before is None:
                return outcome.model.cases
            part = (share - before.failed) / (outcome.failed - before.failed)
            cases = before.model.cases + part * (outcome.model.cases - before.model.cases)
            return math.ceil(round(cases / 10, 6)) * 10
        before = outcome
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate, print the tables, and draw the curves."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.gate.simulated.simulate", description="How often the gate is right."
    )
    parser.add_argument("--out", type=Path, help="folder for gate-false-alarms.svg and gate-power.svg")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=2_000, help="pairs of runs for each figure")
    parser.add_argument("--cases", type=int, nargs="+", default=CASES, help="numbers of cases in the gold set")
    chosen = parser.parse_args(arguments)
    one, five = false_alarms(seed=chosen.seed, runs=chosen.runs, cases=chosen.cases)
    caught = power(seed=chosen.seed, runs=chosen.runs, cases=chosen.cases)
    too_kind = missed(seed=chosen.seed, runs=chosen.runs, cases=chosen.cases)
    sys.stdout.write("\n".join(_tables(one, five, caught, too_kind)))
    if chosen.out is not None:
        (chosen.out / "gate-false-alarms.svg").write_text(_alarm_curves(five), encoding="utf-8")
        (chosen.out / "gate-power.svg").write_text(_power_curves(caught), encoding="utf-8")


def _row(
    name: str,
    *,
    flips: float,
    seed: int,
    runs: int,
    metrics: Sequence[SimulatedMetric],
    cases: Sequence[int],
    drop: float = 0.0,
    dropping: int | None = None,
) -> Row:
    models = [Model(cases=count, flips=flips, drop=drop, dropping=dropping) for count in cases]
    return Row(name=name, outcomes=tuple(simulate(model, seed=seed, runs=runs, metrics=metrics) for model in models))


def _each(flips: float) -> str:
    return f"{flips:.0%} flip each way"


def _tables(one: Sequence[Row], five: Sequence[Row], caught: Sequence[Row], too_kind: Sequence[Row]) -> list[str]:
    lines = []
    for title, rows in (("one yes/no metric", one), ("five metrics together", five)):
        lines += _table(f"Nothing changed, {title}: fail / inconclusive / pass, %", rows, _verdicts)
        lines += _table(f"Nothing changed, {title}: fixed tolerance fails, %", rows, lambda o: f"{o.tolerance:.1%}")
    lines += _table("Dropped by 5 points: fails, %", caught, lambda o: f"{o.failed:.1%}")
    lines += ["| cases for a power of | 80% | 90% |", "|---|---|---|"]
    lines += [f"| {row.name} | {reaches(row, 0.8) or '-'} | {reaches(row, 0.9) or '-'} |" for row in caught]
    lines += ["", *_table("Dropped by the minimum effect: passes, %", too_kind, lambda o: f"{o.passed:.1%}")]
    effects = (0.01, 0.02, 0.03, 0.05)
    lines += ["| cases needed | " + " | ".join(f"{effect:g}" for effect in effects) + " |", "|---" * 5 + "|"]
    for flips in (0.01, *FLIPS):
        needed = [cases_needed(flip_deviation(flips, flips), effect=effect) for effect in effects]
        lines.append(f"| {_each(flips)} | " + " | ".join(f"{count:,}" for count in needed) + " |")
    return [*lines, ""]


def _table(title: str, rows: Sequence[Row], say: Callable[[Outcome], str]) -> list[str]:
    cases = [outcome.model.cases for outcome in rows[0].outcomes]
    lines = [f"| {title} | " + " | ".join(f"n={count:,}" for count in cases) + " |", "|---" * (len(cases) + 1) + "|"]
    lines += [f"| {row.name} | " + " | ".join(say(outcome) for outcome in row.outcomes) + " |" for row in rows]
    return [*lines, ""]


def _verdicts(outcome: Outcome) -> str:
    return f"{100 * outcome.failed:.1f} / {100 * outcome.inconclusive:.0f} / {100 * outcome.passed:.0f}"


def _alarm_curves(five: Sequence[Row]) -> str:
    curves = [
        Curve(
            name=f"{'fixed' if fixed else 'ours'}, {row.name.removesuffix(' each way')}",
            points=[(o.model.cases, o.tolerance if fixed else o.failed) for o in row.outcomes],
            second=fixed,
        )
        for fixed in (True, False)
        for row in five
    ]
    return draw_curves(
        curves,
        title="False alarms: five metrics, nothing changed but chance",
        x_name="cases in the gold set (logarithmic)",
        y_name="comparisons that fail",
        highest=1.0,
        limits=(0.05,),
    )


def _power_curves(caught: Sequence[Row]) -> str:
    curves = [
        Curve(
            name=row.name + " flip",
            points=[(o.model.cases, o.failed) for o in row.outcomes],
            second=row.name.endswith("8%"),
            dashed="of five" in row.name,
        )
        for row in caught
        if "graded" not in row.name and "all" not in row.name
    ]
    return draw_curves(
        curves,
        title="Power: a planted drop of five points",
        x_name="cases in the gold set (logarithmic)",
        y_name="comparisons that fail, as they should",
        highest=1.0,
        limits=(0.8, 0.9),
    )


if __name__ == "__main__":
    main()
