"""A small model's sentences are recorded with their evidence, and counted as whoever read them found them."""

from dataclasses import replace
from pathlib import Path

import pytest
from oldwater import COST, HALLS, QUESTION
from oldwater import root as root

from assistant.models.scripted.server import ScriptedServer, Turn
from eval.lab.small_model.asking import Reply, WrittenSentence, append, drawn, recorded, replies
from eval.lab.small_model.counts import table
from index.errors import UserError


@pytest.fixture(scope="module")
def reply(root: Path) -> Reply:
    with ScriptedServer([Turn(reply=f"{COST} [1] The bridge has nine lanes. [1] {HALLS} [2]")]) as server:
        (found,) = replies(root, [QUESTION], server.url)
    return found


def test_a_sentence_is_recorded_with_its_fate_and_its_evidence(reply):
    assert (reply.asked, reply.status, reply.degraded_reason) == (True, "answered", None)
    assert [(one.text, one.support, one.evidence) for one in reply.sentences] == [
        (COST, "quoted", COST),
        ("The bridge has nine lanes.", None, None),
        (HALLS, "quoted", HALLS),
    ]


def test_a_run_is_read_back_as_it_was_recorded(reply, tmp_path):
    out = tmp_path / "out.jsonl"
    for one in (reply, replace(reply, question="What did it cost?")):
        append(out, one)

    assert recorded(out) == [reply, replace(reply, question="What did it cost?")]
    assert recorded(tmp_path / "absent.jsonl") == []


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "other.jsonl").write_text('{"id": 1}\n', "utf-8")
    with pytest.raises(UserError, match="holds no replies"):
        recorded(tmp_path / "other.jsonl")


def test_a_larger_draw_begins_with_the_smaller_one():
    questions = [f"Question {n}?" for n in range(300)]
    draws = [drawn([*questions, *questions], most=most, seed=1) for most in (4, 100, 1000)]

    assert draws[0] == draws[1][:4]
    assert draws[1] == draws[2][:100]
    assert sorted(draws[2]) == sorted(questions)


def test_what_a_reader_found_is_counted_by_kind():
    def sentence(support: str | None, wrong: str | None) -> WrittenSentence:
        return WrittenSentence(
            text="t", fate="kept", support=support, score=1.0, reason=None, evidence="e", wrong=wrong
        )

    told = [("quoted", ""), ("joined", "a pronoun"), ("joined", "a pronoun"), ("joined", None), (None, None)]
    one = Reply(
        question="q",
        status="answered",
        degraded_reason=None,
        asked=True,
        sentences=tuple(sentence(*pair) for pair in told),
        seconds=2.0,
    )
    fallen = replace(one, degraded_reason="timeout_total: it took too long", sentences=())
    lines = list(table([one, fallen, replace(one, asked=False, sentences=())]))

    assert lines[0] == "3 questions, 2 put to the model, 6 s"
    assert "fell back to quoting: 1 of 2 (50%)" in lines
    assert "sentences kept by the check: 4 of 5 (80%)" in lines
    assert "  joined       3 of 4 (75%); read: 2, of them wrong 2 of 2 (100%)" in lines
    assert lines[-1] == "      2  a pronoun"
