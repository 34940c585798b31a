"""The gate is right as often as docs/gate.md says: few false alarms, drops caught; at small sizes and a fixed seed."""

from pathlib import Path

import numpy as np
import pytest

from eval.gate.decision import PairedScores, Verdict, decide
from eval.gate.simulated.simulate import Row, main, reaches
from eval.gate.simulated.simulation import METRICS, Model, Outcome, differences, gate, simulate

RUNS = 500
CHANCE = 0.02
"""Twice the standard error of a share of 5% in so many runs: what a fixed seed may miss the long run by."""


@pytest.mark.parametrize("flips", [0.02, 0.08])
@pytest.mark.parametrize("cases", [50, 200])
def test_where_nothing_changed_at_most_one_gate_in_twenty_fails(flips: float, cases: int) -> None:
    outcome = simulate(Model(cases=cases, flips=flips), seed=3, runs=RUNS, metrics=METRICS)

    assert outcome.failed <= 0.05 + CHANCE
    assert outcome.failed + outcome.inconclusive + outcome.passed == pytest.approx(1)


def test_a_fixed_tolerance_alarms_many_times_as_often() -> None:
    outcome = simulate(Model(cases=200, flips=0.04), seed=3, runs=RUNS, metrics=METRICS)

    assert outcome.tolerance >= 0.4 > 5 * outcome.failed


def test_a_drop_of_five_points_is_caught_with_the_stated_power() -> None:
    alone = simulate(Model(cases=400, flips=0.04, drop=0.05), seed=3, runs=RUNS, metrics=METRICS[:1])
    together = simulate(Model(cases=200, flips=0.04, drop=0.05), seed=3, runs=RUNS, metrics=METRICS)

    assert alone.failed >= 0.8
    assert together.failed >= 0.8


def test_more_cases_catch_more() -> None:
    caught = [
        simulate(Model(cases=cases, flips=0.08, drop=0.05), seed=3, runs=RUNS, metrics=METRICS[:1]).failed
        for cases in (50, 200, 800)
    ]

    assert caught == sorted(caught)
    assert caught[-1] >= 0.85


@pytest.mark.parametrize("metrics", [METRICS[:1], METRICS[3:4]])
def test_a_drop_of_the_minimum_effect_rarely_passes(metrics) -> None:
    outcome = simulate(Model(cases=400, flips=0.04, drop=0.02), seed=3, runs=RUNS, metrics=metrics)

    assert outcome.passed <= 0.05 + CHANCE


@pytest.mark.parametrize(("cases", "flips", "drop"), [(60, 0.08, 0.08), (250, 0.02, 0.02), (400, 0.02, 0.0)])
def test_the_simulated_gate_decides_as_the_gate_itself(cases: int, flips: float, drop: float) -> None:
    generator = np.random.default_rng(5)
    drawn = differences(Model(cases=cases, flips=flips, drop=drop), generator, runs=60, metrics=METRICS)

    simulated = gate(drawn, generator, metrics=METRICS, minimum_effect=0.02, draws=4_000)

    asked = [decide(_scores(drawn, run), seed=1).verdict for run in range(60)]
    # Both draw flips and samples of their own, so that a comparison that lies on the border may come out either way.
    assert sum(ours is not theirs for ours, theirs in zip(simulated, asked, strict=True)) <= 3
    assert len(set(asked)) > 1


def test_the_simulated_gate_decides_yes_and_no_exactly_as_the_gate_itself() -> None:
    generator, metrics = np.random.default_rng(6), METRICS[:2]
    drawn = differences(Model(cases=150, flips=0.04, drop=0.04), generator, runs=200, metrics=metrics)

    simulated = gate(drawn, generator, metrics=metrics, minimum_effect=0.02, draws=1)

    assert simulated == [decide(_scores(drawn, run), seed=1).verdict for run in range(200)]


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


def test_the_tables_and_curves_are_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--runs", "20", "--cases", "50", "100", "--out", str(tmp_path)])

    assert "cases for a power of" in capsys.readouterr().out
    for name in ("gate-false-alarms.svg", "gate-power.svg"):
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("<svg")
    assert {*Verdict} == {"pass", "fail", "inconclusive"}


def _scores(drawn: list[np.ndarray], run: int) -> list[PairedScores]:
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
            )
        )
    return found


def _failed(cases: int, share: float) -> Outcome:
    return Outcome(
        model=Model(cases=cases, flips=0.04), failed=share, inconclusive=1 - share, passed=0.0, tolerance=0.0
    )
