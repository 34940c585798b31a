"""Which collections were served under which names, kept beside the answers that came from them."""

from collections.abc import Sequence

from assistant.service.store.database import Database
from assistant.service.work.collection import NamedIndex


class Served:
    """The folder of each collection that was ever served, the last one under a name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, indexes: Sequence[NamedIndex]) -> None:
        """Keep where they are.

        Conversations of a time when a server had one collection, and kept no name of it, become the first's.
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
