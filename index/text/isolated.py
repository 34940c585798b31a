"""Loads articles in a process of their own, with limits of time and memory."""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from index.errors import ArticleUnreadable, AssistantError, ExtraMissing
from index.text.article import Article

SECONDS = 30
"""Time for one file. The largest that are accepted (50 MB of text, 3,000 pages of PDF) take about a third of it."""

MEMORY_BYTES = 1_500_000_000
"""Memory for one file, beyond the process itself: 50 MB of text take 0.6 GB on their way to an article."""

PROGRAM = "import sys; sys.path[:] = sys.argv.pop().split('\\n'); from index.text.worker import main; main()"
"""Of the process; it finds modules where this one does."""

ERRORS = {"ArticleUnreadable": ArticleUnreadable, "ExtraMissing": ExtraMissing}
VALUES = {("index.text.article", "Article"), ("index.text.article", "Page"), ("datetime", "date")}
"""What an answer may be made of: a parser that a file has taken over gets no further than its own process."""


class IsolatedLoader:
    """Loads articles as `index.text.loading.load` does, in another process.

    The process is started with the first file, serves all others, and is replaced when a file had it killed. Used as
    a context; from one thread at a time.
    """

    def __init__(self, *, seconds: int = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> "IsolatedLoader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def load(self, path: Path, data: bytes) -> list[Article]:
        """Load the articles in `data`, the bytes of the file at `path`.

        Raises:
            ArticleUnreadable: it is no article, or its parser took too long, too much memory, or crashed.
        """
        connection = self._started()
        try:
            connection.send_bytes(pickle.dumps((str(path), data)))
            if not connection.poll(self._seconds):
                self._stop()
                raise ArticleUnreadable(
                    f"{path}: reading it takes more than {self._seconds} seconds", "split it, or leave it out"
                )
            answer = _Answer(io.BytesIO(connection.recv_bytes())).load()
        except (EOFError, OSError, pickle.UnpicklingError) as error:
            self._stop()
            raise ArticleUnreadable(
                f"{path}: reading it crashes its parser or takes more than {self._memory_bytes / 1e9:.1f} GB of memory",
                "open it in its own program and save it again, or leave it out",
            ) from error
        if isinstance(answer, tuple):
            name, message, remedy = answer
            if "too much memory" in message:  # What it holds may be another file's; the next one gets all of it.
                self._stop()
            raise ERRORS.get(name, AssistantError)(message, remedy)
        return list(answer)

    def _started(self) -> Connection:
        if self._connection is not None and self._process is not None and self._process.poll() is None:
            return self._connection
        self._stop()
        ours, theirs = Pipe()
        # Neither forked, as threads of other libraries may hold locks, nor by multiprocessing, which would run the
        # caller's own main module again.
        places = "\n".join(map(os.path.abspath, sys.path))
        arguments = [str(theirs.fileno()), str(self._seconds), str(self._memory_bytes), places]
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A pool of threads for each core would count as memory, and parsing uses none.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )
        theirs.close()
        self._connection = ours
        return ours

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._connection = None


class _Answer(pickle.Unpickler):
    """Unpickles articles, and nothing else."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        if (module, name) not in VALUES:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an article")
        return super().find_class(module, name)  # type: ignore[no-any-return]
