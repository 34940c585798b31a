"""Help: examples of every command, topics, the manual page, and what a shell completes."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import environment
from library import Library

from assistant import __version__
from assistant.cli import command_tree
from assistant.cli.ask import REFUSED
from assistant.cli.examples import EXAMPLES
from assistant.cli.guidance import SHELLS, topics
from assistant.cli.tree import find, walk
from assistant.cli.verify import UNPROVEN
from assistant.settings.settings import setting_names
from index.text.formats.table import FORMATS

TREE = command_tree()
COMMANDS = [path for path, _ in walk(TREE)]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_help_ends_with_examples(assistant, path) -> None:
    run = assistant(*path, "--help")

    _, examples = run.out.split("Examples:\n")
    assert (run.code, run.err) == (0, "")
    assert [line.strip() for line in examples.splitlines() if line.strip()] == list(EXAMPLES[" ".join(path)])


def test_there_are_no_examples_of_commands_that_are_gone() -> None:
    assert {" ".join(path) for path in COMMANDS} == set(EXAMPLES)


@pytest.mark.parametrize("line", sorted({line for lines in EXAMPLES.values() for line in lines}))
def test_every_example_is_a_line_that_its_command_takes(line) -> None:
    (typed,) = re.findall(r"\bassistant ([^|<>)]*)", line)
    words = shlex.split(typed)
    name = max((path for path in COMMANDS if list(path) == words[: len(path)]), key=len)
    command = find(TREE, name)

    assert name
    command.make_context(name[-1], words[len(name) :])  # Raises for an option or a number of words that it has not.


def test_commands_stand_in_sections_and_none_is_cut_off(assistant) -> None:
    for path, command in walk(TREE):
        if hasattr(command, "commands"):
            assert "..." not in assistant(*path, "--help").out.split("COMMAND [ARGS]...")[1]
    assert "Commands:" not in assistant("--help").out + assistant("eval", "--help").out
    shown = assistant("--help").out
    places = [shown.index(f"\n{heading}:\n") for heading in ("Questions and answers", "Articles", "Quality", "Serving")]
    assert places == sorted(places)
    assert {name for name in re.findall(r"^  ([a-z]+)  ", shown, re.M) if name != "assistant"} == set(TREE.commands)


def test_the_version_has_a_short_option(assistant) -> None:
    assert assistant("-V").out == assistant("--version").out == f"{__version__}\n"


# Topics


def test_help_alone_shows_the_commands_and_the_topics(assistant) -> None:
    shown = assistant("help").out

    assert shown.startswith(assistant("--help").out.rstrip("\n"))
    for name in topics():
        assert re.search(rf"^  {name}  +\S", shown, re.M)


@pytest.mark.parametrize("name", topics())
def test_a_topic_is_shown_and_fits_a_line_of_eighty_columns(assistant, name) -> None:
    run = assistant("help", name)

    assert (run.code, run.out) == (0, topics()[name])
    assert max(map(len, run.out.splitlines())) <= 80
    assert re.match(r"[A-Z][\w ]+: .+\n\n", run.out)


@pytest.mark.parametrize("path", [(), ("ask",), ("index",), ("index", "add"), ("keys", "signing", "show")])
def test_help_on_a_command_is_its_help(assistant, path) -> None:
    assert assistant("help", *path).out.startswith(assistant(*path, "--help").out.rstrip("\n"))


def test_help_on_what_there_is_not_names_the_nearest(assistant) -> None:
    near, far = assistant("help", "receipt"), assistant("help", "quantum", "tunnelling")

    assert (near.code, near.out) == (far.code, far.out) == (2, "")
    assert near.err == "assistant: there is no help on 'receipt'; did you mean 'receipts'?\n"
    assert f"topics: {', '.join(topics())}" in far.err


def test_the_topics_name_every_setting_format_and_exit_code() -> None:
    found = topics()

    assert [name for name in setting_names() if not re.search(rf"^ +{name} ", found["settings"], re.M)] == []
    assert [suffix for suffix in FORMATS if f"{suffix} " not in found["formats"]] == []
    for code in (0, 1, 2, 3, REFUSED, UNPROVEN, 100, 101, 130):
        assert re.search(rf"^    {code} ", found["exit-codes"], re.M)


# The manual page


def test_the_manual_page_is_up_to_date(assistant, repository: Path) -> None:
    written = (repository / "docs" / "assistant.1").read_text(encoding="utf-8")

    assert assistant("help", "--man").out == written, "renew it: make man"


def test_the_manual_page_has_every_command_option_and_topic_and_no_mistake(repository: Path) -> None:
    page = (repository / "docs" / "assistant.1").read_text(encoding="utf-8").replace(r"\-", "-")

    for path, command in walk(TREE):
        if not hasattr(command, "commands"):
            assert f".SS assistant {' '.join(path)} [OPTIONS]" in page
        for option in (name for parameter in command.params for name in parameter.opts if name.startswith("--")):
            assert rf"\fB{option}\fR" in page
    for text in topics().values():
        assert f".SH {text.partition(':')[0].upper()}" in page
    if not shutil.which("groff"):
        pytest.skip("there is no groff to check the page with")
    checked = subprocess.run(
        ["groff", "-man", "-ww", "-z", repository / "docs" / "assistant.1"], capture_output=True, encoding="utf-8"
    )
    assert (checked.returncode, checked.stderr) == (0, "")


# Completion


def completed(*words: str, **variables: object) -> list[str]:
    """What bash is offered for the last of the words."""
    run = subprocess.run(
        [sys.executable, "-m", "assistant"],
        capture_output=True,
        encoding="utf-8",
        env=environment(
            COMP_WORDS=" ".join(words), COMP_CWORD=len(words) - 1, _ASSISTANT_COMPLETE="complete_bash", **variables
        ),
        check=True,
    )
    return run.stdout.split()


def test_a_shell_is_offered_commands_options_topics_collections_and_articles(town: Library, tmp_path: Path) -> None:
    (tmp_path / "collections" / "mills").mkdir(parents=True)

    assert completed("assistant", "in") == ["index"]
    assert completed("assistant", "index", "sh") == ["show"]
    assert completed("assistant", "ask", "--pl") == ["--plain"]
    assert completed("assistant", "help", "rec") == ["receipts"]
    assert completed("assistant", "config", "set", "pass") == ["passages"]
    assert completed("assistant", "ask", "--index", "m", ASSISTANT_DATA=tmp_path) == ["mills"]
    assert completed("assistant", "index", "show", "--index", str(town.root), "ma") == ["mayor"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_asks_the_command(assistant, shell) -> None:
    run = assistant("completion", shell)

    assert (run.code, run.err) == (0, "")
    assert f"_ASSISTANT_COMPLETE=complete_{shell}" in run.out
    if shutil.which(shell):
        checked = subprocess.run([shell, "-n"], input=run.out, capture_output=True, encoding="utf-8")
        assert (checked.returncode, checked.stderr) == (0, "")


def test_bash_completes_by_the_script(tmp_path: Path) -> None:
    if not shutil.which("bash"):
        pytest.skip("there is no bash")
    program = tmp_path / "assistant"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m assistant "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    code = f"""
PATH={tmp_path}:$PATH
eval "$(assistant completion bash)"
COMP_WORDS=(assistant collections cr) COMP_CWORD=2
_assistant_completion assistant
echo "${{COMPREPLY[@]}}"
"""
    run = subprocess.run(["bash", "-c", code], capture_output=True, encoding="utf-8", env=environment())

    assert (run.stdout, run.stderr) == ("create\n", "")


def test_another_shell_is_a_mistake(assistant) -> None:
    run = assistant("completion", "tcsh")

    assert (run.code, run.out) == (2, "")
    assert run.err == "assistant: the shell is 'tcsh'; give one of: bash, zsh, fish\n"
