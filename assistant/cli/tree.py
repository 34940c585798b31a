"""The tree of commands: its sections in the help, a walk over it, and `--index` before a command's name."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from typer.core import TyperCommand, TyperGroup
from typer.models import Context

Command = TyperCommand | TyperGroup

LONGEST = 200
"""Characters of that sentence."""


class Section(StrEnum):
    """The sections of commands, in the order of the help; a command's is its `rich_help_panel`."""

    QUESTIONS = "Questions and answers"
    ARTICLES = "Articles"
    QUALITY = "Quality"
    SERVING = "Serving"
    SETTINGS = "Settings and help"
    DECIDING = "Run, compare, decide"
    GOLD = "Make and maintain gold cases"
    MEASURING = "Measure"
    COMMANDS = "Commands"
    """Of those that are in no other."""


class Sections(TyperGroup):
    """A group whose help lists its commands in sections, each with the first sentence of its help."""

    def format_commands(self, ctx: Context, formatter) -> None:  # type: ignore[no-untyped-def, override]  # noqa: ANN001 - of a private module
        """Write the commands, a heading for each section."""
        width = max(map(len, self.commands))
        for section in Section:
            rows = [
                (name.ljust(width), command.get_short_help_str(LONGEST))
                for name, command in self.commands.items()
                if (getattr(command, "rich_help_panel", None) or Section.COMMANDS) == section
            ]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)


def walk(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command below one, with its words: (("ask",), …), (("index", "add"), …)."""
    assert isinstance(command, Command)
    yield path, command
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from walk(below, (*path, name))


def find(command: object, words: Sequence[str]) -> Command | None:
    """The command with these words; None if there is none."""
    return next((found for path, found in walk(command) if path == tuple(words)), None)


def index_moved(words: Sequence[str], command: object) -> list[str]:
    """Move `--index` from before a command's name to behind it, where commands take it.

    Args:
        words: the command line.
        command: the whole tree.
    """
    path: list[str] = []
    moved: list[str] = []
    rest = list(words)
    while rest and isinstance(command, TyperGroup):
        if rest[0] == "--index" and len(rest) > 1:
            moved += rest[:2]
            del rest[:2]
        elif rest[0].startswith("--index="):
            moved.append(rest.pop(0))
        elif rest[0] in command.commands:
            command = command.commands[rest[0]]
            path.append(rest.pop(0))
        else:
            break
    return list(words) if isinstance(command, TyperGroup) else [*path, *moved, *rest]
