"""What a kept sentence rests on: whole sentences of one passage."""

from dataclasses import dataclass

from index.search.engine import Passage
from index.text.article import Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """The whole sentences of one passage on which a claim rests."""

    passage: Passage
    sentences: tuple[Sentence, ...]

    @property
    def start(self) -> int:
        """First character in the article."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.sentences[-1].end

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A sentence that passed, or one of two clauses that passed separately, with its support."""

    text: str
    receipt: Receipt
