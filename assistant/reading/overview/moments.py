"""When a statement says that something happened, to put statements in the order of time."""

from dataclasses import dataclass

from assistant.language.dates import Date
from assistant.language.numbers import CLOCK
from assistant.language.values import dates, read
from index.text.article import IndexedArticle


@dataclass(frozen=True, order=True, slots=True)
class Moment:
    """A time that a statement tells; what it leaves open counts as the beginning."""

    year: int
    """Negative before the common era."""
    month: int
    day: int
    minutes: int
    """Of the day."""


def moment(text: str, article: IndexedArticle) -> Moment | None:
    """The first date that a statement tells, and the first time of day; None if it tells neither.

    A date without a year is of the year in the article's title, or else of its publication; one without any is left
    out. A time of day without a date is of the day in the title.
    """
    date = _first(text, article)
    times = (token.figure.minutes for token in read(text) if token.figure and token.figure.unit == CLOCK)
    minutes = next(times, None)
    if date is None and minutes is None:
        return None
    if date is None:
        date = _first(article.title or "", article)
    return None if date is None else Moment(date.year or 0, date.month or 0, date.day or 0, minutes or 0)


def is_told(text: str, article: IndexedArticle, when: Date) -> bool:
    """Whether a statement names a day, a month or a year of a time."""
    found = (_full(date, article) for date in dates(text))
    return any(when.agrees(date) for date in found if date is not None)


def _first(text: str, article: IndexedArticle) -> Date | None:
    """The first date of a text whose year can be told."""
    return next((full for date in dates(text) if (full := _full(date, article)) is not None), None)


def _full(date: Date, article: IndexedArticle) -> Date | None:
    """A date with its year, or None if that cannot be told."""
    if date.year is not None:
        return date
    if date.month is None:
        return None
    titled = next((one.year for one in dates(article.title or "") if one.year is not None), None)
    year = titled if titled is not None else article.published.year if article.published else None
    return None if year is None else Date(year=year, month=date.month, day=date.day)
