"""Changes `assistant.toml`: one value at a time, or as a person edits it; comments stay, wrong values never get in."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from assistant.settings.settings import check_text, parsed_value
from index.errors import ConfigurationError, UsageError, reason_of

TEMPLATE = """\
# Settings of `assistant` for this folder. `assistant help settings` tells what each means, and
# `assistant config show` each value and where it comes from.
"""
"""What a new file begins with."""


def set_value(path: Path, key: str, text: str) -> None:
    """Set a setting in the file, which is made if there is none.

    Args:
        path: of the file.
        key: name with its table, as "passages" or "model.name"; one of [model.arguments] as "model.arguments.NAME".
        text: the value as it is typed.

    Raises:
        UsageError: there is no such setting, or the value does not fit; then nothing is changed.
        ConfigurationError: what stands in the file already is wrong, or it cannot be read or written.
    """
    import tomlkit

    value = parsed_value(key, text)
    document = tomlkit.parse(_read(path) or TEMPLATE)
    *tables, name = key.split(".") if not key.startswith("model.arguments.") else key.split(".", 2)
    table = document
    for one in tables:
        if one not in table:
            table[one] = tomlkit.table()
        table = table[one]
        if not isinstance(table, dict):
            raise ConfigurationError(f"{path}: {one} is no table", f"write it as [{one}]")
    table[name] = value
    text = tomlkit.dumps(document)
    try:
        check_text(text, path)
    except ConfigurationError as error:  # Of the value, since all that was there before is right.
        raise UsageError(error.message.removeprefix(f"{path}: "), error.remedy) from error
    replace_text(path, text, private=key == "model.key")


def replace_text(path: Path, text: str, *, private: bool = False) -> None:
    """Put a new text into the file, if all of its settings are right: the old one or the new one stands, never a part.

    Args:
        path: of the file.
        text: all of it.
        private: whether nobody but the owner may read it from now on.

    Raises:
        ConfigurationError: a setting is wrong, or the file cannot be written.
    """
    check_text(text, path)
    target = path.resolve()  # What a symbolic link leads to is replaced, not the link.
    partial = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if private else stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
        descriptor, partial = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, mode)
        os.replace(partial, target)
    except OSError as error:
        if partial is not None:
            with suppress(OSError):
                os.unlink(partial)
        raise ConfigurationError(
            f"{path} cannot be written ({error.strerror})", "name another file with ASSISTANT_CONFIG"
        ) from error


def _read(path: Path) -> str:
    """The file's text, which is checked, so that a mistake that is there already is told as such; "" for no file."""
    if not path.exists():
        return ""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({reason_of(error)})", "correct or remove it") from error
    check_text(text, path)
    return text
