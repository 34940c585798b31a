"""Sentences of two clauses, parted where each can stand alone."""

import pytest

from assistant.language.clauses import clauses


@pytest.mark.parametrize(
    ("sentence", "first", "second"),
    [
        ("The dam held well, while the tram opened in May.", "The dam held well.", "the tram opened in May."),
        ("The dam of Oldwater held; Karl Lind left.", "The dam of Oldwater held.", "Karl Lind left."),
        ("Anna Berg left the town and Karl Lind became mayor.", "Anna Berg left the town.", "Karl Lind became mayor."),
        ("In 2021, the dam held, and the tram ran late.", "In 2021, the dam held.", "In 2021, the tram ran late."),
        ("In 2021 the dam held, but the tram opened in 2022.", "In 2021 the dam held.", "the tram opened in 2022."),
        ("Anna Berg said the dam held, and Karl Lind said the tram was late.", "Anna Berg said the dam held.",
         "Karl Lind said the tram was late."),
    ],
)  # fmt: skip
def test_two_clauses_are_parted_with_the_date_that_holds_for_both(sentence, first, second):
    parts = clauses(sentence)
    assert [part.stated for part in parts] == [first, second]
    assert " ".join(part.text for part in parts) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "The dam held.",
        "Anna Berg and Karl Lind left.",
        "The dam held in March, and it opened in May.",
        "Anna Berg was a mayor, and Karl Lind was one too.",
        "Anna Berg said the dam of Oldwater held, and the tram opened in May.",
        "According to Anna Berg, the dam held, and the tram opened in May.",
        "If the dam held in March, the town slept, and the tram opened in May.",
        "Neither the dam of Oldwater held, and nor the tram opened in May.",
        "The dam held because the tram opened in May.",
        "The tram had 30 halls and 61 stops.",
        "…",
        "",
    ],
)
def test_what_cannot_stand_alone_is_not_parted(sentence):
    assert clauses(sentence) == ()
