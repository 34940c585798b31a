"""Numbers with their nouns."""

import pytest

from index.counts import counted


@pytest.mark.parametrize(("number", "written"), [(0, "0 cases"), (1, "1 case"), (2, "2 cases"), (1_204, "1,204 cases")])
def test_one_is_written_without_an_s(number: int, written: str) -> None:
    assert counted(number, "case") == written


def test_a_noun_may_have_a_plural_of_its_own() -> None:
    assert [counted(number, "match", "matches") for number in (1, 2)] == ["1 match", "2 matches"]
