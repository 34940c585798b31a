"""The service's SQLite file: conversations, feedback and keys, shared by all processes of a server.

WAL mode lets readers and a writer work at the same time. What was committed survives a killed process; what was erased
is overwritten with zeros and truncated from the log at once.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.settings.collections import data_folder
from index.errors import ConfigurationError, DiskFull
from index.storage.trouble import primary

FILE_NAME = "service.sqlite"
BUSY_SECONDS = 30.0
"""How long a process waits for others that open or write the file."""
FORMAT = 3
"""Format 2 added each conversation's collection, format 3 the evidence of a rating, shares and tags."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    channel TEXT NOT NULL,
    title TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    collection TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conversations_by_time ON conversations(owner, channel, updated);
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    question TEXT NOT NULL,
    searched TEXT NOT NULL,
    answer TEXT NOT NULL,
    produced TEXT NOT NULL,
    created TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_conversation ON messages(conversation, number);
CREATE TABLE IF NOT EXISTS feedback (
    message TEXT PRIMARY KEY REFERENCES messages(id) ON DELETE CASCADE,
    rating TEXT NOT NULL CHECK (rating IN ('up', 'down')),
    reason TEXT,
    created TEXT NOT NULL,
    evidence TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shares (
    conversation TEXT PRIMARY KEY REFERENCES conversations(id) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    created TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS collections (
    name TEXT PRIMARY KEY,
    folder TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tags (
    collection TEXT NOT NULL,
    article TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (collection, article, tag)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    per_minute INTEGER NOT NULL,
    created TEXT NOT NULL,
    revoked TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS key_use (
    key TEXT PRIMARY KEY REFERENCES keys(id) ON DELETE CASCADE,
    minute INTEGER NOT NULL,
    requests INTEGER NOT NULL
) WITHOUT ROWID;
"""


def database_path() -> Path:
    """Where the server keeps conversations, feedback and keys."""
    return data_folder() / FILE_NAME


def _to_wal(db: sqlite3.Connection) -> None:
    """Write ahead from now on; SQLite does not wait by itself for others that open the file at the same time."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.05)


class Database:
    """A pool of connections to the file, one for each thread that uses it at a time."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it.

        Raises:
            ConfigurationError: it cannot be created, or is not a database of this program.
        """
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            with self.connection() as db:
                found = int(db.execute("PRAGMA user_version").fetchone()[0])
                if found > FORMAT:
                    raise ConfigurationError(
                        f"{path} has format {found}, newer than the {FORMAT} of this program", "upgrade the program"
                    )
                _to_wal(db)
                db.executescript(SCHEMA)
            with self.changing() as db:
                _migrate(db)
        except OSError as error:
            raise ConfigurationError(
                f"{path} cannot be written to ({error.strerror})", "set ASSISTANT_DATA to a folder that can"
            ) from error
        except sqlite3.Error as error:
            if primary(error) == sqlite3.SQLITE_FULL:
                raise DiskFull(
                    f"{path} cannot be written ({error})", "nothing stored was lost; make room there and start again"
                ) from error
            busy = primary(error) == sqlite3.SQLITE_BUSY
            remedy = "wait for the process that has it, or end it" if busy else "move it away, and a new one is made"
            raise ConfigurationError(f"{path} cannot be opened ({error})", remedy) from error

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection for reading, outside of a transaction."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        if db is None:
            db = self._connect()
        try:
            yield db
        except BaseException:
            db.close()
            raise
        with self._lock:
            self._idle.append(db)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection in a write transaction, committed at the end, rolled back on an exception."""
        with self.connection() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db  # Closed without a commit, a connection rolls back.
            db.execute("COMMIT")

    @contextmanager
    def erasing(self) -> Iterator[sqlite3.Connection]:
        """As `changing`, and truncate the log afterwards so that erased data does not stay in it."""
        with self.changing() as db:
            yield db
        with self.connection() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            for db in self._idle:
                db.close()
            self._idle.clear()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA synchronous = NORMAL")  # Survives a killed process, not a power failure.
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        return db


def _migrate(db: sqlite3.Connection) -> None:
    """Migrate a file of an earlier format; the first process does it for all."""
    added = (("conversations", "collection", "TEXT NOT NULL DEFAULT ''"), ("feedback", "evidence", "TEXT"))
    for table, column, kind in added:
        if column not in {row[1] for row in db.execute(f"PRAGMA table_info({table})")}:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    db.execute(f"PRAGMA user_version = {FORMAT}")
