"""Gold that went wrong is found, each way that it can, and gold that is well is left alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from assistant.settings.locations import default_files
from eval.cases.case import Evidence, GoldCase
from eval.cases.case_file import load_gold
from eval.cases.doctor import WARNINGS, Diagnosis, Finding, examine_gold
from eval.runs.indexes import DEFAULT_GOLD
from index.text.loading import load_text

TEXTS = {
    "museum-2022": "The museum of Oldwater has 19 halls. Entry is free on Mondays, but not in July or August.",
    "bridge": "The bridge of Oldwater was opened on 9 March 2021 by Mayor Anna Berg. It has four lanes.",
}
LANES = GoldCase(
    id="lanes",
    question="How many lanes has the bridge of Oldwater?",
    facts=(("4 lanes",),),
    evidence=(Evidence(article_id="bridge", quote="It has four lanes.", part="1"),),
    place="gold.jsonl:3",
)
HALLS = replace(
    LANES,
    id="halls",
    question="How many halls has the museum in Oldwater?",
    facts=(("19 halls",),),
    evidence=(Evidence(article_id="museum-2022", quote="has 19 halls", part="1"),),
    place="gold.jsonl:4",
)
NOBODY = GoldCase(id="roof", question="Who painted the roof of the station?", answerable=False, place="gold.jsonl:5")


def found(*cases: GoldCase) -> list[tuple[Finding, str, str]]:
    return [(one.finding, one.where, one.detail) for one in examine_gold(cases, TEXTS)]


def standing(article_id: str, quote: str | None) -> tuple[Evidence, ...]:
    return (Evidence(article_id=article_id, quote=quote, part="1"),)


def test_gold_that_is_well_has_nothing_wrong_with_it() -> None:
    assert found(LANES, HALLS, NOBODY) == []
    assert found(replace(LANES, evidence=standing("bridge", None))) == []
    assert found(replace(LANES, evidence=standing("bridge", "It\n has   four lanes."))) == []


# Evidence


@pytest.mark.parametrize(
    ("evidence", "finding", "detail"),
    [
        (
            standing("bridges", "It has four lanes. Or five."),
            Finding.GONE,
            "bridges is not in the index; did you mean 'bridge'? Add it, or take the evidence out",
        ),
        (standing("zzz", None), Finding.GONE, "zzz is not in the index; Add it, or take the evidence out"),
        (
            standing("museum-2022", "It has four lanes."),
            Finding.MOVED,
            "'It has four lanes.' stands in bridge now; name that article",
        ),
        (
            standing("gone", "It has four lanes."),
            Finding.MOVED,
            "'It has four lanes.' stands in bridge now; name that article",
        ),
        (
            standing("museum-2022", "Entry is free on Sundays, but not in July or August."),
            Finding.CHANGED,
            "'Entry is free on Sundays, but not in July or August.' reads now: 'Entry is free on Mondays, but not in "
            "July or August.'; is the case still right? Quote it anew",
        ),
        (
            standing("bridge", "Nothing like it was ever written, and it is so long that it is cut where it is shown."),
            Finding.VANISHED,
            "'Nothing like it was ever written, and it is so long that it is cut where it i…' is gone from bridge; "
            "correct the case, or remove it",
        ),
    ],
)
def test_a_quote_that_does_not_stand_is_found_with_what_became_of_it(
    evidence: tuple[Evidence, ...], finding: Finding, detail: str
) -> None:
    case = replace(LANES, facts=(), evidence=evidence)

    (one,) = examine_gold([HALLS, case], TEXTS)

    assert (one.finding, one.where, one.place, one.detail) == (finding, "lanes", "gold.jsonl:3", detail)
    assert one.serious


def test_every_piece_of_evidence_is_looked_at_even_where_an_alternative_stands() -> None:
    lost = Evidence(article_id="gone", quote="Nowhere.", part="1")

    assert [f for f, _, _ in found(replace(LANES, evidence=(*LANES.evidence, lost, lost)))] == [Finding.GONE] * 2


def test_a_fact_that_no_quote_states_is_a_remark() -> None:
    case = replace(LANES, facts=(("4 lanes",), ("Otto Lind", "Mr Lind")))

    (one,) = examine_gold([case], TEXTS)

    assert (one.finding, one.serious) == (Finding.UNSTATED, False)
    assert one.detail == "no quote of the case states 'Otto Lind' or 'Mr Lind'; add a wording, or evidence"
    assert found(replace(case, evidence=())) == []
    assert found(replace(LANES, facts=(("Anna Berg",),), evidence=standing("bridge", None))) == []


# Two cases


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (lambda case: case, Finding.DUPLICATE),
        (lambda case: replace(case, question="how many LANES has the bridge of  Oldwater"), Finding.DUPLICATE),
        (lambda case: replace(case, facts=(("four lanes", "quattuor"),)), Finding.DUPLICATE),
        (lambda case: replace(case, facts=(("5 lanes",),)), Finding.CONTRADICTION),
        (lambda case: replace(case, facts=(("4 lanes",), ("320 metres",))), Finding.CONTRADICTION),
        (lambda case: replace(case, facts=(), evidence=(), answerable=False), Finding.CONTRADICTION),
        (
            lambda case: replace(
                case, question="How many lanes has the bridge in Oldwater?", facts=(), evidence=(), answerable=False
            ),
            None,
        ),
        (lambda case: replace(case, turns=("And the tram?",)), None),
        (lambda case: replace(case, question="How many lanes had the ferry of Newwater?"), None),
    ],
)
def test_two_cases_that_ask_the_same_are_duplicates_or_contradict_each_other(
    change: Callable[[GoldCase], GoldCase], finding: Finding | None
) -> None:
    other = replace(change(LANES), id="other", place="more.jsonl:1")

    told = [one for one in examine_gold([LANES, NOBODY, other], TEXTS) if one.finding is not Finding.UNSTATED]

    assert [one.finding for one in told] == ([finding] if finding else [])
    for one in told:
        assert (one.where, one.place, one.serious) == ("other", "more.jsonl:1", True)
        assert "lanes" in one.detail


def test_nearly_the_same_question_answered_and_not_answered_is_a_contradiction() -> None:
    long = "How many lanes for cars has the new bridge of Oldwater according to the report of the mayor"
    one, other = replace(LANES, question=f"{long}?"), replace(NOBODY, question=f"So {long}?")

    assert [(f, w) for f, w, _ in found(one, other)] == [(Finding.CONTRADICTION, "roof")]


def test_questions_of_two_years_are_two_questions() -> None:
    cases = [
        replace(LANES, id=str(year), question=f"How many lanes had the bridge in {year}?", facts=((f"{n} lanes",),))
        for n, year in enumerate((2021, 2022), 4)
    ]

    assert {finding for finding, _, _ in found(*cases)} <= {Finding.UNSTATED}


def test_duplicates_are_found_among_many_cases_that_share_their_words() -> None:
    many = [
        replace(LANES, id=f"case-{n}", question=f"How many lanes has bridge {chr(97 + n % 26)}{chr(97 + n // 26)}?")
        for n in range(300)
    ]

    told = found(*many, replace(many[7], id="again"))

    assert [(finding, where) for finding, where, _ in told] == [(Finding.DUPLICATE, "again")]


# Slices


@pytest.mark.parametrize(
    ("facts", "never", "forbidden"),
    [
        ((("five",),), ("5",), True),
        ((("five gates of steel", "five"),), ("five gates",), True),
        ((("five",),), ("fifty-five", "six"), False),
    ],
)
def test_a_fact_that_must_not_be_stated_is_found(facts, never, forbidden) -> None:
    case = replace(NOBODY, answerable=True, facts=facts, never=never)

    told = [one for one in examine_gold([case], TEXTS) if one.finding is Finding.FORBIDDEN]

    assert [one.serious for one in told] == ([True] if forbidden else [])


@pytest.mark.parametrize("other", ["gates ", "Gates", "g\u0430tes", "ga\u00adtes", "gat\u00e9s"])
def test_ids_that_look_alike_are_found(other: str) -> None:
    cases = [replace(NOBODY, id="gates", place="a:1"), replace(NOBODY, id=other, question="Why else?", place="b:2")]

    (one,) = [one for one in examine_gold(cases, TEXTS) if one.finding is Finding.ALIKE]

    assert one.serious
    assert one.detail == f"{other!r} looks like 'gates' (a:1); give one of them another id"


def test_a_slice_too_small_to_conclude_from_is_a_remark_that_says_how_many_cases_it_takes() -> None:
    def tagged(count: int, tag: str) -> list[GoldCase]:
        return [replace(NOBODY, id=f"{tag}-{n}", question=f"{tag} {'x' * (n + 1)}?", tags=(tag,)) for n in range(count)]

    told = examine_gold([*tagged(10, "few"), *tagged(100, "many")], TEXTS)

    (one,) = told
    assert (one.finding, one.where, one.place, one.serious) == (Finding.SMALL_SLICE, "few", "", False)
    needed = int(one.detail.split("about ")[1].split()[0])
    assert "10 cases" in one.detail
    assert 10 < needed <= 100
    assert not any(d.finding is Finding.SMALL_SLICE for d in examine_gold(tagged(needed, "few"), TEXTS))


def test_only_remarks_are_no_reason_to_stop() -> None:
    serious = {f for f in Finding if Diagnosis(finding=f, where="", place="", detail="").serious}

    assert set(Finding) - serious == WARNINGS == {Finding.SMALL_SLICE, Finding.UNSTATED}


# The gold that ships


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {path.stem: load_text(path.read_bytes(), path).text for path in default_files()}


def test_nothing_is_wrong_with_the_default_gold_but_small_slices(texts: dict[str, str]) -> None:
    told = examine_gold(load_gold([DEFAULT_GOLD]), texts)

    assert [one for one in told if one.finding is not Finding.SMALL_SLICE] == []


def test_a_word_changed_in_an_article_of_the_default_collection_is_found(texts: dict[str, str]) -> None:
    gold = load_gold([DEFAULT_GOLD])
    before = "Zheli Office had 55.15 million registered users in March 2021."
    (article_id,) = (id_ for id_, text in texts.items() if before in text)
    after = texts | {article_id: texts[article_id].replace("55.15 million registered", "56 million registered")}

    told = [one for one in examine_gold(gold, after) if one.finding is not Finding.SMALL_SLICE]

    assert {one.finding for one in told} == {Finding.CHANGED}
    assert {one.where for one in told} == {case.id for case in gold if any(e.quote == before for e in case.evidence)}
    assert all("56 million registered users" in one.detail for one in told)
