"""The tutorial's commands run, in order and in one shell, and print what it says."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from commands import environment

from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer

OLLAMA = "http://127.0.0.1:11434/v1"
"""Where the tutorial's model server listens."""
BLOCK = re.compile(r"^(<!-- not run: [^\n]+ -->\n)?```(sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Commands, and what they print; None if the tutorial does not show it."""

    commands: str
    printed: str | None


def steps_of(text: str) -> list[Step]:
    """A step for each block of commands, and for each command of a session."""
    steps = []
    for skipped, kind, block in BLOCK.findall(text):
        if skipped:
            continue
        if kind == "sh":
            steps.append(Step(commands=block, printed=None))
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            steps.append(Step(commands=f"{command}\n", printed=printed))
    return steps


@pytest.fixture
def run(minilm, tmp_path: Path):
    """Runs steps in one shell, in a folder of its own; what each prints, and its exit code."""
    programs, here = tmp_path / "programs", tmp_path / "here"
    programs.mkdir()
    here.mkdir()
    command = programs / "assistant"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m assistant "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    variables = environment(ASSISTANT_DATA=tmp_path / "data", PATH=f"{programs}:{os.environ['PATH']}")

    def run(steps: list[Step]) -> list[tuple[str, int]]:
        mark = "\x1e"
        script = "".join(f"{step.commands}printf '{mark}%s{mark}' $?\n" for step in steps)
        process = subprocess.run(
            ["bash", "-c", script], cwd=here, env=variables, capture_output=True, encoding="utf-8", timeout=300
        )
        found = process.stdout.split(mark)
        assert len(found) == 2 * len(steps) + 1, process.stderr
        return [(printed, int(code)) for printed, code in zip(found[0:-1:2], found[1::2], strict=True)]

    return run


def test_the_tutorials_commands_print_what_it_says(repository, run):
    text = (repository / "docs" / "tutorial.md").read_text(encoding="utf-8")
    assert OLLAMA in text
    with ScriptedServer([Turn(reply="New stairs for the water slide will cost 38,000 euros [1].")]) as server:
        steps = steps_of(text.replace(OLLAMA, server.url))
        results = run(steps)

    assert len(steps) >= 15
    for step, (printed, code) in zip(steps, results, strict=True):
        if step.printed is not None:
            assert printed == step.printed, step.commands
        ends_well = not step.commands.startswith("assistant eval doctor")  # Of the changed article.
        assert code == 0 or not ends_well, step.commands
        if "--explain" in step.commands:
            assert printed.startswith("New stairs for the water slide will cost 38,000 euros. [1]"), printed
