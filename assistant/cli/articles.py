"""`assistant index list / show`: the articles of an index, and the text of one."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.common import IndexOption, PlainOption, article_ids, root_to_read, settings_from
from assistant.cli.output.links import address
from assistant.cli.output.progress import note
from assistant.cli.output.screen import Style, columns_of, paged, screen_of

if TYPE_CHECKING:
    from index.storage.store import Snapshot

DATE = 12
"""Columns of a date and the space behind it."""
LEAST_TITLE = 30
"""Columns that a title needs beside the id; on a narrower terminal it stands below."""
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def list_(index: IndexOption = None, json_: JsonOption = False, plain: PlainOption = False) -> None:
    """List the articles: date, id and title, the newest first."""
    from index.storage.store import open_index

    root = root_to_read(settings_from({"index": index}))
    with closing(open_index(root, note=note)) as snapshot:
        rows = listed(snapshot, root)
        addresses = {row.article_id: address(row) for row in snapshot.articles.values()}
    rows.sort(key=lambda row: str(row["published"] or ""), reverse=True)
    if json_:
        print(json.dumps({"index": str(root), "articles": rows}, ensure_ascii=False, indent=2))
        return
    if not rows:
        note(f"the index in {root} holds no articles; assistant index add PATH… adds some")
    screen = screen_of(plain=plain)
    width = max((columns_of(str(row["article_id"])) for row in rows), default=0)
    beside = not screen.is_terminal or screen.columns >= DATE + width + 2 + LEAST_TITLE
    with paged(screen) as flow:
        for row in rows:
            name, title = str(row["article_id"]), str(row["title"] or "")
            flow.add(f"{row['published'] or 'undated'}".ljust(DATE), Style.FAINT)
            flow.add(name, indent=DATE, link=addresses[name])
            if not beside:
                flow.line(f"\n{' ' * DATE}{title}" if title else "", indent=DATE)
            else:
                flow.line(f"{' ' * (width - columns_of(name))}  {title}".rstrip(), indent=DATE + width + 2)


def show(
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE",
            autocompletion=article_ids,
            help="Id of an article, as `assistant index list` shows it, or path of its file.",
        ),
    ],
    index: IndexOption = None,
    json_: JsonOption = False,
    plain: PlainOption = False,
) -> None:
    """Print an article: what is known of it, then its text, whose characters receipts count."""
    from index.storage.changes import named_article
    from index.storage.store import open_index

    root = root_to_read(settings_from({"index": index}))
    with closing(open_index(root, note=note)) as snapshot:
        row = named_article(snapshot.articles.values(), article)
        text = snapshot.text(row.number)
        pages = len(snapshot.pages(row.number))
    facts = {
        "article_id": row.article_id,
        "title": row.title,
        "published": row.published.isoformat() if row.published else None,
        "publisher": row.publisher,
        "authors": list(row.authors),
        "url": row.url,
        "language": row.language,
        "source": row.source,
        "pages": pages or None,
        "characters": len(text),
        "sha256": row.sha256,
    }
    if json_:
        print(json.dumps(facts | {"text": text}, ensure_ascii=False, indent=2))
        return
    with paged(screen_of(plain=plain)) as flow:
        for name, value in facts.items():
            if value:
                shown = ", ".join(value) if isinstance(value, list) else str(value)
                flow.add(f"{name.replace('_', ' ').ljust(11)} ", Style.FAINT)
                flow.add(shown, indent=12, link=address(row) if name == "source" else None)
                flow.line()
        flow.line()
        flow.line(text.rstrip("\n"))


def listed(snapshot: "Snapshot", root: Path) -> list[dict[str, Any]]:
    """The articles of an index as JSON has them, sorted by id."""
    from index.storage.places import other_places

    places = other_places(root)
    return [
        {
            "article_id": row.article_id,
            "title": row.title,
            "published": str(row.published or "") or None,
            "publisher": row.publisher,
            "source": row.source,
            "other_places": places.get(row.number, []),
        }
        for row in sorted(snapshot.articles.values(), key=lambda row: row.article_id)
    ]
