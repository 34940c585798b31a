"""Several runs: side by side, corrected for looking at many, and one after another."""

from dataclasses import replace

import pytest
from gate_runs import POLICY, PROVENANCE, a_run, answered, failed, gold

from assistant.cli.evaluation.series import _made
from eval.gate.compare import compare
from eval.gate.decision import Verdict
from eval.gate.matrix import matrix
from eval.measures.paired import holm
from eval.report.series import history_html, history_text, matrix_html, matrix_markdown, matrix_text
from eval.runs.results import Run
from index.errors import ConfigurationError, UserError

CASES = gold(200)


def wrong(count: int, *, started: str = "2026-01-01", model: str | None = None) -> Run:
    rows = [answered(case, 0.0) for case in CASES[:count]] + [answered(case) for case in CASES[count:]]
    return replace(a_run(rows, replace(PROVENANCE, model=model)), started=started)


RUNS = [("base", wrong(0)), ("a bit", wrong(11)), ("much", wrong(60, model="<qwen>"))]


def test_each_run_is_compared_with_the_first_and_corrected_for_all() -> None:
    base, bit, much = matrix(RUNS, POLICY)

    assert (base.comparison, base.cells) == (None, {})
    assert set(bit.cells) == set(much.cells) == set(POLICY.effects)
    alone = [
        one.p for _, run in RUNS[1:] for one in compare(RUNS[0][1], run, POLICY).decisions if one.metric in bit.cells
    ]
    together = [cell.adjusted_p for column in (bit, much) for cell in column.cells.values()]
    assert sorted(together) == sorted(holm(alone))
    assert {cell.verdict for cell in much.cells.values()} == {Verdict.FAIL}


def test_what_fails_alone_may_not_among_many() -> None:
    alone = matrix([RUNS[0], RUNS[1]], replace(POLICY, effects={"correct": 0.02}))
    many = matrix([RUNS[0], *((f"{n}", RUNS[1][1]) for n in range(12))], replace(POLICY, effects={"correct": 0.02}))

    assert alone[1].cells["correct"].verdict is Verdict.FAIL
    assert {column.cells["correct"].verdict for column in many[1:]} == {Verdict.INCONCLUSIVE}


def test_without_noise_the_difference_itself_decides() -> None:
    steady = [(name, replace(run, deterministic=True)) for name, run in RUNS]

    verdicts = [{cell.verdict for cell in column.cells.values()} for column in matrix(steady, POLICY)]

    assert verdicts == [set(), {Verdict.FAIL}, {Verdict.FAIL}]
    same = matrix([steady[0], ("same", steady[0][1])], POLICY)
    assert {cell.verdict for cell in same[1].cells.values()} == {Verdict.PASS}


@pytest.mark.parametrize("runs", [[], RUNS[:1], [RUNS[0], ("base", wrong(3))]])
def test_a_matrix_needs_two_runs_of_different_names(runs: list[tuple[str, Run]]) -> None:
    with pytest.raises(UserError, match="a matrix needs runs of different names"):
        matrix(runs, POLICY)


def test_a_matrix_shows_each_mean_and_its_change_in_every_form() -> None:
    columns = matrix(RUNS, POLICY)

    for text in (matrix_text(columns), matrix_markdown(columns), matrix_html(columns)):
        assert "3 runs of 200 cases, each against base, corrected for looking at all" in text
        assert "-0.300" in text
    assert "0.700 (-0.300 ✗ failed)" in matrix_text(columns)
    page = matrix_html(columns)
    assert "<qwen>" not in page
    assert "model: nothing → &lt;qwen&gt;" in page
    assert "60 cases got worse" in page


def test_a_history_shows_the_runs_from_the_oldest_to_the_newest_and_where_the_gold_changed() -> None:
    other = replace(a_run([failed(CASES[0]), answered(CASES[1])]), started="2026-03-01")
    runs = [("one", wrong(0)), ("two", wrong(20, started="2026-02-01")), ("three", other)]

    told, page = history_text(runs), history_html(runs)

    assert [line.split()[:2] for line in told.split("\n")[1:]] == [
        ["one", "2026-01-01"],
        ["two", "2026-02-01"],
        ["three", "2026-03-01"],
    ]
    assert "3 runs, from 2026-01-01 to 2026-03-01" in page
    assert page.count("<polyline") == page.count("<h2>") > 5
    assert f"three, 2026-03-01: gold {other.gold}" in page
    assert "two, 2026-02-01: gold" not in page
    assert "script" not in page


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[a]\n[x]\nsentenses = 2\n", "unknown setting of .x. 'sentenses'; did you mean 'sentences'"),
        ("[a]\n[x]\nsentences = 99\n", "matrix.toml, .x.: .*sentences is 99"),
        ("[a]\n", "has 1 of the two or more tables"),
        ("a = 1\nb = 2\n", "a is 1; write a table"),
    ],
)
def test_a_matrix_that_cannot_be_made_is_refused_before_anything_runs(tmp_path, written, told):
    (tmp_path / "matrix.toml").write_text(written)
    with pytest.raises(ConfigurationError, match=told):
        _made(tmp_path / "matrix.toml", None, tmp_path / "out")
    assert not (tmp_path / "out").exists()
