"""Articles on their way into an index: loaded one by one, with what is to be told about each file."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from index.errors import ArticleUnreadable, ExtraMissing
from index.text.article import Article, IndexedArticle
from index.text.finding import read_bytes
from index.text.isolated import IsolatedLoader
from index.text.likeness import Sketch, Sketches
from index.text.loading import file_of

Content = tuple[str, str | None, date | None]
"""By which two articles are the same: the hash of the text, title, date. A bulletin of another day is another one."""


@dataclass(slots=True)
class Incoming:
    """Loads files; a file that cannot be taken, or holds what is there already, becomes a line to tell."""

    failed: list[str] = field(default_factory=list)
    """Why a file was left out, a line each."""
    problems: list[str] = field(default_factory=list)
    """What was not understood of articles that were taken, and which are nearly the same, a line each."""
    duplicates: list[str] = field(default_factory=list)
    """Files whose article is in the index under another name, a line each."""
    loaded: dict[str, set[str]] = field(default_factory=dict)
    """Of each file that was loaded, the sources of its articles."""
    places: dict[str, str] = field(default_factory=dict)
    """Second places of articles, each with the source that the article is in the index by."""
    _first: dict[Content, str] = field(default_factory=dict)
    _sketches: Sketches = field(default_factory=lambda: Sketches({}))
    _known: set[str] = field(default_factory=set)

    @classmethod
    def beside(
        cls,
        known: Iterable[IndexedArticle],
        *,
        sketches: Mapping[str, Sketch],
        leaving: Iterable[IndexedArticle] = (),
    ) -> "Incoming":
        """Make it for an index that holds `known` articles with these sketches, of which some are leaving it."""
        left = {row.source for row in leaving}
        staying = {source: sketch for source, sketch in sketches.items() if source not in left}
        incoming = cls(_sketches=Sketches(staying))
        for row in known:
            incoming._known.add(row.source)
            if row.source not in left:
                incoming._first.setdefault((row.sha256, row.title, row.published), row.source)
        return incoming

    def files(self, files: Iterable[Path]) -> Iterator[Article]:
        """Load the articles of files."""
        with IsolatedLoader() as loader:
            for file in files:
                try:
                    data = read_bytes(file)
                except ArticleUnreadable as error:
                    self.failed.append(str(error))
                    continue
                yield from self._taken(loader, file, data, str(file))

    def uploads(self, files: Iterable[tuple[Path, bytes, str]]) -> Iterator[Article]:
        """Load the articles of uploads: each a name to read it by, its bytes, and the source that identifies it."""
        with IsolatedLoader() as loader:
            for path, data, source in files:
                yield from self._taken(loader, path, data, source)

    def _taken(self, loader: IsolatedLoader, path: Path, data: bytes, source: str) -> Iterator[Article]:
        try:
            articles = loader.load(path, data)
        except (ArticleUnreadable, ExtraMissing) as error:
            self.failed.append(str(error))
            return
        self.loaded[source] = set()
        for article in articles:
            source_of_it = source + article.source.removeprefix(str(path))
            article = replace(article, source=source_of_it, original=data if article.pages else b"")
            self.loaded[source].add(article.source)
            content = (article.sha256, article.title, article.published)
            other = self._first.setdefault(content, article.source)
            if other != article.source and article.source not in self._known and _is_there(other):
                self.places[article.source] = other
                self.duplicates.append(f"{article.source}: the same article as {other}, which is in the index")
                continue
            self.problems += [f"{article.source}: {problem}" for problem in article.problems]
            near = self._sketches.nearest(article.source, article.text)
            if near is not None and near != other:  # The same one that moved here is told as such.
                self.problems.append(f"{article.source}: nearly the same article as {near}")
            yield article


def _is_there(source: str) -> bool:
    """Whether the place of an article still is; of one that is no file, it is."""
    path = file_of(source)
    return not path.is_absolute() or os.path.lexists(path)
