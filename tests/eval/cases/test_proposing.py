"""Drafts of gold from articles: what a sentence answers, and what none does; nothing becomes gold unreviewed."""

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.cli.evaluation.drafting import review
from assistant.language.denial import states
from assistant.settings.locations import default_files
from eval.cases.anchors import occurrences
from eval.cases.case_file import load_gold
from eval.cases.doctor import WARNINGS, examine_gold
from eval.cases.proposing import Proposal, propose
from index.text.loading import load_text

OLDWATER = """# Oldwater

The Oldwater Museum has 19 large halls. The Oldwater bridge cost 3.5 million crowns.
The Oldwater bridge was opened on 9 March 2021 by Anna Berg. Anna Berg opened the Oldwater Tram in 1990.
The Oldwater Tram is the oldest tram line of the valley. It has 12 stops.
She was born in 1950. In March 2022 Otto Lind said that the Oldwater Museum had sold 700 tickets.

The Oldwater Market includes:

- bread
- fresh fish
- cheese
"""


def drafts(text: str) -> dict[str, list[str]]:
    return {
        one.case.question: [fact for (fact,) in one.case.facts]
        for one in propose({"oldwater": text}, limit=50)
        if one.case.answerable
    }


def test_each_form_of_sentence_is_asked_in_reverse() -> None:
    assert drafts(OLDWATER) == {
        "How many large halls does the Oldwater Museum have?": ["19"],
        "How much did the Oldwater bridge cost?": ["3.5 million"],
        "When was the Oldwater bridge opened?": ["9 March 2021"],
        "Who opened the Oldwater Tram?": ["Anna Berg"],
        "What is the Oldwater Tram?": ["oldest tram line of the valley"],
        "How many tickets did the Oldwater Museum sell?": ["700"],
        "What does the Oldwater Market include?": ["bread", "fresh fish", "cheese"],
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "It has 19 halls.",
        "The museum has 19 halls.",
        "A museum in Oldwater has 19 halls.",
        "The Oldwater Museum has the 19th hall of its kind.",
        "The Oldwater Museum has grown by 19% a year.",
        "The Oldwater Museum is one of the oldest.",
        "Has the Oldwater Museum 19 halls?",
    ],
)
def test_what_would_make_no_question_of_its_own_is_left_out(sentence: str) -> None:
    assert drafts(sentence) == {}


def test_a_question_with_two_answers_is_not_asked() -> None:
    assert drafts("The Oldwater Museum has 19 halls. The Oldwater Museum has 20 halls.") == {}


def test_a_question_that_nothing_answers_is_about_what_the_articles_name() -> None:
    unanswerable = [one.case for one in propose({"oldwater": OLDWATER}, limit=50) if not one.case.answerable]

    assert unanswerable
    assert all("Oldwater" in case.question or "Otto Lind" in case.question for case in unanswerable)
    assert "How much did the Oldwater bridge cost?" not in {case.question for case in unanswerable}


@pytest.mark.parametrize("limit", [3, 50])
def test_drafts_of_the_default_collection_are_valid_gold(limit: int, tmp_path: Path) -> None:
    texts = {path.stem: load_text(path.read_bytes(), path).text for path in default_files()}
    proposals = propose(texts, limit=limit)

    assert 0 < len(proposals) <= limit
    for one in proposals:
        for evidence in one.case.evidence:
            assert occurrences(evidence.quote or "", texts[evidence.article_id])
        assert all(states(one.sentence, wording) for fact in one.case.facts for wording in fact)
    assert [one for one in examine_gold([one.case for one in proposals], texts) if one.finding not in WARNINGS] == []


def test_only_what_a_person_accepts_or_changes_becomes_gold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    proposals = [one for one in propose({"oldwater": OLDWATER}, limit=50) if one.case.answerable][:4]
    typed = iter(["a\n", "d\n", "c\n", "How dear was it?\n", "3.5 million|3,500,000\n", "q\n"])
    monkeypatch.setattr("sys.stdin", _Typed(typed))

    added = review(proposals, tmp_path / "own.jsonl")

    cases = load_gold([tmp_path / "own.jsonl"])
    assert added == len(cases) == 2
    assert cases[0].question == proposals[0].case.question
    assert (cases[1].question, cases[1].facts) == ("How dear was it?", (("3.5 million", "3,500,000"),))
    assert all(case.as_of for case in cases)
    assert proposals[1].case.question in capsys.readouterr().out


def test_a_reworded_draft_shows_both_wordings_and_either_may_be_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = [one for one in propose({"oldwater": OLDWATER}, limit=50) if one.case.answerable][:3]
    proposals = [
        replace(one, case=replace(one.case, question=f"Say, {one.case.question}"), drafted=one.case.question)
        for one in plain
    ]
    proposals[2] = plain[2]
    monkeypatch.setattr("sys.stdin", _Typed(iter(["a\n", "o\n", "o\n"])))

    assert review(proposals, tmp_path / "own.jsonl") == 2

    asked = [case.question for case in load_gold([tmp_path / "own.jsonl"])]
    assert asked == [proposals[0].case.question, plain[1].case.question]
    out, told = capsys.readouterr()
    assert all(f"{one.case.question}\n  drafted as: {one.drafted}\n" in out for one in proposals[:2])
    assert out.count("drafted as") == told.count("[o]riginally") == 2


def test_nothing_is_added_where_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proposals: list[Proposal] = propose({"oldwater": OLDWATER}, limit=50)
    monkeypatch.setattr("sys.stdin", _Typed(iter([])))

    assert review(proposals, tmp_path / "own.jsonl") == 0
    assert not (tmp_path / "own.jsonl").exists()


class _Typed:
    """Standard input with these lines."""

    def __init__(self, lines) -> None:
        self._lines = lines

    def readline(self) -> str:
        return next(self._lines, "")
