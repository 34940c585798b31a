"""Names are found by their capitals, whole, and without what only opens a sentence."""

import pytest

from assistant.language.names import bare_word, people, proper_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Does the Oldwater Dam leak?", ["Oldwater Dam"]),
        ("In May, the Data Protection Act passed", ["Data Protection Act"]),
        ("Name the River Trust's director", ["River Trust"]),
        ("Which came first?", []),
        ("However, SME Online closed", ["SME Online"]),
    ],
)
def test_words_that_only_open_a_sentence_are_no_part_of_a_name(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in proper_names(text)] == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The mayor, Anna Berg, met Ludwig van der Meer Jr.", ["Anna Berg", "Ludwig van der Meer Jr."]),
        ("On Monday Mayor Anna Berg spoke.", ["Mayor Anna Berg"]),
        ("Lu Bin took the pictures.", ["Lu Bin"]),
        ("The Oldwater Committee met in March 2020.", []),
        ("Anna Berg's Bakery opened.", []),
    ],
)
def test_people_are_names_of_several_words_that_no_month_and_no_body_has(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in people(text)] == found


@pytest.mark.parametrize(
    ("word", "bare"), [("“Berg's", "Berg"), ("(U.K.),", "U.K"), ("6+1", "6+1"), ("—", ""), ("O’Brien?", "O’Brien")]
)
def test_a_word_is_freed_of_marks_and_of_its_possessive(word: str, bare: str) -> None:
    assert bare_word(word) == bare
