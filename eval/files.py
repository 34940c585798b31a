"""Write a file whole or not at all, and import functions that the command line names."""

import contextlib
import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from index.errors import UsageError, UserError


def write_whole(path: Path, text: str, option: str = "--out") -> None:
    """Write `text`, in UTF-8, so that a reader sees the old file or the new one.

    Args:
        path: of the file; folders on the way are made.
        text: all of it.
        option: with which another file can be named, for the message.

    Raises:
        UserError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written ({error.strerror})", f"name another file with {option}") from error


def silent(message: str) -> None:
    """Discard a message."""


def no_meter(done: int, of: int, chunks: int, at: str) -> None:
    """Discard progress."""


def import_named(name: str, option: str) -> Callable[..., object]:
    """Import `module:function` from the folder of the command, or from what is installed.

    Raises:
        UsageError: there is no such function.
    """
    module, _, function = name.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise UsageError(f"{option}: {name} cannot be imported ({error})", "give module:function") from error
    if not callable(found):
        raise UsageError(f"{option}: {name} is no function", "give module:function")
    return found  # type: ignore[no-any-return] # Callable, as was just checked.
