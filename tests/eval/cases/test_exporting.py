"""Gold is written as JSON Lines and CSV without loss, and no spreadsheet computes a cell of it."""

import csv
import dataclasses
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.language.denial import states
from assistant.settings.locations import default_files
from eval.cases.anchors import occurrences
from eval.cases.case import Evidence, GoldCase, to_row
from eval.cases.case_file import GoldInvalid, load_gold
from eval.cases.doctor import Finding
from eval.cases.exporting import COLUMNS, guarded, to_csv, to_jsonl, unguarded
from eval.cases.importing import Form, detect_form, import_gold
from index.text.loading import load_text

GOLD = Path(__file__).resolve().parents[3] / "eval" / "gold"

FULL = GoldCase(
    id="gates",
    question="How many gates, as told before?",
    turns=("Which dam is the oldest?",),
    facts=(("five gates", "5 gates"), ("Anna Berg",)),
    never=("4 gates",),
    short=("five",),
    reference="It has 30 of them.",
    group="brains",
    evidence=(
        Evidence(article_id="dams", quote='The dam, "old", has\nfive gates.', part="gates"),
        Evidence(article_id="anna", quote=None, part="2"),
    ),
    tags=("figure", "follow-up"),
    as_of=date(2026, 11, 24),
    note="Comma, and two\r\nlines.",
)


def back(tmp_path: Path, text: str) -> tuple[GoldCase, ...]:
    """The cases of a CSV file with `text`."""
    path = tmp_path / "gold.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return import_gold(path, form=None, articles=None).cases


def cells(cases: list[GoldCase]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(to_csv(cases), newline="")))


def test_lines_are_read_back_as_the_same_cases(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text(to_jsonl([FULL]), encoding="utf-8")

    assert load_gold([path]) == (FULL,)
    assert import_gold(path, form=None, articles=None).cases == (FULL,)


def test_a_table_is_read_back_as_the_same_cases(tmp_path):
    bare = GoldCase(id="off", question="Who won?", answerable=False)

    assert back(tmp_path, to_csv([FULL, bare])) == (FULL, bare)


def test_the_default_gold_is_the_same_after_lines_table_and_lines_again(tmp_path):
    cases = load_gold([GOLD])

    again = back(tmp_path, to_csv(cases))

    assert to_jsonl(again) == to_jsonl(cases)
    assert len(again) >= 150


def test_a_table_with_a_byte_order_mark_as_excel_wants_it_is_read(tmp_path):
    assert back(tmp_path, "\ufeff" + to_csv([FULL])) == (FULL,)


def test_lists_are_json_in_their_cells_and_empty_ones_are_empty():
    full, bare = cells([FULL, GoldCase(id="off", question="Who won?", answerable=False)])

    assert list(full) == list(COLUMNS)
    assert full["facts"] == '[["five gates", "5 gates"], ["Anna Berg"]]'
    assert full["tags"] == '["figure", "follow-up"]'
    assert (full["answerable"], full["as_of"]) == ("true", "2026-11-24")
    assert (bare["facts"], bare["evidence"], bare["note"], bare["answerable"]) == ("", "", "", "false")


@pytest.mark.parametrize("opening", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''-1"])
def test_no_cell_begins_as_a_formula(tmp_path, opening):
    case = GoldCase(id=f"{opening}x", question=f"{opening} is what?", note=opening, answerable=False)

    (row,) = cells([case])

    assert all(cell.startswith("'") for cell in (row["id"], row["question"], row["note"]))
    assert back(tmp_path, to_csv([case])) == (case,)


@pytest.mark.parametrize("harmless", ["'tis a dam", "a=b", "", "'", "1+1"])
def test_a_cell_that_is_no_formula_stays_as_it_is(harmless):
    assert guarded(harmless) == unguarded(harmless) == harmless


@given(st.text())
def test_guarding_is_undone_by_unguarding(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


letters = st.characters(exclude_categories=["Cs"])
texts = st.text(letters, max_size=12).map(lambda text: f"{text} dam {text}")
evidence = st.lists(st.tuples(texts, st.none() | texts, texts), max_size=3).map(
    lambda rows: tuple(Evidence(article_id=a, quote=q, part=p) for a, q, p in rows)
)
cases = st.builds(
    GoldCase,
    id=texts,
    question=texts,
    turns=st.lists(texts, max_size=2).map(tuple),
    facts=st.lists(st.lists(texts, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(tuple),
    never=st.lists(texts, max_size=2).map(tuple),
    short=st.lists(texts, max_size=2).map(tuple),
    evidence=evidence,
    tags=st.lists(texts, max_size=2).map(tuple),
    as_of=st.none() | st.dates(),
    note=st.none() | texts,
)


@settings(max_examples=50)
@given(st.lists(cases, min_size=1, max_size=3, unique_by=lambda case: case.id))
def test_any_cases_survive_the_table_and_the_lines(tmp_path_factory, found):
    folder = tmp_path_factory.mktemp("gold")

    again = back(folder, to_csv(found))

    assert again == tuple(found)
    assert to_jsonl(again) == to_jsonl(found)


def test_true_and_false_are_read_as_spreadsheets_write_them(tmp_path):
    (case,) = back(tmp_path, "id,question,answerable\noff,Who won?,FALSE\n")

    assert not case.answerable


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("id,question,answerable,tags\na,What?,false,[oops\n", r'gold\.csv:2: tags: is "\[oops"; it must be a list'),
        ("id,question,answerable\na,What?,perhaps\n", r'gold\.csv:2: answerable: is "perhaps"'),
        ("id,question,answerable\na,What?,false\na,Who?,false\n", r"gold\.csv:3: id: 'a' is also .*gold\.csv:2"),
        ("id,question,answerable,size\na,What?,false,9\n", r"gold\.csv:2: size: is not a field"),
        ("id,question,answerable\na,false\n", r"gold\.csv:2: row: has 2 cells; the header has 3"),
        ('id,question,answerable\na,"two\nlines",false\nb,What?,\n', r"gold\.csv:4: answerable: is missing"),
        ('id,question,answerable\na,"open,false\n', r"gold\.csv:2: row: is not CSV"),
        ("id,question,answerable,id\na,What?,false,b\n", r"gold\.csv:1: id: is the name of two columns"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(tmp_path, table, told):
    with pytest.raises(GoldInvalid, match=told) as caught:
        back(tmp_path, table)

    assert "\n" not in str(caught.value)


def test_a_cell_may_be_longer_than_the_csv_module_reads_by_itself(tmp_path):
    case = GoldCase(id="long", question="What?", note="a" * 200_000, answerable=False)

    assert back(tmp_path, to_csv([case])) == (case,)
    assert csv.field_size_limit() == 131_072


def test_our_table_is_told_from_its_columns(tmp_path):
    path = tmp_path / "some.csv"
    path.write_text(to_csv([FULL]), encoding="utf-8", newline="")

    assert detect_form(path) is Form.GOLD


# The page that describes the form


def page() -> str:
    return (GOLD.parent.parent / "docs" / "gold.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading of the page, without its head."""
    section = re.split(rf"(?m)^## {re.escape(heading)}$", page())[1].split("\n## ")[0]
    rows = [line for line in section.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def test_the_page_describes_each_field_of_a_case_in_the_order_of_a_line():
    described = [field.strip("`") for field, *_ in table("The fields")]

    assert described == list(COLUMNS)
    assert described == list(to_row(FULL))
    in_code = {field.name for field in dataclasses.fields(GoldCase)} - {"place"}
    assert set(described) == in_code


@pytest.mark.parametrize("name", COLUMNS)
def test_the_example_of_a_field_is_accepted(tmp_path, name):
    (example,) = [cell.strip("`") for field, _, _, cell in table("The fields") if field == f"`{name}`"]
    row = {"id": "a", "question": "What?", "facts": [["x"]], "answerable": True, name: json.loads(example)}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")

    (case,) = load_gold([tmp_path / "a.jsonl"])

    assert to_row(case)[name] == json.loads(example)


def test_the_cases_on_the_page_are_gold_that_stands_on_the_default_articles(tmp_path):
    lines = re.findall(r"(?s)```json\n(.*?)\n```", page())
    (tmp_path / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")

    found = load_gold([tmp_path / "a.jsonl"])

    assert len(found) == len(lines) == 4
    for case in found:
        for one in case.evidence:
            (path,) = (file for file in default_files() if file.stem == one.article_id)
            assert occurrences(one.quote or "", load_text(path.read_bytes(), path).text), case.id
        quotes = [one.quote or "" for one in case.evidence]
        assert all(any(states(quote, wording) for quote in quotes for wording in fact) for fact in case.facts)


@pytest.mark.parametrize(("wording", "answer", "stated"), table("How facts compare"))
def test_facts_compare_as_the_page_says(wording, answer, stated):
    assert {"yes": True, "no": False}[stated] is states(answer, wording.strip("`"))


def test_the_page_names_each_finding_of_the_doctor():
    assert [finding.strip("`") for finding, _ in table("What `doctor` finds")] == [one.value for one in Finding]


def test_the_page_names_each_form_that_is_imported():
    assert {form.strip("`") for form, *_ in table("Importing")} == {form.value for form in Form}
