"""Example questions made of a collection's own articles."""

from collections.abc import Iterator

from assistant.language.markdown import plain
from index.search.engine import SearchEngine
from index.text.article import IndexedArticle
from index.text.structure import Kind, Structure

MOST = 4
READ = 40
"""Articles that are looked at, evenly over the collection."""
LONGEST = 110
"""Characters of an example."""
ASKING = frozenset({Kind.TITLE, Kind.HEADING, Kind.QUESTION})


def examples_of(engine: SearchEngine) -> list[str]:
    """Questions that the articles ask and answer themselves, as a list of questions and answers does.

    Where they ask too few, a summary of an article is proposed, and what all are about.
    """
    rows = sorted(engine.articles.values(), key=lambda row: row.article_id)
    if not rows:
        return []
    looked_at = rows[:: max(1, len(rows) // READ)][:READ]
    asked = list(dict.fromkeys(question for row in looked_at for question in _asked(row, engine)))[: MOST - 1]
    named = [f"Summarise “{row.title}”" for row in looked_at if row.title and len(row.title) < LONGEST - 20]
    return [*asked, *named[: MOST - 1 - len(asked)], "What are the articles about?"]


def _asked(row: IndexedArticle, engine: SearchEngine) -> Iterator[str]:
    """The first question of an article that a person could type as it stands."""
    text = engine.text(row.article_id)
    if "?" not in text and "？" not in text:
        return
    for question in _questions(text, engine.structure(row.article_id)):
        if len(question.split()) > 3 and len(question) <= LONGEST:
            yield question
            return


def _questions(text: str, structure: Structure) -> Iterator[str]:
    for block in structure.blocks:
        if block.kind in ASKING:
            words = plain(text[block.start : block.end])
            if words.endswith(("?", "？")):
                yield words.removeprefix("Q: ").removeprefix("Question: ")
