"""The seam to the model that turns text into vectors, and its offline double."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from index.encoding.projection import TokenProjection
from index.text.article import Chunk, ChunkVectors, Matrix, QuestionVectors
from index.text.chunking import encoded_text

Progress = Callable[[int, int], None]
"""Progress: called with how much is done and how much there is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodingJob:
    """A chunk with the title that is encoded before it."""

    title: str
    """Already shortened to its share of the window; may be empty."""
    chunk: Chunk

    @property
    def text(self) -> str:
        """Text given to the encoder: the title, what the chunk is about, then the chunk."""
        return encoded_text(self.title, self.chunk.context, self.chunk.text)

    def sentence_spans(self) -> list[tuple[int, int]]:
        """Each sentence's characters in `text`, end exclusive."""
        shift = len(self.text) - len(self.chunk.text) - self.chunk.start
        return [(s.start + shift, s.end + shift) for s in self.chunk.sentences]


class Encoder(Protocol):
    """Turns questions and chunks into unit vectors of one space."""

    @property
    def name(self) -> str:
        """Name for people: a package, path or hub name."""

    @property
    def hash(self) -> str:
        """Identifies the weights and settings; two encoders of one hash give the same vectors."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    @property
    def max_tokens(self) -> int:
        """Length of the window in tokens, special tokens included; the rest of a text would be dropped."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, however many there are."""

    def tokens(self, word: str) -> list[str]:
        """The word's pieces in the vocabulary; a single piece means that it is a known word."""

    @property
    def projection(self) -> TokenProjection:
        """Projection of token vectors to fewer dimensions; a new index stores a copy."""

    def encode_questions(self, questions: Sequence[str]) -> list[QuestionVectors]:
        """Vectors of each whole question and of its tokens; together they cost less than one by one."""

    def encode_chunks(self, jobs: Sequence[EncodingJob], progress: Progress) -> list[ChunkVectors]:
        """Vectors of each job's chunk and of its sentences, in the order of `jobs`.

        Raises:
            ValueError: a text has more than `max_tokens` tokens.
        """


def unit(rows: Matrix) -> Matrix:
    """Scale `rows`, (n, dimension) or (dimension,), to length 1; zero rows stay zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Matrix = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled


class HashEncoder:
    """An encoder without a model: words hashed into buckets, so that shared words mean similarity.

    For tests and for trying things out where no model can be had. SHA-256 rather than `hash()`,
    which differs from process to process.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 48) -> None:
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.name = f"hash-{dimension}-{max_tokens}"
        self.hash = hashlib.sha256(self.name.encode()).hexdigest()
        self.projection = TokenProjection.identity(dimension)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """One token a word, sign or CJK character, and two special ones."""
        return [len(_pieces(text)) + 2 for text in texts]

    def tokens(self, word: str) -> list[str]:
        """Split the word into pieces of three letters, since there is no vocabulary."""
        return [word[i : i + 3] for i in range(0, len(word), 3)]

    def encode_questions(self, questions: Sequence[str]) -> list[QuestionVectors]:
        """Encode questions; a token is a word."""
        return [
            QuestionVectors(
                text=self._vector(question),
                tokens=self._token_rows(question),
                spans=tuple((m.start(), m.end()) for m in _PIECE.finditer(question)),
            )
            for question in questions
        ]

    def encode_chunks(self, jobs: Sequence[EncodingJob], progress: Progress) -> list[ChunkVectors]:
        """Encode chunks and their sentences."""
        for job, count in zip(jobs, self.count_tokens([job.text for job in jobs]), strict=True):
            if count > self.max_tokens:
                raise ValueError(f"{count} tokens do not fit in {self.max_tokens}: {job.text[:60]!r}")
        vectors = []
        for job in jobs:
            texts = [job.text[start:end] for start, end in job.sentence_spans()]
            tokens = [self._token_rows(text) for text in texts]
            vectors.append(
                ChunkVectors(
                    chunk=self._vector(job.text),
                    sentences=np.stack([self._vector(text) for text in texts]),
                    tokens=np.concatenate(tokens),
                    token_counts=tuple(map(len, tokens)),
                )
            )
        progress(len(jobs), len(jobs))
        return vectors

    def _token_rows(self, text: str) -> Matrix:
        pieces = _pieces(text)
        return np.stack([self._vector(p) for p in pieces]) if pieces else np.zeros((0, self.dimension), np.float32)

    def _vector(self, text: str) -> Matrix:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for piece in _pieces(text):
            digest = hashlib.sha256(piece.lower().encode()).digest()
            vector[int.from_bytes(digest[:4], "big") % self.dimension] += 1 if digest[4] % 2 else -1
        if not vector.any():
            vector[0] = 1
        return unit(vector)


_PIECE = re.compile(r"[\u3040-\u9fff]|\w+?(?=[\u3040-\u9fff])|\w+|[^\w\s]")


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(text)
