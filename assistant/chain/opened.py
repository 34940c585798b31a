"""An index as it was when it was opened, with what finds and reads passages in it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.question.followups import asked_alone
from assistant.question.question import Question, analyse, topic
from assistant.reading.reader import Reader, Reading
from assistant.retrieval.hops import search_twice
from assistant.settings.settings import Settings
from index.search.search import EmbeddedSearch, Filters, Passage, Retrieved
from index.storage.catalog import ArticleRow
from index.storage.store import Snapshot

Rerank = Callable[[str, tuple[Passage, ...]], tuple[Passage, ...]]
Read = tuple[Retrieved, Reading, tuple[Passage, ...]]
"""What was read, the reading, and all that was ranked."""


class Watch(Protocol):
    """Whoever follows what is done for an answer, without a part in it."""

    def retrieving(self, question: str, k: int) -> AbstractContextManager[Callable[[Retrieved], None]]:
        """Around each search of the index; what it gives is told what was found."""


@dataclass(kw_only=True, slots=True, eq=False)
class Opened:
    """One state of an index, which a question keeps to from its beginning to its end."""

    snapshot: Snapshot
    engine: EmbeddedSearch
    reader: Reader
    settings: Settings
    rerank: Rerank | None
    watch: Watch | None
    users: int = 0
    """Questions at work with it: while one waits for its model, others may be asked in the same thread."""

    def retrieve(self, question: str, k: int, filters: Filters) -> Retrieved:
        """The best `k` passages, best first."""
        if self.watch is None:
            return self._search(question, k, filters)
        with self.watch.retrieving(question, k) as told:
            found = self._search(question, k, filters)
            told(found)
            return found

    def read(self, question: str, filters: Filters, depth: int, context: str) -> Read:
        """The best reading of the question as asked, of its bare topic and of what alone asks, where these differ.

        Args:
            question: one that stands by itself.
            filters: which articles may be used.
            depth: how many passages to rank, at least those that are read.
            context: what was answered just before it.
        """
        asked = analyse(question)
        wordings = dict.fromkeys([question, topic(asked), asked_alone(question)])
        tries = [self._read_as(asked, text, filters, depth, context) for text in wordings]
        return max(tries, key=lambda one: (one[1].reason is None, one[1].confidence))

    def _search(self, question: str, k: int, filters: Filters) -> Retrieved:
        if self.rerank is None:
            return self.engine.search(question, k=k, filters=filters)
        wide = self.engine.search(question, k=max(k, 50), filters=filters)
        return replace(wide, passages=self.rerank(wide.question, wide.passages)[:k])

    def _read_as(self, asked: Question, text: str, filters: Filters, depth: int, context: str) -> Read:
        deepest = max(self.settings.passages, depth)
        wide = search_twice(
            text, deepest, lambda one, k: self.retrieve(one, k, filters), self.engine.idf, context=context
        )
        retrieved = replace(wide, passages=wide.passages[: self.settings.passages])
        question = replace(analyse(retrieved.question), kind=asked.kind)
        return retrieved, self.reader.read(question, retrieved, self.engine), wide.passages

    def text_by_id(self, article_id: str) -> str:
        """An article's text."""
        rows: dict[str, ArticleRow] = {row.article_id: row for row in self.snapshot.articles.values()}
        return self.snapshot.text(rows[article_id].number)
