"""A command that has said nothing for a while gives a sign of life, which is gone with its next word."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from commands import environment
from library import Library

from assistant.cli.output.pulse import LINE_SECONDS, TERMINAL_SECONDS, Pulse
from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer

SHORT = 0.02


class Told:
    """A stream that is no terminal, or says that it is one."""

    def __init__(self, *, terminal: bool) -> None:
        self.text = ""
        self._terminal = terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return self._terminal

    def until(self, pattern: str) -> None:
        ends = time.monotonic() + 30
        while not re.search(pattern, self.text):
            assert time.monotonic() < ends, self.text
            time.sleep(0.005)


@pytest.fixture
def beating(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pulse]:
    monkeypatch.setenv("TERM", "xterm")
    made = Pulse()
    yield made
    made.stop()


def test_the_pulse_is_that_of_the_contract() -> None:
    assert (TERMINAL_SECONDS, LINE_SECONDS) == (2.0, 30.0)


def test_a_terminal_is_shown_a_line_that_is_erased_before_the_next_output(beating: Pulse) -> None:
    stream = Told(terminal=True)
    beating.start(stream, seconds=SHORT)
    beating.doing = "asking the model"

    stream.until(r"… asking the model, \d+ s$")
    beating.aside("The answer.\n", terminal=True)

    assert stream.text.endswith("\r\x1b[K")


def test_within_a_begun_line_dots_are_drawn_behind_it_and_taken_back(beating: Pulse) -> None:
    stream = Told(terminal=True)
    beating.start(stream, seconds=SHORT)
    beating.aside("Half a sentence", terminal=True)

    stream.until(r"\.$")
    beating.aside(" and its end.\n", terminal=True)

    assert "…" not in stream.text
    assert stream.text.endswith("\b\x1b[K")


def test_elsewhere_lines_tell_for_how_long_nothing_was_said(beating: Pulse) -> None:
    stream = Told(terminal=False)
    beating.start(stream, seconds=SHORT)

    stream.until(r"\Aassistant: working for \d+ s\n(?:assistant: working for \d+ s\n)+")


def test_nothing_is_shown_while_it_is_paused_or_after_it_has_ended(beating: Pulse) -> None:
    stream = Told(terminal=True)
    with beating.paused():
        beating.start(stream, seconds=SHORT)
        time.sleep(5 * SHORT)
        assert stream.text == ""
    stream.until("working")
    beating.stop()
    shown = stream.text
    time.sleep(5 * SHORT)

    assert stream.text == shown
    assert shown.endswith("\r\x1b[K")


def test_a_dumb_terminal_gets_lines(beating: Pulse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    stream = Told(terminal=True)
    beating.start(stream)

    assert beating._seconds == LINE_SECONDS


def test_a_closed_standard_error_ends_it_quietly(beating: Pulse) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as stream:
        beating.start(stream, seconds=SHORT)
    os.close(read)
    beating._thread.join(30)

    assert not beating._thread.is_alive()


def test_a_command_that_waits_for_its_model_shows_that_on_the_terminal(town: Library) -> None:
    ours, theirs = pty.openpty()
    with ScriptedServer([Turn(reply="The dam at Oldwater held. [1]", seconds=1)]) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "assistant", "ask", "Which dam held?", "--index", town.root, "--model", "scripted"],
            stdout=subprocess.PIPE,
            stderr=theirs,
            encoding="utf-8",
            env=environment(
                ASSISTANT_MODEL_BASE_URL=server.url, ASSISTANT_MODEL_STREAM=0, ASSISTANT_THRESHOLD=0, TERM="xterm"
            ),
        )
        os.close(theirs)
        shown = ""
        while process.poll() is None or select.select([ours], [], [], 0)[0]:
            try:
                shown += os.read(ours, 4096).decode()
            except OSError:
                break
        told = process.communicate()[0]
    os.close(ours)

    assert re.search(r"… asking the model, \d+ s", shown)
    assert re.search(r"\r\x1b\[K\Z", shown)
    assert told
