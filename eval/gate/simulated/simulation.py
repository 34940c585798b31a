"""Simulate pairs of runs, and the gate's verdicts on them.

Each case changes at random between the runs, as with a language model. Tests and rule are those of
`eval.gate.decision`, vectorised over many pairs of runs; a test checks that both agree.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from eval.gate.decision import MINIMUM_EFFECT, Verdict, overall, verdict_of
from eval.measures.margins import CAUTION, cautious, guarded_low, smoothed
from eval.measures.paired import count_flips, holm, mcnemar_exact, random_flips
from eval.measures.planning import ALPHA
from eval.measures.statistics import bca_ends, bca_p_below, bonett_price_interval, bonett_price_p_below

FIXED_TOLERANCE = 0.01
"""Drop of a mean at which the gate of a fixed tolerance, for comparison, fails."""

SHARED = 0.7
"""Chance that a metric of a case changes with the whole case, and not independently."""

DRAWS = 2_000
"""Random flips for a p value; fewer than the gate's, for speed, which keeps p valid."""

RUNS_AT_ONCE = 250
"""Pairs of runs that share random flips and bootstrap samples; more would be more correlated."""

Differences = NDArray[np.float64]
"""(cases, runs): new minus base."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedMetric:
    """A simulated metric, and the sizes of its changes."""

    name: str
    binary: bool
    least: float = 1.0
    """Least size of a change; sizes are uniform from this to 1."""
    steps: int = 0
    """Sizes are rounded to this many steps between 0 and 1; 0 for none."""


METRICS = (
    SimulatedMetric(name="answered right", binary=True),
    SimulatedMetric(name="refused right", binary=True),
    SimulatedMetric(name="fact recall", binary=False, least=0.34, steps=3),
    SimulatedMetric(name="token F1", binary=False, least=0.05),
    SimulatedMetric(name="citation precision", binary=False, least=0.2, steps=4),
)
"""Two binary metrics and three graded ones, as in a real run."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """How two runs of the same cases differ."""

    cases: int
    flips: float
    """Share of cases that get worse by chance, and the equal share that get better."""
    drop: float = 0.0
    """Further drop of the mean of the dropping metrics."""
    dropping: int | None = None
    """Number of metrics that drop, from the first; None for all."""
    minimum_effect: float = MINIMUM_EFFECT
    """The gate's minimum effect."""
    cluster: int = 1
    """Cases of a cluster; `cases` is a multiple of it."""
    sharing: float = 0.0
    """Chance that a case changes with its cluster, and not independently."""
    blind: bool = False
    """Whether the gate takes the cases for independent all the same, for comparison."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """Shares of the simulated comparisons."""

    model: Model
    failed: float
    inconclusive: float
    passed: float
    tolerance: float
    """Share failed by the gate of a fixed tolerance."""


def simulate(
    model: Model, *, seed: int, runs: int, metrics: Sequence[SimulatedMetric] = METRICS, draws: int = DRAWS
) -> Outcome:
    """Simulate pairs of runs, and count the gate's verdicts.

    Args:
        model: how the runs differ.
        seed: of all random numbers.
        runs: number of pairs.
        metrics: gated together.
        draws: random flips, and bootstrap samples, for graded metrics.
    """
    generator = np.random.default_rng(seed)
    counted: Counter[Verdict] = Counter()
    alarms = 0
    for start in range(0, runs, RUNS_AT_ONCE):
        drawn = differences(model, generator, runs=min(RUNS_AT_ONCE, runs - start), metrics=metrics)
        counted.update(gate(drawn, generator, metrics=metrics, model=model, draws=draws))
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
    model: Model,
    draws: int,
) -> list[Verdict]:
    """Decide on each pair of runs as `eval.gate.decision.decide` does, vectorised."""
    apart = model.cluster == 1 or model.blind
    tested = [
        _binary(values, model) if metric.binary and apart else _graded(values, generator, draws, model)
        for metric, values in zip(metrics, drawn, strict=True)
    ]
    return [
        overall(
            verdict_of(low=float(one.low[run]), adjusted_p=adjusted, minimum_effect=model.minimum_effect, alpha=ALPHA)
            for one, adjusted in zip(tested, holm([float(one.p[run]) for one in tested]), strict=True)
        )
        for run in range(drawn[0].shape[1])
    ]


def differences(
    model: Model, generator: np.random.Generator, *, runs: int, metrics: Sequence[SimulatedMetric]
) -> list[Differences]:
    """Draw the differences of each metric, correlated by case and by cluster.

    A case draws a uniform number, and so does each of its metrics: with chance `SHARED` that of the case, else its
    own. Low numbers get worse, high ones better. A binary metric changes by 1, a graded one by a random size; more
    cases of a graded one change, so that its mean drops as much. With chance `sharing` a case changes in everything as
    its cluster does.
    """
    cases = _drawn(model, generator, (model.cases, runs), metrics)
    if model.cluster == 1:
        return cases
    shared = generator.random((model.cases, runs)) < model.sharing
    clusters = _drawn(model, generator, (model.cases // model.cluster, runs), metrics)
    return [
        np.where(shared, np.repeat(of_cluster, model.cluster, axis=0), of_case)
        for of_cluster, of_case in zip(clusters, cases, strict=True)
    ]


def _drawn(
    model: Model, generator: np.random.Generator, shape: tuple[int, int], metrics: Sequence[SimulatedMetric]
) -> list[Differences]:
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
    """Tests of one metric in each pair of runs; arrays of shape (runs,)."""

    p: NDArray[np.float64]
    low: NDArray[np.float64]


def _binary(values: Differences, model: Model) -> _Tested:
    worse, better = (values < 0).sum(axis=0), (values > 0).sum(axis=0)
    looked_up = [
        binary_test(int(w), int(b), len(values), model.minimum_effect) for w, b in zip(worse, better, strict=True)
    ]
    p, low = np.array(looked_up).T
    return _Tested(p=p, low=low)


@cache
def binary_test(worse: int, better: int, count: int, effect: float, alpha: float = ALPHA) -> tuple[float, float]:
    """P value of a drop beyond the margin, and lower bound of the difference, of independent yes/no scores."""
    low = bonett_price_interval(worse, better, count, level=1 - 2 * alpha * CAUTION).low
    beyond = bonett_price_p_below(worse, better, count, limit=-effect)
    low = guarded_low(low, worse=worse, better=better, clusters=count, drop=float(-worse), size=1.0, alpha=alpha)
    return cautious(mcnemar_exact(worse, better, side="drop"), beyond), low


def _graded(values: Differences, generator: np.random.Generator, draws: int, model: Model) -> _Tested:
    """Test by clusters, of one case each where none are shared."""
    size = 1 if model.blind else model.cluster
    sums = values.reshape(-1, size, values.shape[1]).sum(axis=1)
    clusters = len(sums)
    at_most, _ = count_flips(sums, random_flips(generator, draws, clusters))
    smooth, sizes = smoothed(sums, np.full(clusters, float(size)), 1.0)
    weights = generator.multinomial(clusters + 2, np.full(clusters + 2, 1 / (clusters + 2)), size=draws)
    means = (weights @ smooth) / (weights @ sizes)[:, None]
    low, _ = bca_ends(smooth, means, level=1 - 2 * ALPHA * CAUTION, sizes=sizes)
    beyond = bca_p_below(smooth, means, -model.minimum_effect, sizes=sizes)
    guarded = [
        guarded_low(
            float(low[run]),
            worse=int((sums[:, run] < 0).sum()),
            better=int((sums[:, run] > 0).sum()),
            clusters=clusters,
            drop=float(np.minimum(sums[:, run], 0.0).sum()),
            size=float(size),
            alpha=ALPHA,
        )
        for run in range(sums.shape[1])
    ]
    return _Tested(p=np.minimum(1.0, np.maximum((1 + at_most) / (1 + draws), beyond / CAUTION)), low=np.array(guarded))


def _sizes(metric: SimulatedMetric, generator: np.random.Generator, shape: tuple[int, int]) -> Differences:
    if metric.binary:
        return np.ones(shape)
    sizes = generator.uniform(metric.least, 1.0, shape)
    return np.ceil(sizes * metric.steps) / metric.steps if metric.steps else sizes


@cache
def _mean_size(metric: SimulatedMetric) -> float:
    return float(_sizes(metric, np.random.default_rng(0), (1_000_000, 1)).mean())
