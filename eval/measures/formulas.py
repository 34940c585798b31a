"""Standard figures, each with its formula."""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


def recall(relevant: Collection[str], ranked: Sequence[str], k: int) -> float:
    """Share of the relevant ids among the first `k` results.

    Args:
        relevant: ids that should be found; order is ignored.
        ranked: ids as retrieved, best first, no repeats.
        k: cut-off, at least 1.

    Returns:
        A value in [0, 1].

    Raises:
        ValueError: `relevant` is empty (the measure is undefined) or `k` < 1.
    """
    if not relevant or k < 1:
        raise ValueError(f"recall needs relevant ids and k >= 1, got {len(relevant)} and {k}")
    return len(set(relevant) & set(ranked[:k])) / len(set(relevant))


def ndcg(grades: Mapping[str, int], ranked: Sequence[str], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k` results with graded relevance.

    ndcg@k = DCG / ideal DCG, with DCG = sum over ranks i = 1..k of grade_i / log2(i + 1)
    (Järvelin & Kekäläinen, 2002; linear gain, as in trec_eval and BEIR).

    Args:
        grades: grade by id; ids that are not named have grade 0.
        ranked: ids as retrieved, best first, no repeats.
        k: cut-off, at least 1.

    Returns:
        A value in [0, 1].

    Raises:
        ValueError: no grade is above 0 (the measure is undefined) or `k` < 1.
    """
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    if not ideal or k < 1:
        raise ValueError(f"ndcg needs a grade above 0 and k >= 1, got {len(ideal)} and {k}")
    gained = _discounted([max(0, grades.get(id_, 0)) for id_ in ranked[:k]])
    return gained / _discounted(ideal[:k])


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative, ties counting half (Mann-Whitney U / n m).

    Raises:
        ValueError: one of them is empty.
    """
    if not len(positive) or not len(negative):
        raise ValueError("the area under ROC needs positives and negatives")
    scores: NDArray[np.float64] = np.asarray([*positive, *negative], dtype=np.float64)
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    average_rank = np.cumsum(counts) - (counts - 1) / 2
    n, m = len(positive), len(negative)
    return float((average_rank[place][:n].sum() - n * (n + 1) / 2) / (n * m))


def risk_coverage(scores: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float, float]]:
    """Compute coverage and risk at each threshold.

    Args:
        scores: the confidence in each question's answer.
        right: whether that answer is right.

    Returns:
        (threshold, coverage, risk) for each distinct score, highest first: the share of questions
        that score at least the threshold, and the share of wrong ones among them
        (El-Yaniv & Wiener, 2010).
    """
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    sorted_scores = np.asarray(scores, dtype=np.float64)[order]
    wrong = np.cumsum(~np.asarray(right, dtype=bool)[order])
    points = []
    for place, score in enumerate(sorted_scores):
        if place + 1 == len(order) or sorted_scores[place + 1] != score:
            points.append((float(score), (place + 1) / len(order), float(wrong[place]) / (place + 1)))
    return points


def area_under_risk_coverage(curve: Sequence[tuple[float, float, float]]) -> float:
    """Mean risk over all coverages (AURC; Geifman, Uziel & El-Yaniv, 2019): 0 is the best, lower is better.

    Questions of equal confidence cannot be separated by a threshold; the curve is linear between its points and
    constant before the first.

    Args:
        curve: as `risk_coverage` returns it, at least one point.
    """
    area, before = 0.0, (0.0, curve[0][2])
    for _, coverage, risk in curve:
        area += (coverage - before[0]) * (risk + before[1]) / 2
        before = (coverage, risk)
    return area


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
