"""Compares two runs, paired by case: measures, slices, changed cases and provenance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.gate.decision import MetricDecision, PairedScores, decide
from eval.gate.policy import Policy
from eval.measures.registry import BY_NAME, METRICS
from eval.runs.provenance import differences
from eval.runs.results import CaseResult, Outcome, Run
from index.counts import counted
from index.errors import UserError


@dataclass(frozen=True, kw_only=True, slots=True)
class SliceDifference:
    """A measure's change over the cases of one tag."""

    tag: str
    metric: str
    decision: MetricDecision


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseChange:
    """A case with another result in the new run."""

    base: CaseResult
    new: CaseResult
    scores: Mapping[str, tuple[float | None, float | None]]
    """Measures whose score changed: before, after."""

    @property
    def worse(self) -> bool:
        """Whether the case fails now, or the most important measure that changed fell."""
        if (self.new.outcome is Outcome.FAILED) is not (self.base.outcome is Outcome.FAILED):
            return self.new.outcome is Outcome.FAILED
        before, after = next(iter(self.scores.values()), (0.0, 0.0))
        return (after or 0.0) < (before or 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The comparison of two runs of the same gold."""

    base: Run
    new: Run
    cases: int
    """Number of cases in both runs."""
    left_out: tuple[str, ...]
    """Ids that only one run has, or whose gold differs; only with `common`."""
    decisions: tuple[MetricDecision, ...]
    """Every measure that both runs have, in the order of `METRICS`; Holm's correction runs over the gated ones."""
    slices: tuple[SliceDifference, ...]
    """The gated measures by tag, uncorrected: exploratory, no part of the verdict."""
    changes: tuple[CaseChange, ...]
    """Changed cases, those that got worse first."""
    differences: tuple[str, ...]
    """Differences of provenance: index, encoder, prompts, settings, packages."""


def compare(base: Run, new: Run, policy: Policy, *, common: bool = False) -> Comparison:
    """Compare two runs of the same gold.

    Args:
        base: the baseline.
        new: the run to judge.
        policy: the gated measures and their minimum effects.
        common: leave out cases that differ between the runs.

    Raises:
        UserError: the runs have different gold and `common` is false, or no case in common.
    """
    before = {result.case.id: result for result in base.results}
    after = {result.case.id: result for result in new.results}
    left_out = _left_out(before, after)
    if left_out and not common:
        cases = f"{counted(len(left_out), 'case')} {'is' if len(left_out) == 1 else 'are'}"
        raise UserError(
            f"the runs are of different gold: {cases} new, gone or changed ({', '.join(left_out[:3])}"
            f"{' …' if len(left_out) > 3 else ''})",
            "compare the others with --common, or run the baseline anew",
        )
    ids = [id_ for id_ in after if id_ not in left_out]
    if not ids:
        raise UserError("the runs have no case in common", "run both on the same gold")
    pairs = [(before[id_], after[id_]) for id_ in ids]
    names = [m.name for m in METRICS if any(a.score(m.name) and b.score(m.name) for a, b in pairs)]
    gated = [name for name in names if name in policy.effects]
    others = [name for name in names if name not in policy.effects]
    decisions = {d.metric: d for d in _decide(gated, pairs, policy)}
    for name in others:  # Decided one by one, so that Holm's correction of the gated measures does not count them.
        decisions |= {d.metric: d for d in _decide([name], pairs, policy)}
    return Comparison(
        base=base,
        new=new,
        cases=len(pairs),
        left_out=left_out,
        decisions=tuple(decisions[name] for name in names if name in decisions),
        slices=tuple(_slices(gated, pairs, policy)),
        changes=tuple(sorted(_changes(pairs), key=lambda change: not change.worse)),
        differences=differences(base.provenance, new.provenance),
    )


def _left_out(before: Mapping[str, CaseResult], after: Mapping[str, CaseResult]) -> tuple[str, ...]:
    ids = dict.fromkeys([*before, *after])
    return tuple(
        id_ for id_ in ids if id_ not in before or id_ not in after or before[id_].case.digest != after[id_].case.digest
    )


def _decide(
    names: Sequence[str], pairs: Sequence[tuple[CaseResult, CaseResult]], policy: Policy
) -> tuple[MetricDecision, ...]:
    scores = [paired for name in names if (paired := _paired(name, pairs, policy))]
    return decide(scores, alpha=policy.alpha, power=policy.power, seed=policy.seed).metrics if scores else ()


def _paired(name: str, pairs: Sequence[tuple[CaseResult, CaseResult]], policy: Policy) -> PairedScores | None:
    """Pair the scores of cases that both runs scored; the gate checks coverage separately."""
    values = [
        (before.value, after.value)
        for base, new in pairs
        if (before := base.score(name)) and (after := new.score(name))
        if before.value is not None and after.value is not None
    ]
    if not values:
        return None
    return PairedScores(
        metric=name,
        base=tuple(before for before, _ in values),
        new=tuple(after for _, after in values),
        binary=BY_NAME[name].binary,
        minimum_effect=policy.effects.get(name, policy.default_effect),
    )


def _slices(
    names: Sequence[str], pairs: Sequence[tuple[CaseResult, CaseResult]], policy: Policy
) -> list[SliceDifference]:
    tags = sorted({tag for _, new in pairs for tag in new.case.tags})
    return [
        SliceDifference(tag=tag, metric=decision.metric, decision=decision)
        for tag in tags
        for name in names
        for decision in _decide([name], [pair for pair in pairs if tag in pair[1].case.tags], policy)
    ]


def _changes(pairs: Sequence[tuple[CaseResult, CaseResult]]) -> list[CaseChange]:
    changes = []
    for base, new in pairs:
        names = [metric.name for metric in METRICS]
        scores = {name: (_value(base, name), _value(new, name)) for name in names}
        differing = {name: pair for name, pair in scores.items() if pair[0] != pair[1]}
        if differing or base.outcome is not new.outcome or base.text != new.text:
            changes.append(CaseChange(base=base, new=new, scores=differing))
    return changes


def _value(result: CaseResult, name: str) -> float | None:
    score = result.score(name)
    return score.value if score else None
