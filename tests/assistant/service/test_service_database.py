"""The service's file: what an earlier version left in it is brought up, by whichever process comes first."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.service.store.conversations import Conversations
from assistant.service.store.database import FORMAT, Database
from assistant.service.store.records import Feedback, Rating
from assistant.service.work.collection import NamedIndex
from assistant.service.work.served import Served
from index.errors import ConfigurationError

FIRST_FORMAT = """
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, channel TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL,
    updated TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, question TEXT NOT NULL,
    searched TEXT NOT NULL, answer TEXT NOT NULL, produced TEXT NOT NULL, created TEXT NOT NULL
);
INSERT INTO conversations VALUES ('c1', '', 'page', 'Which dam held?', '2024-01-01', '2024-01-01');
INSERT INTO messages (id, conversation, question, searched, answer, produced, created)
VALUES ('m1', 'c1', 'Which dam held?', 'Which dam held?', '{"text": "Oldwater."}', '{}', '2024-01-01');
PRAGMA user_version = 1;
"""
TOWN, ISLAND = NamedIndex(name="town", root=Path("/srv/town")), NamedIndex(name="island", root=Path("/srv/island"))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of the first format, with a conversation in it."""
    path = tmp_path / "service.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(FIRST_FORMAT)
    db.close()
    return path


def test_a_conversation_of_a_time_before_is_about_the_first_collection_served(old):
    database = Database(old)
    before = Conversations(database).read("c1", "")[1]

    Served(database).keep([TOWN, ISLAND])
    Served(database).keep([ISLAND, TOWN])

    title, collection, messages = Conversations(database).read("c1", "")
    assert (before, title, collection) == ("", "Which dam held?", "town")
    assert [(one.message_id, one.collection, one.answer) for one in messages] == [("m1", "town", {"text": "Oldwater."})]
    assert Conversations(database).going_on("c1", "")[0] == "town"
    database.close()


def test_a_rating_of_a_time_before_has_no_evidence(old):
    with sqlite3.connect(old) as db:
        db.executescript(
            "CREATE TABLE feedback (message TEXT PRIMARY KEY, rating TEXT NOT NULL, reason TEXT, created TEXT NOT NULL)"
            " WITHOUT ROWID; INSERT INTO feedback VALUES ('m1', 'down', 'too short', '2024-01-02');"
        )
    db.close()
    database = Database(old)
    conversations = Conversations(database)

    before = conversations.message("m1").feedback
    conversations.rate("m1", "", Rating.DOWN, reason=None, evidence="The dam held.")

    assert before == Feedback(rating=Rating.DOWN, reason="too short", evidence=None, created="2024-01-02")
    assert conversations.message("m1").feedback.evidence == "The dam held."
    database.close()


def test_many_processes_may_bring_a_file_up_at_once(old):
    with ThreadPoolExecutor(8) as threads:
        databases = list(threads.map(Database, [old] * 8))

    with databases[0].connection() as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(conversations)")]
        version = db.execute("PRAGMA user_version").fetchone()[0]
    assert (columns.count("collection"), version) == (1, FORMAT)
    for database in databases:
        database.close()


def test_the_folder_of_a_collection_is_where_it_was_served_from_last(tmp_path):
    served = Served(Database(tmp_path / "service.sqlite"))

    served.keep([TOWN])
    served.keep([NamedIndex(name="town", root=Path("/srv/moved")), ISLAND])

    assert [served.folder(name) for name in ("town", "island", "moon")] == ["/srv/moved", "/srv/island", None]


def test_a_file_of_a_newer_format_is_refused(old):
    with sqlite3.connect(old) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 1}")
    db.close()

    with pytest.raises(ConfigurationError, match=f"newer than the {FORMAT} of this program; upgrade the program"):
        Database(old)
