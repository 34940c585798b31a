"""`assistant prompts`: lists, prints and compares the prompts for language models."""

from typing import Annotated

import typer

from assistant.cli.tree import Sections

app = typer.Typer(
    help="Show the prompts for language models, and your own.",
    cls=Sections,
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A name from `assistant prompts list`.")]


@app.command("list")
def list_(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List every prompt with its digest, where it comes from, and its placeholders."""
    from assistant.cli.common import settings_from
    from assistant.settings.prompts import prompt_of
    from prompts import FOLDER, names

    settings = settings_from({})
    chosen = [prompt_of(name, settings) for name in names()]
    if json_:
        import json

        rows = {
            p.name: {"ref": p.ref, "own": p.path.parent != FOLDER, "path": str(p.path), "places": list(p.variables)}
            for p in chosen
        }
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max(len(prompt.ref) for prompt in chosen)
    for prompt in chosen:
        origin = "ships with the program" if prompt.path.parent == FOLDER else str(prompt.path)
        print(f"{prompt.ref.ljust(width)}  {origin}; {', '.join(f'${name}' for name in prompt.variables)}")


@app.command("show")
def show(
    name: Name,
    ours: Annotated[bool, typer.Option("--ours", help="Print the one that ships, even if yours replaces it.")] = False,
) -> None:
    """Print a prompt exactly as it is used; a changed copy in your own folder of prompts replaces it."""
    from assistant.cli.common import settings_from
    from assistant.settings.prompts import prompt_of
    from prompts import load

    _check(name)
    print((load(name) if ours else prompt_of(name, settings_from({}))).text, end="")


@app.command("diff")
def diff(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this prompt; otherwise all of them.")
    ] = None,
) -> None:
    """Print the differences between your own prompts and those that ship, as a unified diff."""
    import difflib

    from assistant.cli.common import settings_from
    from assistant.cli.output.progress import note
    from assistant.settings.prompts import prompt_of
    from prompts import load, names

    if name:
        _check(name)
    settings = settings_from({})
    if not settings.prompts:
        note("there are no prompts of your own; name their folder with the setting `prompts` or ASSISTANT_PROMPTS")
    for one in [name] if name else names():
        ours, yours = load(one), prompt_of(one, settings)
        lines = difflib.unified_diff(
            ours.text.splitlines(keepends=True), yours.text.splitlines(keepends=True), ours.ref, yours.ref
        )
        print("".join(lines), end="")


@app.callback()
def _group() -> None:
    """Show the prompts for language models, and how your own differ."""


def _check(name: str) -> None:
    """Raise UsageError for a name that no prompt has."""
    from index.errors import UsageError
    from prompts import PromptError, load

    try:
        load(name)
    except PromptError as error:
        raise UsageError(error.message, error.remedy) from error
