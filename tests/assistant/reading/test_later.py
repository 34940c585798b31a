"""Later statements that take back earlier values."""

import pytest

from assistant.reading.later import retracts, states_instead, takes_back


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The ferry will not sail on 3 May.", "3 May"),
        ("The ferry will not sail on 3 May as announced.", "from 1 April until 3 May"),
        ("The price has gone up from £12.50 to £14.", "£12.50"),
        ("The opening has been moved from 3 May to 10 May.", "3 May"),
        ("Instead of 40 places there will be 55.", "40 places"),
        ("It is 55 tonnes, not 40 tonnes.", "40 tonnes"),
        ("The choir has grown from 42 members to 55 last year.", "42 members"),
    ],
)
def test_taken_back(text: str, value: str) -> None:
    assert takes_back(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The ferry sails on 3 May.", "3 May"),
        ("The ferry sails on 10 May.", "3 May"),
        ("A second pier costs £780,000.", "£4.2 million"),
        ("The fund of £12.50 a head was paid to 41 shops.", "£12.50"),
        ("Nobody was hurt.", "Ada Holm"),
        ("The 30 looms now serve 61 mills.", "30 looms"),
    ],
)
def test_not_taken_back(text: str, value: str) -> None:
    assert not takes_back(text, value)


def test_what_holds_instead_is_of_the_same_sort() -> None:
    text = "The ferry sails on 10 May instead, when eight cabins are painted."
    at = text.index("10 May")
    assert states_instead(text, at, at + 6, "3 May")
    assert not states_instead(text, at, at + 6, "10 May")
    at = text.index("eight")
    assert not states_instead(text, at, at + 5, "3 May")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Correction: an earlier version of this report said that Ada Holm had resigned.", "Ada Holm"),
        ("The dam was wrongly called an embankment.", "an embankment"),
        ("The dam was wrongly called an embankment.", None),
    ],
)
def test_retracted(text: str, value: str | None) -> None:
    assert retracts(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Correction: an earlier version of this report said that Ada Holm had resigned.", "the treasurer"),
        ("Ada Holm wrote the first version of the report.", "Ada Holm"),
        ("Ada Holm has resigned.", "Ada Holm"),
    ],
)
def test_not_retracted(text: str, value: str) -> None:
    assert not retracts(text, value)
