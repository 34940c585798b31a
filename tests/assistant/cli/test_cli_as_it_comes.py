"""Answers on a terminal, sentence by sentence while the model writes, as a person sees them."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from commands import BRAINS, FALSE, TRUE, assistant, environment

from assistant.cli.output.showing import CUT_OFF, WITHDRAWN
from assistant.models.scripted.script import Trouble, Turn
from assistant.models.scripted.server import ScriptedServer

LONG = f"{TRUE} [1] " + f"{FALSE} [1] " * 12
SLOW = Turn(reply=LONG, seconds=0.03)
BROKEN = Turn(reply=f"{TRUE} [1] {FALSE} [1] " * 4, trouble=Trouble.DROP_MIDWAY)
SECONDS = 60


@dataclass
class Terminal:
    """A process whose standard output is a terminal."""

    process: subprocess.Popen[str]
    screen: int
    seen: str = field(default="")

    def until(self, text: str) -> None:
        """Read what is shown until `text` is there."""
        ends = time.monotonic() + SECONDS
        while text not in self.seen:
            assert time.monotonic() < ends, self.seen
            self.seen += self._more()

    def rest(self) -> str:
        """All that is shown, when the process has ended."""
        while more := self._more():
            self.seen += more
        self.process.wait(SECONDS)
        return self.seen

    def _more(self) -> str:
        try:
            return os.read(self.screen, 65_536).decode().replace("\r\n", "\n")
        except OSError:  # The other end is closed.
            return ""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    assistant("ask", BRAINS, ASSISTANT_DATA=made)
    return made


@contextmanager
def terminal(server: ScriptedServer, data: Path, *arguments: str) -> Iterator[Terminal]:
    screen, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", *arguments, "--model", "scripted"],
        stdin=subprocess.PIPE,
        stdout=end,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=variables(server, data),
    )
    os.close(end)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.communicate()
        os.close(screen)


def variables(server: ScriptedServer, data: Path) -> dict[str, str]:
    """Those of a terminal so wide, and without styles, that it shows what a file would hold."""
    wide = {"COLUMNS": 1000, "NO_COLOR": 1}
    return environment(ASSISTANT_DATA=data, ASSISTANT_MODEL_BASE_URL=server.url, ASSISTANT_MODEL_RETRIES=0, **wide)


def test_a_sentence_is_shown_before_the_model_has_sent_the_last(data) -> None:
    with ScriptedServer([SLOW]) as server, terminal(server, data, "ask", BRAINS) as shown:
        shown.until(f"{TRUE} [1]")
        assert server.busy == 1
        on_screen = shown.rest()
        assert shown.process.returncode == 0
        piped = assistant("ask", "--model", "scripted", BRAINS, **variables(server, data)).stdout

    assert on_screen == piped
    assert FALSE not in on_screen


def test_what_was_shown_is_withdrawn_in_words_where_the_model_breaks_off(data) -> None:
    with ScriptedServer([BROKEN]) as server:
        with terminal(server, data, "ask", BRAINS) as shown:
            on_screen = shown.rest()
        piped = assistant("ask", "--model", "scripted", BRAINS, **variables(server, data)).stdout
        quoted = assistant("ask", "--no-model", BRAINS, **variables(server, data)).stdout

    assert on_screen == f"{TRUE} [1]\n{WITHDRAWN}\n{quoted}"
    assert piped == quoted


def test_an_interruption_ends_the_line_says_so_and_exits_as_everywhere(data) -> None:
    with ScriptedServer([SLOW]) as server, terminal(server, data, "ask", BRAINS) as shown:
        shown.until(f"{TRUE} [1]")
        shown.process.send_signal(signal.SIGINT)
        on_screen = shown.rest()
        told = shown.process.stderr.read()

    assert shown.process.returncode == 130
    assert on_screen == f"{TRUE} [1]\n{CUT_OFF}\n"
    assert told == "assistant: interrupted\n"


def test_chat_shows_a_sentence_before_the_last_has_come(data) -> None:
    with ScriptedServer([SLOW]) as server, terminal(server, data, "chat") as shown:
        shown.process.stdin.write(f"{BRAINS}\n")
        shown.process.stdin.flush()
        shown.until(f"{TRUE} [1]")
        assert server.busy == 1
        shown.process.stdin.write("exit\n")
        shown.process.stdin.flush()
        on_screen = shown.rest()

    assert on_screen.startswith(f"? {BRAINS}\n{TRUE} [1]\n\n[1] ")
    assert shown.process.returncode == 0
