"""Change an article during the load, by the command line."""

import asyncio
import sys
from pathlib import Path

STATES = (None, 4, 7, 12)
"""Successive fares in crowns that it states; None while it is not in the index."""
NAME = "oldwater-ferry"
QUESTIONS = (
    "How much does the ferry from Oldwater to Saltmarsh cost?",
    "What is the fare of the Oldwater ferry?",
    "Who sails the ferry from Oldwater to Saltmarsh?",
)
FARE_QUESTIONS = QUESTIONS[:2]


class ChangingArticle:
    """An article on a subject of its own, which is added, changed and removed."""

    def __init__(self, index: Path, folder: Path) -> None:
        self._index = index
        self._path = folder / f"{NAME}.md"
        self._there = False

    async def bring(self, fare: int | None) -> str | None:
        """Bring it into a state; returns the command's error output if it failed."""
        if fare is None:
            failed = await self._run("remove", NAME) if self._there else None
        else:
            self._path.write_text(text_of(fare), encoding="utf-8")
            failed = await self._run("add", str(self._path))
        self._there = fare is not None
        return failed

    async def _run(self, *arguments: str) -> str | None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "assistant", "index", *arguments, "--index", str(self._index)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        return told.decode("utf-8", "replace") if process.returncode else None


def text_of(fare: int) -> str:
    """Make the article's text with a fare; the text before it differs too, so that offsets move."""
    before = "The harbour master counts the boats. " * (fare % 3)
    return (
        "---\ntitle: The ferry from Oldwater to Saltmarsh\npublished: 2023-05-17\npublisher: Harbour Gazette\n---\n"
        f"{before}The ferry from Oldwater to Saltmarsh costs {fare} crowns.\n\n"
        f"Captain Ida Holm sails the ferry from Oldwater to Saltmarsh {fare + 2} times a day.\n"
    )
