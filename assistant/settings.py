"""Settings: `assistant.toml`, overridden by ASSISTANT_… variables, overridden by flags."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from index.errors import ConfigurationError

FILE_NAME = "assistant.toml"
OTHER_VARIABLES = ("ASSISTANT_CONFIG", "ASSISTANT_DATA", "ASSISTANT_CACHE")
"""Where things are: the settings file, the indexes, the exported encoders."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What can be set; the key in `assistant.toml` is the field's name, the variable ASSISTANT_ and it."""

    index: str = ""
    """Folder of the index; empty for the user's own, or else the default collection."""
    encoder: str = "all-MiniLM-L6-v2"
    """For new indexes: the default's name, a folder with a sentence-transformers model, or a hub name."""
    hub: bool = False
    """Whether models may be downloaded by name from the Hugging Face hub."""
    chunk_tokens: int = 256
    """For new indexes: tokens a chunk may have, title included; never more than the encoder reads."""
    passages: int = 6
    """Passages that are read for an answer, 1 to 50."""
    sentences: int = 3
    """Sentences that an answer quotes at most, 1 to 10."""
    threshold: float = -1.0
    """Least estimated probability, 0 to 1, at which an answer is given; negative for the fitted one."""
    reranker: str = ""
    """Folder or hub name of a sentence-transformers CrossEncoder that ranks passages again; empty for none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A value and where it came from."""

    name: str
    value: str | int | float | bool
    source: str


_BOUNDS: dict[str, tuple[float, float]] = {
    "chunk_tokens": (32, 100_000),
    "passages": (1, 50),
    "sentences": (1, 10),
    "threshold": (-1, 1),
}


def load_settings(
    flags: Mapping[str, str | int | float | bool | None],
    *,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[Settings, list[Setting]]:
    """Settings and their sources.

    Args:
        flags: from the command line; None where a flag was not given.
        environ: environment variables; the process's own for None.
        folder: where `assistant.toml` is looked for; the current folder for None. The variable
            ASSISTANT_CONFIG names another file.

    Raises:
        ConfigurationError: an unknown key, or a value of the wrong type or out of bounds.
    """
    environ = os.environ if environ is None else environ
    stated = environ.get("ASSISTANT_CONFIG")
    path = Path(stated).expanduser() if stated else (folder or Path.cwd()) / FILE_NAME
    if stated and not path.is_file():
        raise ConfigurationError(f"ASSISTANT_CONFIG names {stated!r}, which is no file; correct or unset it")
    _check_variables(environ)
    in_file = _read(path) if path.is_file() else {}
    found = []
    for field in fields(Settings):
        default = field.default
        variable = f"ASSISTANT_{field.name.upper()}"
        value, source = default, "default"
        if field.name in in_file:
            value, source = in_file[field.name], str(path)
        if environ.get(variable, "") != "":
            value, source = _from_text(environ[variable], default, variable), variable
        flag = flags.get(field.name)
        if flag is not None:
            value, source = flag, f"--{field.name.replace('_', '-')}"
        found.append(Setting(name=field.name, value=_checked(field.name, value, default, source), source=source))
    return Settings(**{setting.name: setting.value for setting in found}), found  # type: ignore[arg-type]


def _check_variables(environ: Mapping[str, str]) -> None:
    """A misspelt variable would be ignored in silence."""
    known = [f"ASSISTANT_{field.name.upper()}" for field in fields(Settings)] + list(OTHER_VARIABLES)
    for name in sorted(environ):
        if name.startswith("ASSISTANT_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            raise ConfigurationError(f"unknown variable {name}; {hint}")


def _read(path: Path) -> dict[str, object]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}); correct or remove it") from error
    known = [field.name for field in fields(Settings)]
    for key in data:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
            raise ConfigurationError(f"{path}: unknown setting {key!r}; {hint}")
    if "index" in data and isinstance(data["index"], str) and data["index"]:
        data["index"] = str(path.parent / Path(data["index"]).expanduser())
    return data


def _from_text(text: str, default: object, name: str) -> str | int | float | bool:
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
        if isinstance(default, int):
            return int(text)
        return float(text) if isinstance(default, float) else text
    except (KeyError, ValueError):
        kind = {bool: "1 or 0", int: "a whole number", float: "a number"}[type(default)]
        raise ConfigurationError(f"{name} is {text!r}; it must be {kind}") from None


def _checked(name: str, value: object, default: object, source: str) -> str | int | float | bool:
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not type(default):
        raise ConfigurationError(f"{source}: {name} is {value!r}; it must be of type {type(default).__name__}")
    low, high = _BOUNDS.get(name, (float("-inf"), float("inf")))
    if isinstance(value, (int, float)) and not low <= value <= high:
        raise ConfigurationError(f"{source}: {name} is {value}; it must be between {low:g} and {high:g}")
    assert isinstance(value, (str, int, float, bool))
    return value
