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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The museum of Harn owns 45 600 coins.", "45 600 coins"),
        ("The museum of Harn owns 45\u202f600 coins.", "45\u202f600 coins"),
        ("The museum of Harn owns 45’600 coins.", "45’600 coins"),
        ("The museum of Harn owns 4_500_600 coins.", "4_500_600 coins"),
        ("The museum of Harn owns 3,14,159 coins.", "3,14,159 coins"),
        ("The museum of Harn owns 4.5e4 coins.", "4.5e4 coins"),
        ("The museum of Harn owns 4.5 × 10⁴ coins.", "4.5 × 10⁴ coins"),
        ("The museum of Harn owns 300–400 coins.", "300–400 coins"),
        ("The museum of Harn owns between 300 and 400 coins.", "between 300 and 400 coins"),
        ("The museum of Harn owns 60 ± 5 coins.", "60 ± 5 coins"),
        ("The museum of Harn owns 2½ million coins.", "2½ million coins"),
        ("The museum of Harn owns at most 80 coins.", "at most 80 coins"),
        ("The museum of Harn owns ≤80 coins today.", "≤80 coins today"),
        ("The museum of Harn owns no fewer than 80 coins.", "no fewer than 80 coins"),
        ("The museum of Harn owns just under 80 coins.", "just under 80 coins"),
        ("The museum of Harn owns 80 or more coins.", "80 or more coins"),
        ("The museum of Harn owns two thirds of the 90 coins of gold.", "two thirds of the 90 coins"),
        ("The museum of Harn owns 12 of the 90 coins of gold.", "12 of the 90 coins"),
        ("The museum of Harn owns one in ten of the 90 coins of gold.", "one in ten of the 90 coins"),
    ],
)
def test_a_figure_leads_whole_and_with_what_bounds_it(text: str, expected: str) -> None:
    assert lead("How many coins does the museum of Harn own?", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The museum of Harn does not own 90 coins.",
        "The museum of Harn owns not 90 coins but 12.",
        "The museum of Harn never owned 90 coins.",
        "The mayor denied that the museum of Harn owns 90 coins.",
        "It is untrue that the museum of Harn owns 90 coins.",
        "That the museum of Harn owns 90 coins is a rumour.",
        "Nobody believes that the museum of Harn owns 90 coins.",
        "If the list is right, the museum of Harn owns 90 coins.",
        "The museum of Harn once owned 90 coins and owns 12 coins today.",
        "The museum of Harn owns most of the 90 coins found there.",
        "Of the 90 coins found there, the museum of Harn owns a few.",
        "The museum of Harn owns all but 4 of the 90 coins found.",
        "The museum of Harn owns 90 coins fewer than that of Irm.",
        "The museum of Harn owns twice as many as the 90 coins of Irm.",
        "The museum of Harn owns the coin of room 90, coins aside.",
    ],
)
def test_a_figure_that_is_denied_or_is_another_s_leads_nothing(text: str) -> None:
    assert lead("How many coins does the museum of Harn own?", text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The gate of Harn was finished in 340 BC by masons.", "340 BC"),
        ("The gate of Harn was finished around 340 BC by masons.", "around 340 BC"),
        ("The gate of Harn was finished c. 1340 by masons.", "c. 1340"),
        ("The gate of Harn was finished in the 4th century BC.", "4th century BC"),
        ("The gate of Harn was finished between 1340 and 1352.", "between 1340 and 1352"),
        ("The gate of Harn was finished before 1340 by masons.", "before 1340"),
        ("The gate of Harn was finished on 2019-11-04 by masons.", "2019-11-04"),
        ("The gate of Harn was finished on 4.11.2019 by masons.", "4.11.2019"),
        ("The gate of Harn was finished on Monday, 4 November 2019.", "Monday, 4 November 2019"),
        ("The gate of Harn was finished on 12–14 May 2023 by masons.", "12–14 May 2023"),
        ("The gate of Harn, begun in 1340, was finished in 1352.", "1352"),
        ("The gate of Harn was begun in 1340 and finished in 1352.", "1352"),
        ("The gate of Harn was finished in 1352 after a pause since 1340.", "1352"),
        ("The gate of Harn was not finished in 1352 by the masons.", None),
        ("The gate of Harn was finished in 1340 or 1352 by masons.", None),
    ],
)
def test_a_date_leads_whole_and_is_that_of_what_is_asked(text: str, expected: str | None) -> None:
    assert lead("When was the gate of Harn finished?", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The smith of Harn is Juan de la Cruz y Soto.", "Juan de la Cruz y Soto"),
        ("The smith of Harn is J. R. R. Bell.", "J. R. R. Bell"),
        ("The smith of Harn is Dr. Anna Weiß-Lind.", "Dr. Anna Weiß-Lind"),
        ("The smith of Harn is Björn Þórsson III.", "Björn Þórsson III"),
        ("The smith of Harn is Ali ibn Yusuf al-Amin.", "Ali ibn Yusuf al-Amin"),
        ("The smith of Harn is Jeanne d'Arc these days.", "Jeanne d'Arc"),
        ("The smith of Harn is not Anna Berg but a man from Irm.", None),
        ("The successor of Anna Berg as smith of Harn is Carl Dahl.", None),
        ("The smith of Harn is the daughter of Carl Dahl.", None),
        ("Anna Berg's brother is the smith of Harn.", None),
    ],
)
def test_a_name_leads_whole_and_is_not_another_s(text: str, expected: str | None) -> None:
    assert lead("Who is the smith of Harn?", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The colours are: red, St. Anne blue, white and gold.", "red, St. Anne blue, white and gold"),
        ("The colours are: red, No. 5 blue and 2.5 per cent grey.", "red, No. 5 blue and 2.5 per cent grey"),
        ("The colours are: red, blue; the metals are gold and silver.", None),
    ],
)
def test_a_list_is_not_cut_at_a_stop_inside_it(text: str, expected: str | None) -> None:
    assert lead("What are the colours?", text) == expected


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
