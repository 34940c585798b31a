"""Articles that a question names by what the catalog has of them: publisher, date, author."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.dates import Date
from assistant.language.values import dates
from index.text.article import IndexedArticle
from index.text.terms import STOP_WORDS, stems, words


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """Articles that a question names, and what else it says."""

    articles: tuple[IndexedArticle, ...]
    topic: str
    """Its words that name no article; empty if all do."""


def named_articles(text: str, rows: Sequence[IndexedArticle], asking: frozenset[str]) -> Named | None:
    """The articles whose publisher, date and author a text names; None if it names none of these, or there is none.

    A publisher is named by any of its words ("the Courier" is
    the Harwick Courier), an author by the last name. What is named of several kinds must all be so of an article.
    `asking` are the words in which such questions are asked; they are no topic.
    """
    terms = set(stems(text))
    by_publisher = [row for row in rows if row.publisher and terms & _telling(row.publisher)]
    by_author = [row for row in rows if any(_telling(name.split()[-1]) & terms for name in row.authors if name.split())]
    told = [date for date in dates(text) if date.year is not None or date.month is not None]
    by_date = [row for row in rows if any(_published(row, date) for date in told)]
    kinds = [set(row.number for row in kind) for kind in (by_publisher, by_author) if kind]
    if told:
        kinds.append({row.number for row in by_date})
    if not kinds:
        return None
    numbers = set.intersection(*kinds)
    chosen = tuple(row for row in rows if row.number in numbers)
    if not chosen:
        return None
    naming = {term for row in chosen for named in (row.publisher or "", *row.authors) for term in stems(named)}
    naming |= {term for date in told for term in stems(text[date.start : date.end])}
    rest = [word for word in words(text) if not set(stems(word)) <= naming]
    topic = " ".join(word for word in rest if word not in STOP_WORDS and word not in asking)
    return Named(articles=chosen, topic=topic)


def _telling(name: str) -> set[str]:
    return {term for word in words(name) if word not in STOP_WORDS and len(word) > 2 for term in stems(word)}


def _published(row: IndexedArticle, date: Date) -> bool:
    if row.published is None:
        return False
    day = row.published
    return date.agrees(Date(year=day.year, month=day.month, day=day.day))
