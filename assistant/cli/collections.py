"""`assistant collections`: indexes side by side, each with a name; which of them is asked."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import collection_names, settings_from, typed_line
from assistant.cli.output.progress import note
from assistant.cli.tree import Sections
from index.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        autocompletion=collection_names,
        help="Name of a collection, as `assistant collections list` shows it.",
    ),
]

app = typer.Typer(
    help="Collections of articles: list, create, use, remove.",
    cls=Sections,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_(json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """List the collections; a star marks the one that questions go to."""
    from assistant.settings.collections import all_collections
    from assistant.settings.locations import root_to_ask

    asked = root_to_ask(settings_from({}))
    rows = []
    for one in all_collections():
        articles, changed = _contents(one.root)
        rows.append(
            {
                "name": one.name,
                "index": str(one.root),
                "articles": articles,
                "changed": changed,
                "asked": one.root.resolve() == asked.resolve(),
            }
        )
    if json_:
        print(json.dumps({"asked": str(asked), "collections": rows}, ensure_ascii=False, indent=2))
        return
    width = max(len(str(row["name"])) for row in rows)
    for row in rows:
        held = "no index yet" if row["articles"] is None else f"{counted(int(str(row['articles'])), 'article')}"
        mark = "*" if row["asked"] else " "
        print(f"{mark} {str(row['name']).ljust(width)}  {held.ljust(12)}  {row['index']}")
    if not any(row["asked"] for row in rows):
        note(f"questions go to the index in {asked}, which is no collection: --index, ASSISTANT_INDEX or a setting")


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits, points and dashes.")],
    encoder: Annotated[
        str | None, typer.Option("--encoder", help="A folder with a sentence-transformers model; default: a setting.")
    ] = None,
) -> None:
    """Create an empty collection beside the others."""
    from assistant.cli.indexing import encoder_for
    from assistant.settings.collections import new_root

    root = new_root(name)
    encoder_for(root, settings_from({"encoder": encoder}))
    print(f"created {name}; add articles with: assistant index add --index {name} PATH…")


@app.command("use")
def use(name: NameArgument) -> None:
    """Choose the collection that is asked, and changed, where --index names none.

    Articles cannot be added to the default collection: while it is in use, they go to your own.
    """
    from assistant.settings.collections import use as choose
    from assistant.settings.collections import used
    from assistant.settings.locations import root_to_ask

    choose(name)
    print(f"questions go to {name} from now on")
    chosen = used()
    asked = root_to_ask(settings_from({}))
    if chosen is not None and asked.resolve() != chosen.root.resolve():
        note(f"but not here: ASSISTANT_INDEX, or a setting, names the index in {asked}")


@app.command("remove")
def remove(
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; needed where nobody can answer.")] = False,
) -> None:
    """Delete a collection's index, once you confirm it; the files of its articles stay where they are."""
    from assistant.settings.collections import removable
    from assistant.settings.collections import remove as delete
    from index.errors import UsageError

    root = removable(name)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                f"removing the collection {name!r} is to be confirmed, and nobody can answer here", "add --yes"
            )
        articles, _ = _contents(root)
        held = "" if articles is None else f", {counted(articles, 'article')}"
        sys.stderr.write(f"Delete the index of {name}{held}, in {root}? [y/N] ")
        sys.stderr.flush()
        if typed_line().strip().lower() not in {"y", "yes"}:
            note("nothing was removed")
            raise typer.Exit(1)
    print(f"removed {name}: {delete(name)}")


def _contents(root: "Path") -> tuple[int | None, str | None]:
    """How many articles an index holds, and when it was changed; None where there is none that can be read."""
    from contextlib import closing

    from index.errors import AssistantError
    from index.storage.catalog import Catalog
    from index.storage.store import catalog_path

    if not catalog_path(root).is_file():
        return None, None
    try:
        with closing(Catalog.open(catalog_path(root), writable=False)) as catalog:
            return len(catalog.articles()), catalog.meta("changed")
    except AssistantError as error:
        note(str(error))
        return None, None


@app.callback()
def _group() -> None:
    """Collections of articles: list, create, use, remove."""
