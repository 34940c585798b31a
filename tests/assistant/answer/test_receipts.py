"""Receipts checked against the articles as they are today."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.answer import Citation
from assistant.answer.receipts import Check, Standing, check_quote
from index.text.article import sha256_of

TEXT = "The dam has five gates. Two were opened on Monday. 大坝有五个闸门。"
QUOTE = "Two were opened on Monday."


def receipt(text: str = TEXT, quote: str = QUOTE) -> Citation:
    """A citation of a quote of a text."""
    start = text.index(quote)
    return Citation(
        number=1,
        article_id="dam",
        title=None,
        publisher=None,
        published=None,
        url=None,
        sha256=sha256_of(text),
        start=start,
        end=start + len(quote),
        quote=quote,
    )


def check(citation: Citation, today: str | None) -> Check:
    return check_quote(citation.number, citation, {"dam": today}.get)


def test_a_quote_that_stands_where_it_stood_holds() -> None:
    found = check(receipt(), TEXT)

    assert (found.standing, found.start, found.detail) == (Standing.HOLDS, TEXT.index(QUOTE), "holds")


@pytest.mark.parametrize("today", [TEXT + " The gates were closed again.", TEXT.replace("five", "four"), TEXT + "\n"])
def test_a_quote_in_an_article_that_changed_elsewhere_has_changed_and_is_found(today: str) -> None:
    found = check(receipt(), today)

    assert (found.standing, found.start) == (Standing.CHANGED, TEXT.index(QUOTE))
    assert "another text" in found.detail


def test_a_receipt_with_another_hash_has_changed() -> None:
    assert check(replace(receipt(), sha256="0" * 64), TEXT).standing is Standing.CHANGED


def test_a_quote_that_stands_elsewhere_has_moved_there() -> None:
    found = check(receipt(), "Update. " + TEXT)

    assert (found.standing, found.start) == (Standing.MOVED, TEXT.index(QUOTE) + 8)


def test_of_several_places_the_nearest_is_named() -> None:
    found = check(receipt(), f"{QUOTE} Then: {QUOTE}")

    assert found.start == len(QUOTE) + 7


@pytest.mark.parametrize("today", [TEXT.replace("Two", "Three"), TEXT.replace("Monday", "monday"), "", TEXT[:40]])
def test_a_quote_that_is_not_there_to_the_letter_has_changed(today: str) -> None:
    assert check(receipt(), today).standing is Standing.CHANGED


def test_a_quote_whose_article_is_not_there_is_gone() -> None:
    assert check(receipt(), None).standing is Standing.GONE


@pytest.mark.parametrize("quote", ["", " \n"])
def test_a_receipt_without_a_quote_proves_nothing(quote: str) -> None:
    assert check(replace(receipt(), quote=quote, start=0, end=0), TEXT).standing is Standing.CHANGED


@pytest.mark.parametrize(("start", "end"), [(-16, -8), (10_000, 10_009), (9, 3), (10**30, 10**31)])
def test_offsets_outside_the_article_do_not_hold(start: int, end: int) -> None:
    assert check(replace(receipt(), start=start, end=end), TEXT).standing is Standing.MOVED


words = st.text(alphabet="ab .\n大🎉", max_size=30)


@given(before=words, quote=words.filter(str.strip), after=words, inserted=words)
def test_a_quote_before_which_text_was_inserted_has_moved_by_that_much(
    before: str, quote: str, after: str, inserted: str
) -> None:
    text, today = before + quote + after, before + inserted + quote + after
    start = len(before)
    citation = replace(receipt(text, quote), start=start, end=start + len(quote))

    found = check(citation, today)

    assert found.start is not None
    assert today[found.start : found.start + len(quote)] == quote
    if found.standing is Standing.MOVED:
        assert found.start != start
        assert abs(found.start - start) <= len(inserted)
    else:
        assert (found.standing, found.start) == (Standing.HOLDS if text == today else Standing.CHANGED, start)


@given(before=words, inserted=words.filter(bool))
def test_a_quote_that_occurs_once_is_found_exactly_where_it_went(before: str, inserted: str) -> None:
    quote = "Zwei Tore."
    citation = receipt(before + quote, quote)

    found = check(citation, before + inserted + quote)

    assert (found.standing, found.start) == (Standing.MOVED, len(before) + len(inserted))
