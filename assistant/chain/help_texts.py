"""What the program says of itself and of its list of articles; none of it is quoted."""

from collections.abc import Sequence

from index.counts import counted
from index.text.article import IndexedArticle

LISTED = 40
"""Articles that the list names."""
_ASKS = "Ask about what they say, or for an overview, a summary, a timeline, a list of mentions, or a comparison"


def greeting(rows: Sequence[IndexedArticle]) -> str:
    """A short invitation."""
    return f"I answer questions about {_these(rows)} here. {_ASKS}{_for_example(rows)}."


def abilities(rows: Sequence[IndexedArticle]) -> str:
    """What can be asked, and what an answer is worth."""
    return (
        f"I answer questions from {_these(rows)} in this collection, and only from them. Every sentence of an answer "
        "carries a receipt that says where it stands, so that you can check it. If the articles do not "
        f"answer, I say so. {_ASKS}{_for_example(rows)}."
    )


def listing(rows: Sequence[IndexedArticle], *, whole: bool) -> str:
    """The articles by date, newest first, those without a date last; `whole` if they are all there are."""
    ordered = sorted(rows, key=lambda row: (row.published is not None, row.published, -row.number), reverse=True)
    head = f"{counted(len(rows), 'article')} in this collection" if whole else f"{counted(len(rows), 'article')}"
    lines = [f"- {row.title or row.article_id}{_facts(row)}" for row in ordered[:LISTED]]
    more = [f"and {len(rows) - LISTED} more"] if len(rows) > LISTED else []
    return "\n".join([f"{head}{':' if rows else '.'}", *lines, *more])


def _these(rows: Sequence[IndexedArticle]) -> str:
    return f"the {counted(len(rows), 'article')}" if len(rows) != 1 else "the one article"


def _for_example(rows: Sequence[IndexedArticle]) -> str:
    titled = next((row.title for row in rows if row.title), None)
    return f", such as: Summarise “{titled}”" if titled else ""


def _facts(row: IndexedArticle) -> str:
    facts = [fact for fact in (row.publisher, row.published.isoformat() if row.published else None) if fact]
    return f" ({', '.join(facts)})" if facts else ""
