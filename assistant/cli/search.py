"""`assistant search`: finds passages for a question, without an answer."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import (
    AfterOption,
    ArticleOption,
    BeforeOption,
    IndexOption,
    LanguageOption,
    PlainOption,
    PublisherOption,
    filters_from,
    opened,
    settings_from,
    tell_unmatched,
)
from assistant.cli.output.links import address
from assistant.cli.output.progress import note
from assistant.cli.output.screen import Flow, Style, paged, screen_of

if TYPE_CHECKING:
    from index.search.engine import Passage
    from index.text.article import Sentence

EXCERPT = 300
"""Characters of a passage that are shown where no sentence of it matches."""
CONTEXT = 150
"""Characters that are shown before the sentence that matches, and after it."""


def search(
    words: Annotated[
        list[str], typer.Argument(metavar="QUESTION", help="What to look for, with or without quotation marks.")
    ],
    index: IndexOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages to print.")] = 5,
    json_: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    published_after: AfterOption = None,
    published_before: BeforeOption = None,
    publisher: PublisherOption = None,
    language: LanguageOption = None,
    article: ArticleOption = None,
    plain: PlainOption = False,
) -> None:
    """Find passages for a question, best first, without an answer.

    Of each passage the sentence that matches best is marked, with what stands around it.
    """
    question = " ".join(words)
    settings = settings_from({"index": index, "model": ""})
    filters = filters_from(published_after, published_before, publisher, language, article)
    with opened(settings) as assistant:
        tell_unmatched(assistant, filters)
        found = assistant.search(question, k=k, filters=filters)
        matching = assistant.matching(found)
    if found.corrections:
        note(f"searched for: {found.question}")
    if json_:
        rows = [passage.to_json() | {"match": _place(matching.get(passage.chunk_id))} for passage in found.passages]
        data = {"question": question, "searched": found.question, "passages": rows}
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return
    with paged(screen_of(plain=plain)) as flow:
        for passage in found.passages:
            _show(passage, matching.get(passage.chunk_id), flow)


def _place(sentence: "Sentence | None") -> dict[str, int] | None:
    return {"start": sentence.start, "end": sentence.end} if sentence else None


def _show(passage: "Passage", sentence: "Sentence | None", flow: Flow) -> None:
    """Print a passage: its article and place, the sentence that matches, and what stands before and after it."""
    article = passage.article
    facts = ", ".join(str(fact) for fact in (article.publisher, article.published) if fact)
    text = passage.text[sentence.start - passage.start : sentence.end - passage.start] if sentence else ""
    flow.add(f"{passage.rank}. ")
    title = article.title or article.article_id
    flow.add(title, Style.BOLD, indent=3, link=address(article, passage=text or passage.text))
    flow.line(f"{f' ({facts})' if facts else ''}  score {round(passage.score, 4)}", indent=3)
    flow.line(f"   {article.article_id}, characters {passage.start}-{passage.end}", Style.FAINT, indent=3)
    if sentence is None:
        flow.line(f"   {_begun(passage.text, EXCERPT)}\n", indent=3)
        return
    before = passage.text[: sentence.start - passage.start]
    after = passage.text[sentence.end - passage.start :]
    if before.strip():
        flow.line(f"   {_ended(before, CONTEXT)}", indent=3)
    flow.line(f" > {' '.join(text.split())}", Style.BOLD, indent=3)
    if after.strip():
        flow.line(f"   {_begun(after, CONTEXT)}", indent=3)
    flow.line()


def _begun(text: str, most: int) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def _ended(text: str, most: int) -> str:
    """The end of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"… {line[-most:].split(' ', 1)[-1]}"
