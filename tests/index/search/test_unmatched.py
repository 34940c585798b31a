"""Filters that no article passes are told with their value, and what might be meant instead."""

from datetime import date

import pytest
from memory_search import MemorySearch

from index.encoding.encoder import HashEncoder
from index.search.engine import Filters
from index.search.unmatched import unmatched
from index.text.article import Article


def article(name: str, publisher: str, published: date | None) -> Article:
    return Article(
        source=name, name=name, text="The ferry sails.", publisher=publisher, published=published, language="en"
    )


ROWS = tuple(
    MemorySearch(
        [
            article("ferry", "The Harbour Courier", date(2024, 3, 4)),
            article("tram", "Valley Post", date(2024, 5, 6)),
            article("mill", "Valley Post", None),
        ],
        HashEncoder(),
    ).articles.values()
)


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        (Filters(), []),
        (Filters(publishers=("valley post",), published_after=date(2024, 5, 6)), []),
        (
            Filters(publishers=("Courier",)),
            ["no article has the publisher 'Courier'; did you mean 'The Harbour Courier'?"],
        ),
        (
            Filters(publishers=("Vally Post",)),
            ["no article has the publisher 'Vally Post'; did you mean 'Valley Post'?"],
        ),
        (
            Filters(publishers=("Valley Post", "Zzz")),
            ["no article has the publisher 'Zzz'; it is one of 'The Harbour Courier', 'Valley Post'"],
        ),
        (Filters(languages=("zh",)), ["no article has the language 'zh'; it is one of 'en'"]),
        (Filters(articles=("fery",)), ["no article has the id 'fery'; did you mean 'ferry'?"]),
        (
            Filters(published_after=date(2025, 1, 1)),
            ["no article was published on 2025-01-01 or later; the newest is of 2024-05-06"],
        ),
        (
            Filters(published_before=date(2020, 1, 1)),
            ["no article was published on 2020-01-01 or earlier; the oldest is of 2024-03-04"],
        ),
        (
            Filters(publishers=("Valley Post",), articles=("ferry",)),
            ["each filter lets articles pass, but no article passes all of them"],
        ),
    ],
)
def test_what_no_article_passes_is_told_with_its_value(filters: Filters, told: list[str]) -> None:
    assert unmatched(filters, ROWS) == told


def test_without_articles_there_is_nothing_to_suggest() -> None:
    assert unmatched(Filters(publishers=("Post",), published_after=date(2025, 1, 1)), []) == [
        "no article has the publisher 'Post'",
        "no article was published on 2025-01-01 or later",
    ]
