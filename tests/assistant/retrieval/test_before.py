"""Questions about the time before a date, put to the articles of that time."""

from datetime import date

import pytest
from passages import passage_of

from assistant.question.question import analyse
from assistant.retrieval.before import asked_before
from index.search.engine import Filters

ARTICLES = [passage_of(["A line."], published=date(year, 6, 1)).article for year in (2017, 2020)]


@pytest.mark.parametrize(
    ("question", "present", "last"),
    [
        ("How much was the toll before 2019?", "How much is the toll?", date(2018, 12, 31)),
        ("Who was the warden of the lock before March 2018?", "Who is the warden of the lock?", date(2018, 2, 28)),
        ("How many boats did the club have prior to 2020", "How many boats does the club have?", date(2019, 12, 31)),
    ],
)
def test_a_value_before_a_date_is_asked_in_the_present_of_the_articles_before_it(
    question: str, present: str, last: date
) -> None:
    before = asked_before(analyse(question), Filters(), ARTICLES)

    assert before is not None
    assert (before.question, before.filters) == (present, Filters(published_before=last))


@pytest.mark.parametrize(
    "question",
    [
        "How much is the toll?",
        "How much will the toll be before 2019?",
        "Why was the toll raised before 2019?",
        "How much was the toll before 2016?",
        "How much was the toll before 2022?",
        "How much was the toll before 0000?",
    ],
)
def test_a_date_that_parts_no_articles_or_no_value_is_left(question: str) -> None:
    assert asked_before(analyse(question), Filters(), ARTICLES) is None
