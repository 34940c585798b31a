"""Conversations that are kept for so many days and no longer, where whoever runs the server says so."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from assistant.service.store.conversations import Conversations

EVERY_SECONDS = 3_600.0
"""Between two looks for what is too old."""


async def erase_in_time(
    conversations: Conversations, days: int, *, note: Callable[[str], None], every_seconds: float = EVERY_SECONDS
) -> None:
    """Erase, now and then and for as long as it runs, conversations in which nothing was asked for too long.

    Args:
        conversations: of all owners.
        days: for which they are kept after their last question.
        note: told how many were erased, and what went wrong.
        every_seconds: between two looks.
    """
    while True:
        try:
            erased = await asyncio.to_thread(conversations.erase_before, datetime.now(UTC) - timedelta(days=days))
        except sqlite3.Error as error:
            note(f"conversations older than {days} days could not be erased ({error}); it is tried again later")
        else:
            if erased:
                note(f"conversations in which nothing was asked for {days} days, erased: {erased}")
        await asyncio.sleep(every_seconds)
