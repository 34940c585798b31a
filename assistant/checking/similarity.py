"""Which words of a claim a passage's sentences have: those runs are read that have most, and none that replaces one."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np

from assistant.checking.names import Mentions
from assistant.language.sentence import parse
from assistant.language.values import agrees
from assistant.language.vocabulary import INTERJECTIONS
from index.search.engine import SearchEngine
from index.search.query import Query
from index.text.terms import STOP_WORDS, stem, stems

NEARLY_THE_SAME = 0.75
"""Least ratio of common terms (twice those in common, in order, to all) at which a claim repeats a sentence."""
SYNONYMS = 0.55
"""Least cosine of the vectors of synonyms: "shown" and "demonstrated" have 0.67."""
SLOT = 2
"""Most terms of a substituted word."""
_DETERMINERS = frozenset(map(stem, "all any both each either every few many most several some".split()))


class Coverage:
    """The words of a claim that each of some sentences has, also as an alias, figure or date in another form."""

    def __init__(self, claim: Query, texts: Sequence[str], engine: SearchEngine, mentions: Mentions) -> None:
        words = [word for word in claim.content if word.text.lower() not in INTERJECTIONS] or claim.content
        self._claim, self._texts, self._engine = claim, texts, engine
        self._words = [word.stem for word in words]
        self._terms = [stems(text) for text in texts]
        named = _said_otherwise(claim.text, texts, self._terms, mentions)
        self._weights = np.asarray([word.idf for word in words]) / engine.highest_idf
        self._has = np.asarray(
            [
                [word in own or word in other for word in self._words]
                for own, other in zip(map(set, self._terms), named, strict=True)
            ]
        )

    def share(self, first: int, last: int) -> float:
        """Compute the share of the claim's idf that the sentences from `first` to `last` (exclusive) have."""
        held = self._has[first:last].any(axis=0)
        return float(self._weights @ held) / (float(self._weights.sum()) or 1.0)

    def substituted(self, first: int, last: int) -> tuple[str, str] | None:
        """Find a word of the claim that replaces another in a sentence that it otherwise repeats; returns both.

        Synonyms, and words that occur elsewhere in the sentences, do not count.
        """
        has: list[bool] = np.asarray(self._has[first:last].any(axis=0)).tolist()
        lacking = {word for word, held in zip(self._words, has, strict=True) if not held} - _DETERMINERS
        lacking -= {term for value in parse(self._claim.text).values for term in stems(value.text)}
        if not lacking:
            return None
        own, said_at_all = self._claim.stems, set(self._claim.stems)
        near = [(SequenceMatcher(None, own, self._terms[at], autojunk=False), at) for at in range(first, last)]
        best, at = max(near, key=lambda pair: pair[0].ratio())
        if best.ratio() < NEARLY_THE_SAME:
            return None
        for kind, a, b, c, d in best.get_opcodes():
            said = [term for term in own[a:b] if term in lacking]
            theirs = [term for term in self._terms[at][c:d] if term not in STOP_WORDS and term not in said_at_all]
            if kind == "replace" and max(b - a, d - c) <= SLOT and said and theirs:
                pair = _as_written(said, self._claim.text), _as_written(theirs, self._texts[at])
                one, other = (self._engine.encode(text).vector for text in pair)
                if float(one @ other) < SYNONYMS:
                    return pair
        return None


def _as_written(terms: Sequence[str], text: str) -> str:
    """Convert stems to the words of a text."""
    words = {stem(token.word): token.word for token in parse(text).tokens if token.word}
    return " ".join(words.get(term, term) for term in terms)


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
