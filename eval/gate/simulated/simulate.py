"""Simulate how often the gate is right: the tables of docs/gate.md, by `assistant eval simulate`."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.gate.simulated.curves import Curve, draw_curves
from eval.gate.simulated.loops import Wavering, best_of, many_gates, until_passed
from eval.gate.simulated.simulation import METRICS, Model, Outcome, SimulatedMetric, simulate
from eval.measures.planning import cases_needed, flip_deviation
from index.counts import counted
from index.errors import UserError

FLIPS = (0.0, 0.02, 0.04, 0.08, 0.16)
"""Shares of cases that flip each way by chance."""
CASES = (50, 100, 200, 400, 600, 1000)
DROP = 0.05
DROP_FLIPS = (0.04, 0.08)
DROPS = (0.0, 0.01, 0.015, 0.02, 0.03, 0.05)
CLUSTERS = ((5, 0.5), (5, 1.0), (10, 0.5), (10, 1.0))
"""Cases of a cluster, and the chance that a case changes as its cluster does."""

ONE = METRICS[:1]
GRADED = METRICS[3:4]
BEGIN, END = "<!-- simulated: assistant eval simulate -->", "<!-- end of simulated -->"
"""What encloses the tables in docs/gate.md."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """Outcomes of one setting, at each number of cases."""

    name: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tables:
    """All that was simulated."""

    unchanged: tuple[Row, ...]
    """Five metrics, nothing changed."""
    dropped: tuple[Row, ...]
    """A drop of five points."""
    text: str
    """In Markdown."""


def unchanged(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> list[Row]:
    """Simulate no change, five metrics gated together."""
    return [_row(_each(flips), flips=flips, seed=seed, runs=runs, metrics=METRICS, cases=cases) for flips in FLIPS]


def dropped(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> list[Row]:
    """Simulate a drop of five points."""
    return [
        _row(
            f"{name}, {flips:.0%} flip",
            flips=flips,
            drop=DROP,
            dropping=dropping,
            seed=seed,
            runs=runs,
            metrics=metrics,
            cases=cases,
        )
        for flips in DROP_FLIPS
        for name, metrics, dropping in (
            ("yes/no alone", ONE, None),
            ("graded alone", GRADED, None),
            ("all of five", METRICS, None),
            ("one of five", METRICS, 1),
        )
    ]


def by_size(*, seed: int, runs: int, cases: int = 500) -> list[Outcome]:
    """Simulate drops of several sizes of a yes/no metric, around the margin."""
    return [simulate(Model(cases=cases, flips=0.04, drop=drop), seed=seed, runs=runs, metrics=ONE) for drop in DROPS]


def at_margin(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> list[Row]:
    """Simulate a drop of just the margin, which should neither pass nor fail but in one comparison of twenty."""
    return [
        _row(f"{name}, {flips:.1%} flip", flips=flips, drop=0.02, seed=seed, runs=runs, metrics=metrics, cases=cases)
        for name, metrics in (("yes/no", ONE), ("graded", GRADED))
        for flips in (0.0, 0.005, 0.01, *DROP_FLIPS)
    ]


def in_clusters(*, drop: float, seed: int, runs: int, cases: Sequence[int], blind: bool = False) -> list[Row]:
    """Simulate a yes/no metric of cases that depend on each other."""
    return [
        _row(
            f"clusters of {size}, sharing {sharing:g}",
            flips=0.04,
            drop=drop,
            seed=seed,
            runs=runs,
            metrics=ONE,
            cases=cases,
            like=Model(cases=0, flips=0, cluster=size, sharing=sharing, blind=blind),
        )
        for size, sharing in CLUSTERS
    ]


def reaches(row: Row, share: float, of: Callable[[Outcome], float] = lambda outcome: outcome.failed) -> int | None:
    """Find the number of cases at which this share of comparisons gets a verdict.

    Interpolated linearly between simulated numbers and rounded up to ten; None if it is not reached.

    Args:
        row: outcomes by number of cases.
        share: to be reached.
        of: the share of the verdict; by default of failing.
    """
    before: Outcome | None = None
    for outcome in row.outcomes:
        if of(outcome) >= share:
            if before is None:
                return outcome.model.cases
            part = (share - of(before)) / (of(outcome) - of(before))
            cases = before.model.cases + part * (outcome.model.cases - before.model.cases)
            return math.ceil(round(cases / 10, 6)) * 10
        before = outcome
    return None


def tables(*, seed: int, runs: int, cases: Sequence[int] = CASES) -> Tables:
    """Simulate everything.

    Args:
        seed: of all random numbers.
        runs: pairs of runs for each figure of five metrics; those of one metric have five times as many.
        cases: numbers of cases in the gold set.
    """
    still = unchanged(seed=seed, runs=runs, cases=cases)
    fell = dropped(seed=seed, runs=runs, cases=cases)
    margin = at_margin(seed=seed, runs=runs, cases=cases)
    many = [count for count in cases if count % 10 == 0]
    lines = [
        *_table("Nothing changed, five metrics: fails / inconclusive / passes, %", still, _verdicts),
        *_table("Nothing changed, five metrics: a fixed tolerance fails, %", still, lambda o: f"{o.tolerance:.1%}"),
        *_sizes(by_size(seed=seed, runs=5 * runs)),
        *_table("Dropped by just the margin: passes, %", margin, lambda o: f"{o.passed:.1%}"),
        *_table("Dropped by just the margin: fails, %", margin, lambda o: f"{o.failed:.1%}"),
        *_table("Dropped by 5 points: fails / passes, %", fell, lambda o: f"{o.failed:.1%} / {o.passed:.1%}"),
        *_reached(fell, still),
        *_clusters(seed=seed, runs=runs, cases=many),
        *_loops(seed=seed, runs=runs),
        *_needed(),
    ]
    return Tables(unchanged=tuple(still), dropped=tuple(fell), text="\n".join(lines))


def write(found: Tables, folder: Path) -> None:
    """Write the tables into gate.md in a folder, between their marks, and draw the curves beside it.

    Raises:
        UserError: there is no such page, or it has no marks.
    """
    page = folder / "gate.md"
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    if BEGIN not in text or END not in text:
        raise UserError(f"{page} has no place for the tables", f"put {BEGIN} and {END} into it")
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    page.write_text(pattern.sub(lambda _: f"{BEGIN}\n\n{found.text}\n{END}", text), encoding="utf-8")
    (folder / "gate-false-alarms.svg").write_text(_alarm_curves(found.unchanged), encoding="utf-8")
    (folder / "gate-power.svg").write_text(_power_curves(found.dropped), encoding="utf-8")


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
    like: Model | None = None,
) -> Row:
    like = like or Model(cases=0, flips=0)
    models = [replace(like, cases=count, flips=flips, drop=drop, dropping=dropping) for count in cases]
    often = runs if len(metrics) > 1 else 5 * runs
    return Row(name=name, outcomes=tuple(simulate(model, seed=seed, runs=often, metrics=metrics) for model in models))


def _each(flips: float) -> str:
    return f"{flips:.0%} flip each way"


def _table(title: str, rows: Sequence[Row], say: Callable[[Outcome], str]) -> list[str]:
    cases = [outcome.model.cases for outcome in rows[0].outcomes]
    lines = [f"| {title} | " + " | ".join(f"n={count:,}" for count in cases) + " |", "|---" * (len(cases) + 1) + "|"]
    lines += [f"| {row.name} | " + " | ".join(say(outcome) for outcome in row.outcomes) + " |" for row in rows]
    return [*lines, ""]


def _sizes(outcomes: Sequence[Outcome]) -> list[str]:
    cases = outcomes[0].model.cases
    lines = [f"| true drop, yes/no, n={cases}, 4% flip each way | fails | inconclusive | passes |", "|---|---|---|---|"]
    lines += [
        f"| {_points(one.model.drop)} | {one.failed:.1%} | {one.inconclusive:.1%} | {one.passed:.1%} |"
        for one in outcomes
    ]
    return [*lines, ""]


def _points(drop: float) -> str:
    points = f"{100 * drop:g}"
    return f"{points} point" if points == "1" else f"{points} points"


def _reached(fell: Sequence[Row], still: Sequence[Row]) -> list[str]:
    lines = ["| cases for this share of verdicts | 80% | 90% |", "|---|---|---|"]
    for row in fell:
        shown = [reaches(row, share) or "more" for share in (0.8, 0.9)]
        lines.append(f"| fails: dropped by 5 points, {row.name} | {shown[0]} | {shown[1]} |")
    for row in still:
        found = [reaches(row, share, lambda outcome: outcome.passed) or "more" for share in (0.8, 0.9)]
        lines.append(f"| passes: five metrics, nothing changed, {row.name} | {found[0]} | {found[1]} |")
    return [*lines, ""]


def _clusters(*, seed: int, runs: int, cases: Sequence[int]) -> list[str]:
    found: list[str] = []
    for drop, name in ((0.0, "nothing changed"), (0.02, "dropped by just the margin"), (DROP, "dropped by 5 points")):
        rows = in_clusters(drop=drop, seed=seed, runs=runs // 2, cases=cases)
        found += _table(f"In clusters, {name}: fails / passes, %", rows, lambda o: f"{o.failed:.1%} / {o.passed:.1%}")
    blind = in_clusters(drop=0.02, seed=seed, runs=runs // 2, cases=cases, blind=True)
    title = "In clusters, dropped by just the margin, a gate that takes cases for independent: fails / passes, %"
    return [*found, *_table(title, blind, lambda o: f"{o.failed:.1%} / {o.passed:.1%}")]


def _loops(*, seed: int, runs: int) -> list[str]:
    still, fallen = Wavering(cases=400, flips=0.04), Wavering(cases=400, flips=0.04, drop=0.02)
    tries = (1, 3, 10)
    lines = ["| people and one yes/no metric, n=400, 4% flip each way | fails | passes |", "|---|---|---|"]
    for count, name in ((1, "nothing changed, one baseline"), (3, "nothing changed, the best of three baselines")):
        failed, passed = best_of(count, still, seed=seed, runs=runs)
        lines.append(f"| {name} | {failed:.1%} | {passed:.1%} |")
    one, anyone = many_gates(20, still, seed=seed, runs=runs // 4)
    lines += ["", "| twenty gates against one baseline, nothing changed | fail |", "|---|---|"]
    lines += [f"| of all gates | {one:.1%} |", f"| baselines with any gate that fails | {anyone:.1%} |", ""]
    lines += [
        "| dropped by the margin, run until it passes: passes | " + " | ".join(counted(n, "run") for n in tries) + " |"
    ]
    lines.append("|---" * (len(tries) + 1) + "|")
    for corrected, name in ((False, "alpha as it is"), (True, "alpha of the nth run divided by n²")):
        shares = until_passed(tries, fallen, corrected=corrected, seed=seed, runs=runs)
        lines.append(f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
    return [*lines, ""]


def _needed() -> list[str]:
    effects = (0.01, 0.02, 0.03, 0.05)
    lines = ["| cases needed to tell a drop from no change, one metric | 1 point | 2 points | 3 points | 5 points |"]
    lines.append("|---" * 5 + "|")
    for flips in (0.01, *FLIPS[1:]):
        needed = [cases_needed(flip_deviation(flips, flips), effect=effect) for effect in effects]
        lines.append(f"| {_each(flips)} | " + " | ".join(f"{count:,}" for count in needed) + " |")
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
            name=row.name,
            points=[(o.model.cases, o.failed) for o in row.outcomes],
            second="8%" in row.name,
            dashed="of five" in row.name,
        )
        for row in caught
        if "graded" not in row.name and "all" not in row.name
    ]
    return draw_curves(
        curves,
        title="A planted drop of five points",
        x_name="cases in the gold set (logarithmic)",
        y_name="comparisons that fail, as they should",
        highest=1.0,
        limits=(0.8, 0.9),
    )
