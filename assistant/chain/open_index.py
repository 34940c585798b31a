"""One state of an index, opened for questions: its engine, its reader, and what a question is asked with."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.reading.reader import Reader
from assistant.settings.settings import Settings
from index.search.engine import Filters, Passage, Retrieved, SearchEngine

Rerank = Callable[[str, tuple[Passage, ...]], tuple[Passage, ...]]
"""Puts the passages found for a question in a better order."""
RERANKED = 50
"""Passages that a re-ranker is given at least."""


class Watch(Protocol):
    """Follows the searches of a question, for traces."""

    def retrieving(self, question: str, k: int) -> AbstractContextManager[Callable[[Retrieved], None]]:
        """Context around each search of the index; yields a function that takes the results."""


@dataclass(kw_only=True, slots=True, eq=False)
class OpenIndex:
    """One state of an index; a question keeps to it from its beginning to its end."""

    engine: SearchEngine
    reader: Reader
    settings: Settings
    rerank: Rerank | None
    watch: Watch | None
    users: int = 0
    """Questions at work with it: while one waits for its model, others may be asked in the same thread."""

    def search(self, question: str, k: int, filters: Filters) -> Retrieved:
        """The best `k` passages, re-ranked where there is a re-ranker, best first."""
        if self.watch is None:
            return self._search(question, k, filters)
        with self.watch.retrieving(question, k) as told:
            found = self._search(question, k, filters)
            told(found)
            return found

    def _search(self, question: str, k: int, filters: Filters) -> Retrieved:
        if self.rerank is None:
            return self.engine.search(question, k=k, filters=filters)
        wide = self.engine.search(question, k=max(k, RERANKED), filters=filters)
        return replace(wide, passages=self.rerank(wide.question, wide.passages)[:k])
