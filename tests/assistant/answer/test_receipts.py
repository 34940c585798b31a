"""Receipts checked against the articles as they are today."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer.receipts import Check, Standing, check_answer, check_nearest
from index.errors import UsageError
from index.text.article import sha256_of

TEXT = "The dam has five gates. Two were opened on Monday. 大坝有五个闸门。"
QUOTE = "Two were opened on Monday."


def receipt(text: str = TEXT, quote: str = QUOTE, **changes: object) -> dict[str, object]:
    """A citation as JSON has it."""
    start = text.index(quote)
    return {
        "number": 1,
        "article_id": "dam",
        "sha256": sha256_of(text),
        "start": start,
        "end": start + len(quote),
        "quote": quote,
    } | changes


def check(citation: dict[str, object], today: str | None) -> Check:
    (found,) = check_answer({"citations": [citation]}, {"dam": today}.get)
    return found


def test_a_quote_that_stands_where_it_stood_holds() -> None:
    found = check(receipt(), TEXT)

    assert (found.standing, found.start, found.detail) == (Standing.HOLDS, TEXT.index(QUOTE), "holds")


def test_a_quote_still_holds_when_the_article_changed_behind_it_and_that_is_said() -> None:
    found = check(receipt(), TEXT + " The gates were closed again.")

    assert found.standing is Standing.HOLDS
    assert "changed elsewhere" in found.detail


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
    assert check(receipt(quote=QUOTE) | {"quote": quote, "start": 0, "end": 0}, TEXT).standing is Standing.CHANGED


@pytest.mark.parametrize(("start", "end"), [(-16, -8), (10_000, 10_009), (9, 3), (10**30, 10**31)])
def test_offsets_outside_the_article_do_not_hold(start: int, end: int) -> None:
    assert check(receipt() | {"start": start, "end": end}, TEXT).standing is Standing.MOVED


def test_receipts_are_checked_in_their_order_each_on_its_own() -> None:
    citations = [
        receipt(number=1),
        receipt(number=2, article_id="gone"),
        receipt(number=3, quote=QUOTE) | {"quote": "No."},
    ]

    found = check_answer({"citations": citations}, {"dam": TEXT}.get)

    assert [(c.number, c.standing) for c in found] == [
        (1, Standing.HOLDS),
        (2, Standing.GONE),
        (3, Standing.CHANGED),
    ]


def test_a_refusal_has_nothing_to_check() -> None:
    assert check_answer({"status": "refused", "citations": []}, {}.get) == []


def test_an_answer_whose_receipts_were_taken_away_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="has no receipt"):
        check_answer({"status": "answered", "text": "The moon is a cheese. [1]", "citations": []}, {}.get)


@pytest.mark.parametrize(
    "data",
    [None, 3, "answer", [], [{"citations": []}], {}, {"citations": None}, {"citations": {}}, {"citations": "[1]"}],
)
def test_what_is_no_answer_is_a_usage_error(data: object) -> None:
    with pytest.raises(UsageError, match="no answer"):
        check_answer(data, {}.get)


@pytest.mark.parametrize(
    "citation",
    [
        None,
        7,
        "receipt",
        [],
        {},
        *({key: value for key, value in receipt().items() if key != left_out} for left_out in receipt()),
        receipt(number="one"),
        receipt(number=None),
        receipt(number=float("inf")),
        receipt(number=float("nan")),
        receipt(start="0"),
        receipt(start=1.5),
        receipt(end=None),
        receipt() | {"quote": None},
        receipt() | {"quote": ["Two"]},
    ],
)
def test_a_receipt_of_another_form_is_a_usage_error_that_names_it(citation: object) -> None:
    with pytest.raises(UsageError, match="citation 2 is not of the form") as caught:
        check_answer({"citations": [receipt(), citation]}, {"dam": TEXT}.get)

    assert "\n" not in str(caught.value)


def test_what_came_closest_to_a_refused_question_is_checked_like_a_receipt() -> None:
    near = receipt()
    del near["number"]
    refusal = {"citations": [], "nearest": [near, near | {"article_id": "tram"}]}

    def standing(today: str) -> list[tuple[int, Standing]]:
        return [(one.number, one.standing) for one in check_nearest(refusal, {"dam": today}.get)]

    assert standing(TEXT) == [(1, Standing.HOLDS), (2, Standing.GONE)]
    assert standing("The dam is gone.") == [(1, Standing.CHANGED), (2, Standing.GONE)]
    assert check_answer(refusal, {"dam": TEXT}.get) == []


def test_nearest_articles_of_an_older_refusal_quote_nothing_to_check() -> None:
    old = {"citations": [], "nearest": [{"article_id": "dam", "title": None, "published": None}]}

    assert check_nearest(old, {}.get) == []


def test_a_closest_passage_of_another_form_is_a_usage_error_that_names_it() -> None:
    with pytest.raises(UsageError, match="closest passage 1 is not of the form"):
        check_nearest({"citations": [], "nearest": [receipt(start="0")]}, {"dam": TEXT}.get)


words = st.text(alphabet="ab .\n大🎉", max_size=30)


@given(before=words, quote=words.filter(str.strip), after=words, inserted=words)
def test_a_quote_before_which_text_was_inserted_has_moved_by_that_much(
    before: str, quote: str, after: str, inserted: str
) -> None:
    text, today = before + quote + after, before + inserted + quote + after
    start = len(before)
    citation = receipt(text, quote) | {"start": start, "end": start + len(quote)}

    found = check(citation, today)

    assert found.start is not None
    assert today[found.start : found.start + len(quote)] == quote
    if found.standing is Standing.MOVED:
        assert found.start != start
        assert abs(found.start - start) <= len(inserted)
    else:
        assert (found.standing, found.start) == (Standing.HOLDS, start)


@given(before=words, inserted=words.filter(bool))
def test_a_quote_that_occurs_once_is_found_exactly_where_it_went(before: str, inserted: str) -> None:
    quote = "Zwei Tore."
    citation = receipt(before + quote, quote)

    found = check(citation, before + inserted + quote)

    assert (found.standing, found.start) == (Standing.MOVED, len(before) + len(inserted))


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["citations", "number", "article_id", "quote", "start", "end", "sha256"]), inner, max_size=7
        ),
    ),
    max_leaves=12,
)


@given(values, st.lists(values, max_size=2))
def test_any_json_is_checked_or_refused_in_words(data: object, citations: list[object]) -> None:
    for candidate in (data, {"citations": citations}, {"citations": [], "nearest": citations}):
        again = json.loads(json.dumps(candidate))
        try:
            found = [*check_answer(again, {"dam": TEXT}.get), *check_nearest(again, {"dam": TEXT}.get)]
        except UsageError:
            continue
        assert all(isinstance(one, Check) for one in found)
