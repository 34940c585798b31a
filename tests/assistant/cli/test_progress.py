"""The progress bar: on a terminal only, and gone when the work is done."""

import os
import pty
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from assistant.cli.common import metered

with metered("indexing") as draw:
    for done in (1, 50, 100):
        draw(done, 100, done)
print("rich" in sys.modules)
"""


def test_nothing_is_drawn_where_standard_error_is_no_terminal(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=repository, capture_output=True, text=True, check=True, timeout=120
    )

    assert (done.stdout, done.stderr) == ("False\n", "")


def test_a_bar_is_drawn_on_a_terminal_and_taken_away(repository: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=repository,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env=environment,
    ) as process:
        os.close(theirs)
        drawn = _everything(ours)
        told = process.stdout.read() if process.stdout else ""

    assert told == "True\n"
    assert "indexing" in drawn
    assert "100%" in drawn
    assert "chunks/s" in drawn
    assert drawn.endswith("\x1b[2K")  # The line is erased.


def _everything(descriptor: int) -> str:
    found = b""
    while True:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # As Linux says that the other side is closed.
            piece = b""
        if not piece:
            os.close(descriptor)
            return found.decode()
        found += piece
