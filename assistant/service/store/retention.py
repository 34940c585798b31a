"""Erases conversations that are older than --keep-days."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from assistant.service.store.conversations import Conversations

EVERY_SECONDS = 3_600.0
"""Interval between two checks."""


async def erase_in_time(
    conversations: Conversations, days: int, *, note: Callable[[str], None], every_seconds: float = EVERY_SECONDS
) -> None:
    """Erase conversations without a question for `days`, at intervals, until cancelled; notes how many, or why none."""
    while True:
        try:
            erased = await asyncio.to_thread(conversations.erase_before, datetime.now(UTC) - timedelta(days=days))
        except sqlite3.Error as error:
            note(f"conversations older than {days} days could not be erased ({error}); it is tried again later")
        else:
            if erased:
                note(f"conversations in which nothing was asked for {days} days, erased: {erased}")
        await asyncio.sleep(every_seconds)
