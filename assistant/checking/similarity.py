"""Features of the similarity of a claim to a passage's sentences, in words and meaning.

They are computed from the index's vectors and terms, without a model that reads both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.checking.names import Mentions
from assistant.language.sentence import parse
from assistant.language.values import agrees
from assistant.language.vocabulary import INTERJECTIONS
from index.search.engine import Passage, SearchEngine
from index.search.query import Query, similarities
from index.text.terms import STOP_WORDS, stem, stems

FEATURES = (
    "coverage",
    "soft_coverage",
    "worst",
    "second_worst",
    "unmatched",
    "unmatched_softly",
    "pairs",
    "cosine",
    "cosine_of_run",
    "claim_length",
    "run_length",
    "sentences",
)
"""Names of the features in the order of their columns."""
NEARLY_THE_SAME = 0.75
"""Least ratio of common terms (twice those in common, in order, to all) at which a claim repeats a sentence."""
SYNONYMS = 0.55
"""Least cosine of the vectors of synonyms: "shown" and "demonstrated" have 0.67."""
_DETERMINERS = frozenset(map(stem, "all any both each either every few many most several some".split()))
SLOT = 2
"""Most terms of a substituted word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Consecutive sentences of a passage, by index, end exclusive."""

    first: int
    last: int


class Similarity:
    """Similarity of a claim to the sentences of one passage."""

    def __init__(self, claim: Query, passage: Passage, engine: SearchEngine, mentions: Mentions) -> None:
        self.claim = claim
        self._engine = engine
        self._stems = {word.stem for word in claim.content}
        texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]
        words = [word for word in claim.content if word.text.lower() not in INTERJECTIONS] or claim.content
        self.words = words
        self.idf = np.asarray([word.idf for word in words]) / engine.highest_idf
        self.total = float(self.idf.sum()) or 1.0
        self.texts = texts
        self.terms = [stems(text) for text in texts]
        named = _said_otherwise(claim.text, texts, self.terms, mentions)
        self.has = np.asarray(
            [
                [word.stem in own or word.stem in other for word in words]
                for own, other in zip(map(set, self.terms), named, strict=True)
            ]
        )
        tokens, counts = engine.token_vectors(passage)
        self.best = _best_by_sentence(similarities(claim, words, tokens), counts)
        self.vectors = engine.sentence_vectors(passage)
        self.cosines = self.vectors @ claim.vector
        self.claim_pairs = set(pairwise(claim.stems))
        self.lengths = [len(own) for own in self.terms]

    def coverage(self, run: Run) -> float:
        """Compute the share of the claim's idf that the sentences have."""
        return float(self.idf @ self.has[run.first : run.last].any(axis=0)) / self.total

    def core(self, run: Run) -> int:
        """Return the index in the run of the sentence with most of the claim."""
        return int(np.argmax(self.has[run.first : run.last] @ self.idf))

    def substituted(self, run: Run) -> tuple[str, str] | None:
        """Find a word of the claim that replaces another in a sentence that it otherwise repeats; returns both.

        Synonyms, and words that occur elsewhere in the sentences, do not count.
        """
        has = np.asarray(self.has[run.first : run.last].any(axis=0)).tolist()
        lacking = {word.stem for word, held in zip(self.words, has, strict=True) if not held} - _DETERMINERS
        lacking -= {term for value in parse(self.claim.text).values for term in stems(value.text)}
        if not lacking:
            return None
        own = self.claim.stems
        near = [(SequenceMatcher(None, own, self.terms[at], autojunk=False), at) for at in range(run.first, run.last)]
        best, at = max(near, key=lambda pair: pair[0].ratio())
        if best.ratio() < NEARLY_THE_SAME:
            return None
        for kind, a, b, c, d in best.get_opcodes():
            said = [term for term in own[a:b] if term in lacking]
            theirs = [term for term in self.terms[at][c:d] if term not in STOP_WORDS and term not in self._stems]
            if kind == "replace" and max(b - a, d - c) <= SLOT and said and theirs:
                pair = _as_written(said, self.claim.text), _as_written(theirs, self.texts[at])
                if not self._synonyms(*pair):
                    return pair
        return None

    def _synonyms(self, one: str, other: str) -> bool:
        first, second = (self._engine.encode(text).vector for text in (one, other))
        return float(first @ second) >= SYNONYMS

    def row(self, run: Run) -> NDArray[np.float64]:
        """Compute the features, in the order of `FEATURES`."""
        part = slice(run.first, run.last)
        has, best = self.has[part].any(axis=0), self.best[part].max(axis=0)
        soft = np.where(has, 1.0, best)
        low = np.sort(soft)
        joined = self.vectors[part].mean(axis=0)
        own_pairs = {pair for own in self.terms[part] for pair in pairwise(own)}
        length = len(self.claim.stems)
        return np.asarray(
            [
                float(self.idf @ has) / self.total,
                float(self.idf @ soft) / self.total,
                low[0],
                low[min(1, len(low) - 1)],
                float((self.idf * ~has).max()),
                float((self.idf * (1 - soft)).max()),
                len(self.claim_pairs & own_pairs) / max(1, len(self.claim_pairs)),
                float(self.cosines[part].max()),
                float(joined @ self.claim.vector / max(float(np.linalg.norm(joined)), 1e-9)),
                min(3.0, length / 20),
                float(np.log((1 + sum(self.lengths[part])) / (1 + length))),
                run.last - run.first,
            ],
            dtype=np.float64,
        )


def _as_written(terms: Sequence[str], text: str) -> str:
    """Convert stems to the words of a text."""
    words = {stem(token.word): token.word for token in parse(text).tokens if token.word}
    return " ".join(words.get(term, term) for term in terms)


def _best_by_sentence(table: NDArray[np.float32], counts: Sequence[int]) -> NDArray[np.float64]:
    """Compute the highest similarity of each sentence's tokens to each word; shape (sentences, words)."""
    ends = np.cumsum(counts)
    rows = [
        table[:, end - count : end].max(axis=1) if count else np.zeros(len(table))
        for count, end in zip(counts, ends, strict=True)
    ]
    return np.asarray(rows, dtype=np.float64)


def _said_otherwise(
    claim: str, texts: Sequence[str], terms: Sequence[Sequence[str]], mentions: Mentions
) -> list[set[str]]:
    """Return, for each sentence, the stems that match the claim in other words: aliases, figures, dates."""
    found: list[set[str]] = [set() for _ in terms]
    held = [f" {' '.join(own)} " for own in terms] if mentions else []
    for name, group in mentions:
        own = {term for term in stems(name) if term not in STOP_WORDS}
        others = [f" {' '.join(other)} " for other in map(stems, group) if other]
        for place, text in enumerate(held):
            if any(other in text for other in others):
                found[place] |= own
    for value in parse(claim).values:
        written = set(stems(value.text))
        for place, text in enumerate(texts):
            if any(agrees(value.token, other.token) for other in parse(text).values):
                found[place] |= written
    return found
