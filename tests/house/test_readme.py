"""README's sessions print what README says, and every command that the papers name exists."""

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
import typer
from commands import environment
from serving import Server, serving, town_in

from assistant.cli import app

ADDRESS = "http://127.0.0.1:8000"
"""Where README's server listens."""

JQ = f"""#!{sys.executable}
import functools, json, re, sys
raw, path, *files = sys.argv[1:] if sys.argv[1] == "-r" else ["", *sys.argv[1:]]
data = json.load(open(files[0]) if files else sys.stdin)
steps = [int(number) if number else name for name, number in re.findall(r"\\.(\\w+)|\\[(\\d+)\\]", path)]
found = functools.reduce(lambda value, step: value[step], steps, data)
print(found if raw else json.dumps(found, ensure_ascii=False))
"""
"""As much of jq as README uses, which not every machine has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A command of a session and what is printed after it."""

    command: str
    printed: str


def sessions(text: str) -> list[list[Step]]:
    """The indented blocks with lines that begin with "$ "; a command goes on after a backslash."""
    blocks = [[line[4:] for line in block.splitlines()] for block in re.findall(r"(?:^(?: {4}.*)?\n)+", text, re.M)]
    found = []
    for block in blocks:
        steps: list[Step] = []
        lines = iter(block)
        for line in lines:
            if line.startswith("$ "):
                command = line[2:]
                while command.endswith("\\"):
                    command = command[:-1] + next(lines).strip()
                steps.append(Step(command=command, printed=""))
            elif steps:
                steps[-1] = Step(command=steps[-1].command, printed=f"{steps[-1].printed}{line}\n")
        if steps:
            found.append(steps)
    return found


def python_blocks(text: str) -> list[str]:
    blocks = re.findall(r"(?:^ {4}.*\n)+", text, re.M)
    return ["".join(line[4:] for line in block.splitlines(True)) for block in blocks if "    from openai" in block]


@pytest.fixture(scope="module")
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def server(readme: str, default_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that README starts, after articles of one's own were added."""
    home = tmp_path_factory.mktemp("served")
    town_in(home).close()
    (home / "default").symlink_to(default_data / "default")
    (index,) = re.findall(r"^    assistant serve --index (\w+) ", readme, re.M)
    with serving(home, index=Path(index), variables={"ASSISTANT_DATA": str(home)}) as running:
        yield running


@pytest.fixture
def shell(default_data: Path, tmp_path: Path):
    """Runs a line as a person would type it, in a folder of its own; what it prints."""
    programs, here = tmp_path / "programs", tmp_path / "here"
    programs.mkdir()
    here.mkdir()
    for name, text in {"assistant": f'#!/bin/sh\nexec {sys.executable} -m assistant "$@"\n', "jq": JQ}.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    variables = environment(ASSISTANT_DATA=default_data, PATH=f"{programs}:{os.environ['PATH']}")

    def run(command: str) -> str:
        process = subprocess.run(
            ["bash", "-c", command], cwd=here, env=variables, capture_output=True, encoding="utf-8", timeout=120
        )
        assert (process.returncode, process.stderr) == (0, ""), command
        return process.stdout

    return run


def test_the_session_prints_what_readme_says(readme, shell):
    (steps,) = [steps for steps in sessions(readme) if steps[0].command.startswith("assistant ")]

    assert len(steps) >= 5
    for step in steps:
        assert shell(step.command).strip() == step.printed.strip(), step.command


def test_the_session_prints_the_same_beside_articles_of_ones_own(readme, shell, default_data, town, tmp_path):
    (steps,) = [steps for steps in sessions(readme) if steps[0].command.startswith("assistant ")]
    data = tmp_path / "both"
    data.mkdir()
    (data / "default").symlink_to(default_data / "default")
    (data / "index").symlink_to(town.root)
    first, beside = steps[0], f"export ASSISTANT_DATA={data};"

    own = shell(f"{beside} {first.command}")
    by_name = shell(f"{beside} {first.command.replace('assistant ask', 'assistant ask --index default')}")
    in_use = shell(f"{beside} assistant collections use default > used; {first.command}")

    assert own.strip() != first.printed.strip()
    assert by_name.strip() == in_use.strip() == first.printed.strip()


def test_the_example_over_http_prints_what_readme_says(readme, shell, server):
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    ((step,),) = [steps for steps in sessions(readme) if steps[0].command.startswith("curl ")]

    assert ADDRESS in step.command
    assert shell(step.command.replace(ADDRESS, server.url)).strip() == step.printed.strip()


def test_the_example_with_openais_client_prints_the_answer(readme, server, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (code,) = python_blocks(readme)
    printed = io.StringIO()
    names: dict[str, object] = {}

    assert ADDRESS in code
    with redirect_stdout(printed):
        exec(code.replace(ADDRESS, server.url), names)
    names["client"].close()

    assert names["collection"] == "default"
    assert "30 industrial brains" in printed.getvalue()


def test_what_the_commands_of_readme_write_into_a_clone_is_ignored(readme, repository):
    named = set(re.findall(r"(?:> |--out |baseline |report )([\w.]+\.(?:json|html))", readme)) | {"report.html"}

    assert {"answer.json", "baseline.json", "run.json"} <= named
    if not (repository / ".git").exists():
        pytest.skip("this is no clone")
    ignored = subprocess.run(["git", "check-ignore", *named], cwd=repository, capture_output=True, text=True).stdout
    assert set(ignored.split()) == named


def named_commands(text: str) -> set[str]:
    """Lines of code blocks, and code within sentences, that run `assistant`, up to a pipe or the end of the line."""
    lines = re.findall(r"^(?: {4}|\$ )?\s*(?:\$ )?(assistant [a-z].*)$", text, re.M)
    lines += re.findall(r"`(assistant [a-z][^`]*)`", text)
    return {re.split(r"\s[|>&#;\\]|\s{3,}", line)[0] for line in lines}


def unknown(line: str) -> list[str]:
    """The subcommands and options of a line that the command line does not have."""
    command: click.Command = typer.main.get_command(app)
    words = shlex.split(line.replace("…", ""))[1:]
    while words and isinstance(getattr(command, "commands", None), dict):
        if words[0] not in command.commands:
            return words[:1] if re.fullmatch("[a-z]+", words[0]) else []
        command = command.commands[words.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts}
    return [word for word in words if word.startswith("--") and word.split("=")[0] not in options]


def test_every_command_that_the_papers_name_exists(repository):
    papers = [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]
    papers.remove(repository / "CHANGELOG.md")  # Tells of commands that are gone too.
    lines = {(paper.name, line) for paper in papers for line in named_commands(paper.read_text(encoding="utf-8"))}

    assert len(lines) > 50
    assert {(name, line, *wrong) for name, line in lines if (wrong := unknown(line))} == set()


def test_an_unknown_command_or_option_would_be_found():
    assert unknown('assistant ask "Who?" --jsno') == ["--jsno"]
    assert unknown("assistant indx add x") == ["indx"]
    assert unknown('assistant ask --json "Who?"') == []
