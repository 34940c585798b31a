"""A case made of a question that was asked: what is offered, its id, and the line added to a file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library import ignore

from assistant.chain.assistant import Assistant
from assistant.settings.settings import Settings
from eval.cases.case import Evidence, GoldCase, to_line
from eval.cases.case_file import load_gold
from eval.cases.drafting import OFFERED, Candidate, append_case, candidates, draft, new_id, quoted, shown, wordings
from eval.runs.indexes import article_texts
from eval.runs.results import Provenance, Run
from index.encoding.encoder import Encoder
from index.errors import UsageError, UserError
from index.search.embedded import embedded_opener
from index.storage.changes import add_paths
from index.storage.store import create_index

ARTICLE = """---
title: The new bridge of Oldwater
---
The new bridge of Oldwater was opened by Mayor Anna Berg. It has four lanes.

The bridge of Oldwater cost 3.5 million crowns.
"""
LANES = "How many lanes does the bridge of Oldwater have?"
COST = Candidate(article_id="bridge", start=10, end=30, quote="The bridge cost\n3.5 million crowns.", cited=True)


def a_draft(question: str = LANES, *, facts=(("4",),), evidence=(COST,), id_=None, taken=()) -> GoldCase:
    return draft(
        question,
        turns=[],
        facts=facts,
        evidence=evidence,
        tags=["mine"],
        note=None,
        id_=id_,
        taken=taken,
        today=date(2026, 3, 6),
    )


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("oldwater")
    (home / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    create_index(home / "index", minilm, max_tokens=minilm.max_tokens)
    add_paths(home / "index", [home / "bridge.md"], minilm, note=ignore, meter=ignore)
    assistant = Assistant(embedded_opener(home / "index", lambda _: minilm, note=ignore), Settings(), note=ignore)
    yield assistant
    assistant.close()


# What is offered


def test_words_that_a_person_gives_are_found_as_they_stand_in_an_article(assistant: Assistant) -> None:
    found = quoted("opened  by\nmayor ANNA", assistant)

    assert found.quote == "The new bridge of Oldwater was opened by Mayor Anna Berg."
    (text,) = map(assistant.engine.text, assistant.engine.articles)
    assert text[found.start : found.end] == found.quote
    assert quoted("Anna Berg. It has", assistant).quote.endswith("It has four lanes.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("five lanes", "no article has the words 'five lanes'; give them as they stand there"),
        (
            "bridge of Oldwater",
            r"the words 'bridge of Oldwater' stand in 2 places \(bridge\); give more of the sentence",
        ),
    ],
)
def test_words_that_no_article_or_several_places_have_are_refused(assistant: Assistant, words: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        quoted(words, assistant)


def test_sentences_of_the_answer_are_offered_first_then_those_of_its_passages(assistant: Assistant) -> None:
    trace = assistant.trace(LANES)

    offered = candidates(trace, assistant)

    (text,) = map(assistant.engine.text, assistant.engine.articles)
    assert 3 == len(offered) <= OFFERED
    assert "four lanes" in "".join(one.quote for one in offered if one.cited)
    assert [one.cited for one in offered] == sorted((one.cited for one in offered), reverse=True)
    assert len({(one.article_id, one.start) for one in offered}) == len(offered)
    assert all(text[one.start : one.end] == one.quote for one in offered)
    assert all(Evidence(article_id=one.article_id, quote=one.quote, part="1") for one in offered)


def test_a_refusal_offers_what_it_withheld_as_not_cited(assistant: Assistant) -> None:
    offered = candidates(assistant.trace("Was the new bridge of Oldwater opened by Napoleon?"), assistant)

    assert offered
    assert not any(one.cited for one in offered)


def test_a_candidate_is_shown_on_one_line() -> None:
    assert shown(COST) == "The bridge cost 3.5 million crowns.  (bridge, cited)"
    assert shown(replace(COST, cited=False)).endswith("(bridge)")


# The case


def test_a_draft_has_the_chosen_sentences_as_parts_and_the_day() -> None:
    case = a_draft("How  many\nlanes?", evidence=(COST, replace(COST, quote="It has four lanes.")))

    assert case == GoldCase(
        id="many-lanes",
        question="How many lanes?",
        facts=(("4",),),
        evidence=(
            Evidence(article_id="bridge", quote=COST.quote, part="1"),
            Evidence(article_id="bridge", quote="It has four lanes.", part="2"),
        ),
        answerable=True,
        tags=("mine",),
        as_of=date(2026, 3, 6),
    )


def test_without_facts_and_evidence_the_articles_are_said_not_to_answer() -> None:
    assert a_draft(facts=(), evidence=()).answerable is False
    assert a_draft(facts=(("4",),), evidence=()).answerable is True
    assert a_draft(facts=(), evidence=(COST,)).answerable is True


@pytest.mark.parametrize(
    ("question", "taken", "id_"),
    [
        (LANES, (), "many-lanes-bridge-oldwater"),
        (LANES, ("many-lanes-bridge-oldwater",), "many-lanes-bridge-oldwater-2"),
        (LANES, ("many-lanes-bridge-oldwater", "many-lanes-bridge-oldwater-2"), "many-lanes-bridge-oldwater-3"),
        ("The of?", (), "case"),
        ("浙政钉是什么？", (), "浙政钉是什么"),
        ("A1 b2 C3 d4 E5 f6 G7?", (), "a1-b2-c3-d4-e5"),
    ],
)
def test_an_id_is_made_of_the_words_with_a_number_only_where_it_is_taken(
    question: str, taken: tuple[str, ...], id_: str
) -> None:
    assert new_id(question, taken) == id_


@given(st.text(), st.sets(st.text(max_size=5)))
def test_an_id_is_never_empty_and_never_taken(question: str, taken: set[str]) -> None:
    for _ in range(3):
        id_ = new_id(question, taken)
        assert id_.strip()
        assert id_ not in taken
        taken.add(id_)


def test_wordings_are_parted_by_a_bar_and_empty_ones_dropped() -> None:
    assert wordings(" 30 | thirty||dreißig ") == ("30", "thirty", "dreißig")
    assert wordings(" | ") == ()


# The line


def test_a_file_and_its_folder_are_made_and_further_cases_go_below(tmp_path: Path) -> None:
    path = tmp_path / "gold" / "own.jsonl"
    first, second = a_draft(), a_draft("How much did it cost?")

    append_case(first, path)
    append_case(second, path)

    assert path.read_text(encoding="utf-8") == f"{to_line(first)}\n{to_line(second)}\n"
    assert load_gold([path]) == (first, second)


def test_a_line_feed_that_is_missing_at_the_end_is_made_good(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    first, second = a_draft(), a_draft("How much did it cost?")
    path.write_text(to_line(first), encoding="utf-8")

    append_case(second, path)

    assert load_gold([path]) == (first, second)


def refused(case: GoldCase, path: Path) -> str:
    """What is said of a case that is not added; the file stays as it was."""
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(UserError) as told:
        append_case(case, path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert "\n" not in str(told.value)
    return str(told.value)


def test_a_broken_file_is_left_alone_and_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(f"{to_line(a_draft())}\n{{\n", encoding="utf-8")

    said = refused(a_draft("Why?"), path)

    assert said.startswith(f"{path}:2: line: is not JSON")
    assert said.endswith("correct the file first")


def test_an_id_that_is_there_already_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    append_case(a_draft(id_="mine"), path)

    assert refused(a_draft("Why?", id_="mine"), path) == f"{path} has a case 'mine' already; give another --id"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "cannot be written (" in refused(a_draft(), tmp_path / "file" / "own.jsonl")
    assert "; name another file with --gold" in refused(a_draft(), tmp_path / "file" / "own.jsonl")


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (a_draft(facts=(("—",),)), "facts[1]: "),
        (a_draft(facts=(("the",),)), "facts[1]: "),
        (a_draft(facts=((),)), "facts[1]: has no accepted wording"),
        (a_draft(id_=" "), 'id: is " "; it must be text'),
        (a_draft("?"), "question: the question is empty"),
        (replace(a_draft(), tags=("",)), "tags: "),
        (replace(a_draft(), turns=("",)), "turns: "),
        (a_draft("Why \ud800?"), "line: has half of a surrogate pair"),
    ],
)
def test_a_case_that_could_not_be_read_back_is_not_added(tmp_path: Path, case: GoldCase, said: str) -> None:
    """It would spoil the file for every later run."""
    told = refused(case, tmp_path / "own.jsonl")

    assert told.startswith(f"no case of a gold file: {said}")
    assert not (tmp_path / "own.jsonl").exists()


# The articles of a run


def test_the_articles_of_a_run_are_there_only_if_its_very_index_is(assistant: Assistant, tmp_path: Path) -> None:
    provenance = Provenance(
        assistant="0",
        index={"fingerprint": assistant.engine.state.fingerprint},
        encoder="",
        reader="",
        model=None,
        judge=None,
        prompts={},
        settings={},
        packages={},
    )
    run = Run(tag=None, gold="", provenance=provenance, results=(), started="", seconds=0)
    settings = Settings(index=assistant.engine.state.location)
    notes: list[str] = []

    found = article_texts(run, settings, note=notes.append)
    other = replace(run, provenance=replace(provenance, index={"fingerprint": "other"}))

    assert "four lanes" in found["bridge"]
    assert notes == []
    assert article_texts(other, settings, note=notes.append) == {}
    assert article_texts(run, Settings(index=str(tmp_path / "absent")), note=notes.append) == {}
    assert len(notes) == 2
