"""Whether a text states a wording: by value, and not where it denies it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.denial import doubted, states


@pytest.mark.parametrize(
    ("text", "wording", "stated"),
    [
        ("The lamp was lit at 9.15 that day.", "9:15", True),
        ("It begins at 14:45.", "2:45 pm", True),
        ("It begins at 2:45 in the yard.", "45", False),
        ("It begins at 2:45 in the yard.", "2", False),
        ("The mill is run in C#.", "C", False),
        ("The mill is run in C#.", "C#", True),
        ("She got an A+ for it.", "A", False),
        ("He takes vitamin C.", "vitamin D", False),
        ("He takes vitamin A.", "vitamin A", True),
        ("He takes vitamin A.", "vitamin", True),
        ("A vitamin is in it.", "A", False),
        ("He works for the US navy.", "us", False),
        ("He told us of it.", "US", False),
        ("HE TOLD US OF IT.", "us", True),
        ("Three quarters of it burned.", "3/4", True),
        ("It cost two and a half million crowns.", "2.5 million", True),
        ("It was minus four degrees.", "-4 degrees", True),
        ("It was −4 degrees.", "4 degrees", False),
        ("There are 20–35 boats.", "35 boats", False),
        ("There are 20–35 boats.", "20 to 35 boats", True),
        ("There is 6‰ of salt in it.", "6%", False),
        ("There is 6‰ of salt in it.", "6 per mille", True),
        ("It scored 3–1.", "3", False),
        ("Call 555-0199.", "555", False),
        ("It fights COVID-19.", "19", False),
        ("It fights COVID-19.", "Covid 19", True),
        ("It was built in 44 BC.", "44", False),
        ("It was built in 44 BC.", "44 BC", True),
        ("It opened on 12/Mar/2021.", "12 March 2021", True),
        ("It carries no more than 12 rafts.", "12 rafts", True),
        ("It carries no more than 12 rafts.", "at most 12 rafts", True),
        ("It carries no more than 12 rafts.", "more than 12 rafts", False),
        ("The ice\u00adhouse is open.", "icehouse", True),
        ("The road is not 12 but 13 miles long.", "12", False),
        ("The road is not 12 but 13 miles long.", "13", True),
        ("The road isn't 12 miles long.", "12 miles", False),
        ("It has not only 12 rafts but a pier.", "12 rafts", True),
        ("The ferry does not leave for Irm at 9:15.", "9:15", False),
        ("It did not open until 1990.", "1990", True),
        ("The council failed to approve the plan.", "approve the plan", False),
        ("The council never approved the plan.", "approved the plan", False),
        ("The council never approved the plan.", "never approved", True),
        ("The plan was approved, not rejected.", "approved", True),
        ("The plan was approved, not rejected.", "rejected", False),
        ("It is false that the dam has 7 gates.", "7 gates", False),
        ("That the dam has 7 gates is not true.", "7 gates", False),
        ("He denied that Anna Berg wrote it.", "Anna Berg", False),
        ("Anna Berg denied that she wrote it.", "Anna Berg", True),
        ("Harn is neither rich nor poor.", "poor", False),
        ("There is no school in Harn.", "school", False),
        ("There is no school in Harn.", "no school", True),
        ("Instead of 30 it has 31 seats.", "30", False),
        ("It has no lift. It has 31 seats.", "31 seats", True),
        ("没有三十个座位", "30", False),
    ],
)
def test_a_wording_is_stated_by_value_and_not_where_it_is_denied(text: str, wording: str, stated: bool) -> None:
    assert states(text, wording) is stated


def test_what_stands_behind_a_comma_or_but_is_not_doubted() -> None:
    assert doubted("It has not 30 seats but 31.", 11, 19)
    assert not doubted("It has not 30 seats but 31.", 24, 26)
    assert not doubted("It has 31 seats, not 30.", 7, 15)


pieces = st.sampled_from("not no never but , . ; false that denied 30 Anna is true instead of without 没 a".split())


@given(st.lists(pieces, max_size=14).map(" ".join), st.sampled_from(["30", "Anna", "is true"]))
def test_asking_never_fails(text: str, wording: str) -> None:
    states(text, wording)
    doubted(text, 0, min(1, len(text)))
