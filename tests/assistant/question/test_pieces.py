"""The shortest piece of a sentence that answers, and pieces of the kind that is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.pieces import asked_for
from assistant.question.question import analyse
from assistant.reading.leading import MAX_LEAD_CHARACTERS, leading_span, unit_beside_figure

BUILT = "By the end of last year the province had built 30 industrial brains and 61 future factories in all."
STAND = "The new system will stand in every town by the end of 2025, the plan says."
OPENED = "The bridge was opened on 9 March 2021 by Mayor Anna Berg after three years of work."
RATES = (
    "The number of riders of the tram has reached 2.5 million, the punctuality rate is 97.5%, and 12 lines are open."
)


def lead(question: str, text: str) -> str | None:
    """The shortest piece, as text."""
    span = leading_span(analyse(question), text)
    return None if span is None else text[slice(*span)]


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("How many industrial brains are there?", BUILT, "30 industrial brains and 61 future factories"),
        ("How many future factories are there?", BUILT, "61 future factories"),
        ("How many gates has the dam?", "The dam has five gates, and two were opened on Monday.", "five gates"),
        ("How much did the bridge cost?", "The bridge cost $3.5 million in all, a record here.", "$3.5 million"),
        ("What percentage of people voted?", "In the end 63% of people voted, more than ever.", "63%"),
        ("How many visits were there in 2021?", "In 2021 there were 35,000 visits to the museum.", "35,000 visits"),
        (
            "How many riders has the tram?",
            "Since May the number of riders of the tram has reached 2.5 million.",
            "2.5 million",
        ),
        ("What is the punctuality rate of the tram?", RATES, "97.5%"),
    ],
)
def test_a_question_for_a_figure_is_led_by_the_figure_with_its_noun(question: str, text: str, expected: str) -> None:
    assert lead(question, text) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("When will the new system stand in every town?", STAND, "by the end of 2025"),
        ("When was the bridge opened?", OPENED, "9 March 2021"),
        ("When did it close?", "After the storm of that week it closed in October 1987 for good.", "October 1987"),
        ("In which century was it built?", "The oldest part was built in the 14th century by monks.", "14th century"),
    ],
)
def test_a_question_for_a_date_is_led_by_the_date_with_its_preposition(question: str, text: str, expected: str) -> None:
    assert lead(question, text) == expected


def test_a_question_for_a_person_is_led_by_the_name() -> None:
    assert lead("Who opened the bridge?", OPENED) == "Anna Berg"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who was the mayor of Oldwater in May?", "Carl Lind and Anna Berg were city leaders of Oldwater in May."),
        ("Who is the president of Norway?", "The meeting was presided over by Anna Berg."),
        ("How many gates are in Newport?", "The dam has five gates for the river."),
        ("What number should one call?", "To book, call 555-0100 on any day and ask for help."),
    ],
)
def test_a_sentence_that_lacks_what_the_question_names_is_not_cut_down_to_a_piece(question: str, text: str) -> None:
    assert lead(question, text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The five tasks are roads, schools, clinics, water and light.", "roads, schools, clinics, water and light"),
        ("There are three of them: pilot runs, wide use and full cover.", "pilot runs, wide use and full cover"),
        ("The plan sets tasks, including new roads, new schools and light.", "new roads, new schools and light"),
    ],
)
def test_a_question_for_a_list_is_led_by_its_members(text: str, expected: str) -> None:
    assert lead("What are the five tasks?", text) == expected


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many people live there?", "Nobody knows the number of people in that valley."),
        ("How many gates has the dam?", "The dam above the town was built in 2021 by the state."),
        ("How many gates has the dam?", "The dam was opened on 9 March in the rain, people say."),
        ("When was the bridge opened?", "The bridge was opened in spring after long work."),
        ("When was the dam of 2021 built?", "The dam of 2021 was built with great care, people say."),
        ("Who opened the bridge?", "The bridge was opened by the mayor in the rain."),
        ("Who opened the bridge?", 'The bridge was opened under the name of "Stone Arch" after long years of work.'),
        ("Who opened the bridge?", "Speech at the Bridge: Town Council Opened New Stone Arch for Carts and Trams"),
        ("Who met Anna Berg?", "At the end of the long day Anna Berg was met by her sister."),
        ("What are the stages?", "The town likes its stages very much."),
        ("Why did the dam fail?", OPENED),
        ("Where is the museum?", OPENED),
        ("What is a health code?", BUILT),
    ],
)
def test_where_no_piece_alone_answers_there_is_none(question: str, text: str) -> None:
    assert lead(question, text) is None


def test_a_piece_that_is_nearly_the_whole_sentence_is_no_shorter_answer() -> None:
    assert lead("How many gates are there?", "Five gates.") is None


def test_a_piece_is_never_longer_than_a_line_or_two() -> None:
    members = ", ".join(f"the {n}th of the many long tasks" for n in range(10))

    assert lead("What are the tasks?", f"The tasks are {members} and the last, which nobody remembers.") is None


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("It links more than 4,000 large and small firms by now.", True),
        ("It links firms, the number of which nobody knows.", False),
        ("The number of active firms has reached 4,000.", True),
        ("The number of workers in all firms here has reached 4,000.", False),
        ("The number of firms is growing: 12 schools were built.", False),
        ("It has 12 schools, and firms like it.", False),
    ],
)
def test_a_noun_is_counted_by_the_figure_before_it_or_by_that_behind_the_number_of_it(text: str, counted: bool) -> None:
    assert unit_beside_figure(analyse("How many firms are linked?"), text) is counted


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


@given(asked, texts)
def test_a_piece_lies_inside_its_sentence_and_says_something(question: str, text: str) -> None:
    span = leading_span(analyse(question), text)

    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
        assert text[slice(*span)].strip()
        assert span[1] - span[0] <= min(MAX_LEAD_CHARACTERS, 0.8 * len(text))


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
