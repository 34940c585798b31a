"""Compares two runs, paired by case: measures, slices, changed cases and provenance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.cases.case import clusters_of
from eval.gate.decision import MetricDecision, PairedScores, decide
from eval.gate.policy import Policy
from eval.measures.registry import in_order, metric_of
from eval.runs.provenance import differences
from eval.runs.results import CaseResult, Outcome, Run
from index.counts import counted
from index.errors import UserError

Pairs = Sequence[tuple[CaseResult, CaseResult]]
"""Cases in both runs: before, after."""


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
    pairs: tuple[tuple[CaseResult, CaseResult], ...]
    """Each case in both runs: before, after."""
    left_out: tuple[str, ...]
    """Ids that only one run has, or whose gold differs; only with `common`."""
    decisions: tuple[MetricDecision, ...]
    """Every measure that both runs have, in the order of `METRICS`; Holm's correction runs over the gated ones."""
    tags: tuple[MetricDecision, ...]
    """`correct` over the cases of each gated tag, as "correct of figure"."""
    slices: tuple[SliceDifference, ...]
    """The gated measures by tag, uncorrected: exploratory, no part of the verdict."""
    changes: tuple[CaseChange, ...]
    """Changed cases, those that got worse first."""
    differences: tuple[str, ...]
    """Differences of provenance: index, encoder, prompts, settings, packages."""

    @property
    def cases(self) -> int:
        """Number of cases in both runs."""
        return len(self.pairs)

    def differences_of(self, name: str, *, tag: str | None = None) -> dict[str, float]:
        """Differences of a measure, new minus base, by case id; of a tag's cases, or of all that both runs scored."""
        found = {}
        for base, new in self.pairs:
            before, after = _value(base, name), _value(new, name)
            if before is not None and after is not None and (tag is None or tag in new.case.tags):
                found[new.case.id] = after - before
        return found

    @property
    def other_judge(self) -> bool:
        """Whether the runs have different judges, so that judged measures are not compared."""
        before, after = self.base.provenance.judge, self.new.provenance.judge
        return before is not None and after is not None and before != after


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
    pairs = tuple((before[id_], after[id_]) for id_ in ids)
    clusters = clusters_of([new_.case for _, new_ in pairs])
    same_judge = base.provenance.judge == new.provenance.judge
    named = in_order(score.name for _, result in pairs for score in result.scores)
    names = [
        name
        for name in named
        if (same_judge or metric_of(name).group != "judge") and any(a.score(name) and b.score(name) for a, b in pairs)
    ]
    policy = policy.for_attempt(new.attempt)
    gated = [paired for name in names if name in policy.effects if (paired := _paired(name, pairs, policy, clusters))]
    of_tags = [paired for tag in policy.tags if (paired := _of_tag(tag, pairs, policy, clusters))]
    decided = _decide([*gated, *of_tags], policy)
    decisions = {d.metric: d for d in decided[: len(gated)]}
    for name in names:  # Decided one by one, so that Holm's correction of the gated measures does not count them.
        if name not in policy.effects and (paired := _paired(name, pairs, policy, clusters)):
            decisions[name] = _decide([paired], policy)[0]
    return Comparison(
        base=base,
        new=new,
        pairs=pairs,
        left_out=left_out,
        decisions=tuple(decisions[name] for name in names if name in decisions),
        tags=decided[len(gated) :],
        slices=tuple(_slices([one.metric for one in gated], pairs, policy, clusters)),
        changes=tuple(sorted(_changes(pairs), key=lambda change: not change.worse)),
        differences=differences(base.provenance, new.provenance),
    )


def _left_out(before: Mapping[str, CaseResult], after: Mapping[str, CaseResult]) -> tuple[str, ...]:
    ids = dict.fromkeys([*before, *after])
    return tuple(
        id_ for id_ in ids if id_ not in before or id_ not in after or before[id_].case.digest != after[id_].case.digest
    )


def _decide(scores: Sequence[PairedScores], policy: Policy) -> tuple[MetricDecision, ...]:
    return decide(scores, alpha=policy.alpha, power=policy.power, seed=policy.seed).metrics if scores else ()


def _paired(name: str, pairs: Pairs, policy: Policy, clusters: Mapping[str, str]) -> PairedScores | None:
    """Pair the scores of cases that both runs scored; the gate checks coverage separately."""
    values = [
        (before.value, after.value, clusters[new.case.id])
        for base, new in pairs
        if (before := base.score(name)) and (after := new.score(name))
        if before.value is not None and after.value is not None
    ]
    if not values:
        return None
    base_scores, new_scores, of = zip(*values, strict=True)
    return PairedScores(
        metric=name,
        base=base_scores,
        new=new_scores,
        binary=metric_of(name).binary and {*base_scores, *new_scores} <= {0.0, 1.0},  # Not so as means over epochs.
        minimum_effect=policy.effects.get(name, policy.default_effect),
        clusters=of,
    )


def _of_tag(tag: str, pairs: Pairs, policy: Policy, clusters: Mapping[str, str]) -> PairedScores | None:
    paired = _paired("correct", [pair for pair in pairs if tag in pair[1].case.tags], policy, clusters)
    return replace(paired, metric=f"correct of {tag}", minimum_effect=policy.tags[tag]) if paired else None


def _slices(
    names: Sequence[str], pairs: Pairs, policy: Policy, clusters: Mapping[str, str]
) -> Iterator[SliceDifference]:
    for tag in sorted({tag for _, new in pairs for tag in new.case.tags}):
        within = [pair for pair in pairs if tag in pair[1].case.tags]
        for name in names:
            if paired := _paired(name, within, policy, clusters):
                yield SliceDifference(tag=tag, metric=name, decision=_decide([paired], policy)[0])


def _changes(pairs: Pairs) -> list[CaseChange]:
    changes = []
    for base, new in pairs:
        names = in_order(score.name for result in (base, new) for score in result.scores)
        scores = {name: (_value(base, name), _value(new, name)) for name in names}
        differing = {name: pair for name, pair in scores.items() if pair[0] != pair[1]}
        if differing or base.outcome is not new.outcome or base.text != new.text:
            changes.append(CaseChange(base=base, new=new, scores=differing))
    return changes


def _value(result: CaseResult, name: str) -> float | None:
    score = result.score(name)
    return score.value if score else None
