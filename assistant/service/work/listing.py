"""Lists a collection's articles: searched, filtered and sorted; of each what kind it is and what it lacks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import PurePath

from index.counts import counted
from index.text.article import IndexedArticle
from index.text.formats.table import is_current
from index.text.loading import file_of

SHORT = 200
"""Characters; an article with fewer is mostly a page that could not be read."""


class Sort(StrEnum):
    """Order of a list."""

    NAME = "name"
    """By id."""
    TITLE = "title"
    NEWEST = "newest"
    """By date, articles without one last."""
    OLDEST = "oldest"
    """By date, articles without one last."""
    PUBLISHER = "publisher"
    """By publisher, articles without one last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which articles are listed, and in what order."""

    words: tuple[str, ...] = ()
    """Each stands in the title, the id, the publisher or an author's name, in whatever case."""
    publisher: str | None = None
    kind: str | None = None
    """As `kind_of` gives it."""
    published_after: date | None = None
    published_before: date | None = None
    sort: Sort = Sort.NAME

    def passes(self, row: IndexedArticle) -> bool:
        """Whether an article is listed; one without a date is not where dates are limited."""
        named = " ".join([row.title or "", row.article_id, row.publisher or "", *row.authors]).casefold()
        day = row.published
        return (
            all(word.casefold() in named for word in self.words)
            and self.publisher in {None, row.publisher}
            and self.kind in {None, kind_of(row)}
            and (self.published_after is None or (day is not None and day >= self.published_after))
            and (self.published_before is None or (day is not None and day <= self.published_before))
        )


def page_of(
    rows: Iterable[IndexedArticle], wanted: Wanted, *, after: str, limit: int
) -> tuple[list[IndexedArticle], int, str | None]:
    """A page of the list, the number of articles on all pages, and the `after` of the next page.

    `after` is the id of the last article before the page, "" for the first page. If that one is gone, a list by name
    goes on behind its place, and any other begins again.
    """
    found = sorted((row for row in rows if wanted.passes(row)), key=_key(wanted.sort))
    ids = [row.article_id for row in found]
    if after in ids:
        first = ids.index(after) + 1
    else:
        first = sum(one <= after for one in ids) if wanted.sort is Sort.NAME else 0
    shown = found[first : first + limit]
    return shown, len(found), shown[-1].article_id if len(found) > first + limit else None


def _key(sort: Sort) -> Callable[[IndexedArticle], tuple[object, ...]]:
    def key(row: IndexedArticle) -> tuple[object, ...]:
        day = row.published.toordinal() if row.published else 0
        match sort:
            case Sort.NAME:
                return (row.article_id,)
            case Sort.TITLE:
                return ((row.title or row.article_id).casefold(), row.article_id)
            case Sort.NEWEST:
                return (-day, row.article_id)
            case Sort.OLDEST:
                return (day == 0, day, row.article_id)
            case Sort.PUBLISHER:
                return (row.publisher is None, (row.publisher or "").casefold(), row.article_id)

    return key


def kind_of(row: IndexedArticle) -> str:
    """The suffix of the file that an article came from, without its dot: "pdf"; "" for a source without one."""
    return PurePath(file_of(row.source).name).suffix.lstrip(".").lower()


def lacks(row: IndexedArticle, text: str) -> list[str]:
    """What a person may want to mend of an article, in words."""
    return [
        words
        for words, lacking in (
            ("no title", row.title is None),
            ("no date", row.published is None),
            ("no publisher", row.publisher is None),
            (f"only {counted(len(text), 'character')} of text", len(text) < SHORT),
            ("read by an earlier version of its reader; add it again", not is_current(row.extractor)),
        )
        if lacking
    ]
