"""A thumbs-down becomes a gold case: from the question over HTTP to the gate, which it turns red until it is right."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from library import Library
from serving import DAM, TRAM, Server, assistant, serving, town_in

from eval.cases.case_file import load_gold

RIGHT = "The tram will cost 35,000 crowns a metre."
BUDGET = """---
title: What the tram will cost
publisher: Valley Post
language: en
---
{}
"""
OLD = BUDGET.format("The tram will cost 21,000 crowns in all.")
MENDED = BUDGET.format("The council has not said what the line will cost.")
MAYOR = {
    "id": "mayor",
    "question": "When did Mayor Anna Berg resign?",
    "facts": [["Tuesday"]],
    "evidence": [{"article": "mayor", "quote": "Mayor Anna Berg resigned on Tuesday."}],
    "answerable": True,
}


@dataclass(frozen=True, kw_only=True)
class Town:
    """A server over a town, one of whose articles is wrong, and a gold set that does not know of it."""

    library: Library
    server: Server
    gold: Path

    def asked(self, question: str, conversation: str | None = None) -> dict[str, str]:
        body = {"question": question} | ({"conversation_id": conversation} if conversation else {})
        with self.server.client() as client:
            return client.post("/api/ask", json=body).json()

    def rated(self, message_id: str, rating: str, reason: str | None = None) -> None:
        given = {"message_id": message_id, "rating": rating, "reason": reason}
        with self.server.client() as client:
            assert client.post("/api/feedback", json=given).status_code == 200

    def run(self, *arguments: object, typed: str = "") -> CompletedProcess[str]:
        return assistant(self.server.data, *arguments, "--index", self.library.root, typed=typed)

    def promoted(self, message_id: str, *arguments: object, typed: str = "") -> CompletedProcess[str]:
        return self.run("feedback", "promote", message_id, "--gold", self.gold / "own.jsonl", *arguments, typed=typed)

    def evidence(self, message_id: str, sentence: str) -> str:
        """The number under which a sentence is offered."""
        shown = self.promoted(message_id, "--evidence", 0, "--fact", "any").stdout
        (found,) = re.findall(rf"^ *(\d+)\. {re.escape(sentence)}", shown, re.MULTILINE)
        return found

    def gate(self, baseline: Path, *arguments: object) -> CompletedProcess[str]:
        out = self.gold.parent / "run.json"
        return self.run("eval", "gate", self.gold, "--baseline", baseline, "--out", out, *arguments)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    library = town_in(tmp_path)
    library.write("budget.md", OLD)
    library.add()
    gold = tmp_path / "gold"
    gold.mkdir()
    (gold / "first.jsonl").write_text(json.dumps(MAYOR) + "\n", encoding="utf-8")
    with serving(tmp_path) as server:
        yield Town(library=library, server=server, gold=gold)


def test_a_thumbs_down_turns_the_gate_red_until_the_article_is_mended(town, tmp_path):
    baseline, later = tmp_path / "baseline.json", tmp_path / "later.json"
    assert town.run("eval", "run", town.gold, "--out", baseline).returncode == 0
    assert town.gate(baseline).returncode == 0
    first = town.asked(DAM)
    answer = town.asked(TRAM, first["conversation_id"])
    assert "21,000" in answer["text"]
    town.rated(answer["message_id"], "down", "an old figure,\nit is 35,000 a metre")
    number = town.evidence(answer["message_id"], RIGHT)

    done = town.promoted(answer["message_id"], "--never", "21,000", typed=f"{number}\n35,000|35 000\n\ny\n")

    assert done.returncode == 0, done.stderr
    (case,) = load_gold([town.gold / "own.jsonl"])
    assert (case.question, case.turns, case.tags) == (TRAM, (DAM,), ("feedback",))
    assert case.note == "an old figure,\nit is 35,000 a metre"
    assert case.facts == (("35,000", "35 000"),)
    assert [(one.article_id, one.quote) for one in case.evidence] == [("tram", RIGHT)]

    red = town.gate(baseline, "--common")
    assert red.returncode == 100
    assert f"1 case tagged feedback, 1 not right: {case.id}" in red.stdout
    assert "failed: must hold." in red.stdout.splitlines()[0], "it is red for this alone"
    town.run("eval", "run", town.gold, "--out", later)
    assert town.gate(later).returncode == 100, "a baseline in which the case is wrong excuses it"

    article = town.library.write("budget.md", MENDED)
    assert town.run("index", "add", article).returncode == 0
    green = town.gate(baseline, "--common")
    assert "1 case tagged feedback, 0 not right" in green.stdout
    assert green.returncode == 0, green.stdout
    assert town.gate(later).returncode == 0
    assert "35,000" in town.asked(TRAM)["text"]


def test_what_must_not_be_stated_beside_what_is_right_turns_the_gate_red_until_it_is_gone(town, tmp_path):
    baseline = tmp_path / "baseline.json"
    town.run("eval", "run", town.gold, "--out", baseline)
    question = "What will the tram cost, and what will the tram cost a metre?"
    town.library.write("budget.md", BUDGET.format("The tram will cost 21,000 crowns in all. " + RIGHT))
    assert town.run("index", "add", town.library.folder / "budget.md").returncode == 0
    answer = town.asked(question)
    assert "21,000" in answer["text"]
    assert "35,000" in answer["text"]
    town.rated(answer["message_id"], "down", "the first figure is old")
    words = ("--evidence", 0, "--fact", "35,000 crowns")

    told = town.promoted(answer["message_id"], *words, typed="n\n")
    done = town.promoted(answer["message_id"], *words, "--never", "21,000", "--yes")

    assert "the answer above is right by this case already" in told.stderr
    assert "right by this case already" not in done.stderr
    (case,) = load_gold([town.gold / "own.jsonl"])
    assert case.never == ("21,000",)
    assert "1 not right" in town.gate(baseline, "--common").stdout

    town.library.write("budget.md", BUDGET.format(RIGHT))
    assert town.run("index", "add", town.library.folder / "budget.md").returncode == 0
    assert "1 case tagged feedback, 0 not right" in town.gate(baseline, "--common").stdout


def test_what_no_article_says_yet_can_be_demanded_and_a_refusal_too(town):
    answer = town.asked(TRAM)
    town.rated(answer["message_id"], "down")

    stated = town.promoted(answer["message_id"], "--evidence", 0, "--fact", "53,000 crowns", "--tag", "money", "--yes")
    refusal = town.promoted(answer["message_id"], "--evidence", 0, "--note", "no figure is out", "--id", "no", "--yes")

    assert (stated.returncode, refusal.returncode) == (0, 0), stated.stderr + refusal.stderr
    first, second = load_gold([town.gold / "own.jsonl"])
    assert (first.answerable, first.facts, first.evidence) == (True, (("53,000 crowns",),), ())
    assert (first.tags, first.note) == (("feedback", "money"), None)
    assert (second.id, second.answerable, second.note) == ("no", False, "no figure is out")


def test_a_case_that_could_not_tell_the_answer_from_a_right_one_is_not_made(town):
    answer = town.asked(TRAM)
    town.rated(answer["message_id"], "down")

    done = town.promoted(answer["message_id"], "--evidence", 1, "--yes", typed="\n")

    assert (done.returncode, "without a fact any answer at all would be right" in done.stderr) == (2, True)
    assert not (town.gold / "own.jsonl").exists()


def test_evidence_that_was_not_found_is_named_by_its_words_and_a_mistyped_word_loses_nothing(town):
    answer = town.asked(DAM)
    town.rated(answer["message_id"], "down")

    done = town.promoted(answer["message_id"], "--fact", "35,000", "--yes", typed="no such words\n35,000 crowns\n")

    assert (done.returncode, "no article has the words 'no such words'" in done.stderr) == (0, True), done.stderr
    (case,) = load_gold([town.gold / "own.jsonl"])
    assert [(one.article_id, one.quote) for one in case.evidence] == [("tram", RIGHT)]


def test_nothing_is_added_unless_the_person_says_so(town):
    answer = town.asked(TRAM)
    town.rated(answer["message_id"], "down")

    done = town.promoted(answer["message_id"], "--evidence", 1, "--fact", "35,000", typed="n\n")

    assert (done.returncode, "nothing was added" in done.stderr) == (1, True)
    assert not (town.gold / "own.jsonl").exists()


def test_what_was_rated_up_is_not_promoted(town):
    answer = town.asked(TRAM)
    town.rated(answer["message_id"], "up")
    liked = town.promoted(answer["message_id"])
    unknown = town.promoted("nothing")

    assert [run.returncode for run in (liked, unknown)] == [2, 2]
    assert "is rated up; " in liked.stderr
    assert [run.stderr.count("\n") for run in (liked, unknown)] == [1, 1]


def test_an_answer_that_nobody_rated_is_promoted_too(town):
    answer = town.asked(TRAM)

    done = town.promoted(answer["message_id"], "--evidence", 1, "--fact", "35,000", "--yes")

    assert (done.returncode, "Not rated." in done.stdout) == (0, True), done.stderr


def test_answers_in_production_are_scored_by_week_and_the_worst_are_named(town):
    answer = town.asked(TRAM)
    town.rated(answer["message_id"], "down")

    done = assistant(town.server.data, "feedback", "score")

    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:6] == ["week", "asked", "refused", "degraded", "unsure", "down"]
    assert f"{answer['message_id']}  rated down, confidence" in done.stdout
    assert assistant(town.server.data, "feedback", "score", "--collection", "none").stdout == (
        "No question was asked yet.\n"
    )


def test_an_answer_over_v1_is_promoted_with_the_question_before_it(town):
    with town.server.client() as client:
        talk = [{"role": "user", "content": DAM}, {"role": "assistant", "content": "x"}]
        body = {"model": "index", "messages": [*talk, {"role": "user", "content": TRAM}]}
        assert client.post("/v1/chat/completions", json=body).status_code == 200
    exported = assistant(town.server.data, "feedback", "export").stdout
    message_id = json.loads(exported.splitlines()[-1])["message_id"]
    town.rated(message_id, "down")

    assert town.promoted(message_id, "--evidence", 0, "--yes", typed="\n").returncode == 0
    (case,) = load_gold([town.gold / "own.jsonl"])
    assert (case.question, case.turns) == (TRAM, (DAM,))
