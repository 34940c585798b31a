"""Exact tests of paired scores, and Holm's correction for looking at several metrics.

A difference is new minus base of one case, so that a negative one is a drop.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eval.measures.statistics import finite

Side = Literal["drop", "two-sided"]
"""What a p-value speaks against no change: "drop", that scores fell; "two-sided", that they moved."""

ENUMERATED = 14
"""Changed cases up to which every flip of signs is counted: 2**14 of them, a few milliseconds."""

_FLIPS_AT_ONCE = 2_000_000
"""Signs held in memory at a time, as float64 when they are multiplied: 16 MB."""


def mcnemar_exact(worse: int, better: int, *, side: Side) -> float:
    """McNemar's test of a yes/no score, exact: of the cases that changed, half should have got worse.

    p = P(X >= worse) with X ~ Binomial(worse + better, 1/2) for a drop; twice the smaller tail, at
    most 1, for both sides (McNemar, 1947; the exact form is the sign test). Cases that did not
    change say nothing about the direction and do not enter.

    Args:
        worse: cases that were right and are wrong now.
        better: cases that were wrong and are right now.
        side: "drop" or "two-sided".

    Raises:
        ValueError: a count is negative.
    """
    if worse < 0 or better < 0:
        raise ValueError(f"counts of cases cannot be negative, got {worse} worse and {better} better")
    if side == "two-sided":
        return min(1.0, 2 * _upper_tail(max(worse, better), worse + better))
    return _upper_tail(worse, worse + better)


def paired_permutation(differences: Sequence[float], *, seed: int, draws: int = 10_000, side: Side) -> float:
    """Permutation test of the mean paired difference: had nothing changed, each sign could as well be the other.

    With at most `ENUMERATED` changed cases all flips of their signs are counted, and p is exact;
    otherwise `draws` random ones, and p = (1 + count) / (1 + draws), which is never too small
    (Phipson & Smyth, 2010). The order of the cases does not matter.

    Args:
        differences: new minus base, a case each.
        seed: of the random flips.
        draws: how many of them.
        side: "drop", or "two-sided": twice the smaller of both sides, at most 1.

    Raises:
        ValueError: a difference is not a number.
    """
    changed = np.sort(finite(differences))
    changed = changed[changed != 0]
    if len(changed) <= ENUMERATED:
        flips = (np.arange(2 ** len(changed))[:, None] >> np.arange(len(changed)) & 1).astype(np.float64)
        added, total = 0, len(flips)
        low, high = count_flips(changed[:, None], flips)
    else:
        added, total = 1, 1 + draws
        low, high = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
        generator, rows = np.random.default_rng(seed), max(1, _FLIPS_AT_ONCE // len(changed))
        for start in range(0, draws, rows):
            flips = random_flips(generator, min(rows, draws - start), len(changed))
            more = count_flips(changed[:, None], flips)
            low, high = low + more[0], high + more[1]
    drop, rise = (int(low[0]) + added) / total, (int(high[0]) + added) / total
    return drop if side == "drop" else min(1.0, 2 * min(drop, rise))


def random_flips(generator: np.random.Generator, draws: int, cases: int) -> NDArray[np.float64]:
    """Which signs are flipped, (draws, cases), 1.0 or 0.0 with equal chance."""
    packed = generator.integers(0, 256, size=(draws, (cases + 7) // 8), dtype=np.uint8)
    return np.unpackbits(packed, axis=1, count=cases).astype(np.float64)


def count_flips(
    differences: NDArray[np.float64], flips: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """How often the sum with flipped signs is at most, and at least, the sum as it is; ties within rounding count.

    Args:
        differences: (cases, sets), each column a set of its own under the same flips.
        flips: (draws, cases), 1.0 where the sign is flipped.

    Returns:
        Two arrays of shape (sets,).
    """
    taken = flips @ differences  # A flipped difference leaves the sum and leaves it again: sum - 2 * taken.
    rounding = 1e-12 * np.abs(differences).sum(axis=0)
    return (taken >= -rounding).sum(axis=0), (taken <= rounding).sum(axis=0)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """p-values adjusted for having looked at all of them: the chance of one false alarm among them stays at alpha.

    With p sorted, adjusted_i = max over j <= i of min(1, (m - j + 1) * p_j) (Holm, 1979). Holds
    however the metrics depend on each other.

    Returns:
        In the order given.

    Raises:
        ValueError: a value is no probability.
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise ValueError(f"p-values lie between 0 and 1, got {list(p_values)}")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return tuple(adjusted)


def _upper_tail(least: int, count: int) -> float:
    """P(X >= least), X ~ Binomial(count, 1/2), in whole numbers until the one division."""
    if least <= 0:
        return 1.0
    term = total = 1  # From all of them downwards: C(count, count), C(count, count - 1), …
    for k in range(count, least, -1):
        term = term * k // (count - k + 1)
        total += term
    return total / (1 << count)
