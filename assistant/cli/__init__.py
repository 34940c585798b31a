"""The command line: one module a noun; this one joins them and turns errors into a line and an exit code."""

import os
import sys

import typer

from assistant import AssistantError, __version__
from assistant.cli import ask, chat, config, evaluate, indexing, search, verify

app = typer.Typer(
    name="assistant",
    help="Answers questions from a collection of articles; every sentence carries a receipt.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ask")(ask.ask)
app.command("search")(search.search)
app.command("chat")(chat.chat)
app.command("verify")(verify.verify)
app.add_typer(indexing.app, name="index")
app.add_typer(config.app, name="config")
app.add_typer(evaluate.app, name="eval")


def _version(value: bool) -> None:  # noqa: FBT001 - typer's callback form
    if value:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    pass


def main() -> None:
    """Run the command line; the process's exit code says how it went."""
    try:
        app()
    except AssistantError as error:
        print(f"assistant: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("assistant: interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away, as in `assistant … | head`; that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
