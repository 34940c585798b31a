"""Tells which articles a word for a writing means: "the interview", "the minutes"."""

from collections.abc import Callable, Sequence

from assistant.reading.overview.subject import WRITINGS
from index.text.article import IndexedArticle
from index.text.structure import Kind, Structure
from index.text.terms import stem, stems, words

_OF_ANY = frozenset(map(stem, "article document text file paper piece story post page".split()))
"""Stems of words that every article is called by."""
_FORMS = {
    "interview": frozenset(map(stem, "interview transcript podcast".split())),
    "minutes": frozenset(map(stem, "minutes meeting".split())),
    "letter": frozenset(map(stem, "letter mail email".split())),
}
"""Stems of the words for what a text shows itself to be."""
_PRESENT = ("present:", "attendees:", "in attendance:", "anwesend:")
_SALUTATIONS = ("dear ", "sehr geehrte", "liebe ", "lieber ")
TURNS = 4
"""So many turns of speakers make an interview."""
MOST_READ = 200
"""Of more articles the texts are not looked at."""


def writings_meant(
    topic: str, rows: Sequence[IndexedArticle], structure_of: Callable[[str], Structure]
) -> list[IndexedArticle]:
    """The articles that a topic such as "the interview" means; empty if it means none in particular.

    Those that have most of its words in their titles or ids, else those whose text has that form.

    Args:
        topic: names nothing but writings.
        rows: articles to choose from.
        structure_of: the structure of an article's text, by id.
    """
    asked = frozenset(stems(topic)) & WRITINGS - _OF_ANY
    if not asked:
        return []
    shared = {row.number: len(asked & set(stems(f"{row.title or ''} {row.article_id}"))) for row in rows}
    most = max(shared.values(), default=0)
    if most or len(rows) > MOST_READ:
        return [row for row in rows if most and shared[row.number] == most]
    return [row for row in rows if asked & _form(structure_of(row.article_id))]


def is_of_one(topic: str) -> bool:
    """Whether a topic that names a writing names a single one: "the minutes", but not "both interviews"."""
    last = words(topic)[-1]
    return not last.endswith("s") or last in {"minutes", "news", "notes", "rules", "press"}


def _form(structure: Structure) -> frozenset[str]:
    """Stems of the words for what a text shows itself to be; empty if it shows nothing."""
    kinds = [block.kind for block in structure.blocks]
    if kinds.count(Kind.TURN) >= TURNS:
        return _FORMS["interview"]
    opening = [structure.words(block).lower() for block in structure.blocks[:TURNS]]
    if any(line.startswith(_PRESENT) for line in opening):
        return _FORMS["minutes"]
    return _FORMS["letter"] if any(line.startswith(_SALUTATIONS) for line in opening) else frozenset()
