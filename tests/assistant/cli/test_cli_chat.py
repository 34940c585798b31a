"""Conversations: slash commands, and on a terminal editing, history, completion and interruptions."""

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import environment
from library import Library

from assistant.cli.conversation import COMMANDS
from assistant.cli.typed import HISTORY_NAME
from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer

DAM = "Which dam held?"
SECONDS = 60


@pytest.fixture
def talk(assistant, town: Library, monkeypatch: pytest.MonkeyPatch):
    """`assistant chat` with these lines typed, on no terminal."""
    monkeypatch.setenv("ASSISTANT_THRESHOLD", "0")

    def run(*lines: str):
        return assistant("chat", "--index", town.root, stdin="".join(f"{line}\n" for line in lines).encode())

    return run


def test_sources_shows_the_last_answers_receipts_with_their_quotes(talk) -> None:
    run = talk(DAM, "/sources")

    answer, sources = run.out.split("\n\n\n")
    (place,) = re.findall(r"^\[1\] .*\n    river, characters .*$", answer, re.M)
    assert sources == f"{place}\n    The dam at Oldwater held.\n"


def test_what_is_no_terminal_gets_each_question_before_its_answer(talk) -> None:
    run = talk(DAM, "/sources", "", "How many gates does it have?")

    first, second = run.out.split("? How many gates does it have?\n")
    assert first.startswith(f"? {DAM}\n")
    assert (first.count("[1] "), "[1] " in second, "? /sources" in run.out) == (2, True, False)


def test_a_conversation_is_saved_as_text_and_as_answers_that_verify_reads(talk, assistant, town, tmp_path) -> None:
    text, answers = tmp_path / "talk.txt", tmp_path / "talk.jsonl"

    run = talk(DAM, "How many gates does it have?", f"/save {text}", f"/save {answers}", f"/save {text}")

    assert run.code == 0
    saved = text.read_text(encoding="utf-8")
    assert saved.startswith(f"? {DAM}\n\n")
    assert "\n? How many gates does it have?\n\n" in saved
    assert saved.count("sha256") >= 2
    assert json.loads(answers.read_text(encoding="utf-8").splitlines()[0])["question"] == DAM
    assert assistant("verify", answers, "--index", town.root).code == 0
    notes = run.err.splitlines()
    assert notes[-3] == f"assistant: saved 2 answers to {text}"
    assert notes[-1] == f"assistant: {text} is there already; name another file"


def test_a_new_conversation_knows_nothing_of_the_last(talk) -> None:
    follow_up = "How many gates does it have?"
    about = "Who opened gates at the Oldwater Dam?"

    kept, anew = talk(about, follow_up).err, talk(about, "/new", follow_up, "/new", "/sources").err

    assert "searched for: How many gates does Oldwater Dam have?" in kept
    assert "searched for" not in anew
    assert "nothing was answered yet" in anew


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/sources", "nothing was answered yet; ask a question first"),
        ("/save x", "there is nothing to save yet"),
        ("/save", "/save needs a file; write: /save FILE"),
        ("/sorces", "there is no command /sorces; did you mean '/sources'?"),
        ("/frobnicate", "there is no command /frobnicate; /help lists those that there are"),
        ("/", "there is no command /"),
    ],
)
def test_a_command_that_cannot_be_used_is_told_and_the_conversation_goes_on(talk, line, said) -> None:
    run = talk(line, DAM)

    assert (run.code, "Oldwater" in run.out) == (0, True)
    assert said in run.err


def test_a_place_that_cannot_be_written_to_is_told(talk, tmp_path) -> None:
    run = talk(DAM, f"/save {tmp_path / 'absent' / 'x.txt'}")

    assert run.err.endswith("cannot be written (No such file or directory); name another file\n")


@pytest.mark.parametrize("line", ["/quit", "/exit", "exit", "Quit"])
def test_what_ends_it_ends_it(talk, line) -> None:
    run = talk("", line, DAM)

    assert (run.code, run.out, run.err) == (0, "", "")


def test_help_lists_every_command_and_a_path_is_a_question(talk) -> None:
    run = talk("/help", "/etc/dam/held?")

    assert [line.split("  ")[0].strip() for line in run.out.splitlines()[: len(COMMANDS)]] == list(COMMANDS)
    assert "no command" not in run.err


# On a terminal


class Terminal:
    """A chat on a terminal, at which a person types."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process = process
        self._screen = screen
        self.seen = ""

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def until(self, text: str, *, times: int = 1) -> None:
        ends = time.monotonic() + SECONDS
        while self.seen.count(text) < times:
            assert time.monotonic() < ends, self.seen
            self._read(1.0)

    def end(self) -> int:
        ends = time.monotonic() + SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < ends, self.seen
            self._read(0.1)
        self._read(0.1)
        return self.process.returncode

    def _read(self, seconds: float) -> None:
        if select.select([self._screen], [], [], seconds)[0]:
            try:
                self.seen += os.read(self._screen, 65_536).decode(errors="replace").replace("\r\n", "\n")
            except OSError:
                time.sleep(0.05)


@contextmanager
def terminal(root: Path, data: Path, *arguments: str, **variables: object) -> Iterator[Terminal]:
    screen, end = pty.openpty()
    own = {"TERM": "xterm", "INPUTRC": os.devnull, "ASSISTANT_DATA": data, "ASSISTANT_THRESHOLD": 0, "NO_COLOR": 1}
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant", "chat", "--index", str(root), *arguments],
        stdin=end,
        stdout=end,
        stderr=end,
        env=environment(**(own | variables)),
        start_new_session=True,
    )
    os.close(end)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def test_lines_are_edited_completed_and_brought_back_in_the_next_conversation(town: Library, tmp_path: Path) -> None:
    with terminal(town.root, tmp_path) as first:
        first.until("? ")
        first.type("Which dam helt\x7fd?\r")
        first.until("Oldwater")
        first.until("? ", times=2)
        first.type("/sou\t\r")
        first.until("    The dam at Oldwater held.\n")
        first.until("? ", times=3)
        first.type("\x04")
        assert first.end() == 0
    history = tmp_path / HISTORY_NAME
    assert DAM in history.read_text(encoding="utf-8").splitlines()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600

    with terminal(town.root, tmp_path) as second:
        second.until("? ")
        second.type("\x1b[A\x1b[A\r")
        second.until("The dam at Oldwater held.")
        second.type("/quit\r")
        assert second.end() == 0


def test_an_interruption_ends_an_answer_and_a_second_one_the_conversation(town: Library, tmp_path: Path) -> None:
    slow = Turn(reply="The dam at Oldwater held. [1] " * 40, seconds=0.2)
    with ScriptedServer([slow]) as server:
        model = {"ASSISTANT_MODEL_BASE_URL": server.url}
        with terminal(town.root, tmp_path, "--model", "scripted", **model) as shown:
            shown.until("? ")
            shown.type(f"{DAM}\r")
            shown.until("The dam at Oldwater held. [1]")
            shown.process.send_signal(signal.SIGINT)
            shown.until("interrupted; once more, or Ctrl-D, to end")
            assert "(This is not the whole answer.)" in shown.seen
            shown.until("\n? ", times=1)
            shown.type("\r")
            time.sleep(0.2)
            shown.process.send_signal(signal.SIGINT)
            shown.until("to end", times=2)
            time.sleep(1)  # The prompt has to be there again.
            shown.process.send_signal(signal.SIGINT)
            assert shown.end() == 130
