"""Answers are signed as they leave, and verified by whoever trusts the key, by exit codes that scripts can go by."""

import json
import stat
from collections.abc import Callable
from typing import Any

import pytest
from library import Library

from assistant.answer.sealing import identity

QUESTION = "Which dam held?"


@pytest.fixture
def answer(assistant: Callable[..., Any], town: Library) -> dict:
    run = assistant("ask", QUESTION, "--json", "--index", town.root)
    assert (run.code, run.err) == (0, "")
    return json.loads(run.out)


@pytest.fixture
def check(assistant: Callable[..., Any], town: Library) -> Callable[..., Any]:
    """Verify an answer against the town's index."""
    return lambda data, *more: assistant("verify", "-", "--index", town.root, *more, stdin=json.dumps(data).encode())


def test_the_first_answer_makes_a_key_and_is_verified_by_it(answer, check, tmp_path):
    key = tmp_path / "data" / "signing.pem"

    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert check(answer).out.splitlines()[-1].startswith("holds: ")
    assert check(answer).code == 0


def test_each_verdict_has_an_exit_code_of_its_own(answer, check):
    unsigned = {key: value for key, value in answer.items() if key != "signature"}
    question = unsigned | {"question": "Which dam broke?"}
    question["id"] = identity(question)

    for data in (unsigned, question):
        run = check(data)
        assert run.code == 11
        assert run.out.splitlines()[-1] == "the quotes hold; question and completeness are not proven (unsigned)"
    assert check(question | {"signature": answer["signature"]}).code == 1
    assert check(unsigned | {"question": "Which dam broke?"}).code == 1


def test_of_several_answers_the_worst_decides_and_each_is_told(answer, check, assistant, town):
    unsigned = {key: value for key, value in answer.items() if key != "signature"}

    def codes(*answers: dict) -> tuple[int, str]:
        lines = "\n\n".join(map(json.dumps, answers))
        run = assistant("verify", "-", "--index", town.root, stdin=lines.encode())
        return run.code, run.out.splitlines()[-1]

    assert codes(answer, answer) == (0, "2 of 2 answers hold")
    assert codes(answer, unsigned) == (11, "1 of 2 answers holds")
    assert codes(unsigned, answer, answer | {"text": ""}) == (1, "1 of 3 answers holds")
    one = f"{json.dumps(answer)}\n".encode()
    told = json.loads(assistant("verify", "-", "--json", "--index", town.root, stdin=one).out)
    assert (told["answers"][0]["verdict"], told["altered_answers"]) == ("holds", 0)
    run = assistant("verify", "-", "--index", town.root, stdin=one + b"{}\n")
    assert (run.code, "answer 2: no answer" in run.err) == (2, True)


def test_another_person_verifies_by_the_public_key_without_an_index(answer, assistant, tmp_path, monkeypatch):
    public = assistant("keys", "signing", "show").out.strip()
    saved = tmp_path / "answer.json"
    saved.write_text(json.dumps(answer, indent=1), encoding="utf-8")
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("ASSISTANT_INDEX", str(tmp_path / "no index"))

    trusting = assistant("verify", "--public-key", public, saved)
    other = assistant("verify", "--public-key", "0" * 64, saved)
    wrong = assistant("verify", "--public-key", "sesame", saved)

    assert (trusting.code, other.code, wrong.code) == (0, 11, 2)
    assert "not compared with the article" in trusting.out
    assert "not trusted here" in other.out
    assert "public key" in wrong.err
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_is_made_once_and_never_overwritten(assistant, tmp_path):
    made = assistant("keys", "signing", "create")
    again = assistant("keys", "signing", "create")
    shown = json.loads(assistant("keys", "signing", "show", "--json").out)

    assert (made.code, again.code) == (0, 2)
    assert again.err.startswith("assistant: there is a signing key already: ")
    assert shown == {
        "algorithm": "ed25519",
        "public_key": made.out.strip(),
        "file": str(tmp_path / "data" / "signing.pem"),
    }


def test_without_a_key_there_is_none_to_show(assistant):
    run = assistant("keys", "signing", "show")

    assert (run.code, "assistant keys signing create makes one" in run.err) == (3, True)


@pytest.mark.parametrize("held", ["", "sesame"])
def test_where_there_can_be_no_key_answers_leave_unsigned_and_that_is_told(assistant, town, tmp_path, held):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "signing.pem").write_text(held)

    run = assistant("ask", QUESTION, "--json", "--index", town.root)

    assert (run.code, "signature" in json.loads(run.out)) == (0, False)
    assert run.err.startswith("assistant: answers are not signed: ")
    assert assistant("keys", "signing", "create").code == 2
    assert (tmp_path / "data" / "signing.pem").read_text() == held


def test_a_data_folder_that_cannot_be_written_to_leaves_answers_unsigned(assistant, town, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ASSISTANT_DATA", str(tmp_path / "file" / "data"))

    run = assistant("ask", QUESTION, "--json", "--index", town.root)
    made = assistant("keys", "signing", "create")

    assert (run.code, "signature" in json.loads(run.out)) == (0, False)
    assert "answers are not signed" in run.err
    assert (made.code, "cannot be written" in made.err) == (3, True)


def test_a_file_larger_than_any_answer_is_refused_without_being_kept(assistant, town, tmp_path):
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(3_000_000_000)  # Sparse.

    run = assistant("verify", huge, "--index", town.root)

    assert (run.code, len(run.err.splitlines())) == (2, 1)
