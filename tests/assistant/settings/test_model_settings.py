"""Settings of a language model: their table, their variables, whose key goes where, and every mistake named."""

import copy
import pickle
import re
from dataclasses import fields
from pathlib import Path

import pytest

from assistant.settings.model import OPENAI_URL, ModelSettings, Secret
from assistant.settings.settings import FILE_NAME, Setting, load_settings
from index.errors import ConfigurationError

KEY = "sesame-0123456789"
LOCAL = "http://127.0.0.1:8000/v1"


def load(folder: Path, text: str = "", *, flags: dict[str, str | int | None] | None = None, **environ: str):
    """The model's settings, and by name what is shown of them."""
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    settings, found = load_settings(flags or {}, environ=environ, folder=folder)
    return settings.model, {setting.name: setting for setting in found}


def mistake(folder: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(folder, text, **environ)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_anything_set_there_is_no_model(tmp_path: Path) -> None:
    model, _ = load(tmp_path)

    assert model == ModelSettings()
    assert model.name == ""


def test_the_table_the_variables_and_the_flag_override_each_other(tmp_path: Path) -> None:
    text = f'[model]\nname = "small"\nbase_url = "{LOCAL}"\nretries = 5\ntotal_seconds = 7\n'

    model, found = load(tmp_path, text, flags={"model": "large"}, ASSISTANT_MODEL="medium", ASSISTANT_MODEL_RETRIES="4")

    assert (model.name, model.base_url, model.retries, model.total_seconds) == ("large", LOCAL, 4, 7.0)
    assert [found[f"model.{name}"].source for name in ("name", "base_url", "retries", "seed")] == [
        "--model",
        str(tmp_path / FILE_NAME),
        "ASSISTANT_MODEL_RETRIES",
        "default",
    ]


def test_a_flag_can_say_that_there_is_to_be_no_model(tmp_path: Path) -> None:
    model, found = load(tmp_path, '[model]\nname = "small"\n', flags={"model": ""})

    assert model.name == ""
    assert found["model.name"] == Setting(name="model.name", value="", source="--no-model")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[model]\nnmae = "x"', "unknown setting of [model] 'nmae'; did you mean 'name'?"),
        ("[model]\ncolour = 1", "unknown setting of [model] 'colour'; known: name, base_url"),
        ('[modle]\nname = "x"', "unknown setting 'modle'; did you mean 'model'?"),
        ('model = "x"', "model is 'x'; write it as a table: [model]"),
        ('[model]\nretries = "2"', "model.retries is '2'; it must be a whole number"),
        ("[model]\nretries = 11", "model.retries is 11; it must be between 0 and 10"),
        ("[model]\nconnect_seconds = 0", "model.connect_seconds is 0.0; it must be between 0.05 and 600"),
        ("[model]\ntemperature = nan", "model.temperature is nan; it must be between"),
        ('[model]\narguments = "x"', "model.arguments is no table"),
        ("[model.arguments]\nstop = [1]", "model.arguments.stop is no single value"),
        ('[model]\nname = "x"\nbase_url = "127.0.0.1:8000"', "model.base_url is '127.0.0.1:8000'; give an address"),
        ('[model]\nname = "x"\nbase_url = "http:///v1"', "give an address such as http://127.0.0.1:8000/v1"),
        ('[model]\nname = "x"\nbudget_money = 2', "model.budget_money is 2 and there are no prices"),
        ('[model]\nname = "x"\ncontext_tokens = 1000', "model.reply_tokens is 700 of a window of 1000"),
    ],
)
def test_a_mistake_in_the_table_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert message in mistake(tmp_path, text)


def test_a_mistake_in_a_variable_is_named(tmp_path: Path) -> None:
    assert mistake(tmp_path, ASSISTANT_MODEL_NMAE="x").startswith("unknown variable ASSISTANT_MODEL_NMAE; did you mean")
    assert mistake(tmp_path, ASSISTANT_MODEL_SEED="x") == "ASSISTANT_MODEL_SEED is 'x'; it must be a whole number"


@pytest.mark.parametrize("key", ["3", "true", f'["{KEY}"]'])
def test_a_key_of_the_wrong_type_is_named_and_not_shown(tmp_path: Path, key: str) -> None:
    said = mistake(tmp_path, f"[model]\nkey = {key}")

    assert "model.key is no text" in said
    assert KEY not in said


@pytest.mark.parametrize("address", [f"http://me:{KEY}@127.0.0.1/v1", f"http://127.0.0.1/v1?api-key={KEY}"])
def test_an_address_with_a_password_is_refused_and_not_repeated(tmp_path: Path, address: str) -> None:
    said = mistake(tmp_path, f'[model]\nname = "x"\nbase_url = "{address}"')

    assert said.startswith("model.base_url, of 127.0.0.1, holds a password or a query; give the plain address")
    assert KEY not in said


def test_the_variables_of_openai_are_honoured(tmp_path: Path) -> None:
    model, found = load(tmp_path, ASSISTANT_MODEL="x", OPENAI_API_KEY=KEY, OPENAI_BASE_URL=LOCAL)

    assert (model.base_url, model.key.reveal()) == (LOCAL, KEY)
    assert found["model.base_url"].source == "OPENAI_BASE_URL"
    assert found["model.key"] == Setting(name="model.key", value="set", source="OPENAI_API_KEY")
    assert load(tmp_path, ASSISTANT_MODEL="x", OPENAI_API_KEY=KEY)[0].base_url == OPENAI_URL


def test_ones_own_settings_go_before_openais(tmp_path: Path) -> None:
    model, _ = load(
        tmp_path,
        ASSISTANT_MODEL="x",
        ASSISTANT_MODEL_KEY="mine",
        ASSISTANT_MODEL_BASE_URL=LOCAL,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL="http://127.0.0.1:9000/v1",
    )

    assert (model.base_url, model.key.reveal()) == (LOCAL, "mine")


@pytest.mark.parametrize("stated", [{}, {"OPENAI_BASE_URL": "http://127.0.0.1:9000/v1"}])
def test_openais_key_goes_to_no_address_that_was_set_for_another(tmp_path: Path, stated: dict[str, str]) -> None:
    text = f'[model]\nname = "x"\nbase_url = "{LOCAL}"\n'

    model, found = load(tmp_path, text, OPENAI_API_KEY=KEY, **stated)

    assert not model.key
    assert found["model.key"] == Setting(name="model.key", value="", source="default")
    assert load(tmp_path, text, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=LOCAL)[0].key.reveal() == KEY


def test_arguments_for_a_class_are_kept_in_order_and_shown_by_name_alone(tmp_path: Path) -> None:
    text = f'[model]\nname = "x"\n[model.arguments]\nmodel = "large"\napi_key = "{KEY}"\nn = 3\n'

    model, found = load(tmp_path, text)

    assert model.arguments == (("api_key", KEY), ("model", "large"), ("n", 3))
    assert found["model.arguments"].value == "api_key, model, n"
    assert KEY not in repr(model)
    assert mistake(tmp_path, ASSISTANT_MODEL_ARGUMENTS="x").startswith("unknown variable ASSISTANT_MODEL_ARGUMENTS")


def test_a_relative_tokenizer_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, '[model]\ntokenizer = "mine"\n')[0].tokenizer == str(tmp_path / "mine")


def test_the_documentation_has_every_setting_and_its_default(repository: Path) -> None:
    text = (repository / "docs" / "models.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in text.partition("## Limits")[2].partition("## ")[0].splitlines()]
    documented = {}
    for names, defaults in (row for row in rows if len(row) == 2):
        found = re.findall(r"`([a-z_]+)`", names)
        documented |= dict(zip(found, defaults.strip().split(", ") * len(found), strict=False))

    assert set(documented) == {field.name for field in fields(ModelSettings)}
    for name, default in documented.items():
        value = getattr(ModelSettings(), name)
        if isinstance(value, (int, float)):
            assert default == (str(value).lower() if isinstance(value, bool) else f"{value:g}".replace("e+", "e")), name


def test_a_key_shows_itself_nowhere() -> None:
    secret = Secret(KEY)
    shown = [str(secret), repr(secret), f"{secret}", f"{[secret]}", str(pickle.dumps(secret)), repr(vars_of(secret))]

    assert not [text for text in shown if KEY in text]
    assert repr(secret) == "set"
    assert (bool(secret), bool(Secret())) == (True, False)
    assert secret == Secret(KEY) != Secret("other")
    assert not pickle.loads(pickle.dumps(secret))
    assert repr(copy.copy(secret)) == ""


def vars_of(value: object) -> dict[str, object]:
    return getattr(value, "__dict__", {})
