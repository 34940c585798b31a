"""Writes a run and a gate as JUnit XML, for continuous integration servers."""

from collections.abc import Sequence
from dataclasses import asdict
from xml.etree import ElementTree as ET

from eval.gate.decision import Verdict
from eval.gate.gate import GateResult
from eval.report.findings import is_wrong, stated_facts
from eval.report.wording import VERDICT_WORDS, clean, one_line
from eval.runs.results import CaseResult, Outcome, Run
from eval.runs.summary import count_cases


def junit_xml(run: Run, gate: GateResult | None) -> str:
    """Write a suite with a test for each case and, with a gate, one with a test for each check.

    A wrong case is a failure, a failed one an error; an unscored case is skipped, with the reason. An inconclusive
    check is a failure of type "inconclusive", so that CI does not pass.
    """
    suites = [_suite("cases", [_case(result) for result in run.results], seconds=run.seconds)]
    suites[0].insert(0, _properties(run))
    if gate is not None:
        suites.insert(0, _suite("gate", _checks(gate), seconds=0.0))
    root = ET.Element("testsuites", {"name": "assistant eval", **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(name: str, cases: Sequence[ET.Element], *, seconds: float) -> ET.Element:
    counts = {
        "tests": len(cases),
        "failures": sum(case.find("failure") is not None for case in cases),
        "errors": sum(case.find("error") is not None for case in cases),
        "skipped": sum(case.find("skipped") is not None for case in cases),
    }
    attributes = {"name": name, **{key: str(count) for key, count in counts.items()}, "time": f"{seconds:.3f}"}
    suite = ET.Element("testsuite", attributes)
    suite.extend(cases)
    return suite


def _properties(run: Run) -> ET.Element:
    """Count what JUnit has no word for: degraded and unscored cases."""
    properties = ET.Element("properties")
    for name, count in asdict(count_cases(run.results)).items():
        ET.SubElement(properties, "property", {"name": name, "value": str(count)})
    return properties


def _totals(suites: Sequence[ET.Element]) -> dict[str, str]:
    return {key: str(sum(int(suite.get(key, "0")) for suite in suites)) for key in ("tests", "failures", "errors")}


def _case(result: CaseResult) -> ET.Element:
    test = ET.Element(
        "testcase", {"classname": "gold", "name": one_line(result.case.id), "time": f"{result.seconds:.4f}"}
    )
    if result.outcome is Outcome.FAILED:
        error = one_line(result.error or "failed")
        ET.SubElement(test, "error", {"type": one_line(error.partition(":")[0]), "message": error}).text = _told(result)
    elif is_wrong(result):
        ET.SubElement(test, "failure", {"type": "wrong", "message": _why_wrong(result)}).text = _told(result)
    elif (correct := result.score("correct")) is None or correct.value is None:
        reason = (correct and correct.reason) or "the case does not say what a right answer states"
        ET.SubElement(test, "skipped", {"message": one_line(f"not scored: {reason}")})
    told = [f"degraded, not written by the model: {result.degraded}"] if result.degraded else []
    told += [f"{score.name} is not scored: {score.reason}" for score in result.unscored]
    if told and result.outcome is not Outcome.FAILED:
        ET.SubElement(test, "system-out").text = clean("\n".join(told))
    return test


def _why_wrong(result: CaseResult) -> str:
    if not result.case.answerable:
        return "answered, though the articles do not answer"
    if result.outcome is Outcome.REFUSED:
        return "refused, though the articles answer"
    missing = [fact[0] for fact, stated in stated_facts(result) if not stated]
    if missing:
        return one_line("not stated: " + "; ".join(missing))
    return "a receipt does not hold" if result.broken_receipts else "wrong"


def _told(result: CaseResult) -> str:
    lines = [f"Earlier: {turn}" for turn in result.case.turns]
    lines.append(f"Question: {result.case.question}")
    lines += [f"{'Stated' if stated else 'Not stated'}: {' / '.join(fact)}" for fact, stated in stated_facts(result)]
    if not result.case.answerable:
        lines.append("Expected: a refusal")
    if result.text:
        lines.append(f"Answer: {result.text}")
    return clean("\n".join(lines))


def _checks(gate: GateResult) -> list[ET.Element]:
    tests = []
    for check in gate.checks:
        test = ET.Element("testcase", {"classname": "gate", "name": one_line(check.name), "time": "0"})
        if check.verdict is not Verdict.PASS:
            told = f"{VERDICT_WORDS[check.verdict]}: {one_line(check.detail)}"
            ET.SubElement(test, "failure", {"type": VERDICT_WORDS[check.verdict], "message": told}).text = told
        tests.append(test)
    return tests
