"""Describe each sentence of the retrieved passages in numbers that tell whether it answers the question.

Everything comes from vectors and terms that the index already has, so that describing the sentences
of a handful of passages costs a few milliseconds and no model. All is relative to what the question
and the collection allow (shares of idf, not idf), so that weights carry over between collections of
any size.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.kinds import Kind
from assistant.pieces import FIGURE, NUMBER_WORDS, VERB, asked_for
from assistant.question import Question
from index.article import Sentence
from index.query import Query, Word, similarities
from index.search import Passage, SearchEngine
from index.sentences import is_heading
from index.terms import stem, stems

KEPT_SENTENCES = 4_096
"""Sentences whose terms are kept for the next question; together they take some 10 MB."""

FEATURES = (
    "cosine",
    "passage_cosine",
    "passage_bm25",
    "passage_cosine_behind_best",
    "passage_bm25_behind_best",
    "passage_late_behind_best",
    "passage_first",
    "coverage",
    "coverage_with_previous",
    "coverage_of_passage",
    "pairs",
    "bm25",
    "span",
    "late",
    "late_with_previous",
    "late_of_passage",
    "late_worst",
    "late_second_worst",
    "late_worst_of_passage",
    "unmatched_idf",
    "unmatched_idf_with_previous",
    "unmatched_idf_of_passage",
    "unmatched_softly",
    "unmatched_share",
    "unmatched_share_of_passage",
    "names_missing",
    "names_missing_of_passage",
    "figures_missing",
    "figures_missing_of_passage",
    "negation_asked",
    "negation_missing",
    "negation_added",
    "superlative_missing",
    "kind_held",
    "kind_missed",
    "kind_near",
    "unit_beside_figure",
    "new_words",
    "first_sentence",
    "short",
    "length",
    "fragment",
)
"""Names of the features in the order of their columns."""

NEGATIONS = frozenset(
    "not no never n't without neither nor none cannot hardly unable fail failed refuse refused lack lacked except "
    "excluding wasn didn isn doesn weren don couldn wouldn hasn haven t".split()
)
SUPERLATIVES = frozenset(
    "first last only most least largest smallest highest lowest best worst oldest youngest longest shortest main "
    "primary second third final earliest latest".split()
)
TELLING = 0.25
"""Share of the highest idf from which on a word says something particular."""
FULL_WORDS = 20
"""So many new content words count as a full sentence's worth."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Candidate:
    """A sentence of a retrieved passage."""

    passage: Passage
    place: int
    """Position in its passage, 0 the first."""
    text: str
    features: NDArray[np.float64]
    """One number for each of `FEATURES`."""

    @property
    def sentence(self) -> Sentence:
        """Its characters in the article."""
        return self.passage.sentences[self.place]


def candidates(question: Question, query: Query, passages: Sequence[Passage], engine: SearchEngine) -> list[Candidate]:
    """Every sentence of `passages` (best first) but headings, described against one wording of the question."""
    if not passages or not query.content:  # Without a word there is nothing to describe a sentence by.
        return []
    found = []
    signals = np.asarray([_signals(passage, query, engine) for passage in passages])
    best = signals.max(axis=0)
    for passage, own in zip(passages, signals, strict=True):
        rows = _describe_passage(question, query, passage, engine, signals=[*own[:2], *(own - best)])
        for place, row in enumerate(rows):
            text = sentence_text(passage, place)
            if not is_heading(text):  # A heading names what follows and states nothing.
                found.append(Candidate(passage=passage, place=place, text=text, features=row))
    return found


def sentence_text(passage: Passage, place: int) -> str:
    """The text of a passage's sentence."""
    sentence = passage.sentences[place]
    return passage.text[sentence.start - passage.start : sentence.end - passage.start]


def _describe_passage(
    question: Question, query: Query, passage: Passage, engine: SearchEngine, *, signals: Sequence[float]
) -> NDArray[np.float64]:
    texts = [sentence_text(passage, place) for place in range(len(passage.sentences))]
    terms = [_terms(text) for text in texts]
    cosines = engine.sentence_vectors(passage) @ query.vector
    words = query.content
    idf = np.asarray([word.idf for word in words]) / engine.highest_idf
    matched = _Matches(
        idf, words, texts, terms, passage.article.title or "", *_by_sentence(query, words, passage, engine)
    )
    asked_stems = query.stems
    asked = set(re.findall(r"[a-z]+", question.text.lower()))
    rows = []
    for place, (text, own) in enumerate(zip(texts, terms, strict=True)):
        pieces = asked_for(question, text)
        kinded = question.kind not in {Kind.OTHER, Kind.CHANGE}
        held = _letters(text)
        rows.append(
            [
                cosines[place],
                *signals,
                passage.rank == 1,
                *matched.lexical(place),
                _pairs_shared(asked_stems, own),
                _bm25(words, own, len(text)),
                _span(words, own),
                *matched.soft(place),
                *matched.missing(place),
                bool(asked & NEGATIONS),
                bool((asked & NEGATIONS) - held),
                bool((held & NEGATIONS) - asked),
                bool((asked & SUPERLATIVES) - held),
                kinded and bool(pieces),
                kinded and not pieces,
                _nearness(words, text, pieces) if kinded else 0.0,
                _unit_beside_figure(question, text),
                min(
                    1.0,
                    sum(engine.idf(term) > TELLING * engine.highest_idf for term in set(own) - set(asked_stems))
                    / FULL_WORDS,
                ),
                place == 0,
                len(text) < 40,
                min(3.0, len(text) / 200),
                VERB.search(text) is None,
            ]
        )
    return np.asarray(rows, dtype=np.float64)


@lru_cache(maxsize=KEPT_SENTENCES)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(stems(text))


@lru_cache(maxsize=KEPT_SENTENCES)
def _letters(text: str) -> frozenset[str]:
    """Runs of Latin letters, in lower case."""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def _signals(passage: Passage, query: Query, engine: SearchEngine) -> tuple[float, float, float]:
    """Cosine, BM25 as a share of the most that the question's terms can give, and late interaction."""
    most = 2.2 * sum(map(engine.idf, query.stems))  # (k1 + 1) · idf, were each term endlessly frequent.
    return passage.cosine, passage.bm25 / max(most, 1e-6), passage.late


def _by_sentence(
    query: Query, words: Sequence[Word], passage: Passage, engine: SearchEngine
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Best cosine of each word in each sentence, (sentences, words), and in the passage, (words,)."""
    tokens, counts = engine.token_vectors(passage)
    table = similarities(query, words, tokens)
    ends = np.cumsum(counts)
    rows = [
        table[:, end - count : end].max(axis=1) if count else np.zeros(len(words))
        for count, end in zip(counts, ends, strict=True)
    ]
    best = np.asarray(rows, dtype=np.float64)
    return best, best.max(axis=0) if len(best) else np.zeros(len(words))


class _Matches:
    """Which of the question's words a passage's sentences have, to the letter and in meaning."""

    def __init__(
        self,
        idf: NDArray[np.float64],
        words: Sequence[Word],
        texts: Sequence[str],
        terms: Sequence[Sequence[str]],
        title: str,
        best: NDArray[np.float64],
        best_of_passage: NDArray[np.float64],
    ) -> None:
        self.idf = idf
        self.total = float(self.idf.sum()) or 1.0
        sets = [set(own) for own in terms]
        self.has = np.asarray([[word.stem in own for word in words] for own in sets])
        titled = set(stems(title)).union(*sets)
        self.passage_has = np.asarray([word.stem in titled for word in words])
        self.name = np.asarray([word.text[:1].isupper() for word in words])
        self.figure = np.asarray([word.text[:1].isdigit() for word in words])
        self.best = best
        self.best_of_passage = best_of_passage

    def _previous(self, place: int) -> int:
        return max(0, place - 1)

    def lexical(self, place: int) -> tuple[float, float, float]:
        """Share of the question's idf in the sentence, with the one before it, and in the passage."""
        near = self.has[place] | self.has[self._previous(place)]
        return tuple(float(self.idf @ has) / self.total for has in (self.has[place], near, self.passage_has))  # type: ignore[return-value]

    def soft(self, place: int) -> tuple[float, ...]:
        """Late interaction with the sentence, with the one before it, and with the passage."""
        own = self.best[place]
        near = np.maximum(own, self.best[self._previous(place)])
        low = np.sort(own)
        return (
            float(own @ self.idf) / self.total,
            float(near @ self.idf) / self.total,
            float(self.best_of_passage @ self.idf) / self.total,
            float(low[0]),
            float(low[min(1, len(low) - 1)]),
            float(self.best_of_passage.min()),
        )

    def missing(self, place: int) -> tuple[float, ...]:
        """What of the question the sentence and the passage lack."""
        own, near = ~self.has[place], ~(self.has[place] | self.has[self._previous(place)])
        passage = ~self.passage_has
        return (
            float((self.idf * own).max()),
            float((self.idf * near).max()),
            float((self.idf * passage).max()),
            float((self.idf * own * (1 - self.best[place])).max()),
            float((self.idf * own * (1 - self.best[place])).sum()) / self.total,
            float((self.idf * passage * (1 - self.best_of_passage)).sum()) / self.total,
            float(np.count_nonzero(own & self.name)),
            float(np.count_nonzero(passage & self.name)),
            float(np.count_nonzero(own & self.figure)),
            float(np.count_nonzero(passage & self.figure)),
        )


def _pairs_shared(asked: Sequence[str], own: Sequence[str]) -> float:
    pairs = set(pairwise(asked))
    return len(pairs & set(pairwise(own))) / max(1, len(pairs))


def _bm25(words: Sequence[Word], own: Sequence[str], length: int) -> float:
    """BM25 of the sentence (k1 1.2, b 0.75, a typical sentence of 150 characters) over the question's idf."""
    norm = 1.2 * (0.25 + 0.75 * length / 150)
    total = sum(word.idf for word in words) or 1.0
    return sum(w.idf * 2.2 * own.count(w.stem) / (own.count(w.stem) + norm) for w in words) / total


def _span(words: Sequence[Word], own: Sequence[str]) -> float:
    """How close together the question's words stand in the sentence, 1 for side by side."""
    wanted = {word.stem for word in words}
    places = [i for i, term in enumerate(own) if term in wanted]
    return len({own[i] for i in places}) / (places[-1] - places[0] + 1) if len(places) > 1 else 0.0


def _nearness(words: Sequence[Word], text: str, pieces: Sequence[str]) -> float:
    """Nearness of a piece of the asked kind to the question's words: 1 beside them, 0 far away."""
    wanted = {word.stem for word in words}
    marks = [m.start() for m in re.finditer(r"[^\W_]+", text) if stem(m.group()) in wanted]
    places = [at for piece in set(pieces) if (at := text.find(piece)) >= 0]
    if not marks or not places:
        return 0.0
    return float(np.exp(-min(abs(mark - at) for mark in marks for at in places) / 40))


def _unit_beside_figure(question: Question, text: str) -> float:
    """For quantities: whether a figure stands right before the thing that is counted."""
    if not question.unit:
        return 0.0
    tokens = re.findall(rf"{FIGURE.pattern}|[^\W_]+", text)
    for i, token in enumerate(tokens):
        if token[-1].isdigit() or token.lower() in NUMBER_WORDS:
            after = {stem(word) for word in tokens[i + 1 : i + 5]}
            if question.unit[-1] in after:
                return 1.0
    return 0.0
