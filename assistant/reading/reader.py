"""The seam to what turns passages into an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answer.answer import Reason
from assistant.question.question import Question
from assistant.reading.closest import CloseSentence
from index.search.engine import Retrieved, SearchEngine
from index.text.article import IndexedArticle, Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Characters of an article that answer, or help to understand what answers."""

    article: IndexedArticle
    sentences: tuple[Sentence, ...]
    """Whole sentences that follow one another."""
    best: Sentence
    """The one of them that answers; the others help to understand it."""
    lead: tuple[int, int] | None = None
    """Characters of the article that alone answer, if they can be told."""
    apart: bool = False
    """Whether it is never joined with quotes beside it, as a table's row is not."""
    dated: bool = False
    """Whether its article's date should be shown, because another quote says otherwise."""

    @property
    def start(self) -> int:
        """First character in the article."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.sentences[-1].end


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What a reader makes of the passages."""

    quotes: Sequence[Quote]
    """In the order in which they are shown; empty for a refusal."""
    reason: Reason | None
    """Why nothing is quoted."""
    confidence: float
    """Estimated probability that the passages answer, in [0, 1]."""
    withheld: Sequence[Quote] = ()
    """For a refusal: what would have been quoted, for measuring and explaining."""
    closest: Sequence[CloseSentence] = ()
    """The likeliest sentence of each article, likeliest first."""


class Reader(Protocol):
    """Answers a question from retrieved passages."""

    @property
    def name(self) -> str:
        """What answers call it."""

    def read(self, question: Question, retrieved: Retrieved, engine: SearchEngine) -> Reading:
        """Quote what answers, or say why nothing does."""
