"""Nothing is traded away: what got better does not pay for what got worse elsewhere."""

from dataclasses import replace

import pytest
from gate_runs import POLICY, PROVENANCE, a_run, answered, gold

from eval.cases.case import clusters_of
from eval.gate.compare import compare
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult, decide_gate
from eval.gate.policy import Policy, load_policy
from eval.runs.results import CaseResult, Outcome, Run

KNOWN, UNKNOWN = gold(200), [replace(case, id=f"un-{case.id}") for case in gold(200, answerable=False)]


def gate(base: list[CaseResult], new: list[CaseResult], policy: Policy) -> GateResult:
    return decide_gate(compare(a_run(base), a_run(new), policy), policy)


def check(result: GateResult, name: str) -> tuple[Verdict, str]:
    (found,) = (one for one in result.checks if one.name == name)
    return found.verdict, found.detail


def test_inventing_answers_is_not_paid_for_by_answering_more() -> None:
    wrong = [replace(answered(case, 0.0), outcome=Outcome.REFUSED) for case in KNOWN[:30]]
    base = [*wrong, *map(answered, KNOWN[30:]), *map(answered, UNKNOWN)]
    new = [*map(answered, KNOWN), *(answered(case, 0.0) for case in UNKNOWN[:30]), *map(answered, UNKNOWN[30:])]
    together = replace(POLICY, effects={"decision": 0.05})
    apart = replace(POLICY, effects={"answered": 0.05, "refused": 0.05})

    assert gate(base, new, together).exit_code != 100
    result = gate(base, new, apart)
    assert result.exit_code == 100
    assert check(result, "refused")[0] is Verdict.FAIL
    assert check(result, "answered")[0] is Verdict.PASS


def test_a_gated_tag_fails_where_the_whole_passes() -> None:
    cases = [replace(case, tags=("law",) if n < 20 else ()) for n, case in enumerate(KNOWN)]
    base = [answered(case) for case in cases[:180]] + [answered(case, 0.0) for case in cases[180:]]
    new = [answered(case, 0.0) for case in cases[:18]] + [answered(case) for case in cases[18:]]
    whole = replace(POLICY, effects={"correct": 0.1})

    assert gate(base, new, whole).exit_code == 0
    assert check(gate(base, new, replace(whole, tags={"law": 0.1})), "correct of law")[0] is Verdict.FAIL
    named_alike = [replace(one, case=replace(one.case, tags=("correct",))) for one in base]
    assert gate(named_alike, named_alike, replace(whole, tags={"correct": 0.1})).exit_code == 0
    missing = check(gate(base, new, replace(whole, tags={"lawn": 0.1})), "correct of lawn")
    assert missing == (Verdict.FAIL, "no case that both runs have is tagged lawn; correct [tags] in the policy")


def test_a_floor_holds_whatever_the_baseline_has() -> None:
    poor = [
        replace(one, scores=tuple(replace(s, value=0.3) if s.name == "citation_precision" else s for s in one.scores))
        for one in map(answered, KNOWN)
    ]

    result = gate(poor, poor, replace(POLICY, floors={"citation_precision": 0.5}))

    assert result.exit_code == 100
    assert check(result, "floor of citation_precision") == (Verdict.FAIL, "0.3000, at least 0.5")


def test_the_policy_that_ships_gates_apart_what_can_be_traded() -> None:
    found = load_policy()

    assert {"answered", "refused", "lead_sound", "citation_precision"} <= set(found.effects)
    assert found.floors["citation_precision"] >= 0.5
    assert (found.mode, found.more["degraded"]) == ("auto", 0.0)


@pytest.mark.parametrize("gated", [True, False])
def test_judged_measures_of_two_judges_are_not_compared(gated: bool) -> None:
    policy = replace(POLICY, effects={"correct": 0.1, **({"judged_correct": 0.1} if gated else {})})
    rows = [answered(case, judged=1.0) for case in KNOWN]
    base, other = (a_run(rows, replace(PROVENANCE, judge=judge)) for judge in ("one, 3 repeats", "two, 3 repeats"))

    comparison = compare(base, other, policy)

    assert "judged_correct" not in {decision.metric for decision in comparison.decisions}
    assert comparison.other_judge
    assert (decide_gate(comparison, policy).exit_code == 100) is gated
    if gated:
        assert "the judge is another" in check(decide_gate(comparison, policy), "judged_correct")[1]


def test_each_further_run_of_the_same_state_has_a_smaller_alpha() -> None:
    def asked(attempt: int) -> Run:
        rows = [answered(case, 0.0) for case in KNOWN[:12]] + list(map(answered, KNOWN[12:]))
        return replace(a_run(rows), attempt=attempt)

    base = a_run(list(map(answered, KNOWN)))
    first, fourth = (decide_gate(compare(base, asked(n), POLICY), POLICY) for n in (1, 4))

    assert (first.exit_code, fourth.exit_code) == (100, 101)
    assert "this is run 4 of the same state, so alpha is 0.0031 in place of 0.05" in check(fourth, "attempts")[1]
    picked = decide_gate(compare(replace(base, attempt=3), asked(1), POLICY), POLICY)
    assert "the baseline is run 3 of its state" in check(picked, "attempts")[1]


def test_cases_of_a_group_or_on_an_article_are_one_cluster() -> None:
    one, two, three, four = gold(4)
    cases = [replace(one, group="g"), replace(two, group="g"), replace(three, evidence=two.evidence), four]
    lonely = gold(1, answerable=False)[0]

    found = clusters_of([*cases, replace(lonely, id="lonely")])

    assert found["case-0"] == found["case-1"] == found["case-2"]
    assert len({found["case-0"], found["case-3"], found["lonely"]}) == 3
