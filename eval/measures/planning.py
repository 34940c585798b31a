"""How many cases it takes to tell a drop from no change, by the normal approximation for paired differences."""

import math

from eval.measures.statistics import quantile

ALPHA = 0.05
POWER = 0.8


def cases_needed(deviation: float, *, effect: float, alpha: float = ALPHA, power: float = POWER) -> int:
    """Compute the cases that distinguish a drop of `effect` from no change, by a one-sided test at `alpha`.

    n = ((z_(1-alpha) + z_power) * deviation / effect)², the normal approximation for paired
    differences (Chow, Shao & Wang, 2003, one-sample, one-sided). The same n shows with the same
    chance that nothing dropped by `effect` where nothing changed.

    Args:
        deviation: standard deviation of the paired differences.
        effect: the drop, above 0, in the unit of the differences.
        alpha: chance of a false alarm.
        power: chance to see the drop, above `alpha`.

    Raises:
        ValueError: an argument is outside its range.
    """
    _check(deviation, alpha, power)
    if effect <= 0:
        raise ValueError(f"the effect must be above 0, got {effect}")
    return max(1, math.ceil(((quantile(1 - alpha) + quantile(power)) * deviation / effect) ** 2))


def detectable_effect(cases: int, deviation: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """The smallest drop that so many cases tell from no change: `cases_needed` solved for the effect.

    Raises:
        ValueError: an argument is outside its range.
    """
    _check(deviation, alpha, power)
    if cases < 1:
        raise ValueError(f"it takes a case, got {cases}")
    return (quantile(1 - alpha) + quantile(power)) * deviation / math.sqrt(cases)


def flip_deviation(worse: float, better: float) -> float:
    """Standard deviation of a yes/no score's paired difference, from the shares of cases that change each way.

    sqrt(worse + better - (better - worse)²).

    Raises:
        ValueError: the shares are none.
    """
    if worse < 0 or better < 0 or worse + better > 1:
        raise ValueError(f"shares of cases lie between 0 and 1, got {worse} worse and {better} better")
    return math.sqrt(worse + better - (better - worse) ** 2)


def fewest_changes(alpha: float) -> int:
    """Changed cases below which no paired test can come to `alpha`, all of them being worse: 2**-k <= alpha."""
    return math.ceil(-math.log2(alpha))


def _check(deviation: float, alpha: float, power: float) -> None:
    if deviation < 0 or not 0 < alpha < 1 or not alpha < power < 1:
        raise ValueError(
            f"needs a deviation of at least 0 and 0 < alpha < power < 1, got {deviation}, {alpha} and {power}"
        )
