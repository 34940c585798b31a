"""The gate's verdict on metrics: pass, fail, or inconclusive with the number of cases needed.

`docs/gate.md` has the reasons, and `assistant eval simulate` measures how often each verdict is given.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eval.measures.margins import CAUTION, cautious, guarded_low, smoothed
from eval.measures.paired import holm, mcnemar_exact, paired_permutation
from eval.measures.planning import ALPHA, POWER, cases_needed, fewest_changes
from eval.measures.statistics import (
    Interval,
    bca_ends,
    bca_p_below,
    bonett_price_interval,
    bonett_price_p_below,
    bootstrap_means,
    finite,
    quantile,
)
from index.counts import counted

MINIMUM_EFFECT = 0.02
"""Two percentage points, the margin of the test: a smaller drop does not matter."""

MOST_CASES = 100_000
"""Limit on the cases needed; a difference that needs more is too near the minimum effect to settle."""

_ROUNDING = 1e-9


class Verdict(StrEnum):
    """The gate's verdict."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


EXIT_CODES: Mapping[Verdict, int] = {Verdict.PASS: 0, Verdict.FAIL: 100, Verdict.INCONCLUSIVE: 101}


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedScores:
    """One metric's scores of the same cases in both runs, in the same order; higher is better."""

    metric: str
    base: tuple[float, ...]
    new: tuple[float, ...]
    binary: bool
    """Whether every score is 0 or 1."""
    minimum_effect: float = MINIMUM_EFFECT
    """The smallest drop that matters, in the metric's unit."""
    span: float = 1.0
    """The largest difference that a case can have; 1 for scores between 0 and 1."""
    clusters: tuple[str, ...] = ()
    """The cluster of each case, within which cases depend on each other; empty if each is on its own."""

    def __post_init__(self) -> None:
        """Raise ValueError if the scores are not pairs of numbers, or the limits not above 0."""
        if len(self.base) != len(self.new) or not self.base:
            raise ValueError(f"{self.metric}: needs pairs of scores, got {len(self.base)} and {len(self.new)}")
        if self.clusters and len(self.clusters) != len(self.base):
            raise ValueError(f"{self.metric}: needs a cluster for each case, got {len(self.clusters)}")
        finite([*self.base, *self.new])
        if self.binary and not {*self.base, *self.new} <= {0.0, 1.0}:
            raise ValueError(f"{self.metric}: a yes/no score is 0 or 1, got {sorted({*self.base, *self.new})}")
        if self.minimum_effect <= 0 or self.span <= 0:
            raise ValueError(
                f"{self.metric}: minimum effect and span are above 0, got {self.minimum_effect} and {self.span}"
            )

    def differences(self) -> NDArray[np.float64]:
        """New minus base, shape (cases,); rounding errors count as 0."""
        difference = np.asarray(self.new, dtype=np.float64) - np.asarray(self.base, dtype=np.float64)
        return np.where(np.abs(difference) <= _ROUNDING * self.span, 0.0, difference)

    def clustered(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums of the differences and numbers of cases by cluster, both of shape (clusters,)."""
        differences = self.differences()
        if not self.clusters:
            return differences, np.ones(len(differences))
        _, place = np.unique(np.array(self.clusters), return_inverse=True)
        sums = np.zeros(int(place.max()) + 1)
        np.add.at(sums, place, differences)
        return sums, np.bincount(place).astype(np.float64)


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricDecision:
    """The estimated change of one metric, and the verdict on it."""

    metric: str
    cases: int
    base: float
    new: float
    """Means over the cases."""
    difference: float
    """New minus base; a drop is negative."""
    interval: Interval
    """Interval of the difference at level 1 - 2 alpha `CAUTION`; each end bounds it at 1 - alpha or better."""
    p: float
    """One-sided p value of a drop by more than the minimum effect."""
    adjusted_p: float
    """The p value after Holm's correction over all metrics decided together."""
    worse: int
    better: int
    same: int
    clusters: int
    """Clusters of cases; as many as cases if each is on its own."""
    minimum_effect: float
    verdict: Verdict
    cases_needed: int | None
    """Estimated cases to settle an inconclusive verdict; None if no number is likely to."""

    @property
    def reason(self) -> str:
        """The reason for the verdict, in one line."""
        effect = f"{self.minimum_effect:g}"
        of = "" if self.clusters == self.cases else f", in {counted(self.clusters, 'cluster')}"
        if self.verdict is Verdict.FAIL:
            return f"a drop of more than {effect} is shown (p {self.adjusted_p:.2g}){of}"
        if self.verdict is Verdict.PASS:
            unchanged = "" if self.worse or self.better else "no case changed: "
            return f"{unchanged}a drop of {effect} is excluded{of}"
        if self.cases_needed is None:
            return f"the difference lies too near -{effect} for more cases to settle it{of}"
        needed = counted(self.cases_needed, "case")
        return f"a drop of {effect} is neither shown nor excluded; needs about {needed}{of}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The verdict on all metrics together."""

    verdict: Verdict
    metrics: tuple[MetricDecision, ...]
    alpha: float
    seed: int

    @property
    def cases_needed(self) -> int | None:
        """Cases needed to settle all inconclusive metrics; None if there are none, or no number is likely to."""
        needed = [metric.cases_needed for metric in self.metrics if metric.verdict is Verdict.INCONCLUSIVE]
        known = [number for number in needed if number is not None]
        return max(known) if known and len(known) == len(needed) else None


def decide(pairs: Sequence[PairedScores], *, seed: int, alpha: float = ALPHA, power: float = POWER) -> Decision:
    """Decide on all metrics; deterministic for equal scores and seed, in any order of the cases.

    Fails if a metric fails; inconclusive if none fails and one is inconclusive; else passes.

    Args:
        pairs: one for each gated metric.
        seed: of the permutations and the bootstrap.
        alpha: chance of failing when nothing changed, over all metrics; also of passing a metric that
            dropped by the minimum effect.
        power: used to estimate the cases needed.

    Raises:
        ValueError: there is no metric, or one is given twice.
    """
    names = [pair.metric for pair in pairs]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"needs metrics, each once, got {names}")
    p_values = [_p_of_drop(pair, seed) for pair in pairs]
    decided = tuple(
        _decide_metric(pair, p=p, adjusted_p=adjusted, seed=seed, alpha=alpha, power=power, metrics=len(pairs))
        for pair, p, adjusted in zip(pairs, p_values, holm(p_values), strict=True)
    )
    return Decision(verdict=overall(metric.verdict for metric in decided), metrics=decided, alpha=alpha, seed=seed)


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """Combine verdicts: failed before inconclusive before passed."""
    found = set(verdicts)
    return next((one for one in (Verdict.FAIL, Verdict.INCONCLUSIVE) if one in found), Verdict.PASS)


def verdict_of(*, low: float, adjusted_p: float, minimum_effect: float, alpha: float) -> Verdict:
    """Decide on one metric, the minimum effect being the margin of both tests.

    Passes if it is shown not to be inferior: `low`, the one-sided lower bound of the difference at `alpha`, lies
    above minus the margin. Fails if a drop beyond the margin is shown (`adjusted_p` at most `alpha`).
    """
    if adjusted_p <= alpha:
        return Verdict.FAIL
    return Verdict.PASS if low > -minimum_effect else Verdict.INCONCLUSIVE


def _p_of_drop(pair: PairedScores, seed: int) -> float:
    """One-sided p value of a drop beyond the margin.

    The larger of two: against no drop at all, by the exact test, which is sure in small sets; and against a drop of
    at most the margin.
    """
    sums, sizes = pair.clustered()
    worse, better = int((sums < 0).sum()), int((sums > 0).sum())
    if pair.binary and sizes.max() == 1:
        exact = mcnemar_exact(worse, better, side="drop")
        return cautious(exact, bonett_price_p_below(worse, better, len(sums), limit=-pair.minimum_effect))
    exact = paired_permutation(sums.tolist(), seed=seed, side="drop")
    values, counts, means = _bootstrapped(pair, seed)
    beyond = bca_p_below(values[:, None], means[:, None], -pair.minimum_effect, sizes=counts)
    return cautious(exact, float(beyond[0]))


def _bootstrapped(
    pair: PairedScores, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    sums, sizes = smoothed(*pair.clustered(), pair.span)
    return bootstrap_means(sums.tolist(), seed=seed, sizes=sizes.tolist())


def _interval(pair: PairedScores, *, seed: int, alpha: float) -> Interval:
    level = 1 - 2 * alpha * CAUTION
    sums, sizes = pair.clustered()
    worse, better = int((sums < 0).sum()), int((sums > 0).sum())
    if pair.binary and sizes.max() == 1:
        found = bonett_price_interval(worse, better, len(sums), level=level)
        low, high = found.low, found.high
    else:
        values, counts, means = _bootstrapped(pair, seed)
        lows, highs = bca_ends(values[:, None], means[:, None], level=level, sizes=counts)
        low, high = float(lows[0]), float(highs[0])
    low = guarded_low(
        low,
        worse=worse,
        better=better,
        clusters=len(sums),
        drop=float(sums[sums < 0].sum()),
        size=float(sizes.mean()) * pair.span,
        alpha=alpha,
    )
    return Interval(low=low, high=high, level=level)


def _decide_metric(
    pair: PairedScores, *, p: float, adjusted_p: float, seed: int, alpha: float, power: float, metrics: int
) -> MetricDecision:
    differences = pair.differences()
    count, worse, better = len(differences), int((differences < 0).sum()), int((differences > 0).sum())
    interval = _interval(pair, seed=seed, alpha=alpha)
    verdict = verdict_of(low=interval.low, adjusted_p=adjusted_p, minimum_effect=pair.minimum_effect, alpha=alpha)
    needed = _needed(pair, alpha=alpha, power=power, metrics=metrics) if verdict is Verdict.INCONCLUSIVE else None
    return MetricDecision(
        metric=pair.metric,
        cases=count,
        base=math.fsum(pair.base) / count,
        new=math.fsum(pair.new) / count,
        difference=float(differences.mean()),
        interval=interval,
        p=p,
        adjusted_p=adjusted_p,
        worse=worse,
        better=better,
        same=count - worse - better,
        clusters=len(pair.clustered()[0]),
        minimum_effect=pair.minimum_effect,
        verdict=verdict,
        cases_needed=needed,
    )


def _needed(pair: PairedScores, *, alpha: float, power: float, metrics: int) -> int | None:
    """Estimate the cases at which a verdict is likely, more than there are.

    A larger drop than the minimum effect: as many as show it even at the strictest of Holm's steps. Else the larger of
    two numbers: of those that exclude the minimum effect if nothing changed (`cases_needed`), and of those that
    exclude it at the observed difference. In clusters, the standard deviation of a case is the one that gives the
    clusters' standard error.
    """
    sums, sizes = pair.clustered()
    count, clusters = float(sizes.sum()), len(sums)
    seen = float(sums.sum() / count)
    deviation = math.sqrt(float(((sums - seen * sizes) ** 2).sum()) * clusters / max(1, clusters - 1) / count)
    beyond = -seen - pair.minimum_effect
    if beyond > 0:
        settled = (quantile(1 - alpha / metrics) * deviation / beyond) ** 2
        least = fewest_changes(alpha / metrics)
    else:
        planned = cases_needed(deviation, effect=pair.minimum_effect, alpha=alpha, power=power)
        settled = (quantile(1 - alpha) * deviation / max(-beyond, _ROUNDING)) ** 2
        least = max(planned, math.ceil(math.log(alpha) / math.log1p(-pair.minimum_effect) * count / clusters))
    needed = max(math.ceil(min(settled, 2.0 * MOST_CASES)), least, len(pair.base) + 1)
    return needed if needed <= MOST_CASES else None
