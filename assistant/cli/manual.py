"""The manual page: every command with its options and examples, and the topics, in the macros of man(7)."""

import re
from collections.abc import Iterator, Mapping

from typer.core import TyperArgument, TyperGroup, TyperOption

from assistant import __version__
from assistant.cli.examples import EXAMPLES
from assistant.cli.tree import Command, walk


def manual(tree: TyperGroup, topics: Mapping[str, str]) -> str:
    """The page `assistant(1)`.

    Args:
        tree: the whole tree of commands.
        topics: texts by their names, the title in the first line.
    """
    lines = [
        f'.TH ASSISTANT 1 "" "assistant {__version__}" "User commands"',
        ".SH NAME",
        r"assistant \- answers questions from a collection of articles, with receipts",
        ".SH SYNOPSIS",
        r".B assistant",
        r"[\fIOPTIONS\fR] \fICOMMAND\fR [\fIARGUMENTS\fR]",
        ".SH DESCRIPTION",
        *_paragraphs(str(tree.help or "")),
        ".SH OPTIONS",
        *_options(tree),
        ".SH COMMANDS",
    ]
    for path, command in walk(tree):
        if path and not isinstance(command, TyperGroup):
            lines += _command(" ".join(path), command)
    for text in topics.values():
        title, _, body = text.partition("\n")
        lines += [f".SH {_escaped(title.partition(':')[0].upper())}", *_paragraphs(body)]
    return "\n".join(lines) + "\n"


def _command(name: str, command: Command) -> Iterator[str]:
    words = [f"assistant {name}", "[OPTIONS]"]
    words += [_argument(one) for one in command.params if isinstance(one, TyperArgument)]
    yield f".SS {_escaped(' '.join(words))}"
    yield from _paragraphs(str(command.help or ""))
    yield from _options(command)
    lines = EXAMPLES.get(name, ())
    if lines:
        yield from [".PP", "Examples:", ".PP", ".nf", ".RS", *map(_escaped, lines), ".RE", ".fi"]


def _argument(argument: TyperArgument) -> str:
    name = str(argument.metavar or argument.name).strip("[]")
    name += "" if argument.nargs == 1 or name.endswith("…") else "…"
    return name if argument.required else f"[{name}]"


def _options(command: Command) -> Iterator[str]:
    for one in command.params:
        if isinstance(one, TyperArgument):
            yield from (".TP", rf"\fI{_escaped(_argument(one).strip('[]'))}\fR", _escaped(str(one.help or "")))
        elif isinstance(one, TyperOption):
            names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in (*one.opts, *one.secondary_opts))
            value = "" if one.is_flag else rf" \fI{_escaped(str(one.metavar or one.bare_type()).upper())}\fR"
            default = f" Default: {one.default}." if one.show_default and not one.is_flag and one.default else ""
            yield from (".TP", names + value, _escaped(f"{one.help or ''}{default}"))


def _paragraphs(text: str) -> Iterator[str]:
    """Text with indented blocks, which stay as they are."""
    for block in re.split(r"\n\s*\n", text.strip("\n")):
        yield ".PP"
        if block.startswith("  "):
            yield from (".nf", *map(_escaped, block.splitlines()), ".fi")
        else:
            yield _escaped(" ".join(block.split()))


def _escaped(text: str) -> str:
    """Text of which nothing is taken for a request or an escape."""
    text = text.replace("\\", r"\e").replace("-", r"\-")
    text = "".join(one if one.isascii() else f"\\[u{ord(one):04X}]" for one in text)
    return rf"\&{text}" if text.startswith((".", "'", " ")) else text
