"""Gold files: what is a case, and every way in which a line can be none."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.denial import states
from eval.cases.case import Evidence, GoldCase, gold_digest, spread, to_line, to_row
from eval.cases.case_file import GoldInvalid, Problem, gold_schema, load_gold, read_gold
from index.errors import UserError

GOOD = {"id": "lanes", "question": "How many lanes has the bridge?", "facts": [["4", "four"]], "answerable": True}

WHOLE = {
    "id": "halls",
    "question": "And in 2022?",
    "turns": ["How many halls did the museum have in 2020?"],
    "facts": [["19 halls", "nineteen halls"], ["Mondays"]],
    "never": ["18 halls"],
    "short": ["19"],
    "evidence": [
        {"article": "museum-2022", "quote": "The museum of Oldwater has 19 halls.", "part": "halls"},
        {"article": "museum-2021", "quote": "It has nineteen halls.", "part": "halls"},
        {"article": "museum-2022", "quote": "Entry is free on Mondays."},
        {"article": "opening-hours"},
    ],
    "answerable": True,
    "tags": ["follow-up", "figure"],
    "as_of": "2024-02-29",
    "note": "By hand.",
}


def problems(folder: Path, *lines: object) -> list[tuple[str, str, str]]:
    """Place without the folder, field and complaint of each problem of a file with these lines."""
    path = folder / "gold.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts), encoding="utf-8")
    _, found = read_gold([path])
    return [(one.place.removeprefix(f"{folder}/"), one.field, one.what) for one in found]


# Cases that are well


def test_every_field_of_a_line_is_in_the_case(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(f"\n{json.dumps(WHOLE)}\n\n", encoding="utf-8")

    (case,) = load_gold([tmp_path])

    assert case == GoldCase(
        id="halls",
        question="And in 2022?",
        turns=("How many halls did the museum have in 2020?",),
        facts=(("19 halls", "nineteen halls"), ("Mondays",)),
        never=("18 halls",),
        short=("19",),
        evidence=(
            Evidence(article_id="museum-2022", quote="The museum of Oldwater has 19 halls.", part="halls"),
            Evidence(article_id="museum-2021", quote="It has nineteen halls.", part="halls"),
            Evidence(article_id="museum-2022", quote="Entry is free on Mondays.", part="3"),
            Evidence(article_id="opening-hours", quote=None, part="4"),
        ),
        answerable=True,
        tags=("follow-up", "figure"),
        as_of=date(2024, 2, 29),
        note="By hand.",
    )
    assert case.place == f"{tmp_path / 'gold.jsonl'}:2"
    assert {part: len(alternatives) for part, alternatives in case.parts.items()} == {"halls": 2, "3": 1, "4": 1}


def test_a_byte_order_mark_and_line_separators_within_a_text_do_no_harm(tmp_path: Path) -> None:
    question = "How many\u2028lanes\u0085has it?"
    line = json.dumps(GOOD | {"question": question}, ensure_ascii=False)
    (tmp_path / "gold.jsonl").write_bytes(b"\xef\xbb\xbf" + f"{line}\r\n{json.dumps(WHOLE)}\r\n".encode())

    first, second = load_gold([tmp_path / "gold.jsonl"])

    assert first.question == question
    assert "\u2028" in line
    assert second.place.endswith(":2")


def test_folders_are_read_with_their_folders_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.jsonl", "a/z.jsonl", "c.json", "a/y.JSONL.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(GOOD | {"id": name}), encoding="utf-8")

    assert [case.id for case in load_gold([tmp_path])] == ["a/z.jsonl", "b.jsonl"]
    assert [case.id for case in load_gold([tmp_path / "b.jsonl", tmp_path / "a"])] == ["b.jsonl", "a/z.jsonl"]


def test_an_unanswerable_case_needs_no_more_than_its_question(tmp_path: Path) -> None:
    assert problems(tmp_path, {"id": "a", "question": "Why?", "answerable": False}) == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("11.27 million", True),
        ("11,270,000", True),
        ("1,127 × 10,000", True),
        ("1127万", True),
        ("11.28 million", False),
        ("11.27", False),
        ("1,127", False),
        ("111.27 million", False),
    ],
)
@pytest.mark.parametrize("wording", ["11.27 million", "11,270,000", "1,127 × 10,000"])
def test_a_fact_in_figures_is_stated_by_its_value(answer: str, wording: str, says: bool) -> None:
    assert states(f"In 2021 there were {answer} enterprises.", wording) is says


# Cases that are not


@pytest.mark.parametrize(
    ("line", "field", "what"),
    [
        ("{", "line", "is not JSON"),
        ("nonsense", "line", "is not JSON"),
        ("[" * 100_000, "line", "is not JSON"),
        ('{"a":' * 100_000, "line", "is not JSON"),
        ("1" * 10_000, "line", "is not JSON"),
        ("[1, 2]", "line", "is [1, 2]; it must be a JSON object"),
        ("null", "line", "is null; it must be a JSON object"),
        ('"text"', "line", 'is "text"; it must be a JSON object'),
        (json.dumps(GOOD)[:-1] + ', "id": "other"}', "line", '"id" is there twice'),
        (json.dumps(GOOD | {"question": "Why \ud800?"}), "line", "half of a surrogate pair"),
        (json.dumps(GOOD | {"\udfff": 1}), "line", "half of a surrogate pair"),
        (GOOD | {"colour": "red"}, "colour", "is not a field of a case; known: id, question, turns"),
        ({key: value for key, value in GOOD.items() if key != "id"}, "id", "is missing"),
        (GOOD | {"id": None}, "id", "is missing"),
        (GOOD | {"id": 7}, "id", "is 7; it must be text"),
        (GOOD | {"id": " "}, "id", 'is " "; it must be text'),
        ({key: value for key, value in GOOD.items() if key != "question"}, "question", "is missing"),
        (GOOD | {"question": "?!"}, "question", "the question is empty"),
        (GOOD | {"question": ["Why?"]}, "question", 'is ["Why?"]; it must be text'),
        (GOOD | {"question": "w" * 2001}, "question", "the question has 2,001 characters"),
        (GOOD | {"turns": "Why?"}, "turns", 'is "Why?"; it must be a list of texts'),
        (GOOD | {"turns": ["Why?", 3]}, "turns", "it must be a list of texts"),
        (GOOD | {"turns": ["…"]}, "turns", "the question is empty"),
        (GOOD | {"turns": 0}, "turns", "is 0; it must be a list of texts"),
        (GOOD | {"facts": "4"}, "facts", 'is "4"; it must be a list of lists'),
        (GOOD | {"facts": {}, "evidence": [{"article": "a"}]}, "facts", "is {}; it must be a list of lists"),
        (GOOD | {"facts": False, "evidence": [{"article": "a"}]}, "facts", "is false; it must be a list of lists"),
        (GOOD | {"facts": ["4"]}, "facts[1]", 'is "4"; it must be a list of texts'),
        (GOOD | {"facts": [["4"], []]}, "facts[2]", "has no accepted wording"),
        (GOOD | {"facts": [["4", ""]]}, "facts[1]", "it must be a list of texts"),
        (GOOD | {"facts": [["4"], ["four", "–"]]}, "facts[2]", "without a word, figure or date"),
        (GOOD | {"facts": [["the"]]}, "facts[1]", "without a word, figure or date"),
        (GOOD | {"never": ["..."]}, "never", '["..."] has a wording without a word, figure or date'),
        (GOOD | {"never": [3]}, "never", "is [3]; it must be a list of texts"),
        (
            {"id": "a", "question": "Why?", "answerable": False, "never": ["x"]},
            "never",
            "is there without facts; say what a right answer states too",
        ),
        (GOOD | {"short": "4"}, "short", 'is "4"; it must be a list of texts'),
        (GOOD | {"short": ""}, "short", 'is ""; it must be a list of texts'),
        (GOOD | {"short": ["4", "the"]}, "short", '"the" is nothing but articles and punctuation'),
        (GOOD | {"evidence": {"article": "a"}}, "evidence", "it must be a list of objects"),
        (GOOD | {"evidence": ""}, "evidence", 'is ""; it must be a list of objects'),
        (GOOD | {"evidence": ["a"]}, "evidence[1]", 'is "a"; it must be an object with article and quote'),
        (GOOD | {"evidence": [{"quote": "four lanes"}]}, "evidence[1].article", "is missing; it must be text"),
        (GOOD | {"evidence": [{"article": "a"}, {"article": 3}]}, "evidence[2].article", "is 3; it must be text"),
        (GOOD | {"evidence": [{"article": "a", "quote": " "}]}, "evidence[1].quote", 'is " "; it must be text'),
        (GOOD | {"evidence": [{"article": "a", "part": 1}]}, "evidence[1].part", "is 1; it must be text"),
        (GOOD | {"evidence": [{"article": "a", "chunk": 3}]}, "evidence[1].chunk", "is not a field of evidence"),
        ({key: value for key, value in GOOD.items() if key != "answerable"}, "answerable", "must be true or false"),
        (GOOD | {"answerable": "yes"}, "answerable", 'is "yes"; it must be true or false'),
        (GOOD | {"answerable": 1}, "answerable", "is 1; it must be true or false"),
        (GOOD | {"facts": []}, "facts", "are missing; an answerable case needs facts, evidence or a reference"),
        (GOOD | {"answerable": False}, "answerable", "is false, yet there are facts"),
        ({"id": "a", "question": "Why?", "answerable": False, "short": ["x"]}, "answerable", "is false, yet there"),
        (GOOD | {"tags": "figure"}, "tags", 'is "figure"; it must be a list of texts'),
        (GOOD | {"tags": {}}, "tags", "is {}; it must be a list of texts"),
        (GOOD | {"as_of": "yesterday"}, "as_of", 'is "yesterday"; it must be a day as YYYY-MM-DD'),
        (GOOD | {"as_of": "2023-02-29"}, "as_of", "it must be a day as YYYY-MM-DD"),
        (GOOD | {"as_of": "20230228"}, "as_of", "it must be a day as YYYY-MM-DD"),
        (GOOD | {"as_of": 2023}, "as_of", "is 2023; it must be a day as YYYY-MM-DD"),
        (GOOD | {"note": 5}, "note", "is 5; it must be text"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_field(tmp_path: Path, line: object, field: str, what: str) -> None:
    found = problems(tmp_path, GOOD | {"id": "before"}, line, GOOD | {"id": "after"})

    assert [(place, name) for place, name, _ in found] == [("gold.jsonl:2", field)]
    assert what in found[0][2]
    assert "\n" not in found[0][2]


def test_no_depth_of_nesting_gets_past_the_check(tmp_path: Path) -> None:
    """Reading and writing JSON stop at depths of their own, near one another."""
    for depth in (*range(880, 1010, 5), 5_000):
        nested = '{"id": "a", "question": "Why?", "answerable": false, "note": ' + "[" * depth + "]" * depth + "}"

        assert [name for _, name, _ in problems(tmp_path, nested)] in (["line"], ["note"])


def test_a_case_that_is_missing_everything_has_everything_named_at_once(tmp_path: Path) -> None:
    found = problems(tmp_path, {"colour": 1, "shape": 2})

    assert [name for _, name, _ in found] == ["id", "question", "answerable", "colour", "shape"]


def test_an_id_that_is_there_twice_is_named_with_both_places(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text(f"{json.dumps(GOOD | {'id': name})}\n{json.dumps(GOOD)}\n", encoding="utf-8")

    with pytest.raises(GoldInvalid) as told:
        load_gold([tmp_path])

    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    assert told.value.problems == (
        Problem(place=f"{b}:2", field="id", what=f"'lanes' is also the id of {a}:2; ids are unique over all files"),
    )


def test_cases_that_are_well_are_there_beside_the_problems(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(f"{json.dumps(GOOD)}\n{{}}\n", encoding="utf-8")

    cases, found = read_gold([tmp_path])

    assert [case.id for case in cases] == ["lanes"]
    assert {one.place for one in found} == {f"{tmp_path / 'gold.jsonl'}:2"}


def test_the_published_schema_is_that_of_the_form(repository: Path) -> None:
    published = json.loads((repository / "docs/gold.schema.json").read_text(encoding="utf-8"))

    assert published == gold_schema()


def test_many_problems_are_counted_after_the_first_five(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("{\n" * 8, encoding="utf-8")

    with pytest.raises(GoldInvalid, match=r"gold.jsonl:5: line: is not JSON.*; and 3 more \(docs/gold.md") as told:
        load_gold([tmp_path])

    assert "gold.jsonl:6" not in str(told.value)
    assert len(told.value.problems) == 8


def test_a_file_or_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "caf\xe9"}')
    (tmp_path / "folder.jsonl").mkdir()

    _, found = read_gold([tmp_path / name for name in ("absent.jsonl", "empty", "latin.jsonl")])

    assert [(one.place, one.field) for one in found] == [
        (str(tmp_path / "absent.jsonl"), "file"),
        (str(tmp_path / "empty"), "folder"),
        (str(tmp_path / "latin.jsonl"), "file"),
    ]
    assert [one.what for one in found[:2]] == ["does not exist", "holds no .jsonl file"]
    assert found[2].what == "cannot be read (no UTF-8 text, byte 11)"
    assert [one.field for one in read_gold([tmp_path])[1]] == ["file", "file"]  # One of them a folder named as a file.


def test_gold_without_a_case_is_a_mistake_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text("\n \n", encoding="utf-8")

    with pytest.raises(UserError, match=r"no gold cases in .*gold.jsonl; write one with `assistant eval add`"):
        load_gold([tmp_path / "gold.jsonl"])


# Lines and digests

text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
question = text.map(lambda tail: f"Why {tail}")
evidence = st.builds(Evidence, article_id=text, quote=st.none() | text, part=text)
days = st.none() | st.dates()


@st.composite
def cases(draw: st.DrawFn) -> GoldCase:
    """Any case that a gold file can hold."""
    answerable = draw(st.booleans())
    facts = draw(st.lists(st.lists(question, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3))
    quotes = draw(st.lists(evidence, max_size=4))
    return GoldCase(
        id=draw(text),
        question=draw(question),
        turns=tuple(draw(st.lists(question, max_size=2))),
        facts=tuple(facts) if answerable else (),
        never=tuple(draw(st.lists(question, max_size=2))) if answerable else (),
        short=tuple(draw(st.lists(question, max_size=2))) if answerable else (),
        evidence=tuple(quotes) if answerable else (),
        answerable=answerable,
        tags=tuple(draw(st.lists(text, max_size=3))),
        as_of=draw(days),
        note=draw(st.none() | text),
    )


@given(cases())
def test_a_case_written_as_a_line_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, case: GoldCase
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    line = to_line(case)
    path.write_text(f"{line}\n", encoding="utf-8")

    assert "\n" not in line
    assert load_gold([path]) == (case,)
    assert load_gold([path])[0].digest == case.digest


def test_what_is_empty_is_left_out_of_a_line() -> None:
    case = GoldCase(id="a", question="Why?", answerable=False)

    assert to_row(case) == {"id": "a", "question": "Why?", "answerable": False}
    one = Evidence(article_id="x", quote=None, part="1")
    assert to_row(replace(case, evidence=(one,), answerable=True))["evidence"] == [{"article": "x"}]


def test_the_digest_changes_with_what_is_asked_or_expected_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(json.dumps(WHOLE), encoding="utf-8")
    (case,) = load_gold([tmp_path])

    same = [
        replace(case, tags=()),
        replace(case, note=None),
        replace(case, as_of=None),
        replace(case, place="elsewhere:1"),
    ]
    other = [
        replace(case, id="other"),
        replace(case, question="And in 2023?"),
        replace(case, turns=()),
        replace(case, facts=case.facts[:1]),
        replace(case, facts=(("19 halls",), *case.facts[1:])),
        replace(case, short=()),
        replace(case, evidence=case.evidence[1:]),
        replace(case, evidence=(replace(case.evidence[0], part="other"), *case.evidence[1:])),
        replace(case, evidence=(replace(case.evidence[0], quote="19 halls"), *case.evidence[1:])),
        replace(case, evidence=(replace(case.evidence[0], article_id="other"), *case.evidence[1:])),
        replace(case, answerable=False),
    ]

    assert {one.digest for one in same} == {case.digest}
    assert len({case.digest, *(one.digest for one in other)}) == len(other) + 1


def test_the_digest_of_a_set_does_not_depend_on_the_order_of_its_cases() -> None:
    cases = [GoldCase(id=name, question="Why?", answerable=False) for name in "abc"]

    assert gold_digest(cases) == gold_digest(reversed(cases))
    assert gold_digest(cases) != gold_digest(cases[:2])
    assert gold_digest(cases) != gold_digest([*cases[:2], replace(cases[2], question="How?")])


def test_a_limited_run_takes_cases_from_all_over_the_set() -> None:
    cases = [GoldCase(id=str(n), question="Why?", answerable=False) for n in range(10)]

    assert [case.id for case in spread(cases, 3)] == ["0", "3", "6"]
    assert [case.id for case in spread(cases, 1)] == ["0"]
    assert spread(cases, 10) == spread(cases, 99) == spread(cases, None) == tuple(cases)
    assert all(len({case.id for case in spread(cases, limit)}) == limit for limit in range(1, 11))


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "one", "question": "Why?", "answerable": false}\n', encoding="utf-8")

    assert len(load_gold([tmp_path, path, tmp_path / "." / "gold.jsonl"])) == 1
