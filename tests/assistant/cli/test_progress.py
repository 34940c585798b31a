"""Signs of life: a bar on a terminal, gone when the work is done, and lines elsewhere."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from queue import Empty, Queue

import pytest

from assistant.cli.output import progress
from assistant.cli.output.progress import metered

PROGRAM = """
import sys
from assistant.cli.output.progress import metered

with metered("indexing") as draw:
    for done in (1, 50, 100):
        draw(done, 100, done, "/articles/[a] letter.txt")
print("rich" in sys.modules)
"""


def test_nothing_is_drawn_where_standard_error_is_no_terminal(repository: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=repository, capture_output=True, text=True, check=True, timeout=120
    )

    assert (done.stdout, done.stderr) == ("False\n", "")


def test_lines_tell_how_long_it_takes_and_how_far_it_is_where_nobody_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: Queue[str] = Queue()
    monkeypatch.setattr(progress, "note", told.put)

    with metered("indexing", seconds=0.01) as draw:
        assert re.fullmatch(r"indexing for \d+ s", told.get(timeout=60))
        draw(30, 100, 1200)
        while "30%" not in (line := told.get(timeout=60)):
            assert line.startswith("indexing for")
        assert re.fullmatch(r"indexing for \d+ s, 30%, under 1 min left, 1,200 chunks", line)
        draw(40, 100, 1300, "/articles/of\x1b May.txt")
        while "40%" not in (line := told.get(timeout=60)):
            pass
        assert line.endswith(r", 1,300 chunks, at of\u001b May.txt")


@pytest.mark.parametrize(
    ("taken", "share", "said"),
    [(60, 0.25, ", about 3 min left"), (60, 0.9, ", under 1 min left"), (5, 0.001, ""), (5, 1.0, "")],
)
def test_lines_tell_the_time_that_is_left_once_enough_is_done(taken: float, share: float, said: str) -> None:
    assert progress._left(taken, share) == said


def test_work_that_may_not_be_needed_says_nothing_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Queue[str] = Queue()
    monkeypatch.setattr(progress, "note", told.put)

    with metered("indexing the default collection", at_once=False, seconds=0.01) as draw:
        with pytest.raises(Empty):
            told.get(timeout=0.1)
        draw(1, 2, 1)
        assert told.get(timeout=60).startswith("indexing the default collection for")


def test_a_terminal_shows_a_bar_before_anything_is_measured(repository: Path) -> None:
    ours, theirs = pty.openpty()
    waiting = """
import sys
from assistant.cli.output.progress import metered

with metered("indexing", seconds=0.01):
    sys.stdin.readline()
"""
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-c", waiting]
    with subprocess.Popen(command, cwd=repository, stdin=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        drawn = os.read(ours, 4096)
        process.communicate(b"\n", timeout=120)
        drawn += _everything(ours).encode()

    assert b"indexing" in drawn


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
    assert "indexing [a] letter.txt" in drawn
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
