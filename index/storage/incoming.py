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
    """The source that each content is in the index by, or comes into it."""
    _of_file: dict[str, dict[str, Content]] = field(default_factory=dict)
    """What the index has of each file that was not read again yet, by source."""
    _left: dict[Content, str] = field(default_factory=dict)
    """Contents that are no longer where the index has them, each with that source."""
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
                content = (row.sha256, row.title, row.published)
                incoming._first.setdefault(content, row.source)
                incoming._of_file.setdefault(str(file_of(row.source)), {})[row.source] = content
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
                # An article that is not in the file any more stays in the index.
                yield from self._taken(loader, path, data, source, is_whole=False)

    def _taken(
        self, loader: IsolatedLoader, path: Path, data: bytes, source: str, *, is_whole: bool = True
    ) -> Iterator[Article]:
        """Load the articles of a file; with `is_whole`, those that it holds no longer leave the index."""
        try:
            articles = loader.load(path, data)
        except (ArticleUnreadable, ExtraMissing) as error:
            self.failed.append(str(error))
            return
        articles = [replace(one, source=source + one.source.removeprefix(str(path))) for one in articles]
        contents = {one.source: (one.sha256, one.title, one.published) for one in articles}
        self.loaded[source] = set(contents)
        # What leaves the index may come again from another place, where it is no duplicate.
        for place, content in self._of_file.pop(source, {}).items():
            leaves = contents[place] != content if place in contents else is_whole
            if leaves and self._first.get(content) == place:
                self._left[content] = self._first.pop(content)
        for article in articles:
            article = replace(article, original=data if article.pages else b"")
            content = contents[article.source]
            other = self._first.setdefault(content, article.source)
            if other != article.source and article.source not in self._known and _is_there(other):
                self.places[article.source] = other
                self.duplicates.append(f"{article.source}: the same article as {other}, which is in the index")
                continue
            self.problems += [f"{article.source}: {problem}" for problem in article.problems]
            near = self._sketches.nearest(article.source, article.text)
            if near not in {None, other, self._left.get(content)}:  # The same one that moved here is told as such.
                self.problems.append(f"{article.source}: nearly the same article as {near}")
            yield article


def _is_there(source: str) -> bool:
    """Whether the place of an article still is; of one that is no file, it is."""
    path = file_of(source)
    return not path.is_absolute() or os.path.lexists(path)
