"""Tests and intervals against SciPy on random inputs, and what must hold of them whatever the scores."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from eval.measures.paired import ENUMERATED, holm, mcnemar_exact, paired_permutation
from eval.measures.planning import cases_needed, detectable_effect, fewest_changes, flip_deviation
from eval.measures.statistics import bca_interval, bonett_price_interval, wilson_interval

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])
thirds = st.sampled_from([-1.0, -2 / 3, -1 / 3, 0.0, 1 / 3, 2 / 3, 1.0])
difference = st.one_of(thirds, st.floats(-1, 1).map(lambda value: round(value, 3)))
counts = st.integers(0, 400)


def scores(seed: int, count: int) -> np.ndarray:
    """Differences like those of a real metric: mostly none, some small, few large."""
    generator = np.random.default_rng(seed)
    return np.where(generator.random(count) < 0.5, 0.0, generator.normal(-0.05, 0.3, count))


# McNemar


@given(worse=counts, better=counts)
def test_mcnemar_agrees_with_scipys_binomial_test(worse: int, better: int) -> None:
    assume(worse + better)
    for side, alternative in (("drop", "greater"), ("two-sided", "two-sided")):
        theirs = stats.binomtest(worse, worse + better, 0.5, alternative=alternative).pvalue

        assert mcnemar_exact(worse, better, side=side) == pytest.approx(theirs, rel=1e-9)


@given(worse=counts, better=counts)
def test_mcnemar_is_symmetric_and_each_worse_case_counts_against_no_change(worse: int, better: int) -> None:
    assert mcnemar_exact(worse, better, side="two-sided") == mcnemar_exact(better, worse, side="two-sided")
    assert mcnemar_exact(worse + 1, better, side="drop") <= mcnemar_exact(worse, better, side="drop")
    assert mcnemar_exact(worse, better + 1, side="drop") >= mcnemar_exact(worse, better, side="drop")


def test_mcnemar_of_known_counts() -> None:
    assert mcnemar_exact(0, 0, side="drop") == mcnemar_exact(0, 0, side="two-sided") == 1.0
    assert mcnemar_exact(5, 0, side="drop") == 1 / 32
    assert mcnemar_exact(5, 0, side="two-sided") == 1 / 16
    assert mcnemar_exact(0, 5, side="drop") == 1.0


def test_mcnemar_is_exact_where_floating_point_would_overflow() -> None:
    assert mcnemar_exact(1_600, 1_400, side="drop") == pytest.approx(stats.binom.sf(1_599, 3_000, 0.5), rel=1e-9)


def test_counts_below_none_are_refused() -> None:
    with pytest.raises(ValueError, match="-1 worse"):
        mcnemar_exact(-1, 2, side="drop")


# Permutation


# Quarters, since SciPy takes sums that differ in their last bit alone for different, and thirds have such.
@settings(max_examples=60)
@given(differences=st.lists(st.integers(-4, 4).map(lambda value: value / 4), min_size=2, max_size=9))
def test_few_changes_are_enumerated_as_scipy_does(differences: list[float]) -> None:
    for side, alternative in (("drop", "less"), ("two-sided", "two-sided")):
        theirs = stats.permutation_test(
            (np.array(differences),),
            lambda values, axis: values.mean(axis=axis),
            vectorized=True,
            permutation_type="samples",
            n_resamples=2 ** len(differences),
            alternative=alternative,
        )

        assert paired_permutation(differences, seed=0, side=side) == pytest.approx(theirs.pvalue, abs=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_many_changes_are_drawn_and_come_near_scipys(seed: int) -> None:
    differences = scores(seed, 120)

    for side, alternative in (("drop", "less"), ("two-sided", "two-sided")):
        theirs = stats.permutation_test(
            (differences,),
            lambda values, axis: values.mean(axis=axis),
            vectorized=True,
            permutation_type="samples",
            n_resamples=20_000,
            alternative=alternative,
            rng=np.random.default_rng(99),
        ).pvalue
        ours = paired_permutation(differences, seed=seed, draws=20_000, side=side)

        # Both are estimates; four standard errors of the difference of two shares, doubled for both sides.
        assert ours == pytest.approx(theirs, abs=4 * 2 * math.sqrt(2 * 0.25 / 20_000))


def test_drawing_comes_to_what_enumerating_would() -> None:
    few = [value for value in scores(3, 60) if value][:ENUMERATED]
    exact = paired_permutation(few, seed=0, side="drop")

    drawn = paired_permutation([*few, -1e-9], seed=0, draws=50_000, side="drop")  # One more than are enumerated.

    assert drawn == pytest.approx(exact, abs=4 * math.sqrt(0.25 / 50_000))


def test_a_drawn_p_is_never_nothing() -> None:
    assert paired_permutation([-1.0] * 40, seed=1, draws=999, side="drop") == 1 / 1_000


def test_draws_that_do_not_fit_memory_at_once_all_count() -> None:
    differences = np.random.default_rng(5).normal(-0.02, 0.3, 900)

    ours = paired_permutation(differences, seed=0, draws=10_000, side="drop")

    # With so many cases the sum of flipped signs is normal, with the sum of squares as its variance.
    expected = stats.norm.cdf(differences.sum() / math.sqrt((differences**2).sum()))
    assert ours == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 10_000))


@given(differences=st.lists(difference, max_size=12), seed=st.integers(0, 5))
def test_a_drop_and_its_mirror_share_the_two_sided_p(differences: list[float], seed: int) -> None:
    mirrored = [-value for value in differences]

    assert paired_permutation(differences, seed=seed, side="two-sided") == pytest.approx(
        paired_permutation(mirrored, seed=seed, side="two-sided")
    )


@pytest.mark.parametrize("seed", range(3))
def test_cases_that_did_not_change_and_the_order_of_cases_do_not_matter(seed: int) -> None:
    differences = scores(seed, 80)
    shuffled = np.random.default_rng(7).permutation([*differences, 0.0, 0.0])

    assert paired_permutation(differences, seed=seed, side="drop") == paired_permutation(
        shuffled, seed=seed, side="drop"
    )


def test_nothing_changed_is_no_drop() -> None:
    assert paired_permutation([], seed=0, side="drop") == paired_permutation([0.0] * 30, seed=0, side="drop") == 1.0


def test_a_yes_no_score_is_tested_alike_by_both_tests() -> None:
    differences = [-1.0] * 9 + [1.0] * 3 + [0.0] * 50

    assert paired_permutation(differences, seed=0, side="drop") == pytest.approx(mcnemar_exact(9, 3, side="drop"))


# Holm


@given(p_values=st.lists(st.floats(0, 1), max_size=8))
def test_adjusted_values_are_no_smaller_and_keep_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)

    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    assert all(
        adjusted[i] <= adjusted[j]
        for i in range(len(p_values))
        for j in range(len(p_values))
        if p_values[i] < p_values[j]
    )


@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=6), alpha=st.floats(0.001, 0.5))
def test_adjusted_values_reject_what_holms_steps_reject(p_values: list[float], alpha: float) -> None:
    rejected = set()
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if (len(p_values) - rank) * p_values[place] > alpha:
            break
        rejected.add(place)

    assert {place for place, p in enumerate(holm(p_values)) if p <= alpha} == rejected


def test_holm_of_known_values() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.2]) == (0.2,)
    assert holm([]) == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([0.2, 1.2])


# Intervals


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), count=st.integers(5, 150), level=LEVELS)
def test_the_bootstrap_interval_agrees_with_scipys_to_the_last_figures(seed: int, count: int, level: float) -> None:
    values = np.sort(scores(seed, count))
    assume(values[0] < values[-1])
    theirs = stats.bootstrap(
        (values,),
        np.mean,
        method="BCa",
        n_resamples=2_000,
        confidence_level=level,
        rng=np.random.default_rng(seed),
    ).confidence_interval

    ours = bca_interval(values, seed=seed, level=level)

    # SciPy draws the same samples from the same seed.
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(values=st.lists(difference, min_size=1, max_size=40), seed=st.integers(0, 9))
def test_the_bootstrap_interval_lies_within_the_values_and_holds_their_mean(values: list[float], seed: int) -> None:
    interval = bca_interval(values, seed=seed, draws=500)

    assert min(values) - 1e-12 <= interval.low <= interval.high <= max(values) + 1e-12
    assert interval.low - 1e-9 <= np.mean(values) <= interval.high + 1e-9


def test_values_all_the_same_give_that_point() -> None:
    interval = bca_interval([0.1] * 3, seed=0)

    assert (interval.low, interval.high) == (0.1, 0.1)


@pytest.mark.parametrize("values", [[], [0.1, math.nan]])
def test_an_interval_needs_numbers(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"no values|finite"):
        bca_interval(values, seed=0)


def test_a_bootstrap_of_many_values_is_drawn_in_parts_that_agree_with_scipys() -> None:
    values = np.sort(scores(0, 3_000))
    theirs = stats.bootstrap(
        (values,), np.mean, method="BCa", n_resamples=2_000, rng=np.random.default_rng(2)
    ).confidence_interval

    ours = bca_interval(values, seed=2)

    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(seed=st.integers(0, 50))
def test_the_same_seed_gives_the_same_interval_in_any_order(seed: int) -> None:
    values = scores(seed, 40)

    assert bca_interval(values, seed=seed) == bca_interval(values[::-1], seed=seed)


@given(right=st.integers(0, 300), wrong=st.integers(0, 300), level=LEVELS)
def test_the_interval_of_a_share_agrees_with_scipys(right: int, wrong: int, level: float) -> None:
    assume(right + wrong)
    theirs = stats.binomtest(right, right + wrong).proportion_ci(level, method="wilson")

    ours = wilson_interval(right, right + wrong, level=level)

    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)
    assert right / (right + wrong) in ours


@given(worse=counts, better=counts, same=counts, level=LEVELS)
def test_the_interval_of_a_paired_difference_holds_it_and_mirrors(
    worse: int, better: int, same: int, level: float
) -> None:
    assume(worse + better + same)
    count = worse + better + same

    interval = bonett_price_interval(worse, better, count, level=level)
    mirrored = bonett_price_interval(better, worse, count, level=level)

    assert interval.low - 1e-12 <= (better - worse) / count <= interval.high + 1e-12
    assert (interval.low, interval.high) == pytest.approx((-mirrored.high, -mirrored.low))


def test_the_interval_of_a_paired_difference_is_walds_with_a_case_added_each_way() -> None:
    differences = np.array([-1.0] * 8 + [1.0] * 2 + [0.0] * 13)  # Of 21 cases 7 got worse and 1 better.
    half = stats.norm.ppf(0.975) * differences.std() / math.sqrt(23)

    interval = bonett_price_interval(7, 1, 21)

    assert (interval.low, interval.high) == pytest.approx((differences.mean() - half, differences.mean() + half))


def test_the_interval_of_a_paired_difference_holds_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    for count, worse, better in ((50, 0.06, 0.04), (150, 0.05, 0.02), (400, 0.1, 0.08)):
        drawn = generator.multinomial(count, [worse, better, 1 - worse - better], size=4_000)
        held = [better - worse in bonett_price_interval(int(w), int(b), count, level=0.9) for w, b, _ in drawn]

        assert np.mean(held) >= 0.9 - 3 * math.sqrt(0.1 * 0.9 / 4_000)


@pytest.mark.parametrize(("worse", "better", "count"), [(-1, 0, 5), (3, 3, 5), (0, 0, 0)])
def test_counts_that_do_not_fit_together_are_refused(worse: int, better: int, count: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        bonett_price_interval(worse, better, count)


# How many cases


def test_the_number_of_cases_is_the_textbooks() -> None:
    # One-sided 5%, power 80%: (1.6449 + 0.8416)² = 6.1826; deviation 0.4, effect 0.05: times 64.
    assert cases_needed(0.4, effect=0.05) == math.ceil(6.18256 * 64)
    assert cases_needed(0.0, effect=0.05) == 1


@given(
    deviation=st.floats(0.01, 1),
    effect=st.floats(0.005, 0.5),
    alpha=st.sampled_from([0.01, 0.05]),
    power=st.sampled_from([0.6, 0.8, 0.9]),
)
def test_cases_and_effect_are_one_relation(deviation: float, effect: float, alpha: float, power: float) -> None:
    cases = cases_needed(deviation, effect=effect, alpha=alpha, power=power)

    assert detectable_effect(cases, deviation, alpha=alpha, power=power) <= effect + 1e-9
    if cases > 1:
        assert detectable_effect(cases - 1, deviation, alpha=alpha, power=power) > effect


def test_the_number_of_cases_gives_the_power_it_says_in_a_t_test() -> None:
    generator = np.random.default_rng(4)
    cases = cases_needed(0.3, effect=0.05, power=0.8)

    drawn = generator.normal(-0.05, 0.3, size=(4_000, cases))
    caught = stats.ttest_1samp(drawn, 0.0, axis=1, alternative="less").pvalue <= 0.05

    assert caught.mean() == pytest.approx(0.8, abs=0.03)


def test_the_deviation_of_flips_is_that_of_the_differences() -> None:
    differences = np.array([-1.0] * 9 + [1.0] * 4 + [0.0] * 87)

    assert flip_deviation(0.09, 0.04) == pytest.approx(differences.std())


def test_five_changes_are_the_fewest_that_can_mean_anything() -> None:
    assert fewest_changes(0.05) == 5
    assert mcnemar_exact(5, 0, side="drop") <= 0.05 < mcnemar_exact(4, 0, side="drop")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: cases_needed(0.3, effect=0.0),
        lambda: cases_needed(-0.3, effect=0.1),
        lambda: cases_needed(0.3, effect=0.1, power=0.04),
        lambda: detectable_effect(0, 0.3),
        lambda: flip_deviation(0.7, 0.7),
    ],
)
def test_what_cannot_be_planned_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="got"):
        wrong()
