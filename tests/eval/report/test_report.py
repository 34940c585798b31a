"""Reports: nothing in them runs, everything is there, trouble stands on top, and the same run gives the same bytes."""

import itertools
import json
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from gate_runs import GOOD, POLICY, a_run, answered, failed, gold, unscored

from eval.gate.compare import compare
from eval.gate.gate import GateResult, decide_gate
from eval.report import comparison_text, gate_text, html_report, junit_xml, markdown_report, run_text
from eval.report.page import environment
from eval.runs.results import CaseResult, Cited, Run
from eval.runs.run_file import run_text as file_text

HOSTILE = '</script><script>alert(1)</script> <img src=x onerror=alert(1)> & "q" \'` | @all \u2028 \x0b \x1b[31m'


def hostile() -> CaseResult:
    """A case in which every text attacks the page."""
    (case,) = gold(1)
    case = replace(
        case, id="hostile", question=HOSTILE, facts=((HOSTILE,),), never=(HOSTILE,), note=HOSTILE, tags=(HOSTILE,)
    )
    cited = Cited(number=1, article_id="a", start=0, end=len(HOSTILE), quote=HOSTILE, answer_spans=((0, len(HOSTILE)),))
    return replace(answered(case, 0.0), text=f"{HOSTILE} [1]", citations=(cited,), searched=HOSTILE)


def no_text(article_id: str) -> str | None:
    return None


def page(run: Run, gate: GateResult | None = None, text: str | None = None) -> str:
    return html_report(run, gate=gate, comparison=None, context_of=lambda article_id: text)


def held(base: list[CaseResult], new: list[CaseResult]) -> GateResult:
    return decide_gate(compare(a_run(base), a_run(new), POLICY), POLICY)


class Elements(HTMLParser):
    """What a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


# The page


def test_what_must_not_be_stated_is_told_with_whether_it_is() -> None:
    (case,) = gold(1)
    result = replace(answered(case, 0.0), text="It has 4 gates. [1]")
    cited = Cited(number=1, article_id="a", start=0, end=15, quote="It has 4 gates.", answer_spans=((0, 15),))
    result = replace(result, case=replace(case, never=("four gates", "5 gates")), citations=(cited,))

    told = " ".join(Elements(page(a_run([result]))).text.split())

    assert "stated four gates must not be stated" in told
    assert "not stated 5 gates must not be stated" in told


def test_a_quote_stands_marked_between_the_words_around_it() -> None:
    (case,) = gold(1)
    text = "far off\n\n" + "w " * 200 + "\n\nthe quote" + "\n\nafter " + "z " * 200
    start = text.index("the quote")
    cited = Cited(number=1, article_id="a", start=start, end=start + 9, quote="the quote", answer_spans=((0, 9),))
    result = replace(answered(case), text="the quote [1]", citations=(cited,))

    shown = page(a_run([result]), text=text)

    assert re.search(r'>… w w .*<mark class="quote">the quote</mark>\s+after z z .* …<', shown, re.DOTALL)
    assert "far off" not in shown


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in Elements(page(a_run(GOOD[:3]))).tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_text_of_articles_and_answers_is_never_markup() -> None:
    elements = Elements(page(a_run([hostile(), *GOOD[:3]]), text=HOSTILE + " and more"))

    assert [tag for tag, _ in elements.tags].count("script") == 1
    assert not any(tag == "img" for tag, _ in elements.tags)
    assert not any(name.startswith("on") for _, attributes in elements.tags for name in attributes)
    assert "onerror=alert(1)" in elements.text


def test_nothing_is_loaded_from_elsewhere() -> None:
    html = page(a_run(GOOD), held(GOOD, GOOD))
    elements = Elements(html)

    assert not any({"src", "srcset"} & attributes.keys() for _, attributes in elements.tags)
    assert all((a.get("href") or "#").startswith("#") for _, a in elements.tags)
    assert any((a.get("content") or "").startswith("default-src 'none'; ") for tag, a in elements.tags if tag == "meta")
    assert not re.search(r"@import|url\(", html)


def test_every_case_and_the_verdict_are_there() -> None:
    wrong = [answered(one.case, 0.0) for one in GOOD[:20]] + GOOD[20:]
    elements = Elements(page(a_run(wrong), held(GOOD, wrong)))

    assert all(one.case.question in elements.text for one in GOOD)
    assert "The gate failed: correct, decision, fact_recall." in elements.text
    assert elements.text.index("The gate failed") < elements.text.index("Answered with every expected fact")


def test_failed_and_unscored_cases_stand_above_the_measures() -> None:
    results = [failed(GOOD[0].case), unscored(GOOD[1], "fact_recall", reason="the judge was away"), *GOOD[2:]]
    text = Elements(page(a_run(results))).text

    above = text[: text.index("What produced the run")]
    assert above.index("ValueError: no") < text.index("Answered with every expected fact")
    assert "the judge was away" in above


def test_degraded_failed_and_unscored_cases_are_counted_apart_in_every_report() -> None:
    results = [
        replace(GOOD[0], degraded="no server"),
        failed(GOOD[1].case),
        unscored(GOOD[2], "correct"),
        *GOOD[3:6],
    ]
    run, gate = a_run(results), held(GOOD[:6], results)
    told = "5 answered, 0 refused, 1 failed, 1 degraded, 1 unscored"

    for text in (run_text(run), gate_text(gate), markdown_report(run, gate, None), page(run, gate)):
        assert told in text
    for text in (run_text(run), markdown_report(run, gate, None), page(run, gate)):
        assert "no server" in text
    properties = ET.fromstring(junit_xml(run, gate)).iter("property")
    assert {"failed": "1", "degraded": "1", "unscored": "1"}.items() <= {
        (one.attrib["name"], one.attrib["value"]) for one in properties
    }
    counts = json.loads(file_text(run))["counts"]
    assert (counts["failed"], counts["degraded"], counts["unscored"]) == (1, 1, 1)


def test_a_large_page_has_every_case_and_details_of_those_with_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    results = [answered(case, 0.0 if n > 7 else 1.0) for n, case in enumerate(gold(10))]
    monkeypatch.setitem(environment().globals, "DETAILED", 3)

    told = page(a_run(results))

    assert told.count("<li id=") == 10
    assert told.count("the rest is in the run file, since the page has 10 cases") == 7
    first = told.index('id="case-9"')
    assert told.index("<h3>Answer</h3>", first) < told.index('id="case-10"')


def test_a_quote_is_shown_in_its_articles_text_or_alone_if_that_is_not_at_hand() -> None:
    cited = Cited(number=1, article_id="a", start=7, end=10, quote="So.", answer_spans=((0, 3),))
    run = a_run([replace(GOOD[0], citations=(cited,))])

    assert "Before So. After" in re.sub(r"\s+", " ", Elements(page(run, text="Before So. After")).text)
    assert "Before" not in Elements(page(run)).text


def test_an_article_that_changed_since_is_not_shown_with_marks_at_the_wrong_place() -> None:
    cited = Cited(number=1, article_id="a", start=7, end=10, quote="So.", answer_spans=((0, 3),))
    run = a_run([replace(GOOD[0], citations=(cited,))])

    assert "<mark>Oth" not in page(run, text="Before Other. After")


def test_the_same_run_gives_the_same_bytes() -> None:
    assert page(a_run([hostile(), *GOOD]), held(GOOD, GOOD)) == page(a_run([hostile(), *GOOD]), held(GOOD, GOOD))


# For servers


def test_junit_tells_wrong_from_failed_and_names_the_gates_checks() -> None:
    new = [failed(GOOD[0].case), answered(GOOD[1].case, 0.0), *GOOD[2:]]
    root = ET.fromstring(junit_xml(a_run(new), held(GOOD, new)))
    by_name = {case.get("name"): case for case in root.iter("testcase")}

    assert by_name["case-0"].find("error") is not None
    assert by_name["case-1"].find("failure") is not None
    assert len(by_name["case-2"]) == 0
    assert any("failed cases" in (name or "") for name in by_name)


def test_junit_is_xml_whatever_the_texts_are() -> None:
    run = a_run([hostile()])

    assert ET.fromstring(junit_xml(run, None)) is not None


def test_markdown_stays_within_what_a_pull_request_takes_and_nothing_breaks_out() -> None:
    many = [replace(answered(c, 0.0), text=HOSTILE * 20) for c in gold(400)]
    base = [answered(c) for c in gold(400)]
    text = markdown_report(a_run(many), held(base, many), None)

    assert len(text) < 60_000
    assert "<script>" not in text
    assert "@all" not in text.replace("@\u200ball", "").replace("&#64;all", "").replace("`@all`", "")


# For the terminal


def test_a_run_shows_each_mean_with_its_interval_and_what_is_not_in_it() -> None:
    text = run_text(a_run([failed(GOOD[0].case), *GOOD[1:]]))

    assert re.search(r"correct +1\.000 +0\.963 to 1\.000 +99", text)
    assert "1 failed" in text
    assert max(map(len, text.split("\n"))) <= 110


def test_a_comparison_names_what_changed() -> None:
    new = [answered(one.case, 0.0) for one in GOOD[:12]] + GOOD[12:]
    text = comparison_text(held(GOOD, new).comparison)

    assert re.search(r"correct +1\.000 +0\.880 +-0\.120", text)
    assert "case-3" in text


@pytest.mark.parametrize(("wrong", "said"), [(0, "passed"), (20, "failed"), (3, "inconclusive")])
def test_a_gate_says_its_verdict_first(wrong: int, said: str) -> None:
    new = [answered(one.case, 0.0) for one in GOOD[:wrong]] + GOOD[wrong:]

    assert said in gate_text(held(GOOD, new)).split("\n")[0]


def test_the_judges_own_noise_is_told_apart() -> None:
    verdicts = [(True, True, True), (True, False, True), (False, False, False), (True, True, True)]
    judged = [
        replace(answered(one.case, judged=sum(v) / 3), judgements={"judged_correct": v, "judged_supported": v})
        for one, v in zip(GOOD, verdicts, strict=False)
    ]

    assert "its repeats disagree on 25% of the cases" in run_text(a_run(judged))
    assert "its repeats disagree on 25% of the cases" in Elements(page(a_run(judged))).text


def test_a_gate_names_the_cases_that_changed_and_what_else_did() -> None:
    new = [answered(one.case, 0.0) for one in GOOD[:12]] + GOOD[12:]

    assert "case-3" in gate_text(held(GOOD, new))
