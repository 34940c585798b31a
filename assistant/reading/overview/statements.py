"""Statements of passages, each with what it is about, and those that are about a subject."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.language.sentence import leans, parse
from assistant.reading.evidence import sentence_text
from assistant.reading.overview.subject import Subject, article_terms
from assistant.reading.reader import Quote
from index.search.engine import Filters, Passage, Retrieved, SearchEngine
from index.text.article import IndexedArticle, Matrix, Sentence
from index.text.blocks import HEAD_LABELS
from index.text.structure import PATH, TITLES, Kind, cells_of, plain_words
from index.text.terms import stems

Search = Callable[[str, int, Filters], Retrieved]
"""The best so many passages for a wording, of the articles that pass."""
PASSAGES = 60
"""Passages that are looked at for a subject."""
LEAST_COVERED = 0.6
"""Share of a subject's words, by idf, that a statement has with its headings and its article's title."""
OF_BEST_COVERED = 0.8
"""The same as a share of what the best statement has."""
FEWEST_WORDS = 4
_STATES_NOTHING = TITLES | {Kind.BOILERPLATE, Kind.CODE, Kind.FOOTNOTE}
_FEWEST = {Kind.ITEM: 1, Kind.ROW: 1, Kind.FIELD: 6, Kind.TURN: 8}
"""Words of a statement, label and speaker counted, in blocks of these kinds."""
_BOLD = re.compile(r"(\*\*|__)[^*_]+\1")
"""A label in front of a paragraph."""
_FRAGMENT = re.compile(r"[a-z,;)]")
"""The beginning of a piece of a sentence, in a text with broken sentences."""
_SALUTATION = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening|day)|ladies and gentlemen|to whom|sehr geehrte[rs]?|"
    r"liebe[rs]?|hallo|guten (?:morgen|tag|abend)|cher|chère|estimad[oa]s?|bonjour)\b[^.!?]{0,80}[,:]?",
    re.IGNORECASE,
)
"""A line that opens a letter."""
_CLOSING = re.compile(
    r"(?:yours|(?:kind|best|warm|with)(?: (?:kind|best|warm))? (?:regards|wishes)|regards|sincerely|cheers|"
    r"mit freundlichen grüßen|(?:viele|liebe|beste) grüße|cordialement|atentamente)\b[^.!?:]{0,80}",
    re.IGNORECASE,
)
"""What closes a letter, with the name under it."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Statement:
    """A sentence of an article that states something."""

    passage: Passage
    place: int
    """Among the passage's sentences."""
    text: str
    vector: Matrix
    """(dimension,) float32 of length 1."""
    own: frozenset[str]
    """Stems of its words."""
    around: frozenset[str]
    """Stems of its words, its headings and what the catalog has of its article."""

    @property
    def article(self) -> IndexedArticle:
        """The article it stands in."""
        return self.passage.article

    @property
    def sentence(self) -> Sentence:
        """Its characters."""
        return self.passage.sentences[self.place]

    @property
    def section(self) -> str:
        """The headings it stands under, or its paragraph where there are none."""
        block = self.passage.block(self.place)
        return self.passage.context(self.place) or str(block.start if block else 0)

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.passage.kind(self.place) is Kind.ROW

    @property
    def is_values(self) -> bool:
        """Whether it is a labelled line of which most is figures: "Size: 2 m by 3 m, 40 kg, red"."""
        pieces = re.split(r"[,;]", self.text.partition(":")[2])
        figured = sum(any(character.isdigit() for character in piece) for piece in pieces)
        return self.passage.kind(self.place) is Kind.FIELD and len(pieces) > 2 and 2 * figured >= len(pieces)

    def quote(self) -> Quote:
        """Itself, with the sentence before it where it cannot be understood alone."""
        first = self.place
        if first > 0 and leans(self.text) and self._follows():
            first -= 1
        sentences = self.passage.sentences[first : self.place + 1]
        return Quote(article=self.article, sentences=sentences, best=self.sentence, apart=self.is_row)

    def _follows(self) -> bool:
        """Whether the sentence before it is of the same block, and more than a label."""
        before, block = self.passage.block(self.place - 1), self.passage.block(self.place)
        return before == block and _BOLD.fullmatch(sentence_text(self.passage, self.place - 1).strip()) is None


def statements_of(passages: Iterable[Passage], engine: SearchEngine) -> list[Statement]:
    """The statements of passages, each once."""
    found: dict[tuple[int, int], Statement] = {}
    for passage in passages:
        vectors = engine.sentence_vectors(passage)
        known = article_terms(passage.article)
        for place, sentence in enumerate(passage.sentences):
            key = passage.article.number, sentence.start
            text = sentence_text(passage, place)
            before = sentence_text(passage, place - 1) if place else ""
            if key in found or not _states(text, passage.kind(place), passage.context(place), before):
                continue
            own = frozenset(parse(text).terms)
            if _is_headline(text, own, passage.article):
                continue
            around = own | known | frozenset(stems(passage.context(place)))
            found[key] = Statement(
                passage=passage, place=place, text=text, vector=vectors[place], own=own, around=around
            )
    return list(found.values())


def _states(text: str, kind: Kind, context: str, before: str) -> bool:
    """Whether a sentence of such a block, behind `before`, states something: it is no title, question or mere label."""
    if kind in _STATES_NOTHING or text.rstrip(" *_").endswith(("?", "？", ":", "：")):
        return False
    if kind is Kind.PARAGRAPH and _FRAGMENT.match(text) and not _SALUTATION.fullmatch(before):
        return False
    if (text.endswith(",") and _SALUTATION.fullmatch(text)) or _CLOSING.fullmatch(text):
        return False
    if _BOLD.fullmatch(text.strip()) or (kind is Kind.FIELD and not _decides(text, context)):
        return False
    if kind is Kind.ROW and _only_names(text, context):
        return False
    words = len(parse(text).terms)
    return words >= _FEWEST.get(kind, FEWEST_WORDS)


def _only_names(row: str, context: str) -> bool:
    """Whether a row repeats its table's header, or has nothing but the name of the rows under it."""
    cells = cells_of(row)
    return plain_words(row) == context.split(PATH)[-1] or sum(map(bool, cells)) < min(2, len(cells))


def _is_headline(text: str, own: frozenset[str], article: IndexedArticle) -> bool:
    """Whether a sentence only repeats the title, as the first line of a text without headings does."""
    if text.rstrip("*_ ").endswith((".", "!", "。", "！")):
        return False
    return len(own & frozenset(stems(article.title or ""))) >= OF_BEST_COVERED * len(own)


def _decides(text: str, context: str) -> bool:
    """Whether a labelled line states something ("DECISION: no credit"), as those of a head ("Date: …") do not."""
    label = text.partition(":")[0].strip(" *_")
    if label.lower() in HEAD_LABELS:
        return False
    if context:
        return label.isupper() or parse(text).verb
    return text.rstrip(' *_"”’').endswith((".", "!", "。"))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Gathered:
    """What is said about a subject."""

    subject: Subject
    retrieved: Retrieved
    statements: Sequence[Statement]
    scores: NDArray[np.float64]
    """(statements,) how much each one is about the subject."""
    covered: float
    """Share of the subject that the best statement has."""
    whole: bool = False
    """Whether they are all statements of articles, on the subject or not."""


def gather(retrieved: Retrieved, engine: SearchEngine) -> Gathered | None:
    """The statements about the subject that was searched; None if no passage has most of its words."""
    subject = Subject(retrieved.queries)
    found = statements_of(retrieved.passages, engine)
    if not found:
        return None
    covered = np.asarray([subject.coverage(one.around) for one in found])
    least = max(LEAST_COVERED, OF_BEST_COVERED * covered.max())
    kept = [n for n, share in enumerate(covered) if share >= least]
    if not kept:
        return None
    statements = [found[n] for n in kept]
    return Gathered(
        subject=subject,
        retrieved=retrieved,
        statements=statements,
        scores=relevance(statements, subject),
        covered=float(covered.max()),
    )


def relevance(statements: Sequence[Statement], subject: Subject) -> NDArray[np.float64]:
    """(statements,): cosine with the subject, and the shares of its words that statement and surroundings have."""
    vectors = np.stack([one.vector for one in statements])
    cosines = np.max([vectors @ query.vector for query in subject.queries], axis=0)
    shares = [0.5 * subject.coverage(one.own) + 0.5 * subject.coverage(one.around) for one in statements]
    summed: NDArray[np.float64] = cosines + np.asarray(shares)
    return summed
