"""Values of an answer, as they leave the chain."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from index.text.article import IndexedArticle

OMITTED_IF_EMPTY = ("scope", "note", "parts", "page", "writing", "usage")
"""Fields that are left out of the JSON where they are empty."""


class Status(StrEnum):
    """Whether the articles answer."""

    ANSWERED = "answered"
    REFUSED = "refused"
    HELP = "help"
    """The question is about the assistant or its list of articles, or a greeting; the words are the program's own."""


class Reason(StrEnum):
    """Why an answer was refused."""

    NOT_FOUND = "not_found"
    """Nothing in the collection is about it."""
    INSUFFICIENT = "insufficient"
    """The collection is about it and does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnsweredPart:
    """A part of the question that a receipt answers, and where in the answer's text."""

    index: int
    """From 0 on, in the answer's `parts`."""
    question: str
    answer_spans: tuple[tuple[int, int], ...]
    """Those of the receipt's spans that answer this part, end exclusive."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Citation:
    """A receipt: where a quote stands, to the character."""

    number: int
    """As in the marker "[1]"."""
    article_id: str
    title: str | None
    publisher: str | None
    published: str | None
    """ISO 8601 date."""
    url: str | None
    sha256: str
    """Of the article's whole text in UTF-8."""
    start: int
    """First character of the quote in the article's text."""
    end: int
    """One past its last character."""
    quote: str
    answer_spans: tuple[tuple[int, int], ...] = ()
    """Where in the answer's text this citation supports, end exclusive."""
    parts: tuple[AnsweredPart, ...] = ()
    """Parts of the question that it answers; only in the JSON of a split question."""
    page: int | None = None
    """On which the quote begins, in an article with pages; only in the JSON of such."""

    @classmethod
    def of(cls, article: IndexedArticle, start: int, end: int, text: str, *, number: int) -> "Citation":
        """A receipt for characters `start` to `end` of an article with this text."""
        return cls(
            number=number,
            article_id=article.article_id,
            title=article.title,
            publisher=article.publisher,
            published=article.published.isoformat() if article.published else None,
            url=article.url,
            sha256=article.sha256,
            start=start,
            end=end,
            quote=text[start:end],
        )

    def to_json(self) -> dict[str, Any]:
        """The public JSON object."""
        return _without_empty(asdict(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class PassageReference:
    """A passage that was read for an answer."""

    article_id: str
    start: int
    end: int
    score: float
    rank: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """The sentence of an article that comes closest to answering a refused question; it is no receipt."""

    article_id: str
    title: str | None
    published: str | None
    """ISO 8601 date."""
    sha256: str
    """Of the article's whole text in UTF-8."""
    start: int
    """First character of the sentence in the article's text."""
    end: int
    """One past its last character."""
    quote: str
    probability: float
    """Estimated probability that it answers, in [0, 1]: the answer's confidence for the likeliest sentence, and for the
    others in proportion to their share of the chance."""

    @classmethod
    def of(cls, article: IndexedArticle, start: int, end: int, text: str, *, probability: float) -> "Nearest":
        """Characters `start` to `end` of an article with this text."""
        return cls(
            article_id=article.article_id,
            title=article.title,
            published=article.published.isoformat() if article.published else None,
            sha256=article.sha256,
            start=start,
            end=end,
            quote=text[start:end],
            probability=round(probability, 4),
        )

    @property
    def percent(self) -> str:
        """The probability in whole per cents: "7%", "under 1%"."""
        return "under 1%" if self.probability < 0.01 else f"{self.probability:.0%}"


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexReference:
    """The state of the index that an answer came from."""

    fingerprint: str
    generation: int
    articles: int
    chunks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SentenceVerdict:
    """The check's verdict on a sentence of a model, or on one of its clauses if each passed separately."""

    text: str
    """Without markers."""
    cited: tuple[int, ...]
    """Numbers of passages in its markers, as the model was shown them."""
    fate: str
    """"kept"; "marked" where it cited nothing and a passage supports it; "corrected" where another passage than those
    it cites does; "dropped"."""
    score: float
    """Estimated probability that the passage bears it out, in [0, 1]."""
    support: str | None = None
    """"quoted" where the passage has it by the letter, "joined" where it rests on several sentences, else
    "paraphrased"; None where it was dropped."""
    reason: str | None
    """Why it was dropped."""
    article_id: str | None
    """Of the passage that supports it or comes nearest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Writing:
    """How a language model took part in an answer."""

    sentences: tuple[SentenceVerdict, ...]
    """Every sentence that it wrote, in order."""
    left_out: tuple[PassageReference, ...]
    """Passages for which its window had no room."""
    degraded_reason: str | None
    """Why the extractive reader answered in its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelUse:
    """What a language model was used for an answer: to make the question whole, to part it, and to write."""

    calls: int
    """Requests, those that failed or were sent again included."""
    prompt_tokens: int
    """In all calls, as its server counted them, or else estimated."""
    completion_tokens: int
    estimated: bool = False
    """Whether some of the tokens are an estimate."""
    cost: float | None = None
    """By the prices of the settings; None without prices."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """An answer with its receipts, or a refusal."""

    question: str
    status: Status
    reason: Reason | None
    text: str
    """What a person reads; every sentence carries a marker, unless the status is `HELP`."""
    citations: tuple[Citation, ...]
    passages: tuple[PassageReference, ...]
    scope: str = ""
    """What the question was taken for, if not for an ordinary one: "timeline", "compare" …; only then in the JSON."""
    note: str = ""
    """In the program's own words, what the quotes are: how they were chosen, and what was left out."""
    nearest: tuple[Nearest, ...] = ()
    """For a refusal: the closest passages, likeliest first, where a person can look."""
    parts: tuple[str, ...] = ()
    """The questions in the question, where there are several; only then in the JSON."""
    unanswered: tuple[str, ...] = ()
    """Parts of the question that the articles do not answer, where others are."""
    confidence: float = 0.0
    """Estimated probability that the articles answer the question, in [0, 1]."""
    searched: str = ""
    """The question as searched: follow-ups rewritten, spelling corrected."""
    reader: str = "extractive"
    degraded: bool = False
    index: IndexReference
    prompt: str | None = None
    """Name and digest of the prompt, as "answer@1f3a09bc", where a model was asked; two, where it was asked again."""
    writing: Writing | None = None
    """Only in the JSON if a model was asked to write."""
    usage: ModelUse | None = None
    """Only in the JSON if a model was asked for anything."""
    seconds: float = 0.0
    id: str = field(default="")
    """Hash of all of the above but `seconds`: equal answers have equal ids."""

    @property
    def nearest_heading(self) -> str:
        """What a refusal's closest passages are called."""
        return "The nearest articles:" if self.reason is Reason.INSUFFICIENT else "The least distant articles:"

    def to_json(self) -> dict[str, Any]:
        """The public JSON object."""
        data = _without_empty(asdict(self))
        for citation in data["citations"]:
            _without_empty(citation)
        order = ["id", "question", "status", "reason", "text", "citations", "passages", "nearest", "unanswered"]
        rest = [key for key in data if key not in order]
        return {key: data[key] for key in [*order, *rest]}


def _without_empty(data: dict[str, Any]) -> dict[str, Any]:
    for name in OMITTED_IF_EMPTY:
        if name in data and not data[name]:
            del data[name]
    return data


def references(passages: Sequence[Any]) -> tuple[PassageReference, ...]:
    """What the JSON says of the passages read."""
    return tuple(
        PassageReference(
            article_id=p.article.article_id, start=p.start, end=p.end, score=round(p.score, 4), rank=p.rank
        )
        for p in passages
    )
