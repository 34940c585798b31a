"""Decides whether a run passes the gate against a baseline, with the reasons."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from eval.gate.compare import Comparison
from eval.gate.decision import EXIT_CODES, MetricDecision, Verdict, overall
from eval.gate.policy import Policy
from eval.gate.run_checks import Check, is_right, listed, run_checks
from eval.measures.registry import metric_of
from eval.runs.results import CaseResult, Outcome
from eval.runs.summary import Counts, count_cases, summarise
from index.counts import counted

NONE: Mapping[str, str] = MappingProxyType({})


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
        *run_checks(new, policy),
        *_accounts(comparison, policy),
        *_attempts(comparison, policy, deterministic=deterministic),
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
        detail += f": {listed(left)}; mend them, or say why not: assistant eval accept {left[0]} --baseline … --why …"
    verdict = Verdict.FAIL if left else Verdict.PASS
    return Check(name="cases turned wrong", verdict=verdict, detail=detail)


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
        named = listed([id_ for id_ in worse if id_ not in accepted])
        detail = f"a drop of {drop:.3g}, at least {margin}, without noise; most in {named}"
        return Check(name=name, verdict=Verdict.FAIL, detail=means + detail)
    if not (decision.worse or decision.better):
        return Check(name=name, verdict=Verdict.PASS, detail=means + "no case changed")
    spared = " without the accepted cases" if len(left) < len(differences) else ""
    population = "" if decision.verdict is Verdict.PASS else "; of other questions like these: " + decision.reason
    return Check(
        name=name, verdict=Verdict.PASS, detail=f"{means}a drop below {margin}{spared}, without noise{population}"
    )


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
