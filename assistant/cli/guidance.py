"""`assistant help`: on a command, or on a topic that concerns several; `assistant completion`."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer._completion_classes import completion_init  # What `add_completion` calls, without its two options.
from typer._completion_shared import get_completion_script
from typer.core import TyperGroup

from assistant.cli.output.screen import paged, screen_of
from assistant.cli.tree import Command, find, walk
from index.counts import shortened

TOPICS = Path(__file__).parent / "topics"
COMPLETING = "_ASSISTANT_COMPLETE"
"""Variable by which a shell asks for completions."""
SHELLS = ("bash", "zsh", "fish")


def topics() -> dict[str, str]:
    """The text of every topic, by its name; the first line is its title."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(TOPICS.glob("*.txt"))}


def _names(context: typer.Context) -> list[str]:
    """What there is help on, for a shell to complete."""
    tree = context.find_root().command
    return [*topics(), *(name for name in getattr(tree, "commands", {}))]


def help_(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TOPIC|COMMAND]", autocompletion=_names, help="A topic, or the words of a command."),
    ] = None,
    man: Annotated[bool, typer.Option("--man", help="Print the manual page, in the form that man reads.")] = False,
) -> None:
    """Show help on a topic or a command."""
    from index.errors import UsageError, did_you_mean

    tree = context.find_root().command
    assert isinstance(tree, TyperGroup)
    if man:
        from assistant.cli.manual import manual

        print(manual(tree, topics()), end="")
        return
    name = " ".join(words or ())
    command = find(tree, words or ())
    if name in topics():
        text = topics()[name]
    elif command is not None:
        text = command_help(tree, words or ())
        text += "" if name else f"\n\n{_listed_topics()}"
    else:
        known = [*topics(), *(" ".join(path) for path, _ in walk(tree) if path)]
        hint = did_you_mean(name, known, f"topics: {', '.join(topics())}; or name a command", cutoff=0.5)
        raise UsageError(f"there is no help on {shortened(name, 80)!r}", hint)
    with paged(screen_of()) as flow:
        flow.line(text.rstrip("\n"))


def command_help(tree: Command, words: Sequence[str]) -> str:
    """What a command prints with --help."""
    context = tree.make_context("assistant", [], resilient_parsing=True)
    command: Command = tree
    for word in words:
        assert isinstance(command, TyperGroup)
        below = command.commands[word]
        assert isinstance(below, Command)
        command = below
        context = command.make_context(word, [], parent=context, resilient_parsing=True)
    return str(context.get_help())


def _listed_topics() -> str:
    width = max(map(len, topics()))
    lines = [f"  {name.ljust(width)}  {text.splitlines()[0].partition(': ')[2]}" for name, text in topics().items()]
    return "\n".join(["Topics (assistant help TOPIC):", *lines])


def completion(
    shell: Annotated[
        str, typer.Argument(metavar="SHELL", autocompletion=lambda: list(SHELLS), help="bash, zsh or fish.")
    ],
) -> None:
    """Print a script that makes a shell complete commands.

    In ~/.bashrc or ~/.zshrc: eval "$(assistant completion bash)"; in fish: assistant completion fish | source.
    """
    from index.errors import UsageError

    if shell not in SHELLS:
        raise UsageError(f"the shell is {shortened(shell, 40)!r}", f"give one of: {', '.join(SHELLS)}")
    print(get_completion_script(prog_name="assistant", complete_var=COMPLETING, shell=shell))


def complete(tree: TyperGroup) -> None:
    """Answer a shell that asks for completions, and exit; does nothing where none asks."""
    if COMPLETING in os.environ:
        completion_init()
        tree.main([], prog_name="assistant", complete_var=COMPLETING)
        sys.exit(0)
