"""Spelling variants: British and American wordings are both accepted, where one asks for it."""

import pytest

from eval.cases.case import GoldCase
from eval.cases.spelling import variants, with_variants


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the colour of the harbours", "the color of the harbors"),
        ("a theatre in the centre", "a theater in the center"),
        ("they organised the defence", "they organized the defense"),
        ("digitalisation", "digitalization"),
        ("analysed", "analyzed"),
        ("a travelling library", "a traveling library"),
        ("grey programmes", "gray programs"),
    ],
)
def test_both_spellings_are_variants_of_each_other(one: str, other: str) -> None:
    assert set(variants(one)) == set(variants(other)) == {one, other}


@pytest.mark.parametrize(
    "same", ["advised", "the revised exercise", "four hours", "a doctor", "water", "30 metric tons"]
)
def test_what_has_one_spelling_has_no_variant(same: str) -> None:
    assert variants(same) == [same]


def test_facts_short_answers_and_what_is_forbidden_have_both() -> None:
    case = GoldCase(id="a", question="Which colour?", facts=(("grey", "dark"),), short=("grey",), never=("colour",))

    found = with_variants(case)

    assert found.facts == (("grey", "gray", "dark"),)
    assert (found.short, found.never, found.question) == (("grey", "gray"), ("colour", "color"), case.question)
