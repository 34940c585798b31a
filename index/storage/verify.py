"""Check an index to the byte: every hash, offset and id, and each derived file against the catalog."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.encoding.encoders import damaged_export
from index.errors import AssistantError, IndexDamaged
from index.storage.catalog import Catalog
from index.storage.generation import contradictions, differences, generation_folder, open_generation
from index.storage.originals import wrong_originals
from index.storage.rows import ChunkRow
from index.storage.store import catalog_path, fingerprint
from index.text.article import IndexedArticle, sha256_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """Counts of what was checked, and the problems found."""

    articles: int
    chunks: int
    sentences: int
    problems: tuple[str, ...]


def verify_index(root: Path) -> Verification:
    """Check the index in `root`.

    Raises:
        IndexUnavailable: there is no catalog that can be read.
    """
    try:
        catalog = Catalog.open(catalog_path(root), writable=False)
    except IndexDamaged as error:
        return _unread([error.message])
    try:
        with catalog.reading():
            return _verify(root, catalog)
    except (AssistantError, LookupError, TypeError, ValueError) as error:
        integrity = catalog.integrity()
        problems = [f"the catalog's file: {integrity}"] if integrity != "ok" else []
        message = error.message if isinstance(error, AssistantError) else str(error)
        return _unread([*problems, f"the catalog cannot be read to its end ({message})"])
    finally:
        catalog.close()


def _unread(problems: Sequence[str]) -> Verification:
    return Verification(articles=0, chunks=0, sentences=0, problems=tuple(problems))


def _verify(root: Path, catalog: Catalog) -> Verification:
    problems = []
    integrity = catalog.integrity()
    if integrity != "ok":
        problems.append(f"the catalog's file: {integrity}")
    damaged = catalog.damaged_rows()
    problems += [f"{row} is not what its hash says" for row in damaged]
    for check in (catalog.check_listing, catalog.projection):
        try:
            check()
        except IndexDamaged as error:
            problems.append(error.message)
    if damaged:
        problems += differences(generation_folder(root, catalog.generation))
        problems += wrong_originals(root, catalog)
        return Verification(
            articles=len(catalog.numbers()), chunks=len(catalog.chunk_ids()), sentences=0, problems=tuple(problems)
        )
    articles = catalog.articles_unsealed()
    rows, lengths = [], []
    for chunk in catalog.chunks():
        rows.append(chunk.row)
        lengths.append(np.linalg.norm(chunk.vector))
    by_article: dict[int, list[ChunkRow]] = {}
    for row in rows:
        by_article.setdefault(row.article, []).append(row)
    for article in articles:
        text = catalog.text(article.number)
        if sha256_of(text) != article.sha256:
            problems.append(f"the text of {article.article_id} is not what its hash says")
        problems += wrong_offsets(article, text, by_article.pop(article.number, []))
    problems += [f"chunk {own[0].id} belongs to no article" for own in by_article.values()]
    if catalog.meta("fingerprint") != fingerprint(catalog):
        problems.append("the fingerprint is not that of the articles")
    problems += [
        f"the vector of chunk {row.id} has not length 1"
        for row, length in zip(rows, lengths, strict=True)
        if not abs(length - 1) <= 1e-3  # A length that is no number is neither more nor less.
    ]
    number = catalog.generation
    wrong = differences(generation_folder(root, number))
    if not wrong:
        try:
            wrong = contradictions(open_generation(root, number), catalog)
        except IndexDamaged as error:
            wrong = [error.message]
    return Verification(
        articles=len(articles),
        chunks=len(rows),
        sentences=sum(len(row.sentences) for row in rows),
        problems=(
            *problems,
            *wrong,
            *wrong_originals(root, catalog),
            *damaged_export(catalog.meta("encoder_hash")),
        ),
    )


def wrong_offsets(article: IndexedArticle, text: str, chunks: Sequence[ChunkRow]) -> list[str]:
    """Check that an article's chunks lie in its text in order and hold all of it; problems in words."""
    wrong = []
    covered = 0
    for chunk in chunks:
        sentences = chunk.sentences
        inside = sentences and sentences[0].start == chunk.start and sentences[-1].end == chunk.end
        ordered = all(a.end <= b.start for a, b in pairwise(sentences))
        if not (covered <= chunk.start < chunk.end <= len(text) and inside and ordered):
            wrong.append(f"the offsets of chunk {chunk.id} of {article.article_id} are wrong")
        elif any(_says(text[a:b]) for a, b in _gaps(chunk, covered)):
            wrong.append(f"text of {article.article_id} before character {chunk.end} is in no sentence")
        covered = max(covered, chunk.end)
    if _says(text[covered:]):
        wrong.append(f"the text of {article.article_id} after character {covered} is in no chunk")
    return wrong


def _says(text: str) -> bool:
    """Whether there is a letter or digit in `text`; rules and lines under headings have none."""
    return any(map(str.isalnum, text))


def _gaps(chunk: ChunkRow, covered: int) -> list[tuple[int, int]]:
    """Characters of a chunk that lie before or between its sentences."""
    ends = [covered, *(sentence.end for sentence in chunk.sentences[:-1])]
    return [(end, sentence.start) for end, sentence in zip(ends, chunk.sentences, strict=True)]
