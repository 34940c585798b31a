"""Settings: the file, overridden by variables, overridden by flags, and every mistake named."""

from dataclasses import fields
from pathlib import Path

import pytest

from assistant.settings.model import ModelSettings
from assistant.settings.settings import FILE_NAME, Settings, load_settings
from index.errors import ConfigurationError, UsageError


def write(folder: Path, text: str, name: str = FILE_NAME) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def load(folder: Path, *, flags: dict[str, object] | None = None, **environ: str) -> Settings:
    return load_settings(flags or {}, environ=environ, folder=folder)[0]


def test_without_anything_set_the_defaults_hold(tmp_path: Path) -> None:
    settings, found = load_settings({}, environ={}, folder=tmp_path)

    assert settings == Settings()
    top = [field.name for field in fields(Settings) if field.name != "model"]
    assert [setting.name for setting in found] == top + [f"model.{field.name}" for field in fields(ModelSettings)]
    assert {setting.source for setting in found} == {"default"}


def test_a_variable_overrides_the_file_and_a_flag_overrides_both(tmp_path: Path) -> None:
    write(tmp_path, "passages = 7\nsentences = 4\nthreshold = 0.25\n")

    settings, found = load_settings(
        {"sentences": 2, "index": None},
        environ={"ASSISTANT_PASSAGES": "8", "ASSISTANT_SENTENCES": "5"},
        folder=tmp_path,
    )

    assert (settings.threshold, settings.passages, settings.sentences) == (0.25, 8, 2)
    sources = {setting.name: setting.source for setting in found}
    assert sources["threshold"] == str(tmp_path / FILE_NAME)
    assert sources["passages"] == "ASSISTANT_PASSAGES"
    assert sources["sentences"] == "--sentences"
    assert sources["index"] == "default"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    write(tmp_path, "passages = 7\n")

    assert load(tmp_path, ASSISTANT_PASSAGES="").passages == 7


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("False", False), ("no", False)]
)
def test_yes_and_no_can_be_said_in_several_ways(tmp_path: Path, text: str, value: bool) -> None:
    assert load(tmp_path, ASSISTANT_HUB=text).hub is value


def test_a_whole_number_will_do_for_a_number(tmp_path: Path) -> None:
    write(tmp_path, "threshold = 1\n")

    assert load(tmp_path).threshold == 1.0


def test_an_unknown_key_is_an_error_that_guesses_what_was_meant(tmp_path: Path) -> None:
    path = write(tmp_path, "pasages = 7\n")

    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path)

    assert str(caught.value) == f"{path}: unknown setting 'pasages'; did you mean 'passages'?"


def test_a_key_like_no_other_is_an_error_that_lists_what_there_is(tmp_path: Path) -> None:
    write(tmp_path, "[colour]\nred = 1\n")

    with pytest.raises(ConfigurationError, match="unknown setting 'colour'; known: index, encoder"):
        load(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        'passages = "7"',
        "passages = 7.0",
        "passages = true",
        "passages = [7]",
        "threshold = true",
        'threshold = "high"',
        "hub = 1",
        "index = 3",
        "encoder = false",
        "encoder = {name = 'x'}",
    ],
)
def test_a_value_of_the_wrong_type_is_an_error_that_names_key_and_file(tmp_path: Path, line: str) -> None:
    path = write(tmp_path, line + "\n")

    with pytest.raises(ConfigurationError, match="it must be") as caught:
        load(tmp_path)

    assert str(path) in str(caught.value)
    assert line.split()[0] in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("ASSISTANT_PASSAGES", "many", "a whole number"),
        ("ASSISTANT_PASSAGES", "7.5", "a whole number"),
        ("ASSISTANT_THRESHOLD", "high", "a number"),
        ("ASSISTANT_HUB", "maybe", "1 or 0"),
    ],
)
def test_a_variable_that_cannot_be_read_is_an_error_that_says_what_it_must_be(
    tmp_path: Path, name: str, text: str, kind: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings({}, environ={name: text}, folder=tmp_path)

    assert str(caught.value) == f"{name} is {text!r}; it must be {kind}"


@pytest.mark.parametrize(
    "line",
    [
        "passages = 0",
        "passages = 51",
        "sentences = 0",
        "sentences = 11",
        "threshold = 1.01",
        "threshold = -1.5",
        "threshold = nan",
        "threshold = inf",
        "chunk_tokens = 31",
    ],
)
def test_a_value_out_of_bounds_is_an_error_wherever_it_came_from(tmp_path: Path, line: str) -> None:
    name, value = line.split(" = ")
    write(tmp_path, line + "\n")
    elsewhere = tmp_path / "elsewhere"
    flag = float(value) if name == "threshold" else int(value)

    with pytest.raises(ConfigurationError, match="must be between"):
        load(tmp_path)
    with pytest.raises(ConfigurationError, match="must be between"):
        load_settings({}, environ={f"ASSISTANT_{name.upper()}": value}, folder=elsewhere)
    with pytest.raises(UsageError, match=f"^--{name.replace('_', '-')} is .*must be between"):
        load_settings({name: flag}, environ={}, folder=elsewhere)


@pytest.mark.parametrize(
    "value", ["passages = 1", "passages = 50", "sentences = 10", "threshold = 0", "threshold = -1"]
)
def test_the_bounds_themselves_are_allowed(tmp_path: Path, value: str) -> None:
    write(tmp_path, value + "\n")

    assert load(tmp_path)


@pytest.mark.parametrize("data", [b"passages 7", b"passages = 7\npassages = 8", b"\xff\xfe=", b'index = "\x01"'])
def test_a_file_that_is_not_toml_is_an_error_of_one_line(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(data)

    with pytest.raises(ConfigurationError, match="cannot be read") as caught:
        load(tmp_path)

    assert "\n" not in str(caught.value)
    assert str(tmp_path / FILE_NAME) in str(caught.value)


def test_the_variable_for_the_file_names_another_file(tmp_path: Path) -> None:
    write(tmp_path, "passages = 7\n")
    other = write(tmp_path, "passages = 9\n", name="other/mine.toml")

    assert load(tmp_path, ASSISTANT_CONFIG=str(other)).passages == 9


def test_a_file_that_is_named_and_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="which is no file; correct or unset it"):
        load(tmp_path, ASSISTANT_CONFIG=str(tmp_path / "absent.toml"))


def test_a_relative_index_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'index = "data/index"\n', name="project/assistant.toml")

    assert Path(load(tmp_path / "project").index) == tmp_path / "project" / "data" / "index"
    elsewhere = load(tmp_path / "elsewhere", ASSISTANT_CONFIG=str(tmp_path / "project" / "assistant.toml"))
    assert Path(elsewhere.index) == tmp_path / "project" / "data" / "index"


def test_a_relative_folder_of_prompts_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'prompts = "mine"\n', name="project/assistant.toml")

    assert Path(load(tmp_path / "project").prompts) == tmp_path / "project" / "mine"
    assert load(tmp_path / "project", ASSISTANT_PROMPTS="here").prompts == "here"


def test_an_absolute_index_an_empty_one_and_one_from_a_variable_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, f'index = "{tmp_path.as_posix()}/there"\n')

    assert Path(load(tmp_path).index) == tmp_path / "there"
    assert load(tmp_path, ASSISTANT_INDEX="here").index == "here"
    write(tmp_path, 'index = ""\n')
    assert load(tmp_path).index == ""


def test_the_file_in_the_current_folder_and_the_processs_own_variables_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "passages = 7\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT_SENTENCES", "4")

    settings, _ = load_settings({})

    assert (settings.passages, settings.sentences) == (7, 4)
