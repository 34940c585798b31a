"""Overviews of a time, and of articles that have heads and rows of values."""

from datetime import date

import pytest
from memory_search import MemorySearch

from assistant.language.dates import Date
from assistant.reading.overview.catalog import InTime, in_time, said_by
from assistant.reading.overview.overviews import Overview, Overviews
from index.encoding.encoder import Encoder
from index.search.engine import Filters
from index.text.article import Article

MAIL = """From: Bo Lind <bo@lund.example>
To: Ada Holm <ada@lund.example>
Date: Mon, 03 May 2021 10:00:00 +0200
Subject: The lift

Dear Ada,

The lift of Lund stands still because its rope is worn. The new rope comes on 9 May.

Bo
"""
LIFT = """# The lift of Lund

Technical data: load 400 kg, speed 1.2 m a second, power 9 kW, 12 stops.

## Use

Close both doors before the lift moves. Never carry more than six persons.

## Past

The lift was built in 1931.
"""
FAIR = """# The fair of Lund

On 22 May 2021 the fair of Lund opened with a parade. It closed on 2 June 2021.
"""
NEWS = """# News of the harbour

The harbour of Lund has a new crane. The old crane fell into the sea on 4 March 2020.
"""


@pytest.fixture(scope="module")
def engine(minilm: Encoder) -> MemorySearch:
    articles = [
        Article(source=name, name=name, text=text, title=title, published=published)
        for name, text, title, published in (
            ("mail", MAIL, "The lift", date(2021, 5, 3)),
            ("lift", LIFT, "The lift of Lund", None),
            ("fair", FAIR, "The fair of Lund", date(2021, 7, 1)),
            ("news", NEWS, "News of the harbour", date(2021, 5, 20)),
        )
    ]
    return MemorySearch(articles, minilm)


@pytest.fixture(scope="module")
def overviews(engine: MemorySearch) -> Overviews:
    return Overviews(lambda text, k, passing: engine.search(text, k=k, filters=passing), engine, Filters())


def quoted(overview: Overview | None, engine: MemorySearch) -> list[str]:
    assert overview is not None
    return [engine.text(quote.article.article_id)[quote.start : quote.end] for quote in overview.quotes]


def test_a_time_is_told_by_the_statements_that_name_it_and_then_by_its_articles(
    overviews: Overviews, engine: MemorySearch
) -> None:
    told = quoted(overviews.happened(Date(year=2021, month=5)), engine)

    assert [line.split(".")[0] for line in told] == [
        "The new rope comes on 9 May",
        "On 22 May 2021 the fair of Lund opened with a parade",
        "The harbour of Lund has a new crane",
        "The lift of Lund stands still because its rope is worn",
    ]
    assert quoted(overviews.happened(Date(year=1931)), engine) == ["The lift was built in 1931."]
    assert overviews.happened(Date(year=1850)) is None


def test_a_head_or_a_row_of_values_is_not_what_an_article_is_about(overviews: Overviews, engine: MemorySearch) -> None:
    told = quoted(overviews.about(), engine)

    assert len(told) == 4
    assert not any(line.startswith(("Date:", "From:", "Subject:", "Technical data:")) for line in told)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What happened in May 2021?", InTime(words="May 2021", when=Date(year=2021, month=5), events=True)),
        ("what happened in may 2021", InTime(words="May 2021", when=Date(year=2021, month=5), events=True)),
        ("What took place in may?", InTime(words="May", when=Date(month=5), events=True)),
        ("What was published in 2020?", InTime(words="2020", when=Date(year=2020), events=False)),
        ("What happened in the harbour?", None),
        ("What happened in May 2021 at the harbour?", None),
        ("What happened between 2020 and 2021?", None),
    ],
)
def test_a_question_for_a_time_names_nothing_else(question: str, found: InTime | None) -> None:
    assert in_time(question) == found


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("What did the Post report in June?", "in June"),
        ("what did the valley post write in may", "in May"),
        ("what did the valley post write in june", "in June"),
        ("What did the Valley Post publish in June 2021?", "in June 2021"),
        ("What did the Post say about the crane in June 2021?", "crane in June 2021"),
    ],
)
def test_the_time_of_a_publishers_word_is_told_from_its_topic(question: str, topic: str) -> None:
    said = said_by(question, ("Valley Post",))

    assert said is not None
    assert (said.publishers, said.topic) == (("Valley Post",), topic)


def test_a_place_behind_a_publishers_word_is_no_time() -> None:
    assert said_by("What did the Post report in the harbour?", ("Valley Post",)) is None
