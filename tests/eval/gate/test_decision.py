"""What the gate says of scores that are known, and what must hold of its verdicts whatever the scores."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from eval.gate.decision import EXIT_CODES, MetricDecision, PairedScores, Verdict, decide, overall
from eval.measures.margins import CAUTION, smoothed
from eval.measures.paired import holm, mcnemar_exact, paired_permutation
from eval.measures.statistics import (
    bca_ends,
    bca_interval,
    bca_p_below,
    bonett_price_interval,
    bonett_price_p_below,
    bootstrap_means,
    most_share,
)

score = st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0])


def yes_no(*, worse: int = 0, better: int = 0, same: int = 0, metric: str = "right") -> PairedScores:
    """Scores of which so many cases changed each way."""
    base = [1.0] * worse + [0.0] * better + [1.0] * same
    new = [0.0] * worse + [1.0] * better + [1.0] * same
    return PairedScores(metric=metric, base=tuple(base), new=tuple(new), binary=True)


def graded(differences: list[float], *, metric: str = "f1", minimum_effect: float = 0.02) -> PairedScores:
    """Scores with these differences."""
    base = [0.5] * len(differences)
    new = [0.5 + difference for difference in differences]
    return PairedScores(metric=metric, base=tuple(base), new=tuple(new), binary=False, minimum_effect=minimum_effect)


def verdict(pair: PairedScores) -> MetricDecision:
    """On this metric alone."""
    return decide([pair], seed=1).metrics[0]


# One metric


def test_a_drop_beyond_the_margin_that_is_no_chance_fails() -> None:
    decision = verdict(yes_no(worse=18, better=2, same=180))

    assert decision.verdict is Verdict.FAIL
    assert decision.difference == pytest.approx(-0.08)
    beyond = bonett_price_p_below(18, 2, 200, limit=-0.02) / CAUTION
    assert decision.p == max(mcnemar_exact(18, 2, side="drop"), beyond)
    assert (decision.worse, decision.better, decision.same) == (18, 2, 180)
    assert decision.reason == "a drop of more than 0.02 is shown (p 0.0057)"


def test_an_equally_large_rise_passes() -> None:
    assert verdict(yes_no(worse=2, better=18, same=180)).verdict is Verdict.PASS


def test_nothing_changed_passes_where_so_many_cases_exclude_a_drop_and_else_is_inconclusive() -> None:
    few, many = verdict(yes_no(same=3)), verdict(yes_no(same=150))

    assert few.verdict is Verdict.INCONCLUSIVE
    assert few.reason == "a drop of 0.02 is neither shown nor excluded; needs about 149 cases"
    assert many.verdict is Verdict.PASS  # 0.98**149 < 0.05: of so many, a drop of 0.02 would have shown in one.
    assert many.reason == "no case changed: a drop of 0.02 is excluded"
    assert verdict(yes_no(same=148)).verdict is Verdict.INCONCLUSIVE


def test_cases_that_got_better_do_not_turn_a_pass_into_something_worse() -> None:
    assert verdict(yes_no(better=3, same=147)).verdict is Verdict.PASS
    assert verdict(graded([0.3] * 3 + [0.0] * 147)).verdict is Verdict.PASS


def test_a_handful_of_flips_each_way_is_inconclusive_in_a_small_set() -> None:
    decision = verdict(yes_no(worse=4, better=4, same=92))

    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.cases_needed is not None
    assert 1_237 <= decision.cases_needed < 1_300  # (1.6449 + 0.8416)² * 0.08 / 0.02²: flips of 4% each way.
    assert decision.reason.startswith("a drop of 0.02 is neither shown nor excluded; needs about 1,")


def test_the_same_share_of_flips_passes_in_a_set_as_large_as_was_asked_for() -> None:
    assert verdict(yes_no(worse=50, better=50, same=1_137)).verdict is Verdict.PASS


def test_a_drop_that_is_real_but_too_small_to_matter_passes() -> None:
    decision = verdict(yes_no(worse=24, better=8, same=1_968))

    assert mcnemar_exact(24, 8, side="drop") < 0.01
    assert decision.interval.high < 0
    assert decision.verdict is Verdict.PASS
    assert decision.reason == "a drop of 0.02 is excluded"


@pytest.mark.parametrize("worse", [9, 14, 16])
def test_a_drop_that_is_real_and_perhaps_large_enough_is_inconclusive(worse: int) -> None:
    decision = verdict(yes_no(worse=worse, better=0, same=500 - worse))

    assert mcnemar_exact(worse, 0, side="drop") <= 0.05
    assert decision.interval.low < -0.02 < decision.interval.high
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.cases_needed is None or decision.cases_needed > 500


def test_four_cases_cannot_fail_and_five_can() -> None:
    four, five = verdict(yes_no(worse=4)), verdict(yes_no(worse=5))

    assert four.verdict is Verdict.INCONCLUSIVE
    assert four.cases_needed == 5
    assert five.verdict is Verdict.FAIL


@pytest.mark.parametrize("drop", [-0.01, -0.1])
def test_a_few_drops_all_alike_prove_nothing_though_they_do_not_vary(drop: float) -> None:
    decision = verdict(graded([drop] * 3))

    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.cases_needed is None or decision.cases_needed > 3


def test_many_drops_all_alike_fail_or_pass_by_their_size() -> None:
    assert verdict(graded([-0.05] * 200)).verdict is Verdict.FAIL
    assert verdict(graded([-0.001] * 400)).verdict is Verdict.PASS


def test_one_case_is_enough_for_nothing() -> None:
    assert verdict(yes_no(worse=1)).verdict is Verdict.INCONCLUSIVE
    assert verdict(graded([-0.01])).verdict is Verdict.INCONCLUSIVE
    assert verdict(graded([0.0])).verdict is Verdict.INCONCLUSIVE


# Clusters


def clustered(pair: PairedScores, size: int) -> PairedScores:
    """The same scores, each `size` cases of one cluster."""
    return replace(pair, clusters=tuple(str(n // size) for n in range(len(pair.base))))


def test_ten_cases_that_fell_together_are_one_piece_of_evidence() -> None:
    pair = yes_no(worse=20, same=180)

    apart, together = verdict(pair), verdict(clustered(pair, 10))

    assert apart.verdict is Verdict.FAIL
    assert together.verdict is Verdict.INCONCLUSIVE
    assert (together.clusters, together.difference) == (20, apart.difference)
    assert together.interval.low < apart.interval.low
    assert together.p >= paired_permutation([-10.0] * 2, seed=1, side="drop") == 0.25
    assert together.reason.endswith(", in 20 clusters")


def test_a_cluster_for_each_case_is_as_no_clusters() -> None:
    pair = yes_no(worse=14, better=3, same=183)

    assert verdict(clustered(pair, 1)) == verdict(pair)


def test_the_bootstrap_of_clusters_of_one_case_is_that_of_cases() -> None:
    differences = [-0.3, 0.1, 0.0, 0.25, -0.05] * 12

    assert bca_interval(differences, seed=3, sizes=[1] * 60) == bca_interval(differences, seed=3)


@pytest.mark.parametrize("seed", range(5))
def test_the_p_value_of_a_limit_is_that_at_which_the_interval_ends_there(seed: int) -> None:
    values = np.random.default_rng(seed).exponential(1.0, 40)
    limit = float(values.mean() + 1.2 * values.std() / np.sqrt(40))
    array, _, means = bootstrap_means(values.tolist(), seed=1)

    p = float(bca_p_below(array[:, None], means[:, None], limit)[0])

    _, high = bca_ends(array[:, None], means[:, None], level=1 - 2 * p)
    assert 0.03 < p < 0.25
    assert high[0] == pytest.approx(limit, abs=0.01)


@pytest.mark.parametrize(("right", "count"), [(0, 30), (1, 30), (4, 50), (30, 30), (390, 500), (600, 1200)])
def test_the_exact_bound_of_a_share_is_clopper_and_pearsons(right: int, count: int) -> None:
    expected = 1.0 if right == count else beta.ppf(0.95, right + 1, count - right)

    assert most_share(right, count, 0.05) == pytest.approx(expected)


# One metric, its limits


def test_no_number_of_cases_is_named_for_a_difference_that_lies_on_the_minimum_effect() -> None:
    decision = verdict(graded([-0.2, 0.1605] * 2_000))

    assert decision.difference == pytest.approx(-0.01975)
    assert decision.verdict is Verdict.INCONCLUSIVE
    assert decision.cases_needed is None
    assert decision.reason == "the difference lies too near -0.02 for more cases to settle it"


def test_each_metric_has_its_own_minimum_effect() -> None:
    differences = [-0.06, 0.02] * 100

    assert verdict(graded(differences * 4, minimum_effect=0.01)).verdict is Verdict.FAIL
    assert verdict(graded(differences * 4, minimum_effect=0.05)).verdict is Verdict.PASS


def test_a_rounding_error_is_no_change() -> None:
    pair = PairedScores(metric="f1", base=(0.3,) * 40, new=(0.1 + 0.2,) * 40, binary=False)

    assert verdict(pair).same == 40


def test_seconds_are_held_to_a_limit_in_seconds() -> None:
    times = np.random.default_rng(3).uniform(0.5, 1.5, 300)
    base = tuple((-times).tolist())  # Lower is better, so negated.
    slower = tuple((-times - 0.5).tolist())

    def pair(new: tuple[float, ...]) -> PairedScores:
        return PairedScores(metric="seconds", base=base, new=new, binary=False, minimum_effect=0.2, span=10.0)

    assert verdict(pair(slower)).verdict is Verdict.FAIL
    assert verdict(pair(base)).verdict is Verdict.PASS


def test_smoothing_is_to_any_score_what_bonett_and_price_do_to_yes_and_no() -> None:
    differences = np.array([-1.0] * 8 + [1.0] * 3 + [0.0] * 60)
    interval = bonett_price_interval(8, 3, 71)

    smooth, sizes = smoothed(differences, np.ones(71), 1.0)

    assert sizes.sum() == 73
    assert smooth.mean() == pytest.approx((interval.low + interval.high) / 2)


# All metrics


def test_what_would_fail_alone_may_not_among_many_metrics() -> None:
    drop = yes_no(worse=10, better=1, same=89)
    others = [yes_no(worse=3, better=3, same=94, metric=f"other {n}") for n in range(4)]

    alone, among = decide([drop], seed=1), decide([drop, *others], seed=1)

    assert alone.verdict is Verdict.FAIL
    assert among.metrics[0].verdict is Verdict.INCONCLUSIVE
    assert among.metrics[0].p == alone.metrics[0].p
    assert [metric.adjusted_p for metric in among.metrics] == list(holm([metric.p for metric in among.metrics]))


def test_one_failed_metric_fails_the_gate_and_one_inconclusive_leaves_it_open() -> None:
    failed = yes_no(worse=30, same=170, metric="failed")
    unsure = yes_no(worse=4, better=4, same=92, metric="unsure")
    passed = yes_no(same=200, metric="passed")

    assert decide([passed, unsure, failed], seed=1).verdict is Verdict.FAIL
    assert decide([passed, unsure], seed=1).verdict is Verdict.INCONCLUSIVE
    assert decide([passed], seed=1).verdict is Verdict.PASS


@given(verdicts=st.lists(st.sampled_from(Verdict), max_size=5))
def test_the_worst_verdict_is_the_gates(verdicts: list[Verdict]) -> None:
    assert EXIT_CODES[overall(verdicts)] == min(
        (EXIT_CODES[one] for one in verdicts), key=[100, 101, 0].index, default=0
    )


def test_the_gate_names_the_cases_that_settle_every_metric() -> None:
    few, more = yes_no(worse=2, better=2, same=96, metric="few"), yes_no(worse=4, better=4, same=92, metric="more")

    both = decide([few, more], seed=1)

    assert both.cases_needed == both.metrics[1].cases_needed
    assert decide([yes_no(same=200)], seed=1).cases_needed is None


@pytest.mark.parametrize("names", [[], ["right", "right"]])
def test_metrics_come_once_each(names: list[str]) -> None:
    with pytest.raises(ValueError, match="each once"):
        decide([yes_no(same=5, metric=name) for name in names], seed=1)


# Whatever the scores


@settings(max_examples=60)
@given(pairs=st.lists(st.tuples(score, score), min_size=1, max_size=60), seed=st.integers(0, 3))
def test_the_same_seed_gives_the_same_decision_in_any_order_of_cases(
    pairs: list[tuple[float, float]], seed: int
) -> None:
    def pair(rows: list[tuple[float, float]]) -> PairedScores:
        return PairedScores(
            metric="f1", base=tuple(base for base, _ in rows), new=tuple(new for _, new in rows), binary=False
        )

    shuffled = random.Random(seed).sample(pairs, len(pairs))
    first, again, other = (decide([pair(rows)], seed=seed).metrics[0] for rows in (pairs, pairs, shuffled))

    assert first == again
    assert (first.verdict, first.p, first.interval, first.cases_needed) == (
        other.verdict,
        other.p,
        other.interval,
        other.cases_needed,
    )


@settings(max_examples=60)
@given(pairs=st.lists(st.tuples(score, score), min_size=1, max_size=60))
def test_a_decision_is_consistent_with_itself(pairs: list[tuple[float, float]]) -> None:
    base, new = tuple(base for base, _ in pairs), tuple(new for _, new in pairs)

    decision = verdict(PairedScores(metric="f1", base=base, new=new, binary=False))

    assert decision.worse + decision.better + decision.same == decision.cases == len(pairs)
    assert decision.difference == pytest.approx(decision.new - decision.base)
    assert decision.p <= decision.adjusted_p
    assert decision.interval.low - 1e-9 <= decision.difference <= decision.interval.high + 1e-9
    if decision.verdict is Verdict.FAIL:
        assert decision.adjusted_p <= 0.05
        assert decision.difference <= -0.02 + 1e-9
    if decision.verdict is Verdict.INCONCLUSIVE:
        assert decision.cases_needed is None or decision.cases_needed > decision.cases
    else:
        assert decision.cases_needed is None


@given(worse=st.integers(0, 40), better=st.integers(0, 40), same=st.integers(0, 300))
def test_another_case_that_got_worse_never_helps(worse: int, better: int, same: int) -> None:
    order = [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL]

    before = verdict(yes_no(worse=worse, better=better, same=same + 1)).verdict
    after = verdict(yes_no(worse=worse + 1, better=better, same=same)).verdict

    assert order.index(after) >= order.index(before)


# What is no pair of scores


@pytest.mark.parametrize(
    ("base", "new", "binary", "message"),
    [
        ((), (), True, "needs pairs"),
        ((1.0,), (1.0, 0.0), True, "needs pairs"),
        ((0.5,), (1.0,), True, "a yes/no score is 0 or 1"),
        ((0.5,), (float("nan"),), False, "finite"),
    ],
)
def test_scores_that_are_no_pairs_are_refused(base, new, binary, message) -> None:
    with pytest.raises(ValueError, match=message):
        PairedScores(metric="f1", base=base, new=new, binary=binary)


def test_an_effect_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        PairedScores(metric="f1", base=(1.0,), new=(1.0,), binary=False, minimum_effect=0.0)
