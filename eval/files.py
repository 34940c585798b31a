"""Write a file whole or not at all."""

import contextlib
import os
from pathlib import Path

from index.errors import UserError


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


def no_meter(done: int, of: int, chunks: int) -> None:
    """Discard progress."""
