"""Compares several runs with the first of them, corrected for looking at many."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.gate.compare import Comparison, compare
from eval.gate.decision import MetricDecision, Verdict, verdict_of
from eval.gate.policy import Policy
from eval.measures.paired import holm
from eval.runs.results import Run
from index.errors import UserError


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A measure of a run, against the first run."""

    decision: MetricDecision
    adjusted_p: float
    """One-sided p value of a drop beyond the margin, after Holm's correction over all runs and measures."""
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A run beside the others."""

    name: str
    run: Run
    comparison: Comparison | None
    """With the first run; None for that."""
    cells: dict[str, Cell]
    """The gated measures by name; empty for the first run."""


def matrix(runs: Sequence[tuple[str, Run]], policy: Policy, *, common: bool = False) -> tuple[Column, ...]:
    """Compare each run with the first.

    Args:
        runs: names and runs of the same gold, at least two.
        policy: the gated measures and their margins.
        common: leave out cases that differ between runs.

    Raises:
        UserError: there are fewer than two runs, two of one name, or runs of different gold.
    """
    names = [name for name, _ in runs]
    if len(runs) < 2 or len(set(names)) < len(names):
        raise UserError(f"a matrix needs runs of different names, got {', '.join(names) or 'none'}", "name two or more")
    (first, base), *others = runs
    compared = [(name, run, compare(base, run, policy, common=common)) for name, run in others]
    gated = [[one for one in found.decisions if one.metric in policy.effects] for _, _, found in compared]
    adjusted = iter(holm([one.p for decisions in gated for one in decisions]))
    columns = [Column(name=first, run=base, comparison=None, cells={})]
    for (name, run, found), decisions in zip(compared, gated, strict=True):
        steady = bool(base.deterministic and run.deterministic)
        cells = {one.metric: _cell(one, next(adjusted), policy.alpha, steady=steady) for one in decisions}
        columns.append(Column(name=name, run=run, comparison=found, cells=cells))
    return tuple(columns)


def _cell(decision: MetricDecision, adjusted: float, alpha: float, *, steady: bool) -> Cell:
    """Decide on a measure; where answers have no noise, by the difference itself."""
    margin = decision.minimum_effect
    verdict = verdict_of(low=decision.interval.low, adjusted_p=adjusted, minimum_effect=margin, alpha=alpha)
    if steady:
        verdict = Verdict.FAIL if decision.difference <= -margin + 1e-9 else Verdict.PASS
    return Cell(decision=decision, adjusted_p=adjusted, verdict=verdict)
