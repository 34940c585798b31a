"""Separates the noise of repeats from the differences between cases."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """The standard error of a mean over cases that were measured several times."""

    mean: float
    between: float
    """Standard error from case to case, without the noise of the repeats."""
    within: float
    """Standard error from the repeats' disagreement."""
    wavering: float
    """Share of cases on which the repeats disagree."""


def split_noise(repeats: Sequence[Sequence[float]]) -> Noise | None:
    """Split the standard error of a mean; None with fewer than two cases that were measured more than once.

    A one-way random effects analysis (Searle, Casella & McCulloch, 1992, ch. 3): the variance within cases, divided
    by the repeats, is the repeats' share of the variance of a case's mean.

    Args:
        repeats: the values of each case; cases with fewer than two are left out.
    """
    cases = [values for values in repeats if len(values) > 1]
    if len(cases) < 2:
        return None
    means = [math.fsum(values) / len(values) for values in cases]
    within = math.fsum(_variance(values) / len(values) for values in cases) / len(cases)
    return Noise(
        mean=math.fsum(means) / len(means),
        between=math.sqrt(max(0.0, _variance(means) - within) / len(means)),
        within=math.sqrt(within / len(means)),
        wavering=sum(len(set(values)) > 1 for values in cases) / len(cases),
    )


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
