"""Two runs held against each other: what is refused, what decides, and every way in which a gate turns red."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from gate_runs import CASES, GOOD, POLICY, PROVENANCE, WIDE, a_run, answered, failed, gold, unscored
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.answer import ModelUse
from eval.gate.compare import CaseChange, compare
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult, decide_gate
from eval.gate.policy import DEFAULT_POLICY, Policy, load_policy
from eval.gate.run_checks import spent
from eval.measures.registry import BY_NAME
from eval.runs.provenance import differences
from eval.runs.results import CaseResult, Outcome
from eval.runs.scoring import applicable
from eval.runs.summary import interval, summarise, summarise_refusals, values_of
from index.errors import ConfigurationError, UserError


def gate(base: list[CaseResult], new: list[CaseResult], policy: Policy = POLICY, *, common: bool = False) -> GateResult:
    return decide_gate(compare(a_run(base), a_run(new), policy, common=common), policy)


def check(result: GateResult, name: str) -> tuple[Verdict, str]:
    (found,) = (one for one in result.checks if one.name == name)
    return found.verdict, found.detail


# Verdicts


def test_a_run_against_itself_passes_with_exit_code_0() -> None:
    result = gate(GOOD, GOOD)

    assert (result.verdict, result.exit_code) == (Verdict.PASS, 0)
    assert result.comparison.changes == ()
    assert {one.name for one in result.checks} == {
        *POLICY.effects,
        "cases turned wrong",
        "coverage",
        "failed cases",
        "degraded answers",
        "unscored cases",
        "receipts",
    }


def test_a_large_drop_fails_with_exit_code_100_and_the_check_comes_first() -> None:
    result = gate(GOOD, [answered(case, 0.0) for case in CASES[:20]] + GOOD[20:])

    assert (result.verdict, result.exit_code) == (Verdict.FAIL, 100)
    assert [one.verdict for one in result.checks[:3]] == [Verdict.FAIL] * 3
    assert result.checks[-1].verdict is Verdict.PASS
    assert check(result, "correct")[1].startswith("1.0000 → 0.8000 (-0.2000): a drop of more than 0.02 is shown")


def test_a_small_drop_is_inconclusive_with_exit_code_101_and_tells_how_many_cases_it_takes() -> None:
    result = gate(GOOD, [answered(CASES[0], 0.0), *GOOD[1:]])

    assert (result.verdict, result.exit_code) == (Verdict.INCONCLUSIVE, 101)
    assert "needs about" in check(result, "correct")[1]


def test_a_case_that_must_hold_fails_the_gate_though_the_baseline_has_it_wrong_too() -> None:
    wrong = [answered(CASES[0], 0.0), *GOOD[1:]]
    strict = replace(POLICY, must_hold=("even",))

    assert gate(wrong, wrong).verdict is Verdict.PASS
    assert gate(wrong, wrong, strict).exit_code == 100
    assert check(gate(wrong, wrong, strict), "must hold")[1] == "50 cases tagged even, 1 not right: case-0"
    assert check(gate(wrong, GOOD, strict), "must hold")[0] is Verdict.PASS


def test_a_case_that_must_hold_and_could_not_be_scored_is_not_right() -> None:
    strict = replace(POLICY, must_hold=("even",), max_failed=9, min_coverage=0)
    lost = [unscored(GOOD[0], "correct"), GOOD[1], failed(CASES[2]), *GOOD[3:]]

    assert check(gate(GOOD, lost, strict), "must hold")[1].endswith("2 not right: case-0, case-2")


def test_a_case_that_must_hold_and_for_which_any_answer_would_do_fails() -> None:
    vague = replace(CASES[0], facts=())
    judged = replace(vague, id="judged", reference="So it is.")
    strict = replace(POLICY, must_hold=("even",))

    verdict, detail = check(gate([answered(vague)], [answered(vague)], strict), "must hold")

    assert verdict is Verdict.FAIL
    assert detail == (
        "1 case tagged even, 0 not right; any answer would do for case-0: give facts, or a reference and a judge"
    )
    of_judge = [answered(judged, judged=1.0)]
    assert check(gate(of_judge, of_judge, strict), "must hold")[0] is Verdict.PASS


def test_a_new_case_that_must_hold_is_held_though_the_baseline_lacks_it() -> None:
    strict = replace(POLICY, must_hold=("even",))
    new = [*GOOD[1:], answered(CASES[0], 0.0)]

    assert gate(GOOD[1:], new, strict, common=True).exit_code == 100


def test_a_rise_passes() -> None:
    assert gate([answered(case, 0.0) for case in CASES[:10]] + GOOD[10:], GOOD, WIDE).verdict is Verdict.PASS


@settings(max_examples=15)
@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=30, max_size=30), st.randoms())
def test_the_same_runs_have_the_same_verdict_in_whatever_order_the_cases_come(values: list[float], random) -> None:
    base = GOOD[:30]
    new = [answered(case, value) for case, value in zip(CASES, values, strict=False)]
    shuffled = random.sample(new, len(new))

    first, second, third = gate(base, new), gate(base, new), gate(base, shuffled)

    assert first == second
    assert [(c.name, c.verdict, c.detail) for c in first.checks] == [
        (c.name, c.verdict, c.detail) for c in third.checks
    ]


# Failed and unscored


def test_one_failed_case_turns_the_gate_red_and_is_in_no_mean_and_in_the_counts() -> None:
    new = [failed(CASES[0]), *GOOD[1:]]

    result = gate(GOOD, new, WIDE)

    assert result.exit_code == 100
    assert check(result, "failed cases") == (
        Verdict.FAIL,
        "1 of 100 cases, 0.0% in the baseline and 1.0% now; at most 0 may fail; the first: case-0: ValueError: no",
    )
    (line,) = (line for line in summarise(new) if line.name == "correct")
    assert (line.mean, line.scored, line.unscored, line.failed, line.coverage) == (1.0, 99, 0, 1, 0.99)
    assert check(result, "correct")[0] is Verdict.PASS


def test_failed_cases_beyond_the_coverage_turn_the_gate_red_even_where_some_may_fail() -> None:
    lenient = replace(WIDE, max_failed=10, more={"failed": 0.1})

    assert gate(GOOD, [failed(CASES[0]), *GOOD[1:]], lenient).verdict is Verdict.PASS
    result = gate(GOOD, [*map(failed, CASES[:3]), *GOOD[3:]], lenient)
    assert result.exit_code == 100
    assert "97 of 100 cases scored (97.0%, at least 98.0% are needed), 0 unscored, 3 failed" in next(
        one.detail for one in result.checks if one.name.startswith("coverage of correct")
    )


@pytest.mark.parametrize("kind", ["failed", "degraded", "unscored"])
def test_one_more_than_the_baseline_has_turns_the_gate_red_and_as_many_do_not(kind: str) -> None:
    def spoilt(count: int) -> list[CaseResult]:
        made = {
            "failed": [failed(case) for case in CASES[:count]],
            "degraded": [replace(one, degraded="the server did not answer") for one in GOOD[:count]],
            "unscored": [unscored(one, "citation_recall") for one in GOOD[:count]],
        }
        return [*made[kind], *GOOD[count:]]

    lenient = replace(POLICY, max_failed=9, min_coverage=0.9)
    name = {"failed": "failed cases", "degraded": "degraded answers", "unscored": "unscored cases"}[kind]

    assert check(gate(spoilt(3), spoilt(3), lenient), name)[0] is Verdict.PASS
    assert check(gate(spoilt(3), spoilt(2), lenient), name)[0] is Verdict.PASS
    verdict, detail = check(gate(spoilt(3), spoilt(4), lenient), name)
    assert verdict is Verdict.FAIL
    assert detail.startswith("4 of 100 cases, 3.0% in the baseline and 4.0% now; at most 0.0% more may be; the first: ")
    assert check(gate(spoilt(3), spoilt(4), replace(lenient, more={kind: 0.01})), name)[0] is Verdict.PASS


def test_a_model_that_wrote_nothing_fails_even_against_a_baseline_that_it_did_not_write_either() -> None:
    dead = [replace(one, degraded="the server did not answer") for one in GOOD]
    of_model = replace(PROVENANCE, model="qwen")
    base, new, alive = (a_run(rows, of_model) for rows in (dead, dead, [GOOD[0], *dead[1:]]))

    result = decide_gate(compare(base, new, POLICY), POLICY)

    assert result.exit_code == 100
    assert check(result, "model") == (
        Verdict.FAIL,
        "qwen wrote none of the 100 answers; the first: the server did not answer",
    )
    assert decide_gate(compare(base, alive, POLICY), POLICY).exit_code == 0


def test_unscored_cases_turn_the_gate_red_and_the_reason_is_named() -> None:
    new = [unscored(result, "citation_recall", reason="the evidence is lost") for result in GOOD[:3]] + GOOD[3:]

    result = gate(GOOD, new)

    assert result.exit_code == 100
    verdict, detail = check(result, "coverage of citation_recall")
    assert verdict is Verdict.FAIL
    assert detail.startswith("97 of 100 cases scored")
    assert detail.endswith("3 unscored, 0 failed: case-0, case-1, case-2; the first: the evidence is lost")


def test_a_measure_of_which_no_case_could_be_scored_fails_though_there_is_nothing_to_compare() -> None:
    result = gate(GOOD, [unscored(one, "correct") for one in GOOD], replace(POLICY, min_coverage=0))

    assert check(result, "correct") == (
        Verdict.FAIL,
        "not scored in any case that both runs have; compare runs with the same judge on the same gold",
    )


def test_two_runs_of_which_every_case_failed_do_not_pass_whatever_the_policy() -> None:
    everything = [failed(case) for case in CASES]

    result = gate(everything, everything, replace(POLICY, min_coverage=0, max_failed=100))

    assert result.exit_code == 100


def test_a_measure_that_no_case_has_decides_nothing_and_says_so() -> None:
    policy = replace(POLICY, effects={**POLICY.effects, "exact_match": 0.02, "judged_correct": 0.02})

    result = gate(GOOD, GOOD, policy)

    assert result.exit_code == 0
    for name in ("exact_match", "judged_correct"):
        assert check(result, name) == (Verdict.PASS, "decides nothing: no case of this gold has it")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_deciding_measure_that_only_one_run_has_fails(reverse: bool) -> None:
    policy = replace(POLICY, effects={"judged_correct": 0.02})
    runs = [GOOD, [answered(case, judged=1.0) for case in CASES]]

    result = gate(*(reversed(runs) if reverse else runs), policy)

    assert check(result, "judged_correct")[0] is Verdict.FAIL
    assert result.exit_code == 100


def test_a_broken_receipt_turns_the_gate_red() -> None:
    result = gate(GOOD, [replace(GOOD[0], broken_receipts=2), *GOOD[1:]])

    assert result.exit_code == 100
    assert check(result, "receipts") == (Verdict.FAIL, "0 receipts checked, 2 do not hold")


def test_a_metric_that_decides_is_not_weakened_by_those_that_do_not() -> None:
    new = [answered(case, 0.0) for case in CASES[:6]] + GOOD[6:]
    alone = replace(POLICY, effects={"correct": 0.02})

    (decision,) = (d for d in compare(a_run(GOOD), a_run(new), alone).decisions if d.metric == "correct")

    assert decision.p == decision.adjusted_p
    assert len(compare(a_run(GOOD), a_run(new), alone).decisions) > 5
    assert all(d.adjusted_p > d.p for d in compare(a_run(GOOD), a_run(new), POLICY).decisions if d.metric == "correct")


# Budgets


@pytest.mark.parametrize(
    ("name", "value"),
    [("median_seconds", 0.1), ("p95_seconds", 0.1), ("run_seconds", 12.0)],
)
def test_a_budget_of_time_is_held_and_one_that_is_exceeded_turns_the_gate_red(name: str, value: float) -> None:
    assert gate(GOOD, GOOD, replace(POLICY, budgets={name: value + 0.01})).exit_code == 0
    over = gate(GOOD, GOOD, replace(POLICY, budgets={name: value - 0.01}))
    assert over.exit_code == 100
    assert check(over, name) == (Verdict.FAIL, f"{value:.4g}, at most {value - 0.01:g} allowed")


def using(count: int, *usages: ModelUse | None) -> list[CaseResult]:
    return [replace(result, usage=usage) for result, usage in zip(GOOD[:count], usages, strict=True)]


def usage(cost: float | None, *, calls: int = 1) -> ModelUse:
    return ModelUse(calls=calls, prompt_tokens=30 * calls, completion_tokens=10 * calls, cost=cost)


def test_tokens_and_cost_are_counted_over_all_cases() -> None:
    found = spent(a_run(using(4, usage(0.5), usage(0.25), None, usage(None, calls=0))))

    assert (found["tokens_per_case"], found["cost_per_case"], found["cost"]) == (20, 0.1875, 0.75)


def test_a_cost_of_which_a_part_is_not_known_is_not_known() -> None:
    assert spent(a_run(using(2, usage(0.5), usage(None))))["cost"] is None
    policy = replace(POLICY, budgets={"cost": 10.0})
    assert gate(GOOD[:2], using(2, usage(0.5), usage(None)), policy).exit_code == 100


@pytest.mark.parametrize("name", ["tokens_per_case", "cost_per_case", "cost"])
def test_a_budget_of_what_was_not_measured_turns_the_gate_red(name: str) -> None:
    result = gate(GOOD, GOOD, replace(POLICY, budgets={name: 1e9}))

    assert result.exit_code == 100
    assert "not measured" in check(result, name)[1]


# Comparing


def test_runs_of_other_gold_are_refused_and_the_cases_named() -> None:
    changed = [answered(replace(CASES[0], facts=(("other",),))), *GOOD[1:-1]]

    with pytest.raises(UserError) as told:
        compare(a_run(GOOD), a_run(changed), POLICY)

    assert str(told.value) == (
        "the runs are of different gold: 2 cases are new, gone or changed (case-0, case-99); "
        "compare the others with --common, or run the baseline anew"
    )


def test_many_cases_that_differ_are_named_up_to_three() -> None:
    with pytest.raises(UserError, match=r"90 cases are new, gone or changed \(case-10, case-11, case-12 …\)"):
        compare(a_run(GOOD), a_run(GOOD[:10]), POLICY)


def test_on_the_common_cases_what_is_left_out_is_told_and_decides_nothing() -> None:
    new = [answered(replace(case, question="How?"), 0.0) for case in CASES[:10]] + GOOD[10:]
    extra = answered(replace(CASES[0], id="extra"), 0.0)

    found = compare(a_run(GOOD), a_run([*new, extra]), POLICY, common=True)

    assert found.cases == 90
    assert found.left_out == (*(f"case-{n}" for n in range(10)), "extra")
    assert {decision.cases for decision in found.decisions} == {90}
    assert all(decision.worse == decision.better == 0 for decision in found.decisions)
    assert compare(a_run(GOOD), a_run(GOOD), POLICY, common=True).left_out == ()


def test_tags_and_notes_make_no_other_gold() -> None:
    retagged = [answered(replace(case, tags=("new",), note="x")) for case in CASES]

    assert compare(a_run(GOOD), a_run(retagged), POLICY).left_out == ()


def test_runs_without_a_common_case_are_refused_even_when_asked() -> None:
    with pytest.raises(UserError, match="no case in common"):
        compare(a_run(GOOD[:5]), a_run(GOOD[5:10]), POLICY, common=True)


def test_failed_and_unscored_cases_are_in_no_pair_of_either_run() -> None:
    base = [failed(CASES[0]), *GOOD[1:]]
    new = [GOOD[0], unscored(answered(CASES[1], 0.0), "correct"), *GOOD[2:]]

    decisions = {d.metric: d for d in compare(a_run(base), a_run(new), POLICY).decisions}

    assert (decisions["correct"].cases, decisions["correct"].new) == (98, 1.0)
    assert (decisions["decision"].cases, decisions["decision"].worse) == (99, 1)


def change(base: CaseResult, new: CaseResult) -> CaseChange:
    (found,) = compare(a_run([base]), a_run([new]), POLICY).changes
    return found


def test_the_cases_that_changed_are_listed_those_that_got_worse_first() -> None:
    base = [answered(CASES[0], 0.0), *GOOD[1:6]]
    new = [GOOD[0], answered(CASES[1], 0.0), failed(CASES[2]), replace(GOOD[3], text="Otherwise."), *GOOD[4:6]]

    found = compare(a_run(base), a_run(new), POLICY).changes

    assert [(one.new.case.id, one.worse) for one in found] == [
        ("case-1", True),
        ("case-2", True),
        ("case-0", False),
        ("case-3", False),
    ]
    assert found[0].scores["correct"] == (1.0, 0.0)
    assert found[1].scores["correct"] == (1.0, None)
    assert found[3].scores == {}


def test_a_case_that_fails_no_more_got_better_and_one_that_lost_its_score_got_worse() -> None:
    assert not change(failed(CASES[0]), answered(CASES[0], 0.0)).worse
    assert change(GOOD[0], unscored(GOOD[0], "correct")).worse
    mixed = replace(
        GOOD[0], scores=tuple(replace(s, value=0.5 if s.name == "quote_mrr" else 1.0) for s in GOOD[0].scores)
    )
    assert change(GOOD[0], mixed).worse


def test_slices_are_decided_by_tag_over_the_gated_measures() -> None:
    new = [answered(case, 0.0 if n % 2 and n < 40 else 1.0) for n, case in enumerate(CASES)]

    found = {(s.tag, s.metric): s.decision for s in compare(a_run(GOOD), a_run(new), POLICY).slices}

    assert {tag for tag, _ in found} == {"even", "odd"}
    assert {metric for _, metric in found} == set(POLICY.effects)
    assert (found["odd", "correct"].cases, found["odd", "correct"].worse) == (50, 20)
    assert found["odd", "correct"].verdict is Verdict.FAIL
    assert found["even", "correct"].worse == 0


def test_what_else_changed_is_named_with_before_and_after() -> None:
    other = replace(
        PROVENANCE,
        index={**PROVENANCE.index, "fingerprint": "beef"},
        encoder="other 99",
        settings={"passages": 9, "threshold": 0.25, "extra": True},
        prompts={},
        packages={"python": "3.11.7", "numpy": "2.5.0"},
        judge="gpt",
    )

    assert differences(PROVENANCE, other) == (
        "index fingerprint: f00d → beef",
        "encoder: minilm 1234 → other 99",
        "judge: nothing → gpt",
        "prompts judge-correctness: aaaa → nothing",
        "settings passages: 6 → 9",
        "settings extra: nothing → True",
        "packages numpy: 2.4.6 → 2.5.0",
    )
    assert compare(a_run(GOOD), a_run(GOOD, other), POLICY).differences == differences(PROVENANCE, other)
    assert differences(PROVENANCE, PROVENANCE) == ()


# Means and their intervals


def test_every_measure_that_a_case_has_is_summed_up_in_the_order_of_the_measures() -> None:
    results = [GOOD[0], answered(CASES[1], 0.5), answered(gold(1, answerable=False)[0], 1.0)]

    lines = summarise(results)

    asked = {*applicable(CASES[0], judged=False), "refused"}
    assert [line.name for line in lines] == [name for name in BY_NAME if name in asked]
    by_name = {line.name: line for line in lines}
    assert (by_name["decision"].scored, by_name["refused"].scored, by_name["fact_recall"].scored) == (3, 1, 2)
    assert by_name["fact_recall"].mean == 0.75
    assert values_of("fact_recall", results) == [1.0, 0.5]
    assert summarise([]) == []


def test_a_judged_run_counts_its_failed_cases_among_those_to_be_judged() -> None:
    (line,) = (
        line for line in summarise([answered(CASES[0], judged=1.0), failed(CASES[1])]) if line.name == "judged_correct"
    )

    assert (line.mean, line.scored, line.failed) == (1.0, 1, 1)


def test_intervals_hold_the_mean_and_there_is_none_without_a_score() -> None:
    results = [answered(case, float(n % 4 > 0)) for n, case in enumerate(CASES)]

    for name in ("correct", "fact_recall"):
        found = interval(name, results)
        assert found is not None
        assert 0.6 < found.low < 0.75 < found.high < 0.9
        assert found == interval(name, results)
    assert interval("judged_correct", results) is None


def test_refusals_are_summed_up_as_a_classifier_without_the_failed_cases() -> None:
    nothing = gold(2, answerable=False)
    rightly = replace(answered(nothing[0]), outcome=Outcome.REFUSED, would_be_right=False, confidence=0.1)
    wrongly_answered = replace(answered(nothing[1], 0.0), would_be_right=False, confidence=0.6)
    wrongly_refused = replace(answered(CASES[3], 0.0), outcome=Outcome.REFUSED, would_be_right=True, confidence=0.2)

    found = summarise_refusals([rightly, wrongly_answered, wrongly_refused, GOOD[5], failed(CASES[6])])

    assert (found.precision, found.recall, found.refused, found.unanswerable) == (0.5, 0.5, 2, 2)
    assert [point[0] for point in found.curve] == [0.6, 0.5, 0.2, 0.1]
    assert [point[2] for point in found.curve] == pytest.approx([1, 1 / 2, 1 / 3, 1 / 2])
    empty = summarise_refusals([failed(CASES[0])])
    assert (empty.precision, empty.recall, empty.risk_area, empty.curve) == (None, None, None, ())


# Policies


def policy(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "gate.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(path)


def test_the_policy_that_ships_holds_what_it_says() -> None:
    found = load_policy(DEFAULT_POLICY)

    assert set(found.effects) <= set(BY_NAME)
    assert {"correct", "answered", "refused", "lead_sound", "citation_recall", "quote_recall@5"} <= set(found.effects)
    assert (found.alpha, found.power, found.min_coverage, found.max_failed) == (0.05, 0.8, 0.98, 0)


def test_everything_in_a_policy_can_be_set(tmp_path: Path) -> None:
    text = """
        alpha = 0.1
        power = 0.9
        seed = 7
        min_coverage = 1
        max_failed = 2
        must_hold = ["feedback", "law"]
        default_effect = 0.1
        effects = {correct = 0.05, "quote_recall@5" = 1}
        budgets = {cost = 3, run_seconds = 60.5}
    """

    assert policy(tmp_path, text) == Policy(
        effects={"correct": 0.05, "quote_recall@5": 1.0},
        default_effect=0.1,
        alpha=0.1,
        power=0.9,
        seed=7,
        min_coverage=1,
        max_failed=2,
        must_hold=("feedback", "law"),
        budgets={"cost": 3.0, "run_seconds": 60.5},
    )


GIVEN = "effects = {correct = 0.02}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no measure that decides"),
        ("[effects]", "names no measure that decides"),
        ("effects = 3", "effects is 3; it must be a table of numbers"),
        ("[effects]\nright = 0.02", "unknown 'right'; known: correct, fact_recall"),
        ("[effects]\ncorrect = 0", "effects.correct is 0; it must be a number above 0, at most 1"),
        ("[effects]\ncorrect = -0.02", "effects.correct is -0.02"),
        ("[effects]\ncorrect = 2", "effects.correct is 2"),
        ("[effects]\ncorrect = true", "effects.correct is True"),
        ("[effects]\ncorrect = nan", "effects.correct is nan"),
        ("[effects]\ncorrect = '2%'", "effects.correct is '2%'"),
        (GIVEN + "[budgets]\nmoney = 3", "unknown 'money'; known: median_seconds"),
        (GIVEN + "[budgets]\ncost = 0", "budgets.cost is 0; it must be a number above 0"),
        (GIVEN + "budgets = []", r"budgets is \[\]; it must be a table"),
        (GIVEN + "tolerance = 0.01", "unknown 'tolerance'; known: default_effect, alpha"),
        (GIVEN + "alpha = 0", "alpha is 0; it must be a number from 1e-06 to 0.5"),
        (GIVEN + "alpha = 0.6", "alpha is 0.6"),
        (GIVEN + "alpha = nan", "alpha is nan"),
        (GIVEN + "alpha = '5%'", "alpha is '5%'"),
        (GIVEN + "power = 1", "power is 1"),
        (GIVEN + "min_coverage = 98", "min_coverage is 98; it must be a number from 0 to 1"),
        (GIVEN + "max_failed = 0.5", "max_failed is 0.5; it must be a whole number"),
        (GIVEN + "max_failed = true", "max_failed is True"),
        (GIVEN + "seed = -1", "seed is -1"),
        (GIVEN + "must_hold = 'feedback'", "must_hold is 'feedback'; it must be a list of tags"),
        (GIVEN + "must_hold = [1]", r"must_hold is \[1\]; it must be a list of tags"),
        (GIVEN + "default_effect = 0", "default_effect is 0"),
        ("effects = {", "cannot be read"),
        ("a = " + "[" * 5_000, "cannot be read"),
    ],
)
def test_a_mistake_in_a_policy_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as error:
        policy(tmp_path, text)

    assert "gate.toml" in str(error.value)
    assert error.value.exit_code == 3
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    "make", [lambda path: None, Path.mkdir, lambda path: path.write_bytes(b"\xff")], ids=["absent", "folder", "bytes"]
)
def test_a_policy_that_cannot_be_read_is_told(tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "gate.toml")

    with pytest.raises(ConfigurationError, match=r"gate\.toml cannot be read .*; name a policy such as .*gate\.toml"):
        load_policy(tmp_path / "gate.toml")


def test_a_few_equal_scores_do_not_claim_to_know_their_mean_exactly() -> None:
    found = interval("fact_recall", [answered(case) for case in gold(2)])

    assert found is not None
    assert found.low < 0.5 < found.high == 1.0


def test_measures_that_lack_the_same_cases_are_told_together() -> None:
    names = ("fact_recall", "citation_recall", "quote_mrr")
    result = gate(GOOD, [*(unscored(one, *names) for one in GOOD[:3]), *GOOD[3:]])

    (red,) = (one for one in result.checks if one.name.startswith("coverage"))
    assert red.name == "coverage of fact_recall and 2 more"
    assert "case-0, case-1, case-2" in red.detail
