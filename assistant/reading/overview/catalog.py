"""Articles that a question names by what the catalog has of them: publisher, date, author."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.language.dates import Date
from assistant.language.values import dates
from assistant.language.vocabulary import MONTHS, REPORTS, alternatives
from index.search.engine import Passage
from index.text.article import IndexedArticle
from index.text.terms import STOP_WORDS, stems, words

_SAYS = alternatives(
    REPORTS | frozenset("cover covered mention mentioned mentions publish published publishes".split())
)
_SAID_BY = re.compile(
    rf"what (?:else )?(?:do|does|did|has|have|had) (?:the )?(?P<named>[^,?]+?) (?:have to )?(?:{_SAYS})"
    r"(?: (?:about|on|of|regarding|concerning) (?:the )?(?P<topic>[^?]+?)| (?P<when>(?:in|during|for) [^?]+?))?[ ?.]*",
    re.IGNORECASE,
)
"""Asks what a publisher says, of a topic, of a time or of anything."""
_IN_TIME = re.compile(
    r"what (?:else )?(?:(?P<event>happened|took place|occurred|went on)|was (?:reported|published|written|the news))"
    r" (?:in|on|during|from|for) (?P<when>[^?]+?)[ ?.]*",
    re.IGNORECASE,
)
"""Asks what happened, or was written, in a time."""
_ACCORDING = re.compile(r"\baccording to (?:the )?(?P<named>[^,?]+)", re.IGNORECASE)

_MONTH = rf"(?:{alternatives(MONTHS)})\b"
_SMALL_MONTH = re.compile(rf"(?<=\b(?:in|of|on) ){_MONTH}|(?<=\bduring ){_MONTH}|\b{_MONTH}(?= \d{{4}})")
"""A month in small letters; "may" and "march" are verbs elsewhere."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaidBy:
    """Publishers whose word a question asks for."""

    publishers: tuple[str, ...]
    names: tuple[frozenset[str], ...]
    """The words by which the question names them."""
    topic: str | None
    """What they are to speak of, empty for anything; None in an ordinary question, as "according to the Courier, …"."""


def said_by(question: str, publishers: Iterable[str]) -> SaidBy | None:
    """The publishers that a question asks for by name, or by part of it ("the Courier"); None if it asks for none."""
    question = _with_months(question)
    asked = _SAID_BY.fullmatch(question.strip())
    if asked and asked["when"] and asked_time(asked["when"]) is None:
        asked = None
    found = asked or _ACCORDING.search(question)
    if found is None:
        return None
    known = tuple(dict.fromkeys(publishers))
    for parts in ([found["named"]], re.split(r",? (?:and|or) (?:the )?|, (?:the )?", found["named"])):
        meant = [[one for one in known if _names(part, one)] for part in parts]
        if all(meant):
            return SaidBy(
                publishers=tuple(dict.fromkeys(one for each in meant for one in each)),
                names=tuple(frozenset(_content(part)) for part in parts),
                topic=(asked["topic"] or asked["when"] or "") if asked else None,
            )
    return None


def _with_months(text: str) -> str:
    """The text with its months as names."""
    return _SMALL_MONTH.sub(lambda month: month[0].capitalize(), text)


def asked_time(when: str) -> Date | None:
    """The time that words name and nothing else, as "in June 2024" does; None if there is none."""
    told = [date for date in dates(when) if date.year is not None or date.month is not None]
    if len(told) != 1:
        return None
    rest = when[: told[0].start] + when[told[0].end :]
    return None if _content(rest) else told[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class InTime:
    """A time whose events or articles a question asks for."""

    words: str
    when: Date
    events: bool
    """Whether what happened then is asked for, whenever it was published."""


def in_time(question: str) -> InTime | None:
    """The time that "What happened in May 2021?" asks for; None in any other question."""
    asked = _IN_TIME.fullmatch(_with_months(question.strip()))
    when = asked_time(asked["when"]) if asked else None
    return (
        None if asked is None or when is None else InTime(words=asked["when"], when=when, events=bool(asked["event"]))
    )


def is_spoken_of(said: SaidBy, passages: Iterable[Passage]) -> bool:
    """Whether other publishers speak of one that is asked for, as of a council: they may report its word."""
    others = [set(words(one.text)) for one in passages if one.article.publisher not in said.publishers]
    return any(name <= other for name in said.names for other in others)


def _names(part: str, name: str) -> bool:
    """Whether a part of a publisher's name names it: its noun, what it begins with, or its initials."""
    said, own = _content(part), _content(name)
    noun = _content(re.split(r" (?:of|for) |,", name)[0])[-1:]
    whole = bool(said) and set(said) <= set(own)
    begins = len(said) > 1 and said == own[: len(said)]
    initials = "".join(word[0] for word in own)
    return (whole and (said[-1:] == noun or begins)) or (len(initials) > 1 and "".join(said) == initials)


def _content(text: str) -> list[str]:
    return [word for word in words(text) if word not in STOP_WORDS]


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
    told = [date for date in dates(_with_months(text)) if date.year is not None or date.month is not None]
    by_date = [row for row in rows if any(published_in(row, date) for date in told)]
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


def published_in(row: IndexedArticle, date: Date) -> bool:
    """Whether an article was published on a day, or in a month or year."""
    if row.published is None:
        return False
    day = row.published
    return date.agrees(Date(year=day.year, month=day.month, day=day.day))
