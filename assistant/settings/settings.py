"""Settings: `assistant.toml`, overridden by ASSISTANT_… variables, overridden by flags."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from assistant.settings.collections import named_root
from assistant.settings.model import MODEL_BOUNDS, NO_MODEL, OPENAI_URL, Argument, ModelSettings, Secret, check_model
from index.errors import ConfigurationError, UsageError, did_you_mean, reason_of

FILE_NAME = "assistant.toml"
KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotation marks",
}
"""What a value of a file must be, in words."""
OTHER_VARIABLES = ("ASSISTANT_CONFIG", "ASSISTANT_DATA", "ASSISTANT_CACHE")
"""Variables that name places: the settings file, the indexes, the exported encoders."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """All settings; a field's key in `assistant.toml` is its name, its variable ASSISTANT_<FIELD>.

    The model's are a table of their own, `[model]`.
    """

    index: str = ""
    """Folder of the index, or the name of a collection; empty for the collection in use, else the user's own, else the
    default one."""
    encoder: str = "all-MiniLM-L6-v2"
    """For new indexes: the default's name, a folder with a sentence-transformers model, or a hub name."""
    hub: bool = False
    """Whether models may be downloaded by name from the Hugging Face hub."""
    chunk_tokens: int = 256
    """For new indexes: tokens a chunk may have, title included; never more than the encoder reads."""
    passages: int = 6
    """Passages that are read for an answer, 1 to 50."""
    sentences: int = 3
    """Limit on the sentences that an answer quotes, 1 to 10."""
    threshold: float = -1.0
    """Answers are given from this probability on, 0 to 1; negative for the fitted threshold."""
    reranker: str = ""
    """Folder or hub name of a sentence-transformers CrossEncoder that ranks passages again; empty for none."""
    prompts: str = ""
    """Folder of custom prompts, which replace those that ship by name; empty for none."""
    model: ModelSettings = NO_MODEL
    """The language model that writes answers; without a name, none does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A value and where it came from."""

    name: str
    """As in the file, with its table: "model.name"."""
    value: str | int | float | bool
    """Printable value: "set" for a key, only the names of arguments."""
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Key:
    """A setting's names: in the file, in the environment and among the flags."""

    table: str
    field: str
    default: object
    bounds: tuple[float, float] = (float("-inf"), float("inf"))

    @property
    def name(self) -> str:
        return f"{self.table}.{self.field}" if self.table else self.field

    @property
    def variable(self) -> str:
        name = "MODEL" if self.name == "model.name" else self.name.replace(".", "_").upper()
        return f"ASSISTANT_{name}"

    @property
    def flag(self) -> str:
        return "model" if self.name == "model.name" else self.name.replace(".", "_")


_BOUNDS: dict[str, tuple[float, float]] = {
    "chunk_tokens": (32, 100_000),
    "passages": (1, 50),
    "sentences": (1, 10),
    "threshold": (-1, 1),
}
_RULES = {"threshold": "between 0 and 1, or -1 for the fitted one"}
"""Bounds in words, where one value has a meaning of its own."""
_UNBOUNDED = (float("-inf"), float("inf"))
_TOP = [
    _Key(table="", field=f.name, default=f.default, bounds=_BOUNDS.get(f.name, _UNBOUNDED))
    for f in fields(Settings)
    if f.name != "model"
]
_MODEL = [
    _Key(table="model", field=f.name, default=f.default, bounds=MODEL_BOUNDS.get(f.name, _UNBOUNDED))
    for f in fields(ModelSettings)
]
_PATHS = ("index", "prompts", "model.tokenizer")
"""Files and folders; in `assistant.toml` they are relative to it, but for the name of a collection."""


def load_settings(
    flags: Mapping[str, str | int | float | bool | None],
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[Settings, list[Setting]]:
    """Load the settings, and where each value comes from.

    Args:
        flags: from the command line, by the field's name; "model" is the model's name, and "" for no
            model; None where a flag was not given.
        environ: environment variables; the process's own for None.
        folder: where `assistant.toml` is looked for; the current folder for None. The variable
            ASSISTANT_CONFIG names another file.

    Raises:
        ConfigurationError: an unknown key, or a value of the wrong type or out of bounds.
        UsageError: a flag's value is out of bounds.
    """
    environ = os.environ if environ is None else environ
    stated = environ.get("ASSISTANT_CONFIG")
    path = settings_path(environ=environ, folder=folder)
    if stated and not path.is_file():
        raise ConfigurationError(f"ASSISTANT_CONFIG names {stated!r}, which is no file", "correct or unset it")
    _check_variables(environ)
    return _combined(_read(path) if path.is_file() else {}, environ, flags, path)


def settings_path(*, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Path:
    """The settings file, whether it is there or not: what ASSISTANT_CONFIG names, else `assistant.toml` in `folder`."""
    stated = (os.environ if environ is None else environ).get("ASSISTANT_CONFIG")
    return Path(stated).expanduser() if stated else (folder or Path.cwd()) / FILE_NAME


def check_text(text: str, path: Path) -> None:
    """Check the text of a settings file, as if it stood in `path`.

    Raises:
        ConfigurationError: an unknown key, or a value of the wrong type or out of bounds.
    """
    _combined(_parsed(text, path), {}, {}, path)


def parsed_value(name: str, text: str) -> str | int | float | bool:
    """The value of a setting as a person types it, of the setting's type; its bounds are not checked.

    Args:
        name: with its table: "passages", "model.name", "model.arguments.reasoning_effort".
        text: the value; an argument of a model is a number, true or false if it reads like one.

    Raises:
        UsageError: there is no such setting, or the text is no value of its type.
    """
    if name.startswith("model.arguments.") and name.count(".") == 2:
        return _argument(text)
    key = next((key for key in _TOP + _MODEL if key.name == name and not isinstance(key.default, tuple)), None)
    if key is None:
        hint = did_you_mean(name, setting_names(), f"known: {', '.join(setting_names())}")
        raise UsageError(f"unknown setting {name!r}", hint)
    try:
        return text if isinstance(key.default, Secret) else _from_text(text, key.default, name)
    except ConfigurationError as error:  # In a variable it would be that; here a person typed it.
        raise UsageError(error.message, error.remedy) from error


def setting_names() -> list[str]:
    """Every setting that has one value, with its table: "passages", "model.name"."""
    return [key.name for key in _TOP + _MODEL if not isinstance(key.default, tuple)]


def _argument(text: str) -> Argument:
    """An argument of a model: what TOML takes it for, else text."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value if isinstance(value, (str, int, float, bool)) else text


def _combined(
    in_file: Mapping[str, object],
    environ: Mapping[str, str],
    flags: Mapping[str, str | int | float | bool | None],
    path: Path,
) -> tuple[Settings, list[Setting]]:
    """The settings out of the file, the environment and the flags, and where each value comes from."""
    top = {key.field: _found(key, in_file, environ, flags, path) for key in _TOP}
    model = {key.field: _found(key, in_file, environ, flags, path) for key in _MODEL}
    _honour_openai(model, environ)
    settings = Settings(
        **{name: value for name, (value, _) in top.items()},  # type: ignore[arg-type]
        model=ModelSettings(**{name: value for name, (value, _) in model.items()}),  # type: ignore[arg-type]
    )
    check_model(settings.model)
    found = [Setting(name=key.name, value=_shown(top[key.field][0]), source=top[key.field][1]) for key in _TOP]
    found += [Setting(name=key.name, value=_shown(model[key.field][0]), source=model[key.field][1]) for key in _MODEL]
    return settings, found


def _found(
    key: _Key,
    in_file: Mapping[str, object],
    environ: Mapping[str, str],
    flags: Mapping[str, str | int | float | bool | None],
    path: Path,
) -> tuple[object, str]:
    """Look up a key's value and its source."""
    value, source = key.default, "default"
    if key.name in in_file:
        value, source = in_file[key.name], str(path)
    if environ.get(key.variable, "") != "" and not isinstance(key.default, tuple):
        value, source = _from_text(environ[key.variable], key.default, key.variable), key.variable
    flag = flags.get(key.flag)
    if flag is not None:
        value, source = flag, "--no-model" if key.flag == "model" and flag == "" else _option(key)
    if isinstance(key.default, tuple):
        return _arguments(value, source), source
    if isinstance(key.default, Secret):
        return _secret(key.name, value, source), source
    return _checked(key, value, source), source


def _honour_openai(model: dict[str, tuple[object, str]], environ: Mapping[str, str]) -> None:
    """Apply OPENAI_BASE_URL and OPENAI_API_KEY where nothing else is set; that key goes to no other address."""
    own_address = model["base_url"][1] != "default"
    if not own_address and environ.get("OPENAI_BASE_URL"):
        model["base_url"] = (environ["OPENAI_BASE_URL"], "OPENAI_BASE_URL")
    theirs = not own_address or model["base_url"][0] == (environ.get("OPENAI_BASE_URL") or OPENAI_URL)
    if theirs and model["key"][1] == "default" and environ.get("OPENAI_API_KEY"):
        model["key"] = (Secret(environ["OPENAI_API_KEY"]), "OPENAI_API_KEY")


def _check_variables(environ: Mapping[str, str]) -> None:
    """Raise for an unknown ASSISTANT_ variable, which would otherwise be ignored in silence."""
    known = [key.variable for key in _TOP + _MODEL if not isinstance(key.default, tuple)] + list(OTHER_VARIABLES)
    for name in sorted(environ):
        if name.startswith("ASSISTANT_") and name not in known:
            hint = did_you_mean(name, known, f"known: {', '.join(known)}")
            raise ConfigurationError(f"unknown variable {name}", hint)


def _read(path: Path) -> dict[str, object]:
    """Read the file's settings, by name with table."""
    try:
        return _parsed(path.read_text(encoding="utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({reason_of(error)})", "correct or remove it") from error


def _parsed(text: str, path: Path) -> dict[str, object]:
    """Parse the text of a settings file: its settings, by name with table."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} cannot be read ({error})", "correct or remove it") from error
    table = data.pop("model", {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"{path}: model is {table!r}", 'write it as a table: [model] and name = "…" below it')
    refuse_unknown(data, [*(key.field for key in _TOP), "model"], "setting", path)
    refuse_unknown(table, [key.field for key in _MODEL], "setting of [model]", path)
    found: dict[str, object] = data | {f"model.{name}": value for name, value in table.items()}
    for name in _PATHS:
        stated = found.get(name)
        if isinstance(stated, str) and stated and not (name == "index" and named_root(stated)):
            found[name] = str(path.parent / Path(stated).expanduser())
    return found


def flag_names() -> list[str]:
    """Names of the settings as `load_settings` takes them."""
    return [key.flag for key in _TOP + _MODEL]


def refuse_unknown(data: Mapping[str, object], known: list[str], what: str, path: Path) -> None:
    """Raise ConfigurationError for a key of a file that is none of `known`, with the nearest one."""
    for key in data:
        if key not in known:
            hint = did_you_mean(key, known, f"known: {', '.join(known)}")
            raise ConfigurationError(f"{path}: unknown {what} {key!r}", hint)


def _from_text(text: str, default: object, name: str) -> str | int | float | bool:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
        return float(text) if isinstance(default, float) else text
    except (KeyError, ValueError):
        kind = "1 or 0" if isinstance(default, bool) else KINDS[type(default)]
        raise ConfigurationError(f"{name} is {text!r}", f"it must be {kind}") from None


def _option(key: _Key) -> str:
    return f"--{key.flag.replace('_', '-')}"


def _checked(key: _Key, value: object, source: str) -> str | int | float | bool:
    if isinstance(key.default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    # A flag or a variable names the setting itself.
    name = source if source in {key.variable, _option(key)} else f"{source}: {key.name}"
    if type(value) is not type(key.default):
        raise ConfigurationError(f"{name} is {value!r}", f"it must be {KINDS[type(key.default)]}")
    low, high = key.bounds
    if isinstance(value, (int, float)) and not low <= value <= high:
        wrong = UsageError if source == _option(key) else ConfigurationError
        rule = _RULES.get(key.name, f"between {low:g} and {high:g}")
        raise wrong(f"{name} is {value}", f"it must be {rule}")
    assert isinstance(value, (str, int, float, bool))
    return value


def _secret(name: str, value: object, source: str) -> Secret:
    """Convert to a secret; an error does not show the value."""
    if not isinstance(value, (str, Secret)):
        raise ConfigurationError(f"{source}: {name} is no text", f"it must be {KINDS[str]}")
    return value if isinstance(value, Secret) else Secret(value)


def _arguments(value: object, source: str) -> tuple[tuple[str, Argument], ...]:
    if isinstance(value, tuple):
        return value
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{source}: model.arguments is no table", "write [model.arguments] and a line for each"
        )
    for name, argument in value.items():
        if not isinstance(argument, (str, int, float, bool)):
            raise ConfigurationError(
                f"{source}: model.arguments.{name} is no single value", "texts, numbers, true and false can be given"
            )
    return tuple(sorted(value.items()))


def _shown(value: object) -> str | int | float | bool:
    if isinstance(value, tuple):
        return ", ".join(name for name, _ in value)
    return value if isinstance(value, (str, int, float, bool)) else repr(value)
