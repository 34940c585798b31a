"""`assistant prompts`: what models are told, ours and one's own."""

import json
from pathlib import Path

import pytest
from commands import assistant

from prompts import load, names


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "split.md").write_text(load("split").text.replace("Decide whether", "Say whether"), encoding="utf-8")
    return folder


def test_the_list_has_every_prompt_with_its_digest_and_where_it_comes_from(mine: Path) -> None:
    process = assistant("prompts", "list", ASSISTANT_PROMPTS=mine)

    lines = process.stdout.splitlines()
    assert len(lines) == len(names())
    assert f"{load('again').ref} " in lines[0]
    assert "ships with the program; $sentences, $refusal, $passages, $question" in lines[1]
    assert f"{load('split', folder=mine).ref} " in lines[-1]
    assert f"{mine / 'split.md'}; $parts, $question" in lines[-1]


def test_the_list_can_be_had_as_json(mine: Path) -> None:
    rows = json.loads(assistant("prompts", "list", "--json", ASSISTANT_PROMPTS=mine).stdout)

    assert sorted(rows) == list(names())
    assert [name for name, row in rows.items() if row["own"]] == ["split"]
    assert rows["condense"]["ref"] == load("condense").ref


def test_a_prompt_is_shown_to_the_letter(mine: Path) -> None:
    assert assistant("prompts", "show", "split").stdout == load("split").text
    assert assistant("prompts", "show", "split", ASSISTANT_PROMPTS=mine).stdout == load("split", folder=mine).text
    assert assistant("prompts", "show", "split", "--ours", ASSISTANT_PROMPTS=mine).stdout == load("split").text


def test_a_diff_shows_what_ones_own_changes_and_nothing_else(mine: Path) -> None:
    process = assistant("prompts", "diff", ASSISTANT_PROMPTS=mine)

    changed = [line for line in process.stdout.splitlines() if line.startswith(("+", "-"))]
    assert changed[:2] == [f"--- {load('split').ref}", f"+++ {load('split', folder=mine).ref}"]
    assert [line[:14] for line in changed[2:]] == ["-Decide whethe", "+Say whether t"]
    assert assistant("prompts", "diff", "answer", ASSISTANT_PROMPTS=mine).stdout == ""


def test_without_a_folder_of_ones_own_a_diff_says_so() -> None:
    process = assistant("prompts", "diff")

    assert (process.returncode, process.stdout) == (0, "")
    assert "there are no prompts of your own" in process.stderr


@pytest.mark.parametrize("verb", ["show", "diff"])
def test_a_name_that_no_prompt_has_is_a_mistake_of_one_line(verb: str) -> None:
    process = assistant("prompts", verb, "anser")

    assert process.returncode == 2
    assert process.stderr == "assistant: there is no prompt 'anser'; did you mean 'answer'?\n"


def test_a_prompt_of_ones_own_that_cannot_be_used_is_a_bad_configuration(mine: Path) -> None:
    (mine / "split.md").write_text("Split it.", encoding="utf-8")

    process = assistant("prompts", "list", ASSISTANT_PROMPTS=mine)

    assert process.returncode == 3
    assert process.stderr.startswith(f"assistant: {mine / 'split.md'} has no place $parts")
    assert process.stderr.count("\n") == 1


def test_the_keys_of_the_settings_are_shown_by_nobody(tmp_path: Path) -> None:
    key = "sesame-0123456789"
    (tmp_path / "assistant.toml").write_text('[model]\nname = "x"\n[model.arguments]\napi_key = "' + key + '"\n')

    for options in ([], ["--json"]):
        process = assistant("config", "show", *options, cwd=tmp_path, OPENAI_API_KEY=key)
        assert key not in process.stdout + process.stderr
        assert "OPENAI_API_KEY" in process.stdout
        assert "set" in process.stdout
