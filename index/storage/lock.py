"""Locks an index for one writer: an advisory lock that the system releases when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import IndexBusy, IndexUnavailable
from index.storage.trouble import FULL, full


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the writer's lock of the index in `folder`.

    Raises:
        IndexBusy: another process holds it.
        IndexUnavailable: the folder cannot be written to.
    """
    path = folder / "writer.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        if error.errno in FULL:
            raise full(path, str(error.strerror)) from error
        raise IndexUnavailable(
            f"the index in {folder} cannot be changed ({error.strerror})", "check the rights to it"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode(errors="replace").strip() or "unknown"
            raise IndexBusy(
                f"another process (id {holder}) is changing the index in {folder}", "wait for it and try again"
            ) from error
        with suppress(OSError):  # It only names the holder; on a full disk it cannot.
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
