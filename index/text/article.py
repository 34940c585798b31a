"""The values that an index is made of: articles, their sentences and their chunks."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
"""Vectors as rows, float32."""


def sha256_of(text: str) -> str:
    """Hexadecimal SHA-256 of `text` in UTF-8: the hash that receipts carry."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of a paged source such as a PDF: `article.text[start:end]`."""

    number: int
    """1 for the first."""
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One article as it was extracted from its source; absent metadata is None, never guessed."""

    source: str
    """Absolute path or URI that it came from; identifies the article over time."""
    name: str
    """Basis of its id, usually the file's name without its suffix."""
    text: str
    """The extracted text; every offset of this project counts its Unicode characters."""
    title: str | None = None
    published: date | None = None
    publisher: str | None = None
    url: str | None = None
    language: str | None = None
    """ISO 639-1 code such as "en"."""
    authors: tuple[str, ...] = ()
    source_sha256: str = ""
    """SHA-256 of the source's bytes; if it is unchanged, the article is not indexed again."""
    extractor: str = ""
    """What extracted the text, with its version ("pypdfium2 5.1"); empty for text that was taken as it is."""
    pages: tuple[Page, ...] = ()
    """In reading order; empty for a source without pages."""
    problems: tuple[str, ...] = ()
    """What of the source was not understood, a line each; the article is indexed all the same."""
    original: bytes = field(default=b"", repr=False)
    """The source's bytes, where they are to be kept so that its pages can be shown; else empty."""

    @property
    def sha256(self) -> str:
        """Hash of the text in UTF-8."""
        return sha256_of(self.text)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexedArticle:
    """An article as an index lists it, without its text."""

    number: int
    """Never reused, not even after the article was removed."""
    article_id: str
    source: str
    source_sha256: str
    sha256: str
    title: str | None
    published: date | None
    publisher: str | None
    url: str | None
    language: str | None
    authors: tuple[str, ...] = ()
    extractor: str = ""
    """What extracted its text (`Article.extractor`)."""

    @classmethod
    def of(cls, article: Article, *, number: int, article_id: str) -> "IndexedArticle":
        """The listing of an article under its number and id."""
        return cls(
            number=number,
            article_id=article_id,
            source=article.source,
            source_sha256=article.source_sha256,
            sha256=article.sha256,
            title=article.title,
            published=article.published,
            publisher=article.publisher,
            url=article.url,
            language=article.language,
            authors=article.authors,
            extractor=article.extractor,
        )


def fingerprint_of(
    articles: Iterable[IndexedArticle], glossaries: Iterable[str], *, encoder_hash: str, max_tokens: int
) -> str:
    """Hash of all that decides answers: articles and their metadata, glossaries, encoder, chunk size.

    Equal content gives an equal fingerprint, in whatever order, on whatever machine and in whatever engine.
    """
    listed = sorted(
        [row.article_id, row.sha256, row.title, str(row.published), row.publisher, row.url, row.language, *row.authors]
        for row in articles
    )
    content = json.dumps([[encoder_hash, str(max_tokens)], listed, sorted(glossaries)], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence of an article: `article.text[start:end]`."""

    start: int
    """First character, counted in the article's text."""
    end: int
    """One past the last character."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A run of whole sentences that the encoder reads in one pass, title included."""

    start: int
    end: int
    text: str
    """Always `article.text[start:end]`."""
    sentences: tuple[Sentence, ...]
    """In reading order; offsets count the article's characters, not the chunk's."""
    context: str = ""
    """What its first block is about: the headings, question or header row above it (`Structure.context`)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkVectors:
    """Vectors from one encoder pass over a chunk."""

    chunk: Matrix
    """(dimension,) float32 of length 1."""
    sentences: Matrix
    """(sentences, dimension) float32, rows of length 1, in reading order."""
    tokens: Matrix
    """(tokens, width) float32, the tokens of all sentences in reading order, title left out."""
    token_counts: tuple[int, ...]
    """How many of the tokens belong to each sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionVectors:
    """Vectors from one encoder pass over a question."""

    text: Matrix
    """(dimension,) float32 of length 1."""
    tokens: Matrix
    """(tokens, width) float32."""
    spans: tuple[tuple[int, int], ...]
    """Characters of the question that each token stands for, end exclusive."""
