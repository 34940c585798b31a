"""The gate's verdict on metrics: pass, fail, or inconclusive with the number of cases needed.

`docs/gate.md` has the reasons, and `python -m eval.gate.simulated.simulate` measures how often each verdict is given.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from eval.measures.paired import holm, mcnemar_exact, paired_permutation
from eval.measures.planning import ALPHA, POWER, cases_needed, fewest_changes
from eval.measures.statistics import Interval, bca_interval, bonett_price_interval, finite, quantile
from index.counts import counted

MINIMUM_EFFECT = 0.02
"""Two percentage points; a smaller drop does not matter."""

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

    def __post_init__(self) -> None:
        """Raise ValueError if the scores are not pairs of numbers, or the limits not above 0."""
        if len(self.base) != len(self.new) or not self.base:
            raise ValueError(f"{self.metric}: needs pairs of scores, got {len(self.base)} and {len(self.new)}")
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
    """Interval of the difference at level 1 - 2 alpha; each end is a one-sided bound at 1 - alpha."""
    p: float
    """One-sided p value of a drop."""
    adjusted_p: float
    """The p value after Holm's correction over all metrics decided together."""
    worse: int
    better: int
    same: int
    minimum_effect: float
    verdict: Verdict
    cases_needed: int | None
    """Estimated cases to settle an inconclusive verdict; None if no number is likely to."""

    @property
    def reason(self) -> str:
        """The reason for the verdict, in one line."""
        effect = f"{self.minimum_effect:g}"
        if self.verdict is Verdict.FAIL:
            return f"a drop of {-self.difference:.3g}, at least {effect} and more than chance (p {self.adjusted_p:.2g})"
        if self.verdict is Verdict.INCONCLUSIVE:
            if self.cases_needed is None:
                return f"the difference lies too near -{effect} for more cases to settle it"
            return f"a drop of {effect} is neither shown nor excluded; needs about {counted(self.cases_needed, 'case')}"
        if self.worse:
            return f"a drop of {effect} is excluded"
        alone = "" if self.interval.low > -self.minimum_effect else f"; so few cases do not exclude a drop of {effect}"
        return ("no case got worse" if self.better else "no case changed") + alone


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


def verdict_of(
    *, difference: float, low: float, adjusted_p: float, worse: int, minimum_effect: float, alpha: float
) -> Verdict:
    """Decide on one metric.

    Fails if the drop is significant (`adjusted_p` at most `alpha`) and at least the minimum effect. Passes
    if no case got worse, or if a drop of the minimum effect is excluded: `low`, the one-sided lower
    bound of the difference, lies above it. A significant drop can pass if it is too small to matter.
    """
    if adjusted_p <= alpha and -difference >= minimum_effect - _ROUNDING:
        return Verdict.FAIL
    if worse == 0 or low > -minimum_effect:
        return Verdict.PASS
    return Verdict.INCONCLUSIVE


def smoothed(differences: NDArray[np.float64], span: float) -> NDArray[np.float64]:
    """Add one case at each end of the scale to the differences.

    Generalises Bonett & Price (2012) from binary to any scores: theirs is Wald's interval of the differences
    with a +1 and a -1 added. Without it, a bootstrap of some tens of cases of which few changed passes a drop
    of the minimum effect three times too often, since it lacks the cases with large drops.
    """
    return np.append(differences, [span, -span])


def _p_of_drop(pair: PairedScores, seed: int) -> float:
    differences = pair.differences()
    if pair.binary:
        return mcnemar_exact(int((differences < 0).sum()), int((differences > 0).sum()), side="drop")
    return paired_permutation(differences.tolist(), seed=seed, side="drop")


def _decide_metric(
    pair: PairedScores, *, p: float, adjusted_p: float, seed: int, alpha: float, power: float, metrics: int
) -> MetricDecision:
    differences = pair.differences()
    count, worse, better = len(differences), int((differences < 0).sum()), int((differences > 0).sum())
    if pair.binary:
        interval = bonett_price_interval(worse, better, count, level=1 - 2 * alpha)
    else:
        interval = bca_interval(smoothed(differences, pair.span).tolist(), seed=seed, level=1 - 2 * alpha)
    difference = float(differences.mean())
    verdict = verdict_of(
        difference=difference,
        low=interval.low,
        adjusted_p=adjusted_p,
        worse=worse,
        minimum_effect=pair.minimum_effect,
        alpha=alpha,
    )
    needed = _needed(pair, alpha=alpha, power=power, metrics=metrics) if verdict is Verdict.INCONCLUSIVE else None
    return MetricDecision(
        metric=pair.metric,
        cases=count,
        base=math.fsum(pair.base) / count,
        new=math.fsum(pair.new) / count,
        difference=difference,
        interval=interval,
        p=p,
        adjusted_p=adjusted_p,
        worse=worse,
        better=better,
        same=count - worse - better,
        minimum_effect=pair.minimum_effect,
        verdict=verdict,
        cases_needed=needed,
    )


def _needed(pair: PairedScores, *, alpha: float, power: float, metrics: int) -> int | None:
    """Estimate the cases at which a verdict is likely: the larger of two numbers, and more than there are.

    The first distinguishes a drop of the minimum effect from no change (`cases_needed`). The second settles
    the observed difference: the interval excludes the minimum effect or, for a drop at least as large, the
    test is significant even at the strictest of Holm's steps.
    """
    differences = pair.differences()
    seen, deviation = float(differences.mean()), float(differences.std())
    planned = cases_needed(deviation, effect=pair.minimum_effect, alpha=alpha, power=power)
    if -seen >= pair.minimum_effect - _ROUNDING:
        settled = (quantile(1 - alpha / metrics) * deviation / seen) ** 2
        least = fewest_changes(alpha / metrics)
    else:
        smooth = smoothed(differences, pair.span)
        settled = (quantile(1 - alpha) * smooth.std() / (pair.minimum_effect + smooth.mean())) ** 2
        least = 1
    needed = max(planned, math.ceil(settled), least, len(differences) + 1)
    return needed if needed <= MOST_CASES else None
