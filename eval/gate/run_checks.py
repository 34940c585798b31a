"""Checks of a run by itself, whatever the baseline has: floors, coverage, model, must hold, receipts, budgets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.gate.decision import Verdict
from eval.gate.policy import Policy
from eval.runs.results import CaseResult, Outcome, Run
from eval.runs.summary import summarise
from index.counts import counted

SHOWN = 5
"""Most ids that a check names."""
TOLD = ("correct", "judged_correct")
"""Measures that tell a right answer from any answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check of the gate."""

    name: str
    verdict: Verdict
    detail: str
    """Its result in words, with figures."""


def run_checks(run: Run, policy: Policy) -> list[Check]:
    """Make all checks of a run by itself."""
    return [
        *_floors(run, policy),
        *_coverage(run, policy),
        *_model(run),
        *_must_hold(run.results, policy),
        _receipts(run.results),
        *_budgets(run, policy),
    ]


def is_right(result: CaseResult) -> bool:
    """Whether a case is right by its facts, or without facts by the judge, or else by the decision to answer."""
    score = result.score("correct") or result.score("judged_correct") or result.score("decision")
    return score is not None and score.value == 1.0


def _floors(run: Run, policy: Policy) -> list[Check]:
    means = {line.name: line.mean for line in summarise(run.results)}
    checks = []
    for name, least in policy.floors.items():
        mean = means.get(name)
        if mean is not None:
            verdict = Verdict.PASS if mean >= least else Verdict.FAIL
            checks.append(Check(name=f"floor of {name}", verdict=verdict, detail=f"{mean:.4f}, at least {least:g}"))
    return checks


def listed(ids: Sequence[str]) -> str:
    """Name the first `SHOWN` ids."""
    return f"{', '.join(ids[:SHOWN])}{' …' if len(ids) > SHOWN else ''}"


def _coverage(run: Run, policy: Policy) -> list[Check]:
    """Check that enough cases of each measure were scored; a mean would hide the rest.

    Measures that lack the same cases share a check.
    """
    short: dict[tuple[int, int, int, tuple[str, ...]], list[str]] = {}
    for line in summarise(run.results):
        if line.coverage < policy.min_coverage:
            lacking = tuple(r.case.id for r in run.results if any(s.name == line.name for s in r.unscored))
            short.setdefault((line.scored, line.unscored, line.failed, lacking), []).append(line.name)
    checks = []
    for (scored, unscored, failed, lacking), names in short.items():
        of = scored + unscored + failed
        detail = (
            f"{scored} of {counted(of, 'case')} scored ({scored / of:.1%}, at least {policy.min_coverage:.1%} are "
            f"needed), {unscored} unscored, {failed} failed"
        )
        if lacking:
            reason = next(s.reason for r in run.results for s in r.unscored if s.name == names[0])
            detail += f": {listed(lacking)}; the first: {reason}"
        name = f"coverage of {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        checks.append(Check(name=name, verdict=Verdict.FAIL, detail=detail))
    return checks or [
        Check(name="coverage", verdict=Verdict.PASS, detail="every measure was scored in enough of its cases")
    ]


def _model(run: Run) -> list[Check]:
    """Check that the model which the run is of wrote an answer at all, whatever the baseline's degraded share."""
    degraded = [result.degraded for result in run.results if result.degraded]
    written = [result for result in run.results if result.outcome is Outcome.ANSWERED and not result.degraded]
    if run.provenance.model is None or written or not degraded:
        return []
    detail = f"{run.provenance.model} wrote none of the {counted(len(degraded), 'answer')}; the first: {degraded[0]}"
    return [Check(name="model", verdict=Verdict.FAIL, detail=detail)]


def _must_hold(results: Sequence[CaseResult], policy: Policy) -> list[Check]:
    """Check the cases that the policy requires to be right, whatever the baseline's results."""
    bound = [result for result in results if {*policy.must_hold} & {*result.case.tags}]
    if not bound:
        return []
    vague = [one.case.id for one in bound if one.case.answerable and not (one.case.facts or any(map(one.score, TOLD)))]
    wrong = [one.case.id for one in bound if one.case.id not in vague and not is_right(one)]
    detail = f"{counted(len(bound), 'case')} tagged {' or '.join(policy.must_hold)}, {len(wrong)} not right"
    if wrong:
        detail += f": {listed(wrong)}"
    if vague:
        detail += f"; any answer would do for {listed(vague)}: give facts, or a reference and a judge"
    return [Check(name="must hold", verdict=Verdict.FAIL if wrong or vague else Verdict.PASS, detail=detail)]


def _receipts(results: Sequence[CaseResult]) -> Check:
    broken = sum(result.broken_receipts for result in results)
    detail = f"{counted(sum(len(r.citations) for r in results), 'receipt')} checked, {broken} do not hold"
    return Check(name="receipts", verdict=Verdict.FAIL if broken else Verdict.PASS, detail=detail)


def _budgets(run: Run, policy: Policy) -> list[Check]:
    measured = spent(run)
    checks = []
    for name, limit in policy.budgets.items():
        value = measured[name]
        over = value is None or value > limit
        shown = "not measured: no model was used, or it has no prices" if value is None else f"{value:.4g}"
        checks.append(
            Check(
                name=name, verdict=Verdict.FAIL if over else Verdict.PASS, detail=f"{shown}, at most {limit:g} allowed"
            )
        )
    return checks


def spent(run: Run) -> dict[str, float | None]:
    """Measure time, tokens and cost of a run by the names of budgets; None if not known."""
    seconds = [result.seconds for result in run.results]
    usages = [result.usage for result in run.results if result.usage]
    costs = [usage.cost for usage in usages if usage.calls]
    known = [cost for cost in costs if cost is not None]
    cost = sum(known) if known and len(known) == len(costs) else None  # A partial cost would be too low.
    tokens = sum(usage.prompt_tokens + usage.completion_tokens for usage in usages)
    return {
        "median_seconds": float(np.median(seconds)),
        "p95_seconds": float(np.quantile(seconds, 0.95)),
        "run_seconds": run.seconds,
        "tokens_per_case": tokens / len(run.results) if usages else None,
        "cost_per_case": None if cost is None else cost / len(run.results),
        "cost": cost,
    }
