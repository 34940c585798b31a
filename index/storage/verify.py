"""Check an index to the byte: every hash, offset and id, and each derived file against the catalog."""

import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.encoding.encoders import damaged_export
from index.errors import IndexDamaged
from index.storage.catalog import Catalog, ChunkRow
from index.storage.generation import contradictions, differences, generation_folder, open_generation
from index.storage.store import catalog_path, fingerprint
from index.text.article import IndexedArticle


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
    catalog = Catalog.open(catalog_path(root), writable=False)
    try:
        with catalog.reading():
            return _verify(root, catalog)
    except (sqlite3.Error, LookupError, TypeError, ValueError) as error:
        integrity = catalog.integrity()
        problems = [f"the catalog's file: {integrity}"] if integrity != "ok" else []
        problems.append(f"the catalog cannot be read to its end ({error})")
        return Verification(articles=0, chunks=0, sentences=0, problems=tuple(problems))
    finally:
        catalog.close()


def _verify(root: Path, catalog: Catalog) -> Verification:
    problems = []
    integrity = catalog.integrity()
    if integrity != "ok":
        problems.append(f"the catalog's file: {integrity}")
    articles = catalog.articles()
    chunks = catalog.chunks()
    by_article: dict[int, list[ChunkRow]] = {}
    for chunk in chunks:
        by_article.setdefault(chunk.article, []).append(chunk)
    for article in articles:
        rows = by_article.pop(article.number, [])
        try:
            problems += _of_article(article, catalog.text(article.number), rows)
        except IndexDamaged:
            problems.append(f"the text of {article.article_id} is not what its hash says")
    problems += [f"chunk {rows[0].id} belongs to no article" for rows in by_article.values()]
    if catalog.meta("fingerprint") != fingerprint(catalog):
        problems.append("the fingerprint is not that of the articles")
    problems += [f"{row} is not what its hash says" for row in catalog.damaged_rows()]
    for check in (catalog.check_meta, catalog.projection):
        try:
            check()
        except IndexDamaged as error:
            problems.append(error.message)
    ids, vectors = catalog.vectors()
    lengths = np.linalg.norm(vectors, axis=1) if ids else np.ones(0)
    problems += [f"the vector of chunk {ids[i]} has not length 1" for i in np.flatnonzero(abs(lengths - 1) > 1e-3)]
    number = catalog.generation
    wrong = differences(generation_folder(root, number), hashes=True)
    if not wrong:
        try:
            wrong = contradictions(open_generation(root, number), catalog)
        except IndexDamaged as error:
            wrong = [str(error)]
    return Verification(
        articles=len(articles),
        chunks=len(chunks),
        sentences=sum(len(chunk.sentences) for chunk in chunks),
        problems=(*problems, *wrong, *damaged_export(catalog.meta("encoder_hash"))),
    )


def _of_article(article: IndexedArticle, text: str, chunks: list[ChunkRow]) -> list[str]:
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
