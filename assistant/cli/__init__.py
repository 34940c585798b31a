"""The command line, one module a noun; this one combines them, and maps errors to one line and an exit code."""

import errno
import io
import os
import re
import sys

import typer
from typer.core import TyperGroup
from typer.main import get_command

from assistant import AssistantError, __version__
from assistant.cli import (
    ask,
    chat,
    collections,
    config,
    evaluation,
    feedback,
    guidance,
    indexing,
    keys,
    mcp,
    prompts,
    search,
    serve,
    verify,
)
from assistant.cli.common import IndexOption
from assistant.cli.examples import add_examples
from assistant.cli.output.terminal import escaping_output
from assistant.cli.tree import Section, Sections, index_moved

app = typer.Typer(
    name="assistant",
    cls=Sections,
    help="Answers questions from a collection of articles; every sentence carries a receipt.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask", rich_help_panel=Section.QUESTIONS)(ask.ask)
app.command("chat", rich_help_panel=Section.QUESTIONS)(chat.chat)
app.command("search", rich_help_panel=Section.QUESTIONS)(search.search)
app.command("verify", rich_help_panel=Section.QUESTIONS)(verify.verify)
app.add_typer(indexing.app, name="index", rich_help_panel=Section.ARTICLES)
app.add_typer(collections.app, name="collections", rich_help_panel=Section.ARTICLES)
app.add_typer(evaluation.app, name="eval", rich_help_panel=Section.QUALITY)
app.add_typer(feedback.app, name="feedback", rich_help_panel=Section.QUALITY)
app.command("serve", rich_help_panel=Section.SERVING)(serve.serve)
app.command("mcp", rich_help_panel=Section.SERVING)(mcp.mcp)
app.add_typer(keys.app, name="keys", rich_help_panel=Section.SERVING)
app.add_typer(config.app, name="config", rich_help_panel=Section.SETTINGS)
app.add_typer(prompts.app, name="prompts", rich_help_panel=Section.SETTINGS)
app.command("help", rich_help_panel=Section.SETTINGS)(guidance.help_)
app.command("completion", rich_help_panel=Section.SETTINGS)(guidance.completion)


NEAR = re.compile(r"\.? (?:Did you mean|\(Possible options:) (.*)[?)]$")
"""The end of a library's message about a wrong name."""
WANTED = {
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}
"""Words of a library for what a value must be, and ours."""


def _version(value: bool) -> None:  # noqa: FBT001 - typer's callback form
    if value:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    index: IndexOption = None,  # Moved to the command, which takes it, before this is read.
    version: bool = typer.Option(False, "--version", "-V", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def command_tree() -> TyperGroup:
    """All commands, with their examples."""
    tree = get_command(app)
    assert isinstance(tree, TyperGroup)
    add_examples(tree)
    return tree


def main() -> None:
    """Run the command line and exit with its code."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115 - both are None where they were closed
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)  # Invalid bytes give an error message, not a traceback.
    try:
        with escaping_output():
            code = _run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output exited, as in `assistant … | head`; not an error.
        _say_no_more()
        code = 0
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        _say_no_more()
        print("assistant: the output was cut, since no space is left where it goes; make room", file=sys.stderr)
        code = 1
    sys.exit(code)


def _say_no_more() -> None:
    """Discard further output to standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str]) -> int:
    """Run a command; returns its exit code.

    Not by `app()`, which handles interrupts and closed pipes itself, and prints several lines for a wrong argument.
    """
    tree = command_tree()
    guidance.complete(tree)
    try:
        with tree.make_context("assistant", index_moved(arguments, tree)) as context:
            tree.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException as error:
        return _misused(error)
    except AssistantError as error:
        print(f"assistant: {_line(error)}", file=sys.stderr)
        return error.exit_code
    except PermissionError as error:
        if error.filename is None:
            raise
        print(
            f"assistant: {error.filename} cannot be reached ({error.strerror}); check the rights to it", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt as stop:
        print(f"assistant: {_line(stop) or 'interrupted'}", file=sys.stderr)
        return 130
    return 0


def _misused(error: typer.TyperException) -> int:
    """Print what is wrong with the arguments; returns the exit code."""
    message = _of_value(error) or error.format_message()
    if "\n" in message:  # The help of a command group without a command.
        print(message, file=sys.stderr)
    else:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else "assistant"
        message = NEAR.sub(r"; did you mean \1?", message.rstrip("."))
        see = " See" if message.endswith("?") else "; see"
        print(f"assistant: {message[:1].lower()}{message[1:]}{see} `{path} --help`", file=sys.stderr)
    return error.exit_code


def _of_value(error: typer.TyperException) -> str | None:
    """What is wrong with the value of an option, with that value; None if it is not a value that is wrong."""
    cause, parameter = error.__cause__, getattr(error, "param", None)
    if not isinstance(cause, ValueError) or parameter is None or not hasattr(cause, "errors"):
        return None
    first = cause.errors(include_url=False)[0]
    wanted = first["msg"].partition(",")[0].replace("Input should be", "it must be")
    for theirs, ours in WANTED.items():
        wanted = wanted.replace(theirs, ours)
    name = parameter.get_error_hint().replace("'", "")
    return f"{name} is {first['input']!r}; {wanted}"


def _line(error: BaseException) -> str:
    return " ".join(str(error).splitlines())
