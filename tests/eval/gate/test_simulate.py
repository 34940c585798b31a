"""The gate is right as often as docs/gate.md says: few false alarms, drops caught; at small sizes and a fixed seed."""

from pathlib import Path

import numpy as np
import pytest

from eval.gate.decision import PairedScores, decide
from eval.gate.simulated.loops import Wavering, best_of, many_gates, until_passed
from eval.gate.simulated.simulate import BEGIN, END, Row, reaches, tables, write
from eval.gate.simulated.simulation import METRICS, Model, Outcome, differences, gate, simulate
from index.errors import UserError

RUNS = 500
CHANCE = 0.02
"""Twice the standard error of a share of 5% in so many runs: what a fixed seed may miss the long run by."""
DOCS = Path(__file__).parents[3] / "docs"


# What docs/gate.md says


@pytest.mark.parametrize("flips", [0.0, 0.02, 0.08])
@pytest.mark.parametrize("cases", [50, 200])
def test_where_nothing_changed_at_most_one_gate_in_twenty_fails(flips: float, cases: int) -> None:
    outcome = simulate(Model(cases=cases, flips=flips), seed=3, runs=RUNS, metrics=METRICS)

    assert outcome.failed <= 0.05 + CHANCE
    assert outcome.failed + outcome.inconclusive + outcome.passed == pytest.approx(1)


@pytest.mark.parametrize("flips", [0.0, 0.005, 0.01, 0.04])
@pytest.mark.parametrize("metrics", [METRICS[:1], METRICS[3:4]])
@pytest.mark.parametrize("cases", [150, 400])
def test_a_drop_of_just_the_margin_passes_and_fails_at_most_once_in_twenty(flips: float, metrics, cases: int) -> None:
    outcome = simulate(Model(cases=cases, flips=flips, drop=0.02), seed=3, runs=RUNS, metrics=metrics)

    assert outcome.passed <= 0.05 + CHANCE
    assert outcome.failed <= 0.05 + CHANCE


@pytest.mark.parametrize("drop", [0.01, 0.015])
def test_a_real_drop_within_the_margin_fails_at_most_once_in_twenty(drop: float) -> None:
    outcome = simulate(Model(cases=500, flips=0.04, drop=drop), seed=3, runs=RUNS, metrics=METRICS[:1])

    assert outcome.failed <= 0.05


@pytest.mark.parametrize("cluster", [5, 10])
@pytest.mark.parametrize("sharing", [0.5, 1.0])
@pytest.mark.parametrize("drop", [0.0, 0.02])
def test_clusters_give_no_more_false_verdicts_than_single_cases(cluster: int, sharing: float, drop: float) -> None:
    model = Model(cases=400, flips=0.04, drop=drop, cluster=cluster, sharing=sharing)

    outcome = simulate(model, seed=3, runs=RUNS, metrics=METRICS[:1])

    assert outcome.failed <= 0.05 + CHANCE
    assert drop == 0 or outcome.passed <= 0.05 + CHANCE


def test_a_gate_that_is_blind_to_clusters_gives_many_times_as_many() -> None:
    model = Model(cases=400, flips=0.04, drop=0.02, cluster=10, sharing=1.0, blind=True)

    outcome = simulate(model, seed=3, runs=RUNS, metrics=METRICS[:1])

    assert min(outcome.failed, outcome.passed) >= 0.2


def test_a_fixed_tolerance_fails_where_nothing_changed() -> None:
    outcome = simulate(Model(cases=200, flips=0.04), seed=3, runs=RUNS, metrics=METRICS)

    assert outcome.tolerance >= 0.4 > 5 * outcome.failed


def test_a_drop_of_five_points_does_not_pass_and_fails_with_the_stated_power() -> None:
    alone = simulate(Model(cases=1_000, flips=0.04, drop=0.05), seed=3, runs=RUNS, metrics=METRICS[:1])
    together = simulate(Model(cases=600, flips=0.04, drop=0.05), seed=3, runs=RUNS, metrics=METRICS)

    assert alone.failed >= 0.8
    assert together.failed >= 0.8
    assert alone.passed == together.passed == 0


def test_more_cases_catch_more() -> None:
    caught = [
        simulate(Model(cases=cases, flips=0.08, drop=0.05), seed=3, runs=RUNS, metrics=METRICS[:1]).failed
        for cases in (50, 200, 800)
    ]

    assert caught == sorted(caught)
    assert caught[-1] >= 0.5


def test_the_best_of_three_baselines_makes_good_runs_pass_less_often() -> None:
    state = Wavering(cases=400, flips=0.04)

    one, three = (best_of(count, state, seed=3, runs=200) for count in (1, 3))

    assert three[1] < one[1] - 0.1


def test_twenty_gates_against_one_baseline_seldom_fail_where_nothing_changed() -> None:
    share, anyone = many_gates(20, Wavering(cases=400, flips=0.04), seed=3, runs=50)

    assert share <= anyone <= 0.05 + CHANCE


def test_running_again_until_it_passes_gets_a_drop_through_unless_alpha_is_divided() -> None:
    state = Wavering(cases=400, flips=0.04, drop=0.02)

    loose = until_passed((1, 10), state, corrected=False, seed=3, runs=200)
    strict = until_passed((1, 10), state, corrected=True, seed=3, runs=200)

    assert loose[1] >= 0.1
    assert strict[1] <= 0.05 * 1.65 + CHANCE


# The simulation itself


@pytest.mark.parametrize(
    "model",
    [
        Model(cases=60, flips=0.08, drop=0.1),
        Model(cases=250, flips=0.02, drop=0.02),
        Model(cases=400, flips=0.02, drop=0.0),
        Model(cases=400, flips=0.04, drop=0.1, cluster=5, sharing=0.5),
    ],
)
def test_the_simulated_gate_decides_as_the_gate_itself(model: Model) -> None:
    generator = np.random.default_rng(5)
    drawn = differences(model, generator, runs=60, metrics=METRICS)

    simulated = gate(drawn, generator, metrics=METRICS, model=model, draws=4_000)

    asked = [decide(_scores(drawn, run, model.cluster), seed=1).verdict for run in range(60)]
    # Both draw flips and samples of their own, so that a comparison that lies on the border may come out either way.
    assert sum(ours is not theirs for ours, theirs in zip(simulated, asked, strict=True)) <= 3


def test_the_simulated_gate_decides_yes_and_no_exactly_as_the_gate_itself() -> None:
    generator, metrics = np.random.default_rng(6), METRICS[:2]
    model = Model(cases=150, flips=0.04, drop=0.06)
    drawn = differences(model, generator, runs=200, metrics=metrics)

    simulated = gate(drawn, generator, metrics=metrics, model=model, draws=1)

    assert simulated == [decide(_scores(drawn, run, 1), seed=1).verdict for run in range(200)]
    assert len(set(simulated)) > 1


@pytest.mark.parametrize("sharing", [0.0, 0.5, 1.0])
def test_cases_of_a_cluster_change_together_as_often_as_was_asked_for(sharing: float) -> None:
    model = Model(cases=200, flips=0.2, cluster=2, sharing=sharing)
    (drawn,) = differences(model, np.random.default_rng(7), runs=400, metrics=METRICS[:1])

    correlation = np.corrcoef(drawn[::2].ravel(), drawn[1::2].ravel())[0, 1]

    assert correlation == pytest.approx(sharing**2, abs=0.02)


def test_a_made_up_drop_is_as_large_as_was_asked_for_in_every_metric() -> None:
    drawn = differences(
        Model(cases=500, flips=0.04, drop=0.05, dropping=4), np.random.default_rng(7), runs=400, metrics=METRICS
    )

    means = [values.mean() for values in drawn]

    assert means[:4] == pytest.approx([-0.05] * 4, abs=0.003)
    assert means[4] == pytest.approx(0.0, abs=0.003)


def test_the_number_of_cases_that_reaches_a_power_lies_between_those_simulated() -> None:
    row = Row(name="", outcomes=tuple(_failed(cases, share) for cases, share in ((100, 0.5), (200, 0.7), (400, 0.9))))

    assert reaches(row, 0.8) == 300
    assert reaches(row, 0.4) == 100
    assert reaches(row, 0.95) is None


def test_the_same_seed_gives_the_same_shares_and_another_does_not() -> None:
    model = Model(cases=100, flips=0.08)
    first, again, other = (simulate(model, seed=seed, runs=100, metrics=METRICS) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_the_tables_are_written_into_the_page_and_the_curves_beside_it(tmp_path: Path) -> None:
    found = tables(seed=1, runs=10, cases=(50, 100))
    page = tmp_path / "gate.md"
    page.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", encoding="utf-8")

    write(found, tmp_path)

    assert page.read_text(encoding="utf-8") == f"Before.\n{BEGIN}\n\n{found.text}\n{END}\nAfter.\n"
    for name in ("gate-false-alarms.svg", "gate-power.svg"):
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("<svg")
    page.write_text("No place.", encoding="utf-8")
    with pytest.raises(UserError, match="no place for the tables"):
        write(found, tmp_path)


def test_the_page_has_every_table_that_is_simulated() -> None:
    heads = [line.split("|")[1] for line in tables(seed=1, runs=10, cases=(50, 100)).text.split("\n") if "n=" in line]
    page = (DOCS / "gate.md").read_text(encoding="utf-8")

    assert [head for head in heads if head not in page] == []


def _scores(drawn: list[np.ndarray], run: int, cluster: int) -> list[PairedScores]:
    """Scores with the differences of one made-up pair of runs."""
    found = []
    for metric, values in zip(METRICS, drawn, strict=False):
        base = np.where(values[:, run] < 0, 1.0, 0.0)
        found.append(
            PairedScores(
                metric=metric.name,
                base=tuple(base.tolist()),
                new=tuple((base + values[:, run]).tolist()),
                binary=metric.binary,
                clusters=tuple(str(n // cluster) for n in range(len(base))),
            )
        )
    return found


def _failed(cases: int, share: float) -> Outcome:
    return Outcome(
        model=Model(cases=cases, flips=0.04), failed=share, inconclusive=1 - share, passed=0.0, tolerance=0.0
    )
