"""Encodes a question for search: its wordings, their vectors, and the weights of their words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.encoding.encoder import Encoder
from index.encoding.projection import TokenProjection
from index.text.article import Matrix
from index.text.terms import CJK, STOP_WORDS, stems

MANY_WORDS = 64
MIN_IDF = 0.05
"""Lowest weight of a word, even if nearly every chunk has it."""

QUESTION_WORDS = frozenset("what who whom whose when where which why how".split())

Idf = Callable[[str], float]
"""Inverse document frequency of a stem."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word of a question."""

    text: str
    stem: str
    idf: float
    """At least `MIN_IDF`."""
    content: bool
    """Whether it is a content word: neither a stop word nor a question word."""
    tokens: tuple[int, ...]
    """Rows of its tokens in the question's token vectors; several for a word in pieces."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Query:
    """One wording of a question, encoded."""

    text: str
    vector: Matrix
    """(dimension,) float32 of length 1."""
    tokens: Matrix
    """(tokens, token dimension) float32, rows of length 1."""
    words: tuple[Word, ...]

    @cached_property
    def stems(self) -> list[str]:
        """Terms for BM25, in order, repeated if the question repeats them."""
        return stems(self.text)

    @cached_property
    def content(self) -> tuple[Word, ...]:
        """The content words; all words if there is none. Of very many, each counts once."""
        words = tuple(word for word in self.words if word.content) or self.words
        return words if len(words) <= MANY_WORDS else tuple({word.stem: word for word in words}.values())


def encode_queries(texts: Sequence[str], encoder: Encoder, projection: TokenProjection, idf: Idf) -> list[Query]:
    """Encode the wordings of a question."""
    return [
        Query(
            text=text,
            vector=vectors.text,
            tokens=projection.apply(vectors.tokens)
            if len(vectors.tokens)
            else np.zeros((0, projection.dimension), np.float32),
            words=tuple(_words(text, vectors.spans, idf)),
        )
        for text, vectors in zip(texts, encoder.encode_questions(texts), strict=True)
    ]


def _words(text: str, spans: Sequence[tuple[int, int]], idf: Idf) -> list[Word]:
    found = []
    piece = 0
    for match in re.finditer(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,]\d+)*", text):
        terms = stems(match.group())
        if not terms:
            continue
        start, end = match.span()
        while piece < len(spans) and spans[piece][0] < start:  # Both in order: a question may have thousands.
            piece += 1
        first = piece
        while piece < len(spans) and spans[piece][1] <= end:
            piece += 1
        lower = match.group().lower()
        found.append(
            Word(
                text=match.group(),
                stem=terms[0],
                idf=max(MIN_IDF, max(map(idf, terms))),
                content=lower not in STOP_WORDS and lower not in QUESTION_WORDS,
                tokens=tuple(range(first, piece)),
            )
        )
    return found


def similarities(query: Query, words: Sequence[Word], tokens: Matrix) -> Matrix:
    """Compute the similarity of each token to each word of the question.

    Args:
        query: the encoded question.
        words: of the question.
        tokens: (n, token dimension) float32, rows of length 1.

    Returns:
        (words, n) float32, the mean over a word's pieces of their cosines with each token.
    """
    of_words: Matrix = _spread(words, len(query.tokens)) @ query.tokens
    return of_words @ tokens.T


class LateInteraction:
    """Late interaction: the similarity of passages to a question, word by word.

    After ColBERT (Khattab & Zaharia, 2020, eq. 3): the best match of each content word among a passage's
    tokens, weighted by idf, as a mean in place of the sum so that long questions compare with short ones.
    """

    def __init__(self, query: Query) -> None:
        words = query.content
        idf = np.asarray([word.idf for word in words], dtype=np.float32)
        weights: Matrix = idf @ _spread(words, len(query.tokens)) / max(float(idf.sum()), MIN_IDF)
        counting = np.flatnonzero(weights)
        self._weights = weights[counting]
        self._tokens = query.tokens[counting]

    def score(self, tokens: Matrix) -> float:
        """The mean for a passage's `tokens`, (n, token dimension) float32 with rows of length 1; 0 without any."""
        if not len(tokens) or not len(self._weights):
            return 0.0
        return float(self._weights @ (self._tokens @ tokens.T).max(axis=1))

    def scores(self, tokens: Matrix, counts: NDArray[np.int64]) -> Matrix:
        """The same for many passages in one product.

        Args:
            tokens: (n, token dimension) float32, rows of length 1, passage after passage.
            counts: (passages,) how many of them belong to each.

        Returns:
            (passages,) float32.
        """
        scores = np.zeros(len(counts), dtype=np.float32)
        some = np.flatnonzero(counts)
        if len(some) and len(self._weights):
            firsts = (np.cumsum(counts) - counts)[some]
            scores[some] = self._weights @ np.maximum.reduceat(self._tokens @ tokens.T, firsts, axis=1)
        return scores


def _spread(words: Sequence[Word], tokens: int) -> Matrix:
    """(words, tokens) float32; row by row the mean over a word's own tokens."""
    table = np.zeros((len(words), tokens), dtype=np.float32)
    for row, word in enumerate(words):
        table[row, list(word.tokens)] = 1 / max(1, len(word.tokens))
    return table
