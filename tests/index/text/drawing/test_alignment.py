"""A quote is found among a page's characters, however the article's text has joined and mended them."""

import pytest

from index.text.drawing.alignment import Letters, aligned


def found(text, quote, page, *, nth=0):
    """The pieces of the page that a quote of the text is found as."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(quote, start + 1)
    return [page[a:b] for a, b in aligned(text, start, start + len(quote), page)]


@pytest.mark.parametrize(
    ("text", "quote", "page", "piece"),
    [
        (
            "The old lighthouse of Orm.",
            "old lighthouse",
            "The old light\x02\r\nhouse of Orm.",
            "old light\x02\r\nhouse",
        ),
        ("# Ships\n\n**They sail.**", "**They sail.**", "Ships\r\nThey sail.", "They sail."),
        ("| 2020 | 4 ships |", "| 2020 | 4 ships |", "2020   4 ships", "2020   4 ships"),
        ("an efficient café", "efficient café", "an e\ufb03cient cafe\u0301 there", "e\ufb03cient cafe"),
        ("It is “a new dam.” Or not.", "“a new dam.”", "It is “a new dam.” Or", "“a new dam.”"),
        ("码头有两座灯塔。", "两座灯塔", "码头有两\n座灯塔。", "两\n座灯塔"),
    ],
)
def test_only_letters_and_digits_count_and_the_same_signs_beside_them_are_taken_along(text, quote, page, piece):
    assert found(text, quote, page) == [piece]


def test_of_several_places_that_with_the_same_neighbours_is_taken():
    page = "The dam held. Ten ships sank. The dam held. No ship sank. The dam held."
    text = "Ten ships sank. The dam held. No ship sank. The dam held."

    ((start, end),) = aligned(text, text.index("The dam"), text.index("The dam") + 12, page)

    assert (page[:start].count("The dam held"), page[start:end]) == (1, "The dam held")


def test_what_stands_between_two_parts_of_a_quote_is_left_out():
    text = "The ships of Orm sail in summer and rest in winter."
    page = "The ships of Orm sail\nReport of 2024\nin summer and rest in winter."

    assert found(text, text, page) == ["The ships of Orm sail", "in summer and rest in winter."]


def test_parts_in_another_order_are_found_each_on_its_own():
    text = "The dam of Zell is new. The ships of Orm are old."

    assert found(text, text, "The ships of Orm are old. The dam of Zell is new.") == [
        "The dam of Zell is new.", "The ships of Orm are old.",
    ]  # fmt: skip


def test_a_character_that_the_page_has_otherwise_costs_only_itself():
    assert found("The dam of Zel1 is not new.", "dam of Zel1 is not new", "The dam of Zell is not new.") == [
        "dam of Zel", "is not new",
    ]  # fmt: skip


@pytest.mark.parametrize("page", ["", "Nothing of it.", "…—!"])
def test_a_quote_that_is_not_on_the_page_is_not_found(page):
    assert found("The ships of Orm.", "The ships of Orm", page) == []


def test_a_word_shorter_than_a_piece_is_found_and_a_quote_without_letters_is_not():
    assert found("It is 4 %.", "4", "It is 4 %.") == ["4"]
    assert found("It is 4 %.", "%", "It is 4 %.") == []


def test_letters_are_counted_before_any_character():
    letters = Letters("a, b-ﬃ!")

    assert [letters.before(place) for place in range(8)] == [0, 1, 1, 1, 2, 2, 5, 5]
