"""What is read from a question before anything is searched: its kind, terms, names and unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.kinds import Kind
from assistant.question.question import Question, analyse, names_nothing, punctuated
from index.text.terms import stems


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many gates has the dam?", Kind.QUANTITY),
        ("how much did the bridge cost?", Kind.QUANTITY),
        ("What percentage of people voted?", Kind.QUANTITY),
        ("How long is the bridge?", Kind.QUANTITY),
        ("When did the bridge open?", Kind.DATE),
        ("In what year was the dam built?", Kind.DATE),
        ("And when was it built?", Kind.DATE),
        ("Who opened the bridge?", Kind.PERSON),
        ("Which minister opened the bridge?", Kind.PERSON),
        ("Where is the museum?", Kind.PLACE),
        ("In which city was it signed?", Kind.PLACE),
        ("Why did the dam fail?", Kind.REASON),
        ("What is the reason for the delay?", Kind.REASON),
        ("What are the five tasks?", Kind.LIST),
        ("Name the three stages", Kind.LIST),
        ("What does SME stand for?", Kind.DEFINITION),
        ("What is a health code?", Kind.DEFINITION),
        ("How has the target changed since 2019?", Kind.CHANGE),
        ("Which team won the cup?", Kind.NAME),
        ("Tell me about the weather", Kind.OTHER),
        ("Did the river rise?", Kind.OTHER),
        ("工业大脑有多少个？", Kind.QUANTITY),
        ("大桥是什么时候开通的？", Kind.DATE),
        ("谁是市长？", Kind.PERSON),
    ],
)
def test_the_words_of_a_question_tell_what_kind_of_thing_it_asks_for(text: str, kind: Kind) -> None:
    assert analyse(text).kind is kind


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("How many industrial brains are there?", "industrial brains"),
        ("How many gates does the dam have?", "gates"),
        ("How much money did the town spend?", "money"),
        ("how many of the towns are flooded?", "towns"),
        ("How many other bridges are there?", "bridges"),
    ],
)
def test_a_question_for_a_quantity_names_what_is_counted(text: str, counted: str) -> None:
    assert analyse(text).unit[: len(stems(counted))] == tuple(stems(counted))


@pytest.mark.parametrize("text", ["How many?", "How long is the bridge?", "When did 12 ships arrive?", "Who counted?"])
def test_where_nothing_is_counted_there_is_no_unit(text: str) -> None:
    assert analyse(text).unit == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("When did Anna Berg resign?", ("Anna", "Berg")),
        ("Did O'Brien meet Wang Hao in 2021?", ("O'Brien", "Wang", "Hao", "2021")),
        ("What is Anna Berg's post?", ("Anna", "Berg")),
        ("Does the tram cost 35,000 crowns?", ("35,000",)),
        ("Oldwater has how many gates?", ("Oldwater",)),
        ("The river rose, did it?", ()),
        ("What does SME stand for?", ("SME",)),
        ("Who met whom, and where?", ()),
        ("Was Berg the Berg of 2021?", ("Berg", "2021")),
    ],
)
def test_names_and_figures_are_kept_as_written_and_openers_are_not_names(text: str, names: tuple[str, ...]) -> None:
    assert analyse(text).names == names


def test_stop_words_are_no_terms_unless_there_is_nothing_else() -> None:
    assert analyse("Who is the mayor of the town?").stems == ("mayor", "town")
    assert analyse("Who is it?").stems == ("who", "is", "it")


def test_terms_keep_their_order_and_their_repetitions() -> None:
    assert analyse("Does a dam above a dam need gates?").stems == ("dam", "abov", "dam", "need", "gate")


def test_white_space_does_not_matter() -> None:
    assert analyse("  How many\n gates\u00a0 are there? ") == analyse("How many gates are there?")


@pytest.mark.parametrize("text", ["", " ", "?", "!!", "…", "\n\t"])
def test_a_question_without_words_is_read_as_nothing(text: str) -> None:
    question = analyse(text)

    assert question == Question(text=text.strip(), kind=Kind.OTHER, stems=(), names=(), unit=())


def test_chinese_is_cut_into_the_pairs_that_the_index_holds() -> None:
    question = analyse("工业大脑有多少个？")

    assert question.stems == tuple(stems("工业大脑有多少个？"))
    assert {"工业", "大脑"} <= set(question.stems)


def test_chinese_and_latin_words_stand_side_by_side() -> None:
    question = analyse("浙江 SME 平台 2021 年？")

    assert question.names == ("SME", "2021")
    assert {"浙江", "sme", "平台", "2021"} <= set(question.stems)


@given(st.text(max_size=80))
def test_any_text_can_be_read_and_its_names_stand_in_it(text: str) -> None:
    question = analyse(text)

    assert question.text == " ".join(text.split())
    assert all(name and name in question.text for name in question.names)
    assert len(set(question.names)) == len(question.names)
    assert question == analyse(question.text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("who is Ada Holm", "who is Ada Holm?"),
        ("In which year did it open ??", "In which year did it open?"),
        ("Is Ada Holm in the U.S. Navy.", "Is Ada Holm in the U.S. Navy?"),
        ("According to Ada Holm, when was it", "According to Ada Holm, when was it?"),
        ("I say 42. How many are there", "I say 42. How many are there?"),
        ("In capitals: how many are there", "In capitals: how many are there?"),
        ("Summarise the report?", "Summarise the report"),
        ("mooring fees?", "mooring fees"),
        ("谁是霍尔姆？", "谁是霍尔姆"),
        ("I have paid. Any refund?", "I have paid. Any refund?"),
        ("", ""),
    ],
)
def test_a_question_is_read_alike_with_its_mark_and_without(typed: str, read: str) -> None:
    assert punctuated(typed) == read
    assert punctuated(read) == read


@pytest.mark.parametrize(
    "text", ["Who?", "Why?", "What is x?", "What about it?", "Who was there?", "Warum?", "Wer?", "谁?"]
)
def test_a_question_of_question_words_names_nothing(text: str) -> None:
    assert names_nothing(text)


@pytest.mark.parametrize(
    "text",
    ["WHO?", "IT", "What is C?", "What is C++?", "What happened?", "Who is Ann?", "Warum schließt das Bad?", "42?"],
)
def test_any_other_word_is_something_to_ask_about(text: str) -> None:
    assert not names_nothing(text)
