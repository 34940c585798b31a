"""Quantise weight matrices to signed integers, one scale a column; numpy alone."""

import numpy as np
from numpy.typing import NDArray

from index.text.article import Matrix

WEIGHT_LEVELS = 63
"""Levels of a weight on each side of zero."""
SHRINKING = np.linspace(0.8, 1.0, 9)
"""A column's scale is the one of these shares of its range that loses least: a lone large weight may be cut."""


def columns_in_whole_numbers(weight: Matrix) -> tuple[NDArray[np.int8], Matrix]:
    """Quantise a weight, (inputs, outputs), with the scale of each column that loses least squared error.

    Returns:
        The weight as whole numbers, (inputs, outputs) int8, and the scales, (outputs,) float32.
    """
    full = np.maximum(np.abs(weight).max(axis=0), 1e-9) / WEIGHT_LEVELS
    best, least = full, np.full(weight.shape[1], np.inf)
    for share in SHRINKING:
        lost = ((_rounded(weight, full * share) * (full * share) - weight) ** 2).sum(axis=0)
        best = np.where(lost < least, full * share, best)
        least = np.minimum(lost, least)
    scales = best.astype(np.float32)
    return _rounded(weight, scales).astype(np.int8), scales


def _rounded(weight: Matrix, scales: NDArray[np.floating]) -> NDArray[np.floating]:
    rounded: NDArray[np.floating] = np.clip(np.round(weight / scales), -WEIGHT_LEVELS, WEIGHT_LEVELS)
    return rounded
