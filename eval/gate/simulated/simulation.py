"""Made-up pairs of runs, and what the gate says of them; `eval.gate.simulated.simulate` makes tables and curves of it.

Each case changes at random from one run to the next, as with a language model. The tests and the rule are
those of `eval.gate.decision`, many pairs of runs at a time; a test holds the two together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eval.gate.decision import MINIMUM_EFFECT, Verdict, overall, verdict_of
from eval.measures.paired import count_flips, holm, mcnemar_exact, random_flips
from eval.measures.planning import ALPHA
from eval.measures.statistics import bca_ends, bonett_price_interval

FIXED_TOLERANCE = 0.01
"""The gate to compare with fails where a mean drops by more than this."""

SHARED = 0.7
"""Chance that a metric of a case follows what happens to the whole case; else it changes by itself."""

DRAWS = 2_000
"""Fewer flips than the gate draws: p stays valid, and the simulation affordable."""

RUNS_AT_ONCE = 250
"""Pairs of runs under the same random flips and bootstrap samples; more would share the luck of these."""

Differences = NDArray[np.float64]
"""(cases, runs): new minus base."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedMetric:
    """A metric of the simulation, and how large its changes are."""

    name: str
    binary: bool
    least: float = 1.0
    """A change that is no flip is of a size between this and 1, each equally likely."""
    steps: int = 0
    """Sizes are rounded to this many steps between 0 and 1; 0 for none."""


METRICS = (
    SimulatedMetric(name="answered right", binary=True),
    SimulatedMetric(name="refused right", binary=True),
    SimulatedMetric(name="fact recall", binary=False, least=0.34, steps=3),
    SimulatedMetric(name="token F1", binary=False, least=0.05),
    SimulatedMetric(name="citation precision", binary=False, least=0.2, steps=4),
)
"""As a real run has them: two of yes and no, three graded."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """How two runs of the same cases differ."""

    cases: int
    flips: float
    """Share of cases that get worse from run to run though nothing changed, and of those that get better."""
    drop: float = 0.0
    """By how much the mean of the dropping metrics falls on top of that."""
    dropping: int | None = None
    """How many metrics, from the first on, drop; None for all."""
    minimum_effect: float = MINIMUM_EFFECT
    """Of the gate."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Shares of the simulated comparisons."""

    model: Model
    failed: float
    inconclusive: float
    passed: float
    tolerance: float
    """Failed by the gate of a fixed tolerance."""


def simulate(
    model: Model, *, seed: int, runs: int, metrics: Sequence[SimulatedMetric] = METRICS, draws: int = DRAWS
) -> Outcome:
    """Ask the gate about made-up pairs of runs.

    Args:
        model: how they differ.
        seed: of everything that is random.
        runs: pairs of runs.
        metrics: that are gated together.
        draws: random flips, and bootstrap samples, for graded metrics.
    """
    generator = np.random.default_rng(seed)
    counted: Counter[Verdict] = Counter()
    alarms = 0
    for start in range(0, runs, RUNS_AT_ONCE):
        drawn = differences(model, generator, runs=min(RUNS_AT_ONCE, runs - start), metrics=metrics)
        counted.update(gate(drawn, generator, metrics=metrics, minimum_effect=model.minimum_effect, draws=draws))
        alarms += int(np.any([values.mean(axis=0) < -FIXED_TOLERANCE - 1e-9 for values in drawn], axis=0).sum())
    return Outcome(
        model=model,
        failed=counted[Verdict.FAIL] / runs,
        inconclusive=counted[Verdict.INCONCLUSIVE] / runs,
        passed=counted[Verdict.PASS] / runs,
        tolerance=alarms / runs,
    )


def gate(
    drawn: Sequence[Differences],
    generator: np.random.Generator,
    *,
    metrics: Sequence[SimulatedMetric],
    minimum_effect: float,
    draws: int,
) -> list[Verdict]:
    """The gate's verdict on each pair of runs, as `eval.gate.decision.decide` gives it, but many at a time."""
    tested = [
        _binary(values) if metric.binary else _graded(values, generator, draws)
        for metric, values in zip(metrics, drawn, strict=True)
    ]
    return [
        overall(
            verdict_of(
                difference=float(one.means[run]),
                low=float(one.low[run]),
                adjusted_p=adjusted,
                worse=int(one.worse[run]),
                minimum_effect=minimum_effect,
                alpha=ALPHA,
            )
            for one, adjusted in zip(tested, holm([float(one.p[run]) for one in tested]), strict=True)
        )
        for run in range(drawn[0].shape[1])
    ]


def differences(
    model: Model, generator: np.random.Generator, *, runs: int, metrics: Sequence[SimulatedMetric]
) -> list[Differences]:
    """Differences of each metric, correlated by case.

    A case as a whole has a place between 0 and 1, and so has each metric of it: with the chance `SHARED` that
    of the case, else its own. Low places get worse, high ones better. A change is of the whole scale for a
    metric of yes and no, and of a random size for a graded one; more of these change, so that the mean
    drops as much.
    """
    shape = (model.cases, runs)
    whole, found = generator.random(shape), []
    for place, metric in enumerate(metrics):
        own = np.where(generator.random(shape) < SHARED, whole, generator.random(shape))
        size = _sizes(metric, generator, shape)
        drops = model.dropping is None or place < model.dropping
        worse = model.flips + (model.drop / _mean_size(metric) if drops else 0.0)
        found.append(np.where(own < worse, -size, np.where(own >= 1 - model.flips, size, 0.0)))
    return found


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Tested:
    """One metric in each pair of runs; arrays of shape (runs,)."""

    means: NDArray[np.float64]
    worse: NDArray[np.int64]
    p: NDArray[np.float64]
    low: NDArray[np.float64]


def _binary(values: Differences) -> _Tested:
    worse, better = (values < 0).sum(axis=0), (values > 0).sum(axis=0)
    looked_up = [_mcnemar(int(w), int(b), len(values)) for w, b in zip(worse, better, strict=True)]
    p, low = np.array(looked_up).T
    return _Tested(means=values.mean(axis=0), worse=worse, p=p, low=low)


@cache
def _mcnemar(worse: int, better: int, count: int) -> tuple[float, float]:
    interval = bonett_price_interval(worse, better, count, level=1 - 2 * ALPHA)
    return mcnemar_exact(worse, better, side="drop"), interval.low


def _graded(values: Differences, generator: np.random.Generator, draws: int) -> _Tested:
    cases, runs = values.shape
    at_most, _ = count_flips(values, random_flips(generator, draws, cases))
    smooth = np.vstack([values, np.ones((1, runs)), -np.ones((1, runs))])
    weights = generator.multinomial(cases + 2, np.full(cases + 2, 1 / (cases + 2)), size=draws) / (cases + 2)
    low, _ = bca_ends(smooth, weights @ smooth, level=1 - 2 * ALPHA)
    return _Tested(means=values.mean(axis=0), worse=(values < 0).sum(axis=0), p=(1 + at_most) / (1 + draws), low=low)


def _sizes(metric: SimulatedMetric, generator: np.random.Generator, shape: tuple[int, int]) -> Differences:
    if metric.binary:
        return np.ones(shape)
    sizes = generator.uniform(metric.least, 1.0, shape)
    return np.ceil(sizes * metric.steps) / metric.steps if metric.steps else sizes


@cache
def _mean_size(metric: SimulatedMetric) -> float:
    return float(_sizes(metric, np.random.default_rng(0), (1_000_000, 1)).mean())
