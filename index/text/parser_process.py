"""A process that reads files for this one, within limits of time and memory."""

import io
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from index.errors import ArticleUnreadable, AssistantError, ExtraMissing

MEMORY_BYTES = 1_500_000_000
"""Memory for one file, beyond the process itself: 50 MB of text take 0.6 GB on their way to an article."""

START_SECONDS = 60
"""Time for the process itself to start, which no file is charged for; on a busy machine it takes seconds."""

PROGRAM = "import sys; sys.path[:] = sys.argv.pop().split('\\n'); from index.text.worker import main; main()"
"""Of the process; it finds modules where this one does."""

ERRORS = {"ArticleUnreadable": ArticleUnreadable, "ExtraMissing": ExtraMissing}
VALUES = {
    ("index.text.article", "Article"),
    ("index.text.article", "Page"),
    ("index.text.drawing.values", "Box"),
    ("index.text.drawing.values", "PageView"),
    ("datetime", "date"),
}
"""What an answer may be made of: a parser that a file has taken over gets no further than its own process."""


class ParserProcess:
    """Does what is asked in another process.

    The process is started with the first file, serves all others, and is replaced when a file had it killed. From one
    thread at a time.
    """

    def __init__(self, *, seconds: int, memory_bytes: int = MEMORY_BYTES) -> None:
        """Allow each file so much time, and so much memory beyond the process itself."""
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self.process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def ask(self, job: str, name: str, *arguments: object) -> object:
        """Do a job of `index.text.worker` on a file.

        Args:
            job: its name.
            name: of the file, for messages.
            arguments: of the job.

        Raises:
            ArticleUnreadable: the file is not as the job needs it, or took too long, too much memory, or crashed it.
        """
        try:
            connection = self._started()
            connection.send_bytes(pickle.dumps((job, arguments)))
            if not connection.poll(self._seconds):
                self.stop()
                raise ArticleUnreadable(
                    f"{name}: reading it takes more than {self._seconds} seconds", "split it, or leave it out"
                )
            error, value = _Answer(io.BytesIO(connection.recv_bytes())).load()
        except (EOFError, OSError, pickle.UnpicklingError) as broken:
            self.stop()
            raise ArticleUnreadable(
                f"{name}: reading it crashes its parser or takes more than {self._memory_bytes / 1e9:.1f} GB of memory",
                "open it in its own program and save it again, or leave it out",
            ) from broken
        if error is not None:
            kind, message, remedy = error
            if "too much memory" in message:  # What it holds may be another file's; the next one gets all of it.
                self.stop()
            raise ERRORS.get(kind, AssistantError)(message, remedy)
        return value

    def _started(self) -> Connection:
        if self._connection is not None and self.process is not None and self.process.poll() is None:
            return self._connection
        self.stop()
        ours, theirs = Pipe()
        # Neither forked, as threads of other libraries may hold locks, nor by multiprocessing, which would run the
        # caller's own main module again.
        places = "\n".join(map(os.path.abspath, sys.path))
        arguments = [str(theirs.fileno()), str(self._seconds), str(self._memory_bytes), places]
        self.process = subprocess.Popen(
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
        if not ours.poll(START_SECONDS):
            raise EOFError
        ours.recv_bytes()
        return ours

    def stop(self) -> None:
        """End the process; the next file starts another."""
        if self._connection is not None:
            self._connection.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = self._connection = None


class _Answer(pickle.Unpickler):
    """Unpickles what jobs give, and nothing else."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        if (module, name) not in VALUES:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of an answer")
        return super().find_class(module, name)  # type: ignore[no-any-return]
