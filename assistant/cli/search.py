"""`assistant search`: finds passages for a question, without an answer."""

import json
from typing import Annotated

import typer

from assistant.cli.common import (
    AfterOption,
    ArticleOption,
    BeforeOption,
    IndexOption,
    LanguageOption,
    PublisherOption,
    filters_from,
    opened,
    settings_from,
)
from assistant.cli.output.progress import note


def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to look for.")],
    index: IndexOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages to print.")] = 5,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    published_after: AfterOption = None,
    published_before: BeforeOption = None,
    publisher: PublisherOption = None,
    language: LanguageOption = None,
    article: ArticleOption = None,
) -> None:
    """Find passages for a question, best first, without answering it."""
    settings = settings_from({"index": index, "model": ""})
    filters = filters_from(published_after, published_before, publisher, language, article)
    with opened(settings) as assistant:
        found = assistant.search(question, k=k, filters=filters)
    if found.corrections:
        note(f"searched for: {found.question}")
    rows = [passage.to_json() for passage in found.passages]
    if json_:
        print(
            json.dumps(
                {"question": question, "searched": found.question, "passages": rows}, ensure_ascii=False, indent=2
            )
        )
        return
    if not rows:
        note("no article passes the filters")
    for row in rows:
        facts = ", ".join(str(fact) for fact in (row["publisher"], row["published"]) if fact)
        print(
            f"{row['rank']}. {row['title'] or row['article_id']}{f' ({facts})' if facts else ''}  score {row['score']}"
        )
        print(f"   {row['article_id']}, characters {row['start']}-{row['end']}")
        print(f"   {_excerpt(str(row['text']))}\n")


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:300].rsplit(" ", 1)[0] + " …"
