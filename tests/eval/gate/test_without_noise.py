"""Answers without noise: every case that turned wrong counts, until a person accepts it by name."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from gate_runs import POLICY, PROVENANCE, a_run, answered, gold

from eval.cases.case import to_line
from eval.cases.case_file import load_gold
from eval.gate.accepted import accept, accepted_path, read_accepted
from eval.gate.compare import compare
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult, decide_gate
from eval.gate.policy import Policy
from eval.runs.results import CaseResult, Run
from index.errors import UserError

FIFTEEN = gold(15)
RIGHT = [answered(case) for case in FIFTEEN]
ONE_WRONG = [answered(FIFTEEN[0], 0.0), *RIGHT[1:]]
DAY = date(2026, 3, 1)


def steady(results: list[CaseResult], **fields: object) -> Run:
    return replace(a_run(results), deterministic=True, **fields)


def gate(base: Run, new: Run, policy: Policy = POLICY, accepted: dict[str, str] | None = None) -> GateResult:
    return decide_gate(compare(base, new, policy), policy, accepted=accepted or {})


def check(result: GateResult, name: str) -> tuple[Verdict, str]:
    (found,) = (one for one in result.checks if one.name == name)
    return found.verdict, found.detail


def test_one_case_of_fifteen_that_turned_wrong_fails_and_is_named() -> None:
    result = gate(steady(RIGHT), steady(ONE_WRONG))

    assert (result.exit_code, result.deterministic) == (100, True)
    assert check(result, "cases turned wrong") == (
        Verdict.FAIL,
        "1 of 15 cases: case-0; mend them, or say why not: assistant eval accept case-0 --baseline … --why …",
    )


def test_an_accepted_case_passes_and_no_other_does() -> None:
    accepted = gate(steady(RIGHT), steady(ONE_WRONG), accepted={"case-0": "the article was withdrawn"})
    two = gate(steady(RIGHT), steady([*ONE_WRONG[:14], answered(FIFTEEN[14], 0.0)]), accepted={"case-0": "so"})

    assert accepted.exit_code == 0
    assert check(accepted, "cases turned wrong") == (Verdict.PASS, "1 of 15 cases, 1 accepted")
    assert "a drop below 0.02 without the accepted cases" in check(accepted, "correct")[1]
    assert two.exit_code == 100
    assert "2 of 15 cases, 1 accepted: case-14;" in check(two, "cases turned wrong")[1]


def test_a_case_that_was_wrong_already_and_one_that_is_right_now_are_no_matter() -> None:
    assert gate(steady(ONE_WRONG), steady(ONE_WRONG)).exit_code == 0
    assert gate(steady(ONE_WRONG), steady(RIGHT)).exit_code == 0


def test_a_measure_that_drops_by_its_margin_fails_though_no_case_turned_wrong() -> None:
    def with_precision(value: float) -> list[CaseResult]:
        scores = tuple(replace(s, value=value) if s.name == "citation_precision" else s for s in RIGHT[0].scores)
        return [replace(RIGHT[0], scores=scores), *RIGHT[1:]]

    policy = replace(POLICY, effects={"citation_precision": 0.03})
    small, large = (gate(steady(RIGHT), steady(with_precision(value)), policy) for value in (0.7, 0.4))

    assert small.exit_code == 0
    assert check(large, "citation_precision")[0] is Verdict.FAIL
    assert check(large, "citation_precision")[1].endswith(
        "a drop of 0.04, at least 0.03, without noise; most in case-0"
    )
    assert gate(steady(RIGHT), steady(with_precision(0.4)), policy, {"case-0": "shorter"}).exit_code == 0


def test_noise_in_either_run_makes_it_a_matter_of_statistics_unless_the_policy_says_otherwise() -> None:
    noisy = a_run(ONE_WRONG)
    told = replace(POLICY, mode="deterministic")

    assert gate(steady(RIGHT), noisy).exit_code == 101
    assert gate(steady(RIGHT), steady(ONE_WRONG), replace(POLICY, mode="statistical")).exit_code == 101
    assert gate(steady(RIGHT), noisy, told).exit_code == 100


def test_two_runs_without_a_difference_pass_however_few_the_cases_and_whoever_wrote_them() -> None:
    of_model = replace(a_run(RIGHT), provenance=replace(PROVENANCE, model="qwen"))

    assert gate(of_model, of_model).exit_code == 0


# The file of accepted cases


def test_cases_are_accepted_against_one_baseline_and_not_against_the_next(tmp_path: Path) -> None:
    base, path = steady(RIGHT), accepted_path(tmp_path / "baseline.json")

    accept(["case-0", "case-3"], "the article was withdrawn", path=path, baseline=base, today=DAY)
    accept(["case-3"], " shorter now ", path=path, baseline=base, today=DAY)

    assert path.name == "baseline.accepted.ndjson"
    assert read_accepted(path, base) == {"case-0": "the article was withdrawn", "case-3": "shorter now"}
    assert read_accepted(path, steady(ONE_WRONG)) == {}
    accept(["case-1"], "so", path=path, baseline=steady(ONE_WRONG), today=DAY)
    assert [json.loads(line)["case"] for line in path.read_text(encoding="utf-8").splitlines()] == ["case-1"]
    assert read_accepted(tmp_path / "none.jsonl", base) == {}


def test_the_file_is_not_taken_for_gold_in_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text(to_line(FIFTEEN[0]), encoding="utf-8")
    accept(["case-0"], "so", path=accepted_path(tmp_path / "baseline.json"), baseline=steady(RIGHT), today=DAY)

    assert len(load_gold([tmp_path])) == 1


@pytest.mark.parametrize(
    ("cases", "why", "told"),
    [
        (["case-99"], "so", "the baseline has no case 'case-99'; did you mean 'case-9'?"),
        (["other"], "so", "the baseline has no case 'other'; name a case as the gate's report does"),
        (["case-1"], "  ", "no reason is given; say why"),
    ],
)
def test_what_cannot_be_accepted_is_told(tmp_path: Path, cases: list[str], why: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        accept(cases, why, path=tmp_path / "a.jsonl", baseline=steady(RIGHT), today=DAY)


@pytest.mark.parametrize(
    "line", ["{", '{"case": "a"}', '{"case": "a", "why": "", "baseline": "b", "day": "2026-01-01"}']
)
def test_a_malformed_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"\n{line}\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"a\.jsonl:2 is no accepted case"):
        read_accepted(path, steady(RIGHT))
