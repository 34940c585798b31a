"""Describe each sentence of the retrieved passages in numbers that tell whether it answers the question.

Everything comes from vectors and terms that the index already has, so that describing the sentences
of a handful of passages costs a few milliseconds and no model. All is relative to what the question
and the collection allow (shares of idf, not idf), so that weights carry over between collections of
any size.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.language.sentence import ParsedSentence, Sentences, parse
from assistant.language.values import read
from assistant.question.kinds import Kind
from assistant.question.pieces import asked_for
from assistant.question.question import Question
from index.search.engine import Passage, SearchEngine
from index.search.query import Query, Word, similarities
from index.text.article import Matrix, Sentence
from index.text.structure import TITLES
from index.text.structure import Kind as BlockKind

Column = NDArray[np.float64] | NDArray[np.bool_] | NDArray[np.int64]
"""(sentences,) of one feature."""
Table = NDArray[np.float64]

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

FULL_WORDS = 20
"""So many new content words count as a full sentence's worth."""
SHORT = 40
"""Characters; what has fewer is hardly a statement."""


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


class Evidence:
    """The sentences of the retrieved passages, taken apart once for all wordings of a question."""

    def __init__(
        self, question: Question, passages: Sequence[Passage], engine: SearchEngine, sentences: Sentences
    ) -> None:
        """Take passages apart, best first; `sentences` has what was read before in this state of the index."""
        self._question = question
        self._passages = passages
        self._engine = engine
        self._texts = [sentence_text(passage, place) for passage in passages for place in range(len(passage.sentences))]
        read = [sentences.read(text) for text in self._texts]
        self._sentences = [one.parsed for one in read]
        heads = [passage.context(place) for passage in passages for place in range(len(passage.sentences))]
        self._heads = [parse(head).counts for head in heads]
        """Stems of what each sentence is about: a row's header and an answer's question have words that it lacks."""
        self._states = [_states(passage, place) for passage in passages for place in range(len(passage.sentences))]
        self._particular = [one.particular for one in read]
        """Stems of each sentence that say something particular."""
        sizes = [len(passage.sentences) for passage in passages]
        self._owner = np.repeat(np.arange(len(passages)), sizes)
        """(sentences,) each one's passage."""
        self._firsts = np.cumsum(sizes, dtype=np.int64) - sizes
        """(passages,) each one's first sentence."""
        self._places = np.arange(len(self._texts)) - self._firsts[self._owner]
        """(sentences,) each one's position in its passage."""
        self._before = np.arange(len(self._texts)) - (self._places > 0)
        """(sentences,) the sentence before each one in its passage; for the first one itself."""

    def candidates(self, query: Query) -> list[Candidate]:
        """Every sentence that states something, described against one wording of the question."""
        if not self._passages or not query.content:  # Without a word there is nothing to describe a sentence by.
            return []
        rows = self._described(query)
        return [
            Candidate(passage=self._passages[int(owner)], place=int(place), text=text, features=row)
            for owner, place, text, states, row in zip(
                self._owner, self._places, self._texts, self._states, rows, strict=True
            )
            if states
        ]

    def _described(self, query: Query) -> Table:
        """(sentences, features)."""
        signals = np.asarray([_signals(passage, query, self._engine) for passage in self._passages])
        behind = signals - signals.max(axis=0)
        lengths = np.asarray([len(text) for text in self._texts])
        columns = [
            self._vectors @ query.vector,
            *signals[self._owner, :2].T,
            *behind[self._owner].T,
            np.asarray([passage.rank == 1 for passage in self._passages])[self._owner],
            *self._matches(query, lengths),
            *self._turns_of_phrase,
            *self._kinds(query),
            *self._novelty(query),
            self._places == 0,
            lengths < SHORT,
            np.minimum(3.0, lengths / 200),
            [not sentence.verb for sentence in self._sentences],
        ]
        return np.column_stack(columns).astype(np.float64)

    @cached_property
    def _vectors(self) -> Matrix:
        """(sentences, dimension) float32."""
        return np.concatenate([self._engine.sentence_vectors(passage) for passage in self._passages])

    @cached_property
    def _tokens(self) -> list[tuple[Matrix, NDArray[np.int64]]]:
        """By passage (tokens, token dimension) float32, and how many belong to each sentence."""
        found = map(self._engine.token_vectors, self._passages)
        return [(tokens, np.asarray(counts, dtype=np.int64)) for tokens, counts in found]

    @cached_property
    def _turns_of_phrase(self) -> tuple[NDArray[np.bool_], ...]:
        """Negations asked for, missing and added, and superlatives missing; (sentences,) each."""
        asked = parse(self._question.text)
        denied, extreme = asked.negates, asked.superlatives
        return (
            np.full(len(self._texts), denied),
            np.asarray([denied and not own.negates for own in self._sentences]),
            np.asarray([own.negates and not denied for own in self._sentences]),
            np.asarray([bool(extreme - own.superlatives) for own in self._sentences]),
        )

    @cached_property
    def _pieces(self) -> list[list[str]]:
        """What of each sentence could be what is asked for."""
        return [asked_for(self._question, text) for text in self._texts]

    def _kinds(self, query: Query) -> tuple[Column, ...]:
        """Whether a piece of the asked kind is there, is not, how near it is, and whether a figure counts the unit."""
        question = self._question
        kinded = question.kind not in {Kind.OTHER, Kind.CHANGE}
        held = np.asarray([kinded and bool(pieces) for pieces in self._pieces])
        wanted = {word.stem for word in query.content}
        near = [
            _nearness(wanted, sentence, text, pieces) if kinded else 0.0
            for sentence, text, pieces in zip(self._sentences, self._texts, self._pieces, strict=True)
        ]
        last = question.unit[-1] if question.unit else None
        # Most sentences lack the word, and need not be read for what stands behind their figures.
        unit = [last in own.counts and last in own.counted for own in self._sentences]
        return held, kinded & ~held, np.asarray(near), np.asarray(unit)

    def _novelty(self, query: Query) -> tuple[Column]:
        """How much each sentence says that the question does not, 1 for a full sentence's worth."""
        asked = set(query.stems)
        return (np.minimum(1.0, np.asarray([len(own - asked) for own in self._particular]) / FULL_WORDS),)

    def _matches(self, query: Query, lengths: NDArray[np.int64]) -> Sequence[Column]:
        """Which of the question's words the sentences have, to the letter and in meaning, and which they lack."""
        words, owner, before = query.content, self._owner, self._before
        idf = np.asarray([word.idf for word in words]) / self._engine.highest_idf
        total = float(idf.sum()) or 1.0
        name = np.asarray([word.text[:1].isupper() for word in words])
        figure = np.asarray([word.text[:1].isdigit() for word in words])
        counts = np.asarray([[own.counts.get(word.stem, 0) for word in words] for own in self._sentences])
        headed = np.asarray([[word.stem in head for word in words] for head in self._heads])
        has = (counts > 0) | headed
        near = has | has[before]
        titles = [parse(passage.article.title or "").counts for passage in self._passages]
        titled = np.asarray([[word.stem in title for word in words] for title in titles])
        passage = np.logical_or.reduceat(has, self._firsts) | titled
        best = np.maximum(self._best(query, words), headed)
        best_of_passage = np.maximum.reduceat(best, self._firsts)
        low = np.sort(best, axis=1)
        unlike = idf * ~has * (1 - best)
        unlike_passage = idf * ~passage * (1 - best_of_passage)
        return (
            has @ idf / total,
            near @ idf / total,
            (passage @ idf / total)[owner],
            self._pairs_shared(query),
            _bm25(words, counts, lengths),
            np.asarray([_span({word.stem for word in words}, own.terms) for own in self._sentences]),
            best @ idf / total,
            np.maximum(best, best[before]) @ idf / total,
            (best_of_passage @ idf / total)[owner],
            low[:, 0],
            low[:, min(1, len(words) - 1)],
            best_of_passage.min(axis=1)[owner],
            (idf * ~has).max(axis=1),
            (idf * ~near).max(axis=1),
            (idf * ~passage).max(axis=1)[owner],
            unlike.max(axis=1),
            unlike.sum(axis=1) / total,
            (unlike_passage.sum(axis=1) / total)[owner],
            np.count_nonzero(~has & name, axis=1),
            np.count_nonzero(~passage & name, axis=1)[owner],
            np.count_nonzero(~has & figure, axis=1),
            np.count_nonzero(~passage & figure, axis=1)[owner],
        )

    def _best(self, query: Query, words: Sequence[Word]) -> NDArray[np.float64]:
        """(sentences, words) float64, the best cosine of each word in each sentence; 0 in one without a token."""
        parts = []
        for tokens, counts in self._tokens:
            best = np.zeros((len(counts), len(words)))
            some = np.flatnonzero(counts)
            if len(some):
                starts = (np.cumsum(counts) - counts)[some]
                best[some] = np.maximum.reduceat(similarities(query, words, tokens), starts, axis=1).T
            parts.append(best)
        return np.concatenate(parts)

    def _pairs_shared(self, query: Query) -> Column:
        pairs = set(pairwise(query.stems))
        return np.asarray([len(pairs & own.pairs) for own in self._sentences]) / max(1, len(pairs))


def _states(passage: Passage, place: int) -> bool:
    """Whether a sentence states something: headings name what follows, and a question says nothing of its answer."""
    kind = passage.kind(place)
    if kind not in {BlockKind.TURN, BlockKind.HEADING}:
        return kind not in TITLES - {BlockKind.CAPTION}
    text = sentence_text(passage, place)
    if text.rstrip("\"'”’*_# ").endswith(("?", "？")):
        return False
    # A heading as "4.1.0 – 3 September 2024" over what is new in it.
    return kind is BlockKind.TURN or any(token.date for token in read(text))


def sentence_text(passage: Passage, place: int) -> str:
    """The text of a passage's sentence."""
    sentence = passage.sentences[place]
    return passage.text[sentence.start - passage.start : sentence.end - passage.start]


def header_row(passage: Passage, place: int, engine: SearchEngine) -> Sentence | None:
    """The header of the table that a sentence is a row of; None if it is of none."""
    block = passage.block(place)
    if block is None or block.kind is not BlockKind.ROW or block.parent is None:
        return None
    header = engine.structure(passage.article.article_id).blocks[block.parent]
    return Sentence(start=header.start, end=header.end) if header.kind is BlockKind.HEADER_ROW else None


def _signals(passage: Passage, query: Query, engine: SearchEngine) -> tuple[float, float, float]:
    """Cosine, BM25 as a share of the most that the question's terms can give, and late interaction."""
    most = 2.2 * sum(map(engine.idf, query.stems))  # (k1 + 1) · idf, were each term endlessly frequent.
    return passage.cosine, passage.bm25 / max(most, 1e-6), passage.late


def _bm25(words: Sequence[Word], counts: NDArray[np.int64], lengths: NDArray[np.int64]) -> Column:
    """BM25 of sentences (k1 1.2, b 0.75, a typical sentence of 150 characters) over the question's idf."""
    idf = np.asarray([word.idf for word in words])
    norms = 1.2 * (0.25 + 0.75 * lengths / 150)
    scores: NDArray[np.float64] = (2.2 * counts / (counts + norms[:, None])) @ idf / (float(idf.sum()) or 1.0)
    return scores


def _span(wanted: Set[str], own: Sequence[str]) -> float:
    """How close together the question's words stand in the sentence, 1 for side by side."""
    places = [i for i, term in enumerate(own) if term in wanted]
    return len({own[i] for i in places}) / (places[-1] - places[0] + 1) if len(places) > 1 else 0.0


def _nearness(wanted: Set[str], sentence: ParsedSentence, text: str, pieces: Sequence[str]) -> float:
    """Nearness of a piece of the asked kind to the question's words: 1 beside them, 0 far away."""
    marks = [start for start, stem in sentence.places if stem in wanted] if pieces else []
    places = [at for piece in set(pieces) if (at := text.find(piece)) >= 0] if marks else []
    if not places:
        return 0.0
    return math.exp(-min(abs(mark - at) for mark in marks for at in places) / 40)
