"""`assistant prompts`: what language models are told, ours and one's own."""

from typing import Annotated

import typer

app = typer.Typer(help="What language models are told.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `assistant prompts list` has it.")]


@app.command("list")
def list_(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print every prompt with its digest, where it comes from, and the places that are filled in it."""
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
    ours: Annotated[bool, typer.Option("--ours", help="The one that ships, even if yours replaces it.")] = False,
) -> None:
    """Print a prompt as it is used, to the letter; a copy in your own folder can be changed and replaces it."""
    from assistant.cli.common import settings_from
    from assistant.settings.prompts import prompt_of
    from prompts import load

    _check(name)
    print((load(name) if ours else prompt_of(name, settings_from({}))).text, end="")


@app.command("diff")
def diff(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One prompt; all of them without it.")] = None,
) -> None:
    """Print how your own prompts differ from those that ship, as a unified diff; nothing if they do not."""
    import difflib

    from assistant.cli.common import note, settings_from
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
    """What language models are told."""


def _check(name: str) -> None:
    """Refuse a name that no prompt has, as a mistake on the command line."""
    from index.errors import UsageError
    from prompts import PromptError, load

    try:
        load(name)
    except PromptError as error:
        raise UsageError(str(error)) from error
