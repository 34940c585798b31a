"""Stores conversations and feedback: each answer with what produced it, so that it can be reproduced and compared."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from assistant.answer.answer import Answer
from assistant.question.followups import Turn
from assistant.service.store.clock import now, stamp
from assistant.service.store.database import Database
from assistant.service.store.records import Channel, Conversation, Feedback, Message, Produced, Rating

TITLE_CHARACTERS = 80
REMEMBERED = 20
"""Most recent turns that a follow-up question can refer to."""
EXPORTED_AT_ONCE = 200


_MESSAGE = """SELECT m.id, m.conversation, c.collection, m.question, m.answer, m.produced, m.created,
f.rating, f.reason, f.evidence, f.created
FROM messages m JOIN conversations c ON c.id = m.conversation LEFT JOIN feedback f ON f.message = m.id"""


class Conversations:
    """All conversations; an owner (a key's id, or "" without keys) sees only its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def going_on(self, id_: str, owner: str) -> tuple[str, tuple[Turn, ...]]:
        """The collection of a conversation, and its last `REMEMBERED` turns.

        They are the oldest first, each question as it was searched.

        Raises:
            KeyError: no such conversation.
        """
        with self._database.connection() as db:
            _, collection = _owned(db, id_, owner)
            rows = db.execute(
                "SELECT searched, json_extract(answer, '$.text') FROM messages WHERE conversation = ? "
                "ORDER BY number DESC LIMIT ?",
                (id_, REMEMBERED),
            ).fetchall()
        return collection, tuple(Turn(question=question, answer=answer) for question, answer in reversed(rows))

    def keep(
        self,
        answer: Answer,
        produced: Produced,
        *,
        conversation_id: str,
        message_id: str,
        owner: str,
        new: Channel | None,
        collection: str,
    ) -> None:
        """Store a sealed answer and what led to it in an owner's conversation.

        A conversation that is `new` is made with this id, for this channel and collection.

        Raises:
            KeyError: the conversation is not there any more.
        """
        time = now()
        text = json.dumps(answer.to_json(), ensure_ascii=False)
        how = json.dumps(asdict(produced), ensure_ascii=False)
        with self._database.changing() as db:
            if new is not None:
                title = answer.question[:TITLE_CHARACTERS]
                row = (conversation_id, owner, new, title, time, time, collection)
                db.execute("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            else:
                _owned(db, conversation_id, owner)
                db.execute("UPDATE conversations SET updated = ? WHERE id = ?", (time, conversation_id))
            db.execute(
                "INSERT INTO messages (id, conversation, question, searched, answer, produced, created) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (message_id, conversation_id, answer.question, answer.searched, text, how, time),
            )

    def listed(self, owner: str, *, query: str = "", limit: int = 200) -> list[Conversation]:
        """Conversations, the latest first; with `query` those whose title, questions or answers contain it."""
        pattern = "%" + query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        with self._database.connection() as db:
            rows = db.execute(
                "SELECT c.id, c.title, c.created, c.updated, "
                "(SELECT count(*) FROM messages m WHERE m.conversation = c.id), c.collection FROM conversations c "
                "WHERE c.owner = ? AND c.channel = ? AND (? = '' OR c.title LIKE ? ESCAPE '\\' OR EXISTS ("
                "SELECT 1 FROM messages m WHERE m.conversation = c.id AND (m.question LIKE ? ESCAPE '\\' "
                "OR json_extract(m.answer, '$.text') LIKE ? ESCAPE '\\'))) ORDER BY c.updated DESC, c.id LIMIT ?",
                (owner, Channel.PAGE, query, pattern, pattern, pattern, limit),
            ).fetchall()
        return [
            Conversation(id=r[0], title=r[1], created=r[2], updated=r[3], messages=r[4], collection=r[5]) for r in rows
        ]

    def read(self, id_: str, owner: str) -> tuple[str, str, list[Message]]:
        """A conversation's title, its collection and its messages, in order.

        Raises:
            KeyError: no such conversation.
        """
        with self._database.connection() as db:
            title, collection = _owned(db, id_, owner)
            rows = db.execute(f"{_MESSAGE} WHERE m.conversation = ? ORDER BY m.number", (id_,)).fetchall()
        return title, collection, [_message(row) for row in rows]

    def rename(self, id_: str, owner: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            KeyError: no such conversation.
        """
        with self._database.changing() as db:
            _owned(db, id_, owner)
            db.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, id_))

    def share(self, id_: str, owner: str) -> str:
        """A token by which anyone can read a conversation, in place of an earlier one; only its hash is kept.

        Raises:
            KeyError: no such conversation.
        """
        token = secrets.token_urlsafe(24)
        with self._database.changing() as db:
            _owned(db, id_, owner)
            db.execute("INSERT OR REPLACE INTO shares VALUES (?, ?, ?)", (id_, _digest(token), now()))
        return token

    def unshare(self, id_: str, owner: str) -> None:
        """End what a conversation is shared by.

        Raises:
            KeyError: no such conversation.
        """
        with self._database.erasing() as db:
            _owned(db, id_, owner)
            db.execute("DELETE FROM shares WHERE conversation = ?", (id_,))

    def shared(self, token: str) -> tuple[str, list[Message]]:
        """The title and the messages of the conversation that a token shares.

        Raises:
            KeyError: it shares none, or none any more.
        """
        with self._database.connection() as db:
            row = db.execute(
                "SELECT c.id, c.owner FROM shares s JOIN conversations c ON c.id = s.conversation WHERE s.digest = ?",
                (_digest(token),),
            ).fetchone()
        if row is None:
            raise KeyError(token)
        title, _, messages = self.read(row[0], row[1])
        return title, messages

    def erase(self, id_: str, owner: str) -> None:
        """Erase a conversation with its answers and feedback.

        Raises:
            KeyError: no such conversation.
        """
        with self._database.erasing() as db:
            _owned(db, id_, owner)
            db.execute("DELETE FROM conversations WHERE id = ?", (id_,))

    def erase_all(self, owner: str) -> int:
        """Erase everything of an owner; returns how many conversations."""
        with self._database.erasing() as db:
            return db.execute("DELETE FROM conversations WHERE owner = ?", (owner,)).rowcount

    def erase_before(self, moment: datetime) -> int:
        """Erase all owners' conversations without a question since a moment, which has a zone; returns how many."""
        with self._database.erasing() as db:
            return db.execute("DELETE FROM conversations WHERE updated < ?", (stamp(moment),)).rowcount

    def rate(
        self, message_id: str, owner: str, rating: Rating | None, *, reason: str | None, evidence: str | None
    ) -> Feedback | None:
        """Store the rating of an answer in place of an earlier one; None removes it.

        Raises:
            KeyError: no such message.
        """
        time = now()
        with self._database.changing() as db:
            row = db.execute("SELECT conversation FROM messages WHERE id = ?", (message_id,)).fetchone()
            if row is None:
                raise KeyError(message_id)
            _owned(db, row[0], owner)
            if rating is None:
                db.execute("DELETE FROM feedback WHERE message = ?", (message_id,))
                return None
            db.execute(
                "INSERT OR REPLACE INTO feedback (message, rating, reason, evidence, created) VALUES (?, ?, ?, ?, ?)",
                (message_id, rating, reason, evidence, time),
            )
        return Feedback(rating=rating, reason=reason, evidence=evidence, created=time)

    def message(self, message_id: str) -> Message:
        """An answer of any owner.

        Raises:
            KeyError: no such message.
        """
        with self._database.connection() as db:
            row = db.execute(f"{_MESSAGE} WHERE m.id = ?", (message_id,)).fetchone()
        if row is None:
            raise KeyError(message_id)
        return _message(row)

    def questions_before(self, message: Message) -> tuple[str, ...]:
        """The questions of its conversation before a message, as asked, oldest first.

        A client of /v1 keeps the conversation itself; what is known then is the last of them, made whole.
        """
        with self._database.connection() as db:
            rows = db.execute(
                "SELECT question FROM messages WHERE conversation = ? AND number < "
                "(SELECT number FROM messages WHERE id = ?) ORDER BY number",
                (message.conversation_id, message.message_id),
            ).fetchall()
        previous = message.produced["previous"]
        return tuple(str(row[0]) for row in rows) or ((str(previous),) if previous else ())

    def messages(self, owner: str | None = None, *, rated_only: bool = False) -> Iterator[Message]:
        """Answers of a key's id, or of all owners for None, in the order in which they were given."""
        after = 0
        while True:
            with self._database.connection() as db:
                rows = db.execute(
                    f"{_MESSAGE.replace('SELECT', 'SELECT m.number,', 1)} "
                    "WHERE m.number > ? AND (? IS NULL OR c.owner = ?) AND (NOT ? OR f.rating IS NOT NULL) "
                    "ORDER BY m.number LIMIT ?",
                    (after, owner, owner, rated_only, EXPORTED_AT_ONCE),
                ).fetchall()
            if not rows:
                return
            after = rows[-1][0]
            yield from (_message(row[1:]) for row in rows)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _owned(db: sqlite3.Connection, id_: str, owner: str) -> tuple[str, str]:
    """Title and collection of an owner's conversation; KeyError for other owners' too."""
    row = db.execute("SELECT title, collection FROM conversations WHERE id = ? AND owner = ?", (id_, owner)).fetchone()
    if row is None:
        raise KeyError(id_)
    return str(row[0]), str(row[1])


def _message(row: tuple[Any, ...]) -> Message:
    id_, conversation, collection, question, answer, produced, created, *rated = row
    rating, reason, evidence, when = rated
    return Message(
        message_id=id_,
        conversation_id=conversation,
        collection=collection,
        question=question,
        answer=json.loads(answer),
        produced=json.loads(produced),
        created=created,
        feedback=Feedback(rating=Rating(rating), reason=reason, evidence=evidence, created=when) if rating else None,
    )
