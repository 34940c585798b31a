"""Pieces of the kind that is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.pieces import asked_for
from assistant.question.question import analyse

asked = st.sampled_from(
    [
        "How many gates has the dam?",
        "How much did the bridge cost?",
        "When was the bridge opened in 2021?",
        "Who opened the bridge?",
        "What are the five tasks?",
        "Why?",
    ]
)
words = st.sampled_from(
    "the dam bridge gates 30 2021 9 March 1990s 63% $3.5 million five and , : . Anna Berg of opened tasks are 大坝 "
    "2021年3月 by end the including 🎉 [7] ** # -".split(" ")
)
texts = st.one_of(st.text(max_size=120), st.lists(words, max_size=25).map(" ".join))


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many gates has the dam?", "It has 5 gates, 2 of them open.", ["5", "2"]),
        ("How many gates has the dam?", "It has five gates.", ["five"]),
        ("How many of the 5 gates are open?", "Of 5 gates 2 are open.", ["2"]),
        ("When was it built?", "Built in 1987, it reopened in the 1990s.", ["1987", "1990s"]),
        ("Who built it?", "It was built by Anna Berg and Otto.", ["Anna Berg", "Otto"]),
        ("Where is it?", "It stands near Oldwater.", ["Oldwater"]),
        ("Why did it close?", "It closed because of frost.", ["because"]),
        ("Did it close?", "It closed because of 5 storms in 1987.", []),
    ],
)
def test_pieces_of_the_asked_kind_are_found_but_not_those_that_the_question_has(
    question: str, text: str, expected: list[str]
) -> None:
    assert asked_for(analyse(question), text) == expected


@given(asked, texts)
def test_pieces_stand_in_the_sentence(question: str, text: str) -> None:
    for piece in asked_for(analyse(question), text):
        assert piece.lower() in text.lower()
