"""Sentences of republished and lightly edited articles are told from sentences that say something else."""

import pytest

from assistant.reading.sameness import same_statement

CRANE = "The new crane lifts 40 tonnes and was built by Lind & Sons in Newport."


@pytest.mark.parametrize(
    "other",
    [
        CRANE,
        "The **new crane** lifts 40 tonnes, and was built by [Lind & Sons](https://example.org) in Newport!",
        "The new crane can lift 40 tonnes and was built by Lind & Sons of Newport.",
        "The new crane lifts 40 tonnes (88,000 pounds) and was built by Lind & Sons in Newport.",
    ],
)
def test_a_lightly_edited_sentence_says_the_same_whichever_comes_first(other: str) -> None:
    assert same_statement(CRANE, other)
    assert same_statement(other, CRANE)


@pytest.mark.parametrize(
    "other",
    [
        "The new crane lifts 50 tonnes and was built by Lind & Sons in Newport.",
        "The new crane lifts 40 tonnes and was built by Berg & Sons in Newport.",
        "The new crane lifts 40 tonnes and was not built by Lind & Sons in Newport.",
        "The old crane lifts 40 tonnes and was sold by Lind & Sons in Newport.",
        "It was built by Lind & Sons.",
        "",
    ],
)
def test_another_value_name_or_negation_says_something_else(other: str) -> None:
    assert not same_statement(CRANE, other)
    assert not same_statement(other, CRANE)


def test_another_day_says_something_else() -> None:
    first = "The harbour of Oldwater bought a large crane of the yard in Newport on 3 May 2024."

    assert not same_statement(first, first.replace("3 May", "4 May"))


def test_short_sentences_are_told_apart_by_a_word() -> None:
    assert not same_statement("The hall is open.", "The hall is closed.")
    assert same_statement("The hall is open.", "the hall is open")
