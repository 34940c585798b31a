"""`assistant config`: shows each setting and where its value came from."""

from typing import Annotated

import typer

app = typer.Typer(help="Show settings and where they come from.", no_args_is_help=True, rich_markup_mode=None)


@app.command("show")
def show(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print every setting, its value and its source."""
    from assistant.settings.settings import load_settings

    _, found = load_settings({})
    if json_:
        import json

        print(json.dumps({s.name: {"value": s.value, "source": s.source} for s in found}, ensure_ascii=False, indent=2))
        return
    width = max(len(setting.name) for setting in found)
    for setting in found:
        value = repr(setting.value) if isinstance(setting.value, str) else str(setting.value)
        print(f"{setting.name.ljust(width)} = {value}  ({setting.source})")


@app.callback()
def _group() -> None:
    """Show settings and where they come from."""
