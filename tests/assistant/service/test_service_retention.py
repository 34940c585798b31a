"""Conversations that are kept for so many days, and no longer."""

import asyncio
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from serving import DAM, TRAM, serving, town_in

from assistant.service.store.clock import stamp
from assistant.service.store.conversations import Conversations
from assistant.service.store.database import FILE_NAME, Database
from assistant.service.store.retention import erase_in_time

SECRET = "zyzzyva"


def aged(data: Path, id_: str, **age: float) -> None:
    """Make a conversation older."""
    db = sqlite3.connect(data / FILE_NAME)
    then = stamp(datetime.now(UTC) - timedelta(**age))
    db.execute("UPDATE conversations SET created = ?, updated = ? WHERE id = ?", (then, then, id_))
    db.commit()
    db.close()


def listed(server) -> list[str]:
    with server.client() as client:
        return [one["id"] for one in client.get("/api/conversations").json()["conversations"]]


def test_what_is_too_old_is_erased_with_its_ratings_and_the_rest_stays(tmp_path):
    town_in(tmp_path).close()
    with serving(tmp_path) as server, server.client() as client:
        old = client.post("/api/ask", json={"question": f"{DAM} {SECRET}"}).json()
        young = client.post("/api/ask", json={"question": TRAM}).json()
        client.post("/api/feedback", json={"message_id": old["message_id"], "rating": "down"})
        client.post("/v1/chat/completions", json={"model": "index", "messages": [{"role": "user", "content": DAM}]})
        aged(server.data, old["conversation_id"], days=31)
        aged(server.data, young["conversation_id"], days=29)
    with serving(tmp_path) as server:
        assert set(listed(server)) == {old["conversation_id"], young["conversation_id"]}  # Kept without the option.

    with serving(tmp_path, "--keep-days", 30) as server:
        deadline = time.monotonic() + 10
        while len(listed(server)) > 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert listed(server) == [young["conversation_id"]]
        with server.client() as client:
            kept = client.get("/api/export").text.splitlines()
        assert len(kept) == 2
        assert SECRET.encode() not in b"".join(path.read_bytes() for path in server.data.glob(f"{FILE_NAME}*"))
        assert server.stop() == 0  # The log is whole then.
        assert "conversations in which nothing was asked for 30 days, erased: 1" in server.log.read_text()


def test_it_is_looked_for_again_and_a_database_that_is_busy_ends_nothing(tmp_path):
    class Grumpy(Conversations):
        asked = 0

        def erase_before(self, moment: datetime) -> int:
            self.asked += 1
            if self.asked == 1:
                raise sqlite3.OperationalError("database is locked")
            return super().erase_before(moment)

    database = Database(tmp_path / FILE_NAME)
    conversations = Grumpy(database)
    notes: list[str] = []

    async def run() -> None:
        erasing = asyncio.ensure_future(erase_in_time(conversations, 7, note=notes.append, every_seconds=0.01))
        while conversations.asked < 3:
            await asyncio.sleep(0.01)
        erasing.cancel()

    asyncio.run(run())
    database.close()

    assert notes == [
        "conversations older than 7 days could not be erased (database is locked); it is tried again later"
    ]
