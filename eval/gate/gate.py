"""Decides whether a run passes the gate against a baseline, with the reasons."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from eval.gate.compare import Comparison
from eval.gate.decision import EXIT_CODES, MetricDecision, Verdict, overall
from eval.gate.policy import Policy
from eval.measures.registry import metric_of
from eval.runs.results import CaseResult, Outcome, Run
from eval.runs.summary import Counts, count_cases, summarise
from index.counts import counted

SHOWN = 5
"""Most ids that a check names."""
TOLD = ("correct", "judged_correct")
"""Measures that tell a right answer from any answer."""
NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check of the gate."""

    name: str
    verdict: Verdict
    detail: str
    """Its result in words, with figures."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GateResult:
    """The gate's verdict, and the checks behind it."""

    verdict: Verdict
    """The worst verdict of the checks."""
    checks: tuple[Check, ...]
    """Failed ones first."""
    comparison: Comparison
    deterministic: bool = False
    """Whether every case that turned wrong counts, since answers have no noise."""

    @property
    def exit_code(self) -> int:
        """0 passed, 100 failed, 101 inconclusive."""
        return EXIT_CODES[self.verdict]


def decide_gate(comparison: Comparison, policy: Policy, *, accepted: Mapping[str, str] = NONE) -> GateResult:
    """Decide whether the new run of a comparison passes a policy.

    Args:
        comparison: of two runs.
        policy: the conditions.
        accepted: reasons of the cases that may be wrong, by id.
    """
    new = comparison.new
    deterministic = _is_deterministic(comparison, policy)
    checks = [
        *([_turned(comparison, accepted)] if deterministic else []),
        *_measures(comparison, policy, accepted if deterministic else None),
        *_floors(new, policy),
        *_coverage(new, policy),
        *_accounts(comparison, policy),
        *_model(new),
        *_attempts(comparison, policy, deterministic=deterministic),
        *_must_hold(new.results, policy),
        _receipts(new.results),
        *_budgets(new, policy),
    ]
    order = [Verdict.FAIL, Verdict.INCONCLUSIVE, Verdict.PASS]
    checks.sort(key=lambda check: order.index(check.verdict))
    return GateResult(
        verdict=overall(check.verdict for check in checks),
        checks=tuple(checks),
        comparison=comparison,
        deterministic=deterministic,
    )


def _is_deterministic(comparison: Comparison, policy: Policy) -> bool:
    """Whether answers have no noise: as the policy says, as both runs found, or since no case differs at all."""
    if policy.mode != "auto":
        return policy.mode == "deterministic"
    both = comparison.base.deterministic and comparison.new.deterministic
    return bool(both) or not comparison.changes


def _turned(comparison: Comparison, accepted: Mapping[str, str]) -> Check:
    """Check that each case that was right in the baseline is so still, or was accepted by name."""
    turned = [new.case.id for base, new in comparison.pairs if is_right(base) and not is_right(new)]
    left = [id_ for id_ in turned if id_ not in accepted]
    detail = f"{len(turned)} of {counted(comparison.cases, 'case')}"
    if len(left) < len(turned):
        detail += f", {len(turned) - len(left)} accepted"
    if left:
        detail += f": {_listed(left)}; mend them, or say why not: assistant eval accept {left[0]} --why …"
    verdict = Verdict.FAIL if left else Verdict.PASS
    return Check(name="cases turned wrong", verdict=verdict, detail=detail)


def is_right(result: CaseResult) -> bool:
    """Whether a case is right by its facts, or without facts by the judge, or else by the decision to answer."""
    score = result.score("correct") or result.score("judged_correct") or result.score("decision")
    return score is not None and score.value == 1.0


def _measures(comparison: Comparison, policy: Policy, accepted: Mapping[str, str] | None) -> list[Check]:
    """Check the gated measures and tags.

    Args:
        comparison: of the runs.
        policy: has the margins.
        accepted: reasons of accepted cases, where answers have no noise; None where they have.
    """
    decisions = {decision.metric: decision for decision in comparison.decisions}
    held = {line.name for run in (comparison.base, comparison.new) for line in summarise(run.results)}
    checks = []
    for name in policy.effects:
        if name in decisions:
            checks.append(_measure(name, decisions[name], comparison.differences_of(name), accepted))
        elif name in held and comparison.other_judge and metric_of(name).group == "judge":
            detail = "the judge is another than the baseline's, so nothing can be compared; run both with the same one"
            checks.append(Check(name=name, verdict=Verdict.FAIL, detail=detail))
        elif name in held:
            detail = "not scored in any case that both runs have; compare runs with the same judge on the same gold"
            checks.append(Check(name=name, verdict=Verdict.FAIL, detail=detail))
        else:
            checks.append(Check(name=name, verdict=Verdict.PASS, detail="decides nothing: no case of this gold has it"))
    of_tags = {decision.metric: decision for decision in comparison.tags}
    for tag in policy.tags:
        name = f"correct of {tag}"
        if name in of_tags:
            checks.append(_measure(name, of_tags[name], comparison.differences_of("correct", tag=tag), accepted))
        else:
            detail = f"no case that both runs have is tagged {tag}; correct [tags] in the policy"
            checks.append(Check(name=name, verdict=Verdict.FAIL, detail=detail))
    return checks


def _measure(
    name: str, decision: MetricDecision, differences: Mapping[str, float], accepted: Mapping[str, str] | None
) -> Check:
    means = f"{decision.base:.4f} → {decision.new:.4f} ({decision.difference:+.4f}): "
    if accepted is None:
        return Check(name=name, verdict=decision.verdict, detail=means + decision.reason)
    left = [difference for id_, difference in differences.items() if id_ not in accepted]
    drop = -math.fsum(left) / max(1, len(left))
    margin = f"{decision.minimum_effect:g}"
    if drop >= decision.minimum_effect - 1e-9:
        worse = [id_ for id_ in sorted(differences, key=lambda id_: differences[id_]) if differences[id_] < 0]
        named = _listed([id_ for id_ in worse if id_ not in accepted])
        detail = f"a drop of {drop:.3g}, at least {margin}, without noise; most in {named}"
        return Check(name=name, verdict=Verdict.FAIL, detail=means + detail)
    if not (decision.worse or decision.better):
        return Check(name=name, verdict=Verdict.PASS, detail=means + "no case changed")
    spared = " without the accepted cases" if len(left) < len(differences) else ""
    population = "" if decision.verdict is Verdict.PASS else "; of other questions like these: " + decision.reason
    return Check(
        name=name, verdict=Verdict.PASS, detail=f"{means}a drop below {margin}{spared}, without noise{population}"
    )


def _floors(run: Run, policy: Policy) -> list[Check]:
    means = {line.name: line.mean for line in summarise(run.results)}
    checks = []
    for name, least in policy.floors.items():
        mean = means.get(name)
        if mean is not None:
            verdict = Verdict.PASS if mean >= least else Verdict.FAIL
            checks.append(Check(name=f"floor of {name}", verdict=verdict, detail=f"{mean:.4f}, at least {least:g}"))
    return checks


def _listed(ids: Sequence[str]) -> str:
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
            detail += f": {_listed(lacking)}; the first: {reason}"
        name = f"coverage of {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
        checks.append(Check(name=name, verdict=Verdict.FAIL, detail=detail))
    return checks or [
        Check(name="coverage", verdict=Verdict.PASS, detail="every measure was scored in enough of its cases")
    ]


def _accounts(comparison: Comparison, policy: Policy) -> list[Check]:
    """Check that no larger share of cases failed, was degraded or lacks scores than in the baseline."""
    results = comparison.new.results
    shared = {result.case.id for result in results}
    new = count_cases(results)
    base = count_cases([result for result in comparison.base.results if result.case.id in shared])
    return [
        _account("failed cases", "failed", new, base, policy, first=_first(results, lambda one: one.error)),
        _account("degraded answers", "degraded", new, base, policy, first=_first(results, lambda one: one.degraded)),
        _account("unscored cases", "unscored", new, base, policy, first=_first(results, _why_unscored)),
    ]


def _account(name: str, kind: str, new: Counts, base: Counts, policy: Policy, *, first: str) -> Check:
    count: int = getattr(new, kind)
    allowed = policy.more.get(kind, 0.0)
    over = new.share(kind) > base.share(kind) + allowed + 1e-9
    detail = (
        f"{count} of {counted(new.cases, 'case')}, {base.share(kind):.1%} in the baseline and {new.share(kind):.1%} now"
    )
    if kind == "failed" and count > policy.max_failed:
        over = True
        detail += f"; at most {policy.max_failed} may fail"
    elif over:
        detail += f"; at most {allowed:.1%} more may be"
    return Check(name=name, verdict=Verdict.FAIL if over else Verdict.PASS, detail=detail + first)


def _first(results: Sequence[CaseResult], told: Callable[[CaseResult], str | None]) -> str:
    """Name the first case of which something is told, and what it is."""
    return next((f"; the first: {result.case.id}: {why}" for result in results if (why := told(result))), "")


def _why_unscored(result: CaseResult) -> str | None:
    unscored = result.unscored if result.outcome is not Outcome.FAILED else ()
    return f"{unscored[0].name}: {unscored[0].reason}" if unscored else None


def _model(run: Run) -> list[Check]:
    """Check that the model which the run is of wrote an answer at all, whatever the baseline's degraded share."""
    degraded = [result.degraded for result in run.results if result.degraded]
    written = [result for result in run.results if result.outcome is Outcome.ANSWERED and not result.degraded]
    if run.provenance.model is None or written or not degraded:
        return []
    detail = f"{run.provenance.model} wrote none of the {counted(len(degraded), 'answer')}; the first: {degraded[0]}"
    return [Check(name="model", verdict=Verdict.FAIL, detail=detail)]


def _attempts(comparison: Comparison, policy: Policy, *, deterministic: bool) -> list[Check]:
    """Tell that a run or its baseline is one of several of the same state, of which the best may have been kept."""
    new, base = comparison.new.attempt, comparison.base.attempt
    if deterministic or max(new, base) == 1:
        return []
    told = []
    if new > 1:
        alpha = policy.for_attempt(new).alpha
        told.append(f"this is run {new} of the same state, so alpha is {alpha:.2g} in place of {policy.alpha:g}")
    if base > 1:
        told.append(f"the baseline is run {base} of its state; if it is the best of them, it promises too much")
    return [Check(name="attempts", verdict=Verdict.PASS, detail="; ".join(told))]


def _must_hold(results: Sequence[CaseResult], policy: Policy) -> list[Check]:
    """Check the cases that the policy requires to be right, whatever the baseline's results."""
    bound = [result for result in results if {*policy.must_hold} & {*result.case.tags}]
    if not bound:
        return []
    vague = [one.case.id for one in bound if one.case.answerable and not (one.case.facts or any(map(one.score, TOLD)))]
    wrong = [one.case.id for one in bound if one.case.id not in vague and not is_right(one)]
    detail = f"{counted(len(bound), 'case')} tagged {' or '.join(policy.must_hold)}, {len(wrong)} not right"
    if wrong:
        detail += f": {_listed(wrong)}"
    if vague:
        detail += f"; any answer would do for {_listed(vague)}: give facts, or a reference and a judge"
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
