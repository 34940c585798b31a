"""The seam to search: a question in, passages out, and what is needed to judge their sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from index.search.query import Query
from index.text.article import IndexedArticle, Matrix, Page, Sentence
from index.text.glossary import Glossary
from index.text.structure import Block, Kind, Structure

LONG_QUESTION = 400
"""Characters of a question from which on it tells enough by itself: other names, or a second search, add only time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which articles may be searched; None lets all pass."""

    published_after: date | None = None
    """On this day or later; articles without a date do not pass."""
    published_before: date | None = None
    """On this day or earlier."""
    publishers: tuple[str, ...] = ()
    """Any of these, compared without regard to case."""
    languages: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    """Article ids."""

    def passes(self, row: IndexedArticle) -> bool:
        """Whether an article may be searched."""
        after, before = self.published_after, self.published_before
        return (
            (after is None or (row.published is not None and row.published >= after))
            and (before is None or (row.published is not None and row.published <= before))
            and _among(row.publisher, self.publishers)
            and _among(row.language, self.languages)
            and _among(row.article_id, self.articles)
        )


def _among(value: str | None, allowed: tuple[str, ...]) -> bool:
    return not allowed or (value is not None and value.lower() in {one.lower() for one in allowed})


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Passage:
    """A retrieved chunk."""

    chunk_id: int
    article: IndexedArticle
    start: int
    end: int
    text: str
    """`article text[start:end]`."""
    sentences: tuple[Sentence, ...]
    rank: int
    """1 is the best."""
    score: float
    cosine: float
    bm25: float
    late: float
    blocks: tuple[Block, ...] = ()
    """The block of each sentence."""
    contexts: tuple[str, ...] = ()
    """What each sentence is about beside its article: headings, the question it answers, the table's header."""

    def block(self, place: int) -> Block | None:
        """The block of a sentence; None where blocks are not known."""
        return self.blocks[place] if self.blocks else None

    def kind(self, place: int) -> Kind:
        """What the block of a sentence is."""
        block = self.block(place)
        return Kind.PARAGRAPH if block is None else block.kind

    def context(self, place: int) -> str:
        """What a sentence is about."""
        return self.contexts[place] if self.contexts else ""

    def to_json(self) -> dict[str, Any]:
        """JSON object of the passage, as `assistant search --json` prints it."""
        article = self.article
        return {
            "rank": self.rank,
            "article_id": article.article_id,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "start": self.start,
            "end": self.end,
            "score": round(self.score, 4),
            "cosine": round(self.cosine, 4),
            "bm25": round(self.bm25, 4),
            "late": round(self.late, 4),
            "text": self.text,
        }


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Retrieved:
    """What a search found, and under which wordings."""

    question: str
    """As it was searched: spelling corrected."""
    corrections: dict[str, str]
    queries: tuple[Query, ...]
    """The question's wordings, the one as asked first."""
    passages: tuple[Passage, ...]
    """Best first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexState:
    """Which state of which index an engine searches."""

    location: str
    """Where the index is, for messages: a folder, or an address."""
    fingerprint: str
    """Hash of all that decides answers; equal content has equal fingerprints on every machine."""
    generation: int
    """Number of the generation; one more with every change."""
    changed: str
    """Time of the last change, in UTC to the second."""
    chunks: int
    encoder_name: str
    encoder_hash: str
    """Of the encoder with which articles and questions are encoded."""


class SearchEngine(Protocol):
    """Searches one state of an index, and gives what is needed to read and to quote what it found.

    An engine is opened, asked and closed by one thread. Methods that read the index raise `IndexDamaged`
    where the index was changed so that this state can no longer be read; the caller opens a new engine.
    """

    @property
    def state(self) -> IndexState:
        """The state that is searched."""

    @property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """All articles by their id, without their texts."""

    def text(self, article_id: str) -> str:
        """The text of an article.

        Raises:
            KeyError: there is no such article.
            IndexDamaged: the article was changed since.
        """

    def structure(self, article_id: str) -> Structure:
        """The structure of an article's text: its headings, lists, tables.

        Raises:
            KeyError: there is no such article.
            IndexDamaged: the article was changed since.
        """

    def pages(self, article_id: str) -> tuple[Page, ...]:
        """The pages of an article's text; none for a source without pages.

        Raises:
            KeyError: there is no such article.
            IndexDamaged: the article was changed since.
        """

    def has_original(self, article_id: str) -> bool:
        """Whether the file of an article is kept, unread.

        Raises:
            KeyError: there is no such article.
        """

    def original(self, article_id: str) -> bytes | None:
        """The file that an article was extracted from, if it has pages and is kept.

        Raises:
            KeyError: there is no such article.
            IndexDamaged: it is not what was written.
        """

    @property
    def glossary(self) -> Glossary:
        """Aliases that came with the articles."""

    @property
    def threshold(self) -> float | None:
        """Least probability at which questions are answered, if one was fitted for this collection."""

    def search(self, question: str, *, k: int, filters: Filters) -> Retrieved:
        """The best `k` passages, best first."""

    def encode(self, text: str) -> Query:
        """Encode a text as questions are, to compare it with passages' vectors; spelling is left as it is."""

    def idf(self, stem: str) -> float:
        """Inverse document frequency of a stem."""

    @property
    def highest_idf(self) -> float:
        """Idf of a stem that no chunk has."""

    def sentence_vectors(self, passage: Passage) -> Matrix:
        """(sentences, dimension) float32, rows of length 1."""

    def token_vectors(self, passage: Passage) -> tuple[Matrix, list[int]]:
        """(tokens, token dimension) float32, and how many of them belong to each sentence."""

    def is_current(self) -> bool:
        """Whether the index is still in the state that is searched."""

    def is_replaced(self) -> bool:
        """Whether another index has taken this one's place."""

    def close(self) -> None:
        """Free what is held; the engine is not used after that."""


def blocks_and_contexts(
    structure: Structure, sentences: Sequence[Sentence]
) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The block of each sentence, and what each is about."""
    places = [structure.place(sentence.start) or 0 for sentence in sentences]
    contexts = {place: structure.context(place) for place in set(places)}  # Most blocks have several sentences.
    return tuple(structure.blocks[place] for place in places), tuple(contexts[place] for place in places)


OpenEngine = Callable[[], SearchEngine]
"""Opens an engine over the newest state of an index.

Raises `IndexUnavailable` where there is no index, `IndexDamaged` where it cannot be read, and
`EncoderUnavailable` where the encoder that it names cannot be had.
"""
