"""`assistant config set, edit, path`: the file is changed whole or not at all, by the rules by which it is read."""

import stat
import sys
from pathlib import Path

import pytest

from assistant.settings.settings import load_settings

COMMENTED = """# Ours.
passages = 4   # few articles

[model]
# A small one.
name = "tiny"

[model.arguments]
reasoning_effort = "none"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "assistant.toml"


def test_a_value_is_set_where_it_stands_and_comments_stay(assistant, file) -> None:
    file.write_text(COMMENTED, encoding="utf-8")

    runs = [
        assistant("config", "set", "passages", "9"),
        assistant("config", "set", "model.name", "large"),
        assistant("config", "set", "model.arguments.top_k", "3"),
        assistant("config", "set", "sentences", "2"),
    ]

    assert [run.code for run in runs] == [0, 0, 0, 0]
    text = file.read_text(encoding="utf-8")
    assert "# Ours.\npassages = 9   # few articles\n" in text
    assert '# A small one.\nname = "large"\n' in text
    settings = load_settings({})[0]
    assert (settings.passages, settings.sentences, settings.model.name) == (9, 2, "large")
    assert settings.model.arguments == (("reasoning_effort", "none"), ("top_k", 3))


def test_a_file_is_made_if_there_is_none(assistant, file) -> None:
    for key, value in {
        "model.name": "qwen3:8b",
        "threshold": "0.4",
        "hub": "yes",
        "model.arguments.reasoning_effort": "none",
    }.items():
        assert assistant("config", "set", key, value).code == 0

    settings = load_settings({})[0]
    assert (settings.model.name, settings.threshold, settings.hub) == ("qwen3:8b", 0.4, True)
    assert settings.model.arguments == (("reasoning_effort", "none"),)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("pasages", "3", "unknown setting 'pasages'; did you mean 'passages'?"),
        ("passages", "many", "passages is 'many'; it must be a whole number"),
        ("passages", "99", "passages is 99; it must be between 1 and 50"),
        ("hub", "maybe", "hub is 'maybe'"),
        ("model.base_url", "nowhere", "give an address"),
        ("model", "x", "unknown setting 'model'"),
        ("model.arguments", "x", "unknown setting 'model.arguments'"),
    ],
)
def test_a_wrong_setting_is_refused_and_the_file_stays(assistant, file, key, value, said) -> None:
    file.write_text(COMMENTED, encoding="utf-8")

    run = assistant("config", "set", key, value)

    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert said in run.err
    assert file.read_text(encoding="utf-8") == COMMENTED
    assert {one.name for one in file.parent.iterdir()} <= {file.name, "data"}


def test_a_file_that_is_wrong_already_is_told_and_stays(assistant, file) -> None:
    file.write_text("passages = [\n", encoding="utf-8")

    run = assistant("config", "set", "sentences", "2")

    assert (run.code, "cannot be read" in run.err) == (3, True)
    assert file.read_text(encoding="utf-8") == "passages = [\n"


def test_a_key_is_readable_by_its_owner_alone_and_not_printed(assistant, file) -> None:
    run = assistant("config", "set", "model.key", "sk-secret")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "sk-secret" not in run.out + run.err


def test_what_overrides_a_value_is_told(assistant, file, monkeypatch) -> None:
    monkeypatch.setenv("ASSISTANT_PASSAGES", "5")

    run = assistant("config", "set", "passages", "9")

    assert run.err.splitlines() == [
        f"assistant: passages is set in {file}",
        "assistant: but ASSISTANT_PASSAGES overrides it here",
    ]


def test_the_path_is_that_of_the_folder_or_of_the_variable(assistant, file, monkeypatch) -> None:
    assert assistant("config", "path").out == f"{file}\n"
    monkeypatch.setenv("ASSISTANT_CONFIG", str(file.parent / "other.toml"))

    run = assistant("config", "path")

    assert run.out == f"{file.parent / 'other.toml'}\n"
    assert "not there yet" in run.err


def editor(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> None:
    """An editor that changes the text of the file that it is given."""
    program = folder / "an editor.py"
    program.write_text(
        f"import sys, pathlib\npath = pathlib.Path(sys.argv[1])\ntext = path.read_text()\n{code}\n", encoding="utf-8"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} '{program}'")


def test_an_edited_file_replaces_the_old_one(assistant, file, monkeypatch) -> None:
    editor(monkeypatch, file.parent, "path.write_text(text + 'passages = 8\\n')")

    run = assistant("config", "edit")

    assert (run.code, run.err) == (0, f"assistant: {file} is written\n")
    assert load_settings({})[0].passages == 8


def test_an_edit_with_a_mistake_leaves_the_file_and_keeps_what_was_written(assistant, file, monkeypatch) -> None:
    file.write_text("passages = 4\n", encoding="utf-8")
    editor(monkeypatch, file.parent, "path.write_text('passages = 400\\n')")

    run = assistant("config", "edit")

    assert run.code == 3
    assert "must be between 1 and 50" in run.err
    kept = Path(run.err.split("what you wrote is in ")[1].strip())
    assert kept.read_text(encoding="utf-8") == "passages = 400\n"
    kept.unlink()
    assert file.read_text(encoding="utf-8") == "passages = 4\n"


def test_an_edit_that_changes_nothing_writes_nothing(assistant, file, monkeypatch) -> None:
    editor(monkeypatch, file.parent, "")

    assert assistant("config", "edit").err == "assistant: nothing was changed\n"
    assert not file.exists()


@pytest.mark.parametrize(("name", "said"), [("no-such-editor", "cannot be started"), ("false", "failed with 1")])
def test_an_editor_that_does_not_work_is_a_mistake(assistant, file, monkeypatch, name, said) -> None:
    monkeypatch.setenv("VISUAL", name)

    run = assistant("config", "edit")

    assert (run.code, run.out) == (3, "")
    assert said in run.err
