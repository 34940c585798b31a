"""Shared by the commands: options, settings, opening the assistant."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.output.progress import metered, note
from assistant.cli.output.pulse import pulse
from assistant.settings.collections import all_collections
from assistant.settings.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.chain.assistant import Assistant
    from index.search.engine import Filters


def collection_names() -> list[str]:
    """The names of all collections, for a shell to complete."""
    from index.errors import AssistantError

    try:
        return [one.name for one in all_collections()]
    except AssistantError:
        return []


def article_ids(context: typer.Context) -> list[str]:
    """The ids of the articles of the index that a line names, for a shell to complete."""
    from contextlib import closing

    from assistant.settings.locations import root_to_ask
    from index.errors import AssistantError
    from index.storage.catalog import Catalog
    from index.storage.store import catalog_path

    try:
        root = root_to_ask(settings_from({"index": context.params.get("index")}))
        with closing(Catalog.open(catalog_path(root), writable=False)) as catalog:
            return [row.article_id for row in catalog.articles()]
    except AssistantError:
        return []


IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR|NAME",
        autocompletion=collection_names,
        help="Folder of the index, or name of a collection; otherwise ASSISTANT_INDEX, the collection in use, your "
        "own, or the default one.",
    ),
]
ChangedIndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR|NAME",
        autocompletion=collection_names,
        help="Folder of the index to change, or name of a collection; otherwise ASSISTANT_INDEX, the collection in "
        "use, or your own.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="NAME", help="Let this language model write; [model] in the settings names its server."
    ),
]
NoModelOption = Annotated[
    bool, typer.Option("--no-model", help="Quote the articles, even if the settings name a model.")
]
AfterOption = Annotated[
    str | None,
    typer.Option("--published-after", metavar="DATE", help="Only articles of this day (YYYY-MM-DD) or later."),
]
BeforeOption = Annotated[
    str | None, typer.Option("--published-before", metavar="DATE", help="Only articles of this day or earlier.")
]
PublisherOption = Annotated[
    list[str] | None,
    typer.Option("--publisher", metavar="NAME", help="Only articles of this publisher; may be repeated."),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="CODE", help="Only articles in this language, such as en; may be repeated."),
]
ArticleOption = Annotated[
    list[str] | None,
    typer.Option("--article", metavar="ID", autocompletion=article_ids, help="Only this article; may be repeated."),
]
PlainOption = Annotated[
    bool,
    typer.Option("--plain", help="On a terminal print as to a file: lines unbroken, no bold, links or pager."),
]


def settings_from(flags: Mapping[str, str | int | float | bool | None]) -> Settings:
    """Load the settings, with flags applied."""
    return load_settings(flags)[0]


def root_to_read(settings: Settings) -> "Path":
    """The folder of the index that is asked; the default collection is built if it is that one."""
    from assistant.settings.locations import index_to_read

    with metered("indexing the default collection", at_once=False) as meter:
        return index_to_read(settings, note=note, meter=meter)


@contextmanager
def opened(settings: Settings) -> Iterator["Assistant"]:
    """Open the assistant over the index that the settings choose; closed after the block."""
    from assistant.api import open_assistant

    pulse.doing = "opening the index"
    with metered("indexing the default collection", at_once=False) as meter:
        assistant = open_assistant(settings, note=note, meter=meter)
    pulse.doing = "searching and reading" if settings.model.name == "" else "asking the model"
    try:
        yield assistant
    finally:
        assistant.close()


def typed_line() -> str:
    """The next line of standard input; "" at its end."""
    with pulse.paused():
        return sys.stdin.readline()


def model_flag(model: str | None, no_model: bool) -> str | None:  # noqa: FBT001 - as typer gives it
    """Combine --model and --no-model into one flag for the settings: "" for no model.

    Raises:
        UsageError: both are given.
    """
    from index.errors import UsageError

    if model is not None and no_model:
        raise UsageError("--model and --no-model exclude each other", "give one of them")
    return "" if no_model else model


def filters_from(
    after: str | None,
    before: str | None,
    publishers: list[str] | None,
    languages: list[str] | None,
    articles: list[str] | None,
) -> "Filters":
    """Build filters from a command's options.

    Raises:
        UsageError: a date is no date.
    """
    from index.search.engine import Filters

    return Filters(
        published_after=_day(after, "--published-after"),
        published_before=_day(before, "--published-before"),
        publishers=tuple(publishers or ()),
        languages=tuple(languages or ()),
        articles=tuple(articles or ()),
    )


def tell_unmatched(assistant: "Assistant", filters: "Filters") -> None:
    """Note which filters no article passes."""
    from index.search.unmatched import unmatched

    for line in unmatched(filters, assistant.engine.articles.values()):
        note(f"{line} (`assistant index list` shows the articles)")


def _day(text: str | None, option: str) -> date | None:
    from index.errors import UsageError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} is {text!r}", "give a day as YYYY-MM-DD") from None
