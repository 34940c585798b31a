"""`assistant config`: shows each setting and where its value came from, and changes the settings file."""

import json
import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.output.progress import note
from assistant.cli.output.pulse import pulse
from assistant.cli.tree import Sections
from assistant.settings.settings import setting_names

app = typer.Typer(help="Show and change settings.", cls=Sections, no_args_is_help=True, rich_markup_mode=None)

DEFAULT_EDITOR = "vi"


@app.command("show")
def show(
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print every setting, its value and its source."""
    from assistant.settings.settings import load_settings

    _, found = load_settings({})
    if json_:
        print(json.dumps({s.name: {"value": s.value, "source": s.source} for s in found}, ensure_ascii=False, indent=2))
        return
    width = max(len(setting.name) for setting in found)
    for setting in found:
        value = repr(setting.value) if isinstance(setting.value, str) else str(setting.value)
        print(f"{setting.name.ljust(width)} = {value}  ({setting.source})")


@app.command("set")
def set_(
    key: Annotated[
        str,
        typer.Argument(metavar="KEY", autocompletion=setting_names, help="Name as `config show` prints it: passages."),
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its value; -- before one that begins with a dash.")],
) -> None:
    """Set a value in the settings file; its comments stay, and a wrong value is refused.

    An argument of a model is set as model.arguments.NAME.
    """
    from assistant.settings.editing import set_value
    from assistant.settings.settings import load_settings, settings_path

    path = settings_path()
    set_value(path, key, value)
    note(f"{key} is set in {path}")
    overriding = [one for one in load_settings({})[1] if one.name == key and one.source != str(path)]
    for one in overriding:
        note(f"but {one.source} overrides it here")


@app.command("edit")
def edit() -> None:
    """Open the settings file in your editor ($VISUAL or $EDITOR); wrong settings are refused.

    A copy is edited. If a setting is wrong the file stays as it was, and the copy is kept to go on with.
    """
    from assistant.settings.editing import TEMPLATE, replace_text
    from assistant.settings.settings import settings_path
    from index.errors import ConfigurationError

    path = settings_path()
    before = path.read_text(encoding="utf-8") if path.exists() else TEMPLATE
    with tempfile.NamedTemporaryFile("w", prefix="assistant-", suffix=".toml", encoding="utf-8", delete=False) as file:
        file.write(before)
    copy = Path(file.name)
    _run_editor(copy)
    after = copy.read_text(encoding="utf-8", errors="surrogateescape")
    if after == before:
        copy.unlink()
        note("nothing was changed")
        return
    try:
        replace_text(path, after)
    except (ConfigurationError, UnicodeEncodeError) as error:
        raise ConfigurationError(
            f"{path} stays as it was, for a setting is wrong: {error}", f"what you wrote is in {copy}"
        ) from error
    copy.unlink()
    note(f"{path} is written")


def _run_editor(file: Path) -> None:
    from index.errors import ConfigurationError

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or DEFAULT_EDITOR
    try:
        with pulse.paused():
            code = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
    except (OSError, ValueError) as error:
        file.unlink()
        reason = getattr(error, "strerror", None) or error
        raise ConfigurationError(
            f"the editor {editor!r} cannot be started ({reason})", "name another in VISUAL or EDITOR"
        ) from error
    if code:
        raise ConfigurationError(f"the editor {editor!r} failed with {code}", f"what you wrote is in {file}")


@app.command("path")
def path() -> None:
    """Print the path of the settings file: what ASSISTANT_CONFIG names, else assistant.toml in the current folder."""
    from assistant.settings.settings import settings_path

    found = settings_path()
    print(found)
    if not found.exists():
        note("it is not there yet; assistant config set KEY VALUE makes it")


@app.callback()
def _group() -> None:
    """Show and change settings."""
