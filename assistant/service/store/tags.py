"""Stores the tags that people give to articles, by collection; the index knows nothing of them."""

from collections.abc import Mapping, Sequence

from assistant.service.store.database import Database


class Tags:
    """All tags of all collections."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, collection: str) -> Mapping[str, tuple[str, ...]]:
        """The tags of each tagged article of a collection, in alphabetical order, by its id."""
        with self._database.connection() as db:
            rows = db.execute(
                "SELECT article, tag FROM tags WHERE collection = ? ORDER BY article, tag", (collection,)
            ).fetchall()
        found: dict[str, tuple[str, ...]] = {}
        for article, tag in rows:
            found[article] = (*found.get(article, ()), tag)
        return found

    def put(self, collection: str, article: str, tags: Sequence[str]) -> tuple[str, ...]:
        """Give an article these tags in place of those that it has; returns them in alphabetical order."""
        kept = tuple(sorted({" ".join(tag.split()) for tag in tags} - {""}))
        with self._database.changing() as db:
            db.execute("DELETE FROM tags WHERE collection = ? AND article = ?", (collection, article))
            db.executemany("INSERT INTO tags VALUES (?, ?, ?)", [(collection, article, tag) for tag in kept])
        return kept
