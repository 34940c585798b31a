"""What can be wrong with an index's files, as errors of one line: damaged, full, busy, not to be written."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import AssistantError, DiskFull, IndexBusy, IndexDamaged, IndexUnavailable

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No space on the device, none left of the quota, or a limit on the size of a file."""
UNWRITTEN = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE)
"""SQLite's codes where the system did not take what was written, for another reason than a full disk."""


def flush(path: Path) -> None:
    """Have a file, or a folder's list of names, on the disk before anything after it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def damaged(path: Path, what: str) -> IndexDamaged:
    """The error for a catalog in which something is not what was written."""
    return IndexDamaged(
        f"the catalog in {path.parent} is damaged ({what})",
        f"restore it from a copy, or run `assistant index verify --repair --index {path.parent}`, which takes out what "
        "is damaged and names what to add again",
    )


def full(path: Path, reason: str) -> DiskFull:
    """The error for a disk that takes no more."""
    return DiskFull(
        f"{path} cannot be written ({reason})",
        "nothing in the index was lost; make room there and run the same command again",
    )


def primary(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None where Python's module itself complains."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def trouble(error: sqlite3.Error | MemoryError, path: Path) -> AssistantError:
    """The error that tells a person what SQLite says about the catalog in the file `path`."""
    code = primary(error) if isinstance(error, sqlite3.Error) else None
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusy(f"the catalog {path} is in use by another process ({error})", "try again")
    if code == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", None) in UNWRITTEN:
        return full(path, str(error))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return IndexUnavailable(f"the catalog {path} cannot be changed ({error})", "check the rights to its folder")
    # Python's message on bytes that are no text goes on with the text, all of it.
    return damaged(path, " ".join(str(error).split(" with text ")[0].split()) or type(error).__name__)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite says about the catalog `path` inside the block into one line.

    Raises:
        AssistantError: the catalog is damaged, in use, not to be written, or the disk is full.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # A mistake of ours.
    except (sqlite3.DatabaseError, MemoryError) as error:
        # A record whose length was damaged asks for more memory than there is.
        raise trouble(error, path) from error


@contextmanager
def written(path: Path) -> Iterator[None]:
    """Turn a full disk inside the block, which writes files under `path`, into one line.

    Raises:
        DiskFull: it is full; what the index was before is unharmed.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise full(path, error.strerror or str(error)) from error
        raise
