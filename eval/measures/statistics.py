"""Intervals for a share, for a paired difference of shares, and for any mean; tests are in `eval.measures.paired`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
DRAWS = 2_000
"""Bootstrap samples; with fewer the ends of a 90% interval visibly depend on the seed."""

_INDICES_AT_ONCE = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A two-sided interval; with level 1 - 2a, each end is a one-sided bound at 1 - a."""

    low: float
    high: float
    level: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def wilson_interval(right: int, count: int, *, level: float = LEVEL) -> Interval:
    """Interval for a share (Wilson, 1927, without continuity correction).

    Raises:
        ValueError: `count` is below 1, or `right` not between 0 and it.
    """
    if not 0 <= right <= count or count < 1:
        raise ValueError(f"a share needs 0 <= right <= count and a case, got {right} of {count}")
    z, share = quantile((1 + level) / 2), right / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    # The ends that are exactly 0 or 1 come out of the formula a rounding error beside.
    return Interval(
        low=0.0 if right == 0 else max(0.0, middle - half),
        high=1.0 if right == count else min(1.0, middle + half),
        level=level,
    )


@cache
def most_share(right: int, count: int, alpha: float) -> float:
    """One-sided upper bound of a share at 1 - alpha, exact (Clopper & Pearson, 1934).

    The share at which at most `right` of `count` come about with chance `alpha`.

    Raises:
        ValueError: `count` is below 1, or `right` not between 0 and it.
    """
    if not 0 <= right <= count or count < 1:
        raise ValueError(f"a share needs 0 <= right <= count and a case, got {right} of {count}")
    if right == count:
        return 1.0
    # In logarithms: (1 - share) ** count is below the smallest float for many cases.
    ways = [math.lgamma(count + 1) - math.lgamma(k + 1) - math.lgamma(count - k + 1) for k in range(right + 1)]
    low, high = right / count, 1.0
    for _ in range(50):
        share = (low + high) / 2
        yes, no = math.log(share), math.log1p(-share)
        total = math.fsum(math.exp(way + k * yes + (count - k) * no) for k, way in enumerate(ways))
        low, high = (share, high) if total > alpha else (low, share)
    return high


def bonett_price_interval(worse: int, better: int, count: int, *, level: float = LEVEL) -> Interval:
    """Interval for new minus base of a yes/no score on the same cases (Bonett & Price, 2012, adjusted Wald).

    One case is added to each kind of change, a = (better + 1) / (count + 2) and
    b = (worse + 1) / (count + 2); the interval is a - b ± z * sqrt((a + b - (a - b)²) / (count + 2)).

    Args:
        worse: cases that were right and are wrong now.
        better: cases that were wrong and are right now.
        count: all cases, those that did not change among them.
        level: of confidence.

    Raises:
        ValueError: the counts do not fit together.
    """
    if worse < 0 or better < 0 or worse + better > count or count < 1:
        raise ValueError(f"counts do not fit together: {worse} worse and {better} better of {count}")
    up, down = (better + 1) / (count + 2), (worse + 1) / (count + 2)
    half = quantile((1 + level) / 2) * math.sqrt((up + down - (up - down) ** 2) / (count + 2))
    return Interval(low=max(-1.0, up - down - half), high=min(1.0, up - down + half), level=level)


def bonett_price_p_below(worse: int, better: int, count: int, *, limit: float) -> float:
    """One-sided p value against a difference of at least `limit`: `bonett_price_interval` solved for the level.

    Raises:
        ValueError: the counts do not fit together.
    """
    if worse < 0 or better < 0 or worse + better > count or count < 1:
        raise ValueError(f"counts do not fit together: {worse} worse and {better} better of {count}")
    up, down = (better + 1) / (count + 2), (worse + 1) / (count + 2)
    error = math.sqrt((up + down - (up - down) ** 2) / (count + 2))
    return NormalDist().cdf((up - down - limit) / error) if error else float(up - down >= limit)


def bca_interval(
    values: Sequence[float],
    *,
    seed: int,
    level: float = LEVEL,
    draws: int = DRAWS,
    sizes: Sequence[int | float] | None = None,
) -> Interval:
    """Bootstrap interval for a mean, bias-corrected and accelerated (Efron, 1987).

    The order of the values does not matter. Values that are all the same give that point: the
    bootstrap knows nothing about what it has not seen.

    Args:
        values: one of each case, or the sum of each cluster of cases.
        seed: of the bootstrap samples.
        level: of confidence.
        draws: number of bootstrap samples.
        sizes: cases of each cluster; whole clusters are drawn, and the mean is that of the cases. None for one each.

    Raises:
        ValueError: there is no value, or one is not a finite number.
    """
    array, counts, means = bootstrap_means(values, seed=seed, draws=draws, sizes=sizes)
    low, high = bca_ends(array[:, None], means[:, None], level=level, sizes=counts)
    return Interval(low=float(low[0]), high=float(high[0]), level=level)


def bootstrap_means(
    values: Sequence[float], *, seed: int, draws: int = DRAWS, sizes: Sequence[int | float] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Draw bootstrap means of cases, or of whole clusters given by their sums and sizes.

    Returns:
        Values and sizes, sorted so that their order does not matter, of shape (clusters,); and means (draws,).

    Raises:
        ValueError: there is no value, or one is not a finite number.
    """
    array = finite(values)
    if not len(array):
        raise ValueError("the mean of no values has no interval")
    counts = np.ones(len(array)) if sizes is None else np.asarray(sizes, dtype=np.float64)
    order = np.lexsort((counts, array))
    array, counts = array[order], counts[order]
    generator, rows = np.random.default_rng(seed), max(1, _INDICES_AT_ONCE // len(array))
    means = []
    for start in range(0, draws, rows):
        drawn = generator.integers(0, len(array), (min(rows, draws - start), len(array)))
        means.append(array[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return array, counts, np.concatenate(means)


def bca_ends(
    values: NDArray[np.float64],
    means: NDArray[np.float64],
    *,
    level: float,
    sizes: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both ends of BCa intervals, from bootstrap means that were drawn already.

    The ends are the quantiles of `means` at Φ(z0 + (z0 + z) / (1 - a (z0 + z))), z that of the level;
    z0 is how far the observed mean is from the middle of the bootstrap means, and a, the
    acceleration, a sixth of the skewness: sum(d³) / (6 sum(d²)^1.5), d the deviations from the mean,
    which for a mean is what the jackknife gives (Efron, 1987, eq. 6.6; Efron & Tibshirani, 1993, ch. 14).

    Args:
        values: (clusters, sets), the sums of clusters; a column with no spread gives its point.
        means: (draws, sets).
        level: of confidence.
        sizes: cases of each cluster, (clusters,); None for one each.

    Returns:
        Two arrays of shape (sets,).
    """
    normal = NormalDist()
    observed, flat, shift, acceleration = _bca(values, means, sizes)
    ordered = np.sort(means, axis=0)
    ends = []
    for z in (normal.inv_cdf((1 - level) / 2), normal.inv_cdf((1 + level) / 2)):
        at = np.array([normal.cdf(x) for x in shift + (shift + z) / (1 - acceleration * (shift + z))])
        ends.append(np.where(flat, observed, _at(ordered, at)))
    return ends[0], ends[1]


def bca_p_below(
    values: NDArray[np.float64],
    means: NDArray[np.float64],
    limit: float,
    *,
    sizes: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """One-sided p value against a mean of at least `limit`: `bca_ends` solved for the level.

    The interval whose upper end is `limit` has the level 1 - 2p.

    Args:
        values: (clusters, sets), as `bca_ends` takes them.
        means: (draws, sets).
        limit: the mean to be excluded.
        sizes: cases of each cluster, (clusters,); None for one each.

    Returns:
        An array of shape (sets,); never below 1 / (draws + 1).
    """
    normal = NormalDist()
    observed, flat, shift, acceleration = _bca(values, means, sizes)
    draws = len(means)
    below = ((means < limit).sum(axis=0) + (means <= limit).sum(axis=0)) / 2
    place = np.array([normal.inv_cdf(share) for share in np.clip(below, 0.5, draws - 0.5) / draws]) - shift
    scale = 1 + acceleration * place
    z = np.where(scale > 0, place / np.where(scale > 0, scale, 1.0), np.copysign(np.inf, place)) - shift
    p = np.array([1 - normal.cdf(x) if np.isfinite(x) else float(x < 0) for x in z])
    return np.clip(np.where(flat, observed >= limit, p), 1 / (draws + 1), 1.0)


def _bca(
    values: NDArray[np.float64], means: NDArray[np.float64], sizes: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Observed means, whether there is no spread, bias corrections and accelerations; each of shape (sets,)."""
    normal = NormalDist()
    counts = np.ones(len(values)) if sizes is None else sizes
    observed = values.sum(axis=0) / counts.sum()
    deviations = values - counts[:, None] * observed
    flat = deviations.max(axis=0) - deviations.min(axis=0) <= 1e-15
    observed = np.where(flat, values[0] / counts[0], observed)  # Without the rounding error of the sum.
    spread = np.where(flat, 1.0, (deviations**2).sum(axis=0))
    acceleration = (deviations**3).sum(axis=0) / (6 * spread**1.5)
    draws = len(means)
    below = ((means < observed).sum(axis=0) + (means <= observed).sum(axis=0)) / 2
    shares = np.clip(below, 0.5, draws - 0.5) / draws  # All on one side would send z0 to infinity.
    shift = np.array([normal.inv_cdf(share) for share in shares])
    return observed, flat, shift, acceleration


def finite(values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The values as an array of shape (n,).

    Raises:
        ValueError: one of them is not a finite number.
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("scores and differences must be finite numbers; leave unscored cases out on both sides")
    return array


def quantile(share: float) -> float:
    """Of the standard normal distribution."""
    return NormalDist().inv_cdf(share)


def _at(ordered: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of each sorted column at its own share, interpolated linearly (Hyndman & Fan, 1996, type 7)."""
    place = shares * (len(ordered) - 1)
    under = np.floor(place).astype(np.int64)
    over = np.minimum(under + 1, len(ordered) - 1)
    columns = np.arange(ordered.shape[1])
    return ordered[under, columns] + (place - under) * (ordered[over, columns] - ordered[under, columns])
