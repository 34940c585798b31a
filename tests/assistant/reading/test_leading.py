"""The short answer in front: whole, out of nothing that denies it, and none where the network is not sure."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.question import analyse
from assistant.reading.leading import MAX_LEAD_CHARACTERS, leading_span
from assistant.reading.network import Span

COINS = "How many coins does the museum of Harn own?"
FINISHED = "When was the gate of Harn finished?"
SMITH = "Who is the smith of Harn?"


def lead(question: str, text: str, words: str, others: Sequence[str] = ()) -> str | None:
    """The short answer out of `text`, where `words` are the likeliest to the network."""
    start = text.index(words)
    found = Span(start=start, end=start + len(words), score=1.0, probability=0.9)
    span = leading_span(analyse(question), text, found, others)
    return None if span is None else text[slice(*span)]


# Whole


@pytest.mark.parametrize(
    ("owned", "words", "expected"),
    [
        ("45 600 coins", "600 coins", "45 600 coins"),
        ("45\u202f600 coins", "45", "45\u202f600 coins"),
        ("45’600 coins", "600 coins", "45’600 coins"),
        ("4_500_600 coins", "500", "4_500_600 coins"),
        ("3,14,159 coins", "159 coins", "3,14,159 coins"),
        ("1.5 million coins", "5 million", "1.5 million coins"),
        ("1.5 million coins", "1.5", "1.5 million coins"),
        ("4.5e4 coins", "4.5", "4.5e4 coins"),
        ("4.5 × 10⁴ coins", "10⁴ coins", "4.5 × 10⁴ coins"),
        ("300–400 coins", "300", "300–400 coins"),
        ("between 300 and 400 coins", "400 coins", "between 300 and 400 coins"),
        ("60 ± 5 coins", "60", "60 ± 5 coins"),
        ("2½ million coins", "2", "2½ million coins"),
        ("-5 coins", "5 coins", "-5 coins"),
        ("1/2 of them", "1", "1/2"),
        ("at most 80 coins", "80 coins", "at most 80 coins"),
        ("≤80 coins today", "80 coins", "≤80 coins"),
        ("no fewer than 80 coins", "80 coins", "no fewer than 80 coins"),
        ("no more than 30 coins", "30", "no more than 30 coins"),
        ("just under 80 coins", "80 coins", "just under 80 coins"),
        ("80 or more coins", "80", "80 or more coins"),
        ("two thirds of the 90 coins of gold", "two thirds", "two thirds of the 90 coins"),
        ("two thirds of the coins of gold", "two thirds", "two thirds"),
        ("12 of the 90 coins of gold", "90 coins", "12 of the 90 coins"),
        ("one in ten of the 90 coins of gold", "one", "one in ten of the 90 coins"),
        ("2000 coins of gold", "2000", "2000 coins"),
    ],
)
def test_a_figure_is_taken_whole_with_what_bounds_it_and_what_it_counts(owned: str, words: str, expected: str) -> None:
    assert lead(COINS, f"The museum of Harn owns {owned}.", words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Half of the 40 coins of Harn are of gold, people say.", "40 coins", "Half of the 40 coins"),
        ("The vault of Harn is kept at −5 °C all year, people say.", "5", "−5 °C"),
        ("The vault of Harn lies 35km away from the sea, people say.", "35", "35km"),
        ("The dues of Harn came to $3.5 million that year, people say.", "3.5", "$3.5 million"),
        ("In the end 97.5% of Harn voted that year, people say.", "97", "97.5%"),
        ("The leaves of Harn live by photosynthesis, people say.", "synth", "photosynthesis"),
    ],
)
def test_a_word_or_figure_with_its_unit_is_never_cut(text: str, words: str, expected: str) -> None:
    assert lead("What do people say?", text, words) == expected


@pytest.mark.parametrize(
    ("finished", "words", "expected"),
    [
        ("in 340 BC by masons", "340", "340 BC"),
        ("around 340 BC by masons", "340 BC", "around 340 BC"),
        ("c. 1340 by masons", "1340", "c. 1340"),
        ("in the 4th century BC", "4th century", "4th century BC"),
        ("between 1340 and 1352", "1352", "between 1340 and 1352"),
        ("before 1340 by masons", "1340", "before 1340"),
        ("by the end of 1340 by masons", "1340", "by the end of 1340"),
        ("on 2019-11-04 by masons", "2019", "2019-11-04"),
        ("on 4.11.2019 by masons", "2019", "4.11.2019"),
        ("on Monday, 4 November 2019", "November", "Monday, 4 November 2019"),
        ("on 12–14 May 2023 by masons", "May 2023", "12–14 May 2023"),
        ("in October 1987 for good", "October", "October 1987"),
        ("in the mid-1990s for good", "1990s", "mid-1990s"),
    ],
)
def test_a_date_is_taken_whole_with_its_era_and_day_and_what_bounds_it(
    finished: str, words: str, expected: str
) -> None:
    assert lead(FINISHED, f"The gate of Harn was finished {finished}.", words) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Juan de la Cruz y Soto", "Juan"),
        ("J. R. R. Bell", "Bell"),
        ("Dr. Anna Weiß-Lind", "Anna"),
        ("Björn Þórsson III", "Björn"),
        ("Ali ibn Yusuf al-Amin", "Yusuf"),
        ("Jeanne d'Arc", "Arc"),
    ],
)
def test_a_name_is_taken_whole_with_its_particles_and_initials(name: str, words: str) -> None:
    assert lead(SMITH, f"The smith of Harn is {name} these days.", words) == name


@pytest.mark.parametrize("opener", ["Yesterday", "When", "But", "Since", "Today", "The"])
def test_a_word_that_only_opens_the_sentence_is_no_part_of_a_name(opener: str) -> None:
    assert lead(SMITH, f"{opener} Anna Berg became the smith of Harn.", "Anna Berg") == "Anna Berg"
    assert lead(SMITH, f"“{opener} Anna Berg became the smith of Harn.”", "Berg") == "Anna Berg"


def test_marks_around_the_words_are_left_out() -> None:
    assert (
        lead("Which bridge stands in the rain?", 'It is called "Stone Arch", and stands in the rain.', '"Stone Arch",')
        == "Stone Arch"
    )


# None


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
        "The museum of Harn owns twelve coins instead of 90 coins.",
    ],
)
def test_nothing_leads_out_of_a_denial_or_a_condition(text: str) -> None:
    assert lead(COINS, text, "90 coins") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The museum of Harn owns more coins than the 90 coins of Irm.", "90 coins"),
        ("The museum of Harn owns twice as many as the 90 coins of Irm.", "90 coins"),
        ("The museum of Harn owns 90 coins fewer than that of Irm.", "90 coins"),
        ("The museum of Harn owns 90 coins more than that of Irm.", "90 coins"),
        ("The museum of Harn owns all but 4 of the 90 coins found.", "4"),
        ("The museum of Harn owns most of the 90 coins found there.", "90 coins"),
        ("Of the 90 coins found there, the museum of Harn owns a few.", "90 coins"),
        ("The museum of Harn owns the coin of room 90, and is glad.", "90"),
        ("The museum of Harn got its coins in 2021 and is glad of them.", "2021"),
        ("The museum of Harn got its coins on 9 March in the rain.", "9"),
        ("The museum of Harn owns 80 coins or more.", "80 coins"),
    ],
)
def test_a_figure_of_something_else_does_not_lead(text: str, words: str) -> None:
    assert lead(COINS, text, words) is None


@pytest.mark.parametrize("words", ["30 metres", "30"])
def test_how_far_something_is_from_another_leads_where_it_is_asked_for(words: str) -> None:
    text = "The new tower is 30 metres higher than the old tower."

    assert lead("How high is the new tower?", text, words) is None
    assert lead("How much higher than the old tower is the new one?", text, words) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The smith of Harn is not Anna Berg but a man from Irm.", "Anna Berg"),
        ("The successor of Anna Berg as smith of Harn is Carl Dahl.", "Anna Berg"),
        ("The smith of Harn is the daughter of Carl Dahl.", "Carl Dahl"),
        ("The smith of Harn is the son of Carl Dahl.", "Carl Dahl"),
        ("Anna Berg's brother is the smith of Harn.", "Anna Berg"),
        ("Anna Berg’s brother is the smith of Harn.", "Anna Berg"),
        ("Anna Berg is older than Carl Dahl, and the smith of Harn.", "Carl Dahl"),
        ("Anna Berg or Carl Dahl is the smith of Harn.", "Anna Berg"),
        ("Anna Berg or Carl Dahl is the smith of Harn.", "Carl Dahl"),
    ],
)
def test_a_name_of_another_or_one_of_two_does_not_lead(text: str, words: str) -> None:
    assert lead(SMITH, text, words) is None


def test_whose_something_is_leads_where_it_is_asked_for() -> None:
    text = "Anna Berg's brother is the smith of Harn."

    assert lead("Whose brother is the smith of Harn?", text, "Anna Berg") == "Anna Berg"


@pytest.mark.parametrize(
    ("finished", "words"),
    [
        ("in 1340 or 1352 by masons", "1340"),
        ("in 1340 or 1352 by masons", "1352"),
        ("in 1340 or in 1352 by masons", "1352"),
        ("after long work by masons", "after long work"),
        ("by 40 masons from Irm", "40 masons"),
    ],
)
def test_a_question_for_a_date_is_led_by_one_date_or_nothing(finished: str, words: str) -> None:
    assert lead(FINISHED, f"The gate of Harn was finished {finished}.", words) is None


def test_without_words_of_the_network_nothing_leads() -> None:
    assert leading_span(analyse(COINS), "The museum of Harn owns 90 coins.", None) is None


@pytest.mark.parametrize(
    "question",
    [
        "Does the museum of Harn own a coin?",
        "Is the museum of Harn rich?",
        "How has the number of coins in the museum of Harn changed?",
    ],
)
def test_a_question_for_yes_or_no_or_a_change_is_not_led(question: str) -> None:
    assert lead(question, "The museum of Harn owns 90 coins of gold.", "90 coins") is None


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Is the gate of Harn higher than 20 metres?", "The gate is 31 m high and 4 m wide.", None),
        ("Is the gate of Harn higher than 20 metres?", "The gate is 31 m high and cost £400.", "31 m"),
        ("Did the gate of Harn cost more than £300?", "The gate is 31 m high and cost £400.", "£400"),
        ("Are there more than 50 coins in Harn?", "The museum has 64 coins and 2 rings.", "64 coins"),
        ("Are there more than 50 coins in Harn?", "The museum has 64 rings.", None),
        ("Are there between 50 and 60 coins, or 70 coins?", "The museum has 64 coins.", None),
        ("Are there more than 50 coins in Harn?", "There were to be 64 coins.", None),
        ("Are there more than 50 coins in Harn?", "There are not 64 coins.", None),
        ("Was the gate finished in 1830?", "The gate was finished in 1831.", None),
    ],
)
def test_the_one_figure_that_settles_a_comparison_leads(question: str, text: str, expected: str | None) -> None:
    span = leading_span(analyse(question), text, None)
    assert (span and text[slice(*span)]) == expected


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        ("Who led the fair of October 2019?", "Ada Holm", None),
        ("Who led the fair of October 2019?", "Ole Lind", "Ole Lind"),
        ("Who led the fair of May 2019?", "Ada Holm", "Ada Holm"),
        ("Who led the fair of May 2019?", "Ole Lind", None),
        ("Who led the fair?", "Ada Holm", "Ada Holm"),
    ],
)
def test_the_name_that_goes_with_another_date_does_not_lead(question: str, words: str, expected: str | None) -> None:
    text = "The fair of May 2019 was led by Ada Holm, and that of October 2019 by Ole Lind."
    assert lead(question, text, words) == expected


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        ("Who is the baker?", "Ada Holm", None),
        ("Who is the baker?", "Ole Lind", "Ole Lind"),
        ("Who do you meet?", "Ada Holm", "Ada Holm"),
    ],
)
def test_the_name_with_another_role_in_brackets_does_not_lead(question: str, words: str, expected: str | None) -> None:
    assert lead(question, "You meet Ada Holm (the smith) and Ole Lind (the baker).", words) == expected


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("The smith of Harn, Ada Holm, won the prize.", "The smith", None),
        ("The smith of Harn, Ada Holm, won the prize.", "Ada Holm", "Ada Holm"),
        ("The oldest smith won the prize of the day.", "The oldest smith", "The oldest smith"),
    ],
)
def test_where_a_person_is_named_nothing_but_a_name_tells_who(text: str, words: str, expected: str | None) -> None:
    assert lead("Who got the prize?", text, words) == expected


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        ("How many coins does the museum own now?", "90 coins", None),
        ("From how many coins has the museum risen?", "90 coins", "90 coins"),
    ],
)
def test_what_a_figure_rose_from_does_not_lead(question: str, words: str, expected: str | None) -> None:
    assert lead(question, "The coins of the museum have risen from 90 coins in 1950 to 140 coins.", words) == expected


@pytest.mark.parametrize(("other", "expected"), [("| Ten rides | £30 |", None), ("| Night rides | £9 |", "£5")])
def test_the_row_that_is_named_less_well_does_not_lead(other: str, expected: str | None) -> None:
    assert lead("What is the price of ten rides?", "| Rides | £5 |", "£5", others=[other]) == expected


def test_a_reason_is_told_whole() -> None:
    assert (
        lead("Why was the gate closed?", "The gate was closed because rust had eaten it.", "rust had eaten it") is None
    )


def test_who_somebody_is_may_be_told_by_a_role() -> None:
    text = "Ada Holm, the smith of Harn, won the prize."
    assert lead("Who is Ada Holm?", text, "the smith of Harn") == "the smith of Harn"


def test_a_name_with_a_title_only_repeats_the_name_that_is_asked_about() -> None:
    assert lead("Who is Ada Holm?", "The smith is Dr Ada Holm.", "Ada Holm") is None


@pytest.mark.parametrize("words", ["The museum of Harn", "coins", "own"])
def test_words_that_only_repeat_the_question_do_not_lead(words: str) -> None:
    assert lead(COINS, "The museum of Harn owns 90 coins of gold.", words) is None


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("The museum of Harn does not own 90 coins.", None),
        ("It is untrue that there are 90 coins.", None),
        ("The museum of Harn owns 70 coins now, not 90.", None),
        ("The museum of Irm does not own 12 coins.", "90 coins"),
        ("There are 90 coins in Harn.", "90 coins"),
    ],
)
def test_what_another_sentence_denies_does_not_lead(other: str, expected: str | None) -> None:
    assert lead(COINS, "The museum of Harn owns 90 coins.", "90 coins", others=["Birds sang.", other]) == expected


def test_words_that_are_nearly_the_whole_sentence_or_very_long_are_no_short_answer() -> None:
    members = ", ".join(f"the {n}th of the many long tasks" for n in range(10))

    assert lead("How many gates are there?", "Five gates.", "Five gates") is None
    assert (
        lead("What are the plans?", f"In Harn they are {members}, and that was all there was to it then.", members)
        is None
    )


pieces = st.sampled_from(
    "the dam bridge gates 30 2021 9 March 1990s 63% $3.5 million five and or , : . Anna Berg of opened tasks are 大坝 "
    "2021年3月 by end the including than 5 °C 🎉 [7] ** # - ' ’".split(" ")
)
texts = st.one_of(st.text(min_size=1, max_size=120), st.lists(pieces, min_size=1, max_size=25).map(" ".join))
asked = st.sampled_from([COINS, FINISHED, SMITH, "What are the five tasks?", "How much did the bridge cost?", "Why?"])


@given(asked, texts, st.data())
def test_the_lead_lies_inside_its_sentence_and_holds_a_letter_or_digit(
    question: str, text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))

    span = leading_span(analyse(question), text, Span(start=start, end=end, score=1.0, probability=1.0))

    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
        assert any(map(str.isalnum, text[slice(*span)]))
        assert span[1] - span[0] <= min(MAX_LEAD_CHARACTERS, 0.8 * len(text))


def test_a_figure_that_counts_something_else_does_not_lead() -> None:
    assert lead("How many firms are linked?", "The brain links four chains and 90 firms.", "four") is None
    assert lead("How many firms are linked?", "The brain links four chains and 90 firms.", "90") == "90 firms"


def test_one_member_is_no_list_and_a_definition_is_told_whole() -> None:
    text = "The list begins with discovery and ends with the archive."

    assert lead("List the seven steps of the list.", text, "the archive") is None
    assert lead("What is the list?", text, "the archive") is None


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Tickets: grown-ups 9 crowns, pupils 5 crowns, dogs 2 crowns.", "9 crowns", None),
        ("Tickets: grown-ups 9 crowns, pupils 5 crowns, dogs 2 crowns.", "5 crowns", "5 crowns"),
        ("9 crowns for grown-ups, 5 crowns for pupils.", "9 crowns", None),
        ("9 crowns for grown-ups, 5 crowns for pupils.", "5 crowns", "5 crowns"),
    ],
)
def test_another_value_of_the_sentence_may_be_meant(text: str, words: str, expected: str | None) -> None:
    assert lead("How much do pupils pay?", text, words) == expected


@pytest.mark.parametrize(
    ("question", "text", "words", "expected"),
    [
        (FINISHED, "The gate of Harn was to be finished in 1340, which came to nothing.", "1340", None),
        ("When was the gate of Harn to be finished as planned?", "It was planned for 1340.", "1340", "1340"),
        ("Where did the gate originally stand?", "It originally stood in Irm.", "Irm", "Irm"),
        (COINS, "| Museum of Harn | 90 coins | none |", "90 coins", "90 coins"),
        (COINS, "The museum of Harn now owns 90 coins instead of 40.", "90 coins", "90 coins"),
        ("Since when has nobody seen an owl?", "Owls have not been seen since 1931.", "1931", "since 1931"),
        ("On which day is the gate shut?", "It is shut on Monday.", "Monday", "Monday"),
        (COINS, "The museum of Harn owns 90 coins (12 of gold).", "90 coins (12", None),
    ],
)
def test_plans_cells_negated_questions_and_brackets(question: str, text: str, words: str, expected: str | None) -> None:
    assert lead(question, text, words) == expected


@pytest.mark.parametrize(
    ("question", "text", "words", "expected"),
    [
        (
            "Who wrote the last chapter?",
            "Anna Berg wrote the first chapter and Otto Lind the last one.",
            "Anna Berg",
            None,
        ),
        (
            "Who wrote the last chapter?",
            "Anna Berg wrote the first chapter and Otto Lind the last one.",
            "Otto Lind",
            "Otto Lind",
        ),
        (
            "What did he call it?",
            'He called it the "ship of seven sails" of the town.',
            "seven sails",
            "ship of seven sails",
        ),
        ("By when must it stand?", "End of 1352: the gate stands.", "1352", "End of 1352"),
        ("How many traders along the river joined?", "They joined four rivers.", "four", None),
    ],
)
def test_of_several_names_in_marks(question: str, text: str, words: str, expected: str | None) -> None:
    assert lead(question, text, words) == expected


def test_a_phrase_in_marks_is_taken_to_its_closing_mark() -> None:
    text = 'Each guild had to make "a golden key" of its own, as the charter says.'

    assert lead("What did each guild have to make?", text, '"a golden') == "a golden key"
    text = 'It became known as a "golden key" of the city, as we are told by many.'
    assert lead("As what did it become known?", text, 'a "golden') == 'a "golden key"'


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        (
            "When is fishing allowed in the pond?",
            "It is forbidden to fish from 1 March to 30 April.",
            "1 March to 30 April",
        ),
        ("Who is the vice chair of the rowing club?", "Ada Holm is the chair of the rowing club.", "Ada Holm"),
        ("How many geese are there?", "The fair of Harn has 40 stalls.", "40 stalls"),
        ("How do I get a key?", "Write to Ada Holm, who keeps the keys of the hall.", "Write to Ada Holm"),
        ("Who sank the barge?", "An earlier version of this note said that Ada Holm sank the barge.", "Ada Holm"),
        ("When is the fair?", "The fair was moved from 3 May to 10 May.", "3 May to 10 May"),
        ("When is the fair of Harn?", "The fair of Harn was changed from 3 May and is now on 10 May.", "3 May"),
        ("Who is Harn's mayor?", "Harn's mayor is the baker Ada Holm.", "the baker"),
        (
            "Who is the vice chair?",
            "Ada Holm has been the chair of the club and its ferry service since May.",
            "Ada Holm",
        ),
        ("Who was Anna Berg?", "Lady Anna Berg opened the mill of Harn in May.", "Lady Anna Berg"),
        ("Who won the race?", "The race was won by Ada Holm, or perhaps Ole Lind.", "Ada Holm"),
        ("Who won the race?", "Anna James' brother won the race of the year.", "Anna James"),
    ],
)
def test_what_is_told_of_something_else_forbidden_retracted_or_a_first_step_does_not_lead(
    question: str, text: str, words: str
) -> None:
    assert lead(question, text, words) is None


def test_a_figure_that_settles_a_comparison_does_not_lead_where_another_sentence_denies_it() -> None:
    asked = "Is the tower higher than 300 m?", "The tower is 312 m high.", "312 m"
    assert lead(*asked) == "312 m"
    assert lead(*asked, ["The tower is not 312 m high but 290 m."]) is None


def test_a_yes_or_no_behind_what_stands_apart_is_not_led_either() -> None:
    assert lead("In 2021, was the bridge of Harn closed?", "In 2021 it was closed for repairs.", "for repairs") is None


def test_an_abbreviation_keeps_its_point() -> None:
    assert (
        lead("When does the ferry of Harn leave?", "The last ferry of Harn leaves at 8 p.m. every day.", "8 p.m")
        == "8 p.m."
    )


def test_what_stands_before_a_sentence_that_leans_on_it_tells_what_it_is_about() -> None:
    text = "They were cast in May by Ada Holm of Irm."
    found = Span(start=text.index("Ada Holm"), end=text.index(" of Irm"), score=1.0, probability=0.9)
    question = analyse("Who made the bells?")

    assert leading_span(question, text, found) is None
    assert leading_span(question, text, found, before="The bells are of bronze.") is not None
