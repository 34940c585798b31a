"""Evidence that cannot answer: of another year than the question asks about, or without a word of money."""

from datetime import date

import numpy as np
import pytest

from assistant.reading.evidence import Candidate
from assistant.reading.mismatch import of_another_year
from index.search.engine import Passage
from index.text.article import IndexedArticle, Sentence


def candidate(sentence: str, *, passage: str = "", title: str = "", published: date | None = None) -> Candidate:
    text = f"{sentence} {passage}".strip()
    article = IndexedArticle(
        number=1,
        article_id="a",
        source="a.md",
        source_sha256="",
        sha256="",
        title=title or None,
        published=published,
        publisher=None,
        url=None,
        language=None,
    )
    whole = Sentence(start=0, end=len(sentence))
    read = Passage(
        chunk_id=1,
        article=article,
        start=0,
        end=len(text),
        text=text,
        sentences=(whole,),
        rank=1,
        score=1.0,
        cosine=1.0,
        bm25=1.0,
        late=1.0,
    )
    return Candidate(passage=read, place=0, text=sentence, features=np.zeros(1))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many users did the ferry have in 2023?", "In March 2021 the ferry had 5,000 users."),
        ("What had been built by the end of 2022?", "By the end of 2025 three bridges were to be built."),
    ],
)
def test_a_sentence_of_another_year_contradicts(question: str, sentence: str) -> None:
    assert of_another_year(question, candidate(sentence))


def test_a_sentence_without_a_year_contradicts_only_where_its_passage_has_none_of_the_question() -> None:
    asked, said = "How many users did the ferry have in 2023?", "The ferry had 5,000 users."

    assert of_another_year(asked, candidate(said, passage="It was counted in 2021."))
    assert not of_another_year(asked, candidate(said, passage="It was counted in 2023."))
    assert not of_another_year(asked, candidate(said, title="The ferry in 2023"))
    assert not of_another_year(asked, candidate(said, published=date(2023, 5, 1)))


def test_what_is_counted_or_measured_is_no_year() -> None:
    assert not of_another_year("Is the tunnel longer than 1500 m?", candidate("The tunnel was opened in 1931."))
    assert not of_another_year("Has the hall more than 2000 seats?", candidate("The hall of 1931 has 900 seats."))
    assert not of_another_year(
        "How long was the tunnel in 2005?", candidate("The tunnel is 2050 m long.", passage="It was dug in 2005.")
    )


def test_one_of_several_years_asked_about_is_enough() -> None:
    assert not of_another_year(
        "What did the plan of 2021 want by 2025?", candidate("By 2025 all ferries are electric.")
    )


def test_a_question_without_a_year_is_never_contradicted_by_one() -> None:
    assert not of_another_year(
        "How many users did the ferry have?", candidate("In March 2021 the ferry had 5,000 users.")
    )
