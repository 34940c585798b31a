"""Figures against reference implementations, and against their definitions spelt out."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.measures.formulas import area_under_roc, ndcg, recall, risk_coverage

few = st.sampled_from([0.0, 0.1, 0.5, 0.5000001, 1.0])
scores = st.lists(st.one_of(few, st.floats(-5, 5)), min_size=1, max_size=30)
ids = st.lists(st.sampled_from("abcdefghij"), unique=True, max_size=10)


# Recall


@given(relevant=st.sets(st.sampled_from("abcdefghij"), min_size=1), ranked=ids, k=st.integers(1, 12))
def test_recall_is_the_share_of_the_relevant_that_is_found(relevant: set[str], ranked: list[str], k: int) -> None:
    found = sum(1 for one in relevant if any(one == other for other in ranked[:k]))

    assert recall(relevant, ranked, k) == pytest.approx(found / len(relevant))


def test_recall_of_known_cases() -> None:
    assert recall(["a", "b"], ["x", "a", "b"], 2) == 0.5
    assert recall(["a", "b"], ["b", "a"], 2) == 1.0
    assert recall(["a"], [], 5) == 0.0
    assert recall(["a", "a"], ["a"], 1) == 1.0


@pytest.mark.parametrize(("relevant", "k"), [([], 3), (["a"], 0), (["a"], -1)])
def test_recall_is_undefined_without_relevant_ids_or_results(relevant: list[str], k: int) -> None:
    with pytest.raises(ValueError, match="recall needs"):
        recall(relevant, ["a"], k)


# Discounted gain


def test_discounted_gain_of_a_case_worked_out_by_hand() -> None:
    grades = {"a": 3, "b": 2, "c": 1}

    gained = 2 / math.log2(2) + 0 / math.log2(3) + 3 / math.log2(4)
    ideal = 3 / math.log2(2) + 2 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(grades, ["b", "x", "a", "c"], 3) == pytest.approx(gained / ideal)


@given(grades=st.lists(st.integers(0, 3), min_size=2, max_size=15).filter(any), data=st.data(), k=st.integers(1, 20))
def test_discounted_gain_is_that_of_scikit_learn(grades: list[int], data: st.DataObject, k: int) -> None:
    reference = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed").ndcg_score
    order = data.draw(st.permutations(range(len(grades))))
    by_rank = np.empty(len(grades))
    by_rank[list(order)] = -np.arange(len(grades))

    found = ndcg({str(i): grade for i, grade in enumerate(grades)}, [str(i) for i in order], k)

    assert found == pytest.approx(reference([grades], [by_rank], k=k))


@given(
    grades=st.dictionaries(st.sampled_from("abcdef"), st.integers(-1, 3), min_size=1), ranked=ids, k=st.integers(1, 12)
)
def test_discounted_gain_lies_between_none_and_one_and_the_ideal_order_reaches_one(
    grades: dict[str, int], ranked: list[str], k: int
) -> None:
    if not any(grade > 0 for grade in grades.values()):
        with pytest.raises(ValueError, match="ndcg needs"):
            ndcg(grades, ranked, k)
        return

    assert 0 <= ndcg(grades, ranked, k) <= 1 + 1e-12
    assert ndcg(grades, sorted(grades, key=lambda one: -grades[one]), k) == pytest.approx(1)


def test_discounted_gain_is_undefined_without_results() -> None:
    with pytest.raises(ValueError, match="ndcg needs"):
        ndcg({"a": 1}, ["a"], 0)


# Area under ROC


@given(positive=scores, negative=scores)
def test_the_area_under_roc_is_the_mann_whitney_statistic(positive: list[float], negative: list[float]) -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")

    reference = (
        stats.mannwhitneyu(positive, negative, method="asymptotic").statistic if _varies(positive, negative) else None
    )

    found = area_under_roc(positive, negative)
    if reference is not None:
        assert found == pytest.approx(reference / (len(positive) * len(negative)))
    won = sum(1.0 if p > n else 0.5 if p == n else 0.0 for p, n in product(positive, negative))
    assert found == pytest.approx(won / (len(positive) * len(negative)))


def _varies(positive: list[float], negative: list[float]) -> bool:
    """Whether the reference's p-value is defined, without which it warns."""
    return len({*positive, *negative}) > 1


@given(positive=scores, negative=scores)
def test_the_area_under_roc_is_that_of_scikit_learn(positive: list[float], negative: list[float]) -> None:
    reference = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed").roc_auc_score
    labels = [1] * len(positive) + [0] * len(negative)

    assert area_under_roc(positive, negative) == pytest.approx(reference(labels, [*positive, *negative]))


@given(positive=scores, negative=scores)
def test_the_area_seen_from_the_other_side_is_the_rest(positive: list[float], negative: list[float]) -> None:
    assert area_under_roc(positive, negative) + area_under_roc(negative, positive) == pytest.approx(1)


@pytest.mark.parametrize(("positive", "negative"), [([], [1.0]), ([1.0], []), ([], [])])
def test_the_area_under_roc_needs_both_sides(positive: list[float], negative: list[float]) -> None:
    with pytest.raises(ValueError, match="positives and negatives"):
        area_under_roc(positive, negative)


# Risk and coverage


@given(st.lists(st.tuples(few, st.booleans()), min_size=1, max_size=25))
def test_risk_and_coverage_are_what_each_threshold_gives(rows: list[tuple[float, bool]]) -> None:
    confidence, right = [score for score, _ in rows], [good for _, good in rows]

    points = risk_coverage(confidence, right)

    assert [threshold for threshold, _, _ in points] == sorted(set(confidence), reverse=True)
    for threshold, coverage, risk in points:
        answered = [good for score, good in rows if score >= threshold]
        assert coverage == pytest.approx(len(answered) / len(rows))
        assert risk == pytest.approx(answered.count(False) / len(answered))


def test_all_questions_are_covered_at_the_lowest_score() -> None:
    points = risk_coverage([0.9, 0.2, 0.5, 0.5], [True, False, True, False])

    assert points == [(0.9, 0.25, 0.0), (0.5, 0.75, pytest.approx(1 / 3)), (0.2, 1.0, 0.5)]


def test_without_questions_there_is_nothing_to_cover() -> None:
    assert risk_coverage([], []) == []
