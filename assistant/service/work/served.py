"""Remembers the folder of each collection that was served."""

from collections.abc import Sequence

from assistant.service.store.database import Database
from assistant.service.work.collection import NamedIndex


class Served:
    """The folder last served under each name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, indexes: Sequence[NamedIndex]) -> None:
        """Store the folders.

        Conversations stored before collections had names are assigned to the first one.
        """
        with self._database.changing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO collections VALUES (?, ?)",
                [(index.name, str(index.root.resolve())) for index in indexes],
            )
            db.execute("UPDATE conversations SET collection = ? WHERE collection = ''", (indexes[0].name,))

    def folder(self, name: str) -> str | None:
        """The folder of a collection; None if none of that name was ever served."""
        with self._database.connection() as db:
            row = db.execute("SELECT folder FROM collections WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else None
