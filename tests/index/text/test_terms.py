"""Words as BM25 counts them: numbers whole, accents folded, Chinese in pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage.bm25 import TantivyText, TextEntry, list_parts, write_part
from index.text.terms import indexable, stem, stems, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The rivers rose", ["the", "river", "rose"]),
        ("35,000 and 1,234,567", ["35000", "and", "1234567"]),
        ("97.4 is not 974", ["97p4", "is", "not", "974"]),
        ("1,5 and 3,14159", ["1", "5", "and", "3", "14159"]),
        ("1,234.5", ["1234p5"]),
        ("Café ÜBER", ["cafe", "uber"]),
        ("数字改革", ["数字", "字改", "改革"]),
        ("改革 和 app平台x", ["改革", "和", "app", "平台", "x"]),
        ("...", []),
        ("", []),
    ],
)
def test_terms(text, expected):
    assert stems(text) == expected


def test_words_keep_their_endings():
    assert words("The rivers flooded") == ["the", "rivers", "flooded"]
    assert (stem("rivers"), stem("...")) == ("river", "")


@given(st.text(max_size=80))
def test_words_and_stems_come_in_the_same_number(text):
    assert len(words(text)) == len(stems(text))


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_is_one_word_with_or_without_its_separators(number):
    assert stems(f"{number:,}") == stems(str(number)) == [str(number)]


@given(st.text(max_size=80))
def test_what_is_indexed_keeps_every_letter(text):
    kept = set(indexable(text))

    assert {c for c in text if c.isalpha()} <= kept


def made(folder, *runs):
    """An index of a segment for each run of entries."""
    folder.mkdir()
    parts = [write_part(folder, run, work=folder / "work") for run in runs]
    list_parts(folder, parts, work=folder / "work")
    return TantivyText(folder)


@pytest.fixture
def bm25(tmp_path):
    """Three chunks of two articles."""
    texts = {
        1: "The river rose. The river fell.",
        2: "A river of 35,000 crowns.",
        5: "The mayor resigned. 改革很重要。",
    }
    entries = [TextEntry(chunk_id=n, article_number=1 + n // 3, text=text) for n, text in texts.items()]
    return made(tmp_path / "text", entries)


def test_document_frequency_counts_chunks(bm25):
    assert [bm25.document_frequency(t) for t in ("river", "mayor", "35000", "改革", "nothing")] == [2, 1, 1, 1, 0]
    assert (bm25.document_frequency("resign"), bm25.word_frequency("resign"), bm25.word_frequency("resigned")) == (
        1,
        0,
        1,
    )
    assert len(bm25) == 3
    assert sorted(bm25.chunk_ids()) == [1, 2, 5]


def test_a_word_that_stands_more_often_counts_more(bm25):
    assert [chunk for chunk, _ in bm25.search(["river"], 10)] == [1, 2]


def test_a_term_that_is_repeated_in_the_question_counts_again(bm25):
    ((_, once), *_), ((_, twice), *_) = bm25.search(["mayor"], 1), bm25.search(["mayor", "mayor"], 1)

    assert twice == pytest.approx(2 * once)


def test_scores_of_chosen_chunks_are_those_of_the_search(bm25):
    found = dict(bm25.search(["river", "mayor"], 10))

    assert bm25.scores(["river", "mayor"], [2, 5, 77]) == pytest.approx({n: found[n] for n in (2, 5)})
    assert bm25.scores(["river"], [5]) == {}
    assert bm25.scores([], [5]) == bm25.scores(["river"], []) == {}


def test_a_filter_does_not_change_scores(bm25):
    everything = dict(bm25.search(["river", "mayor"], 10))

    assert bm25.search(["river", "mayor"], 10, articles=[2]) == [(5, pytest.approx(everything[5]))]
    assert bm25.search(["river"], 10, articles=[]) == []
    assert bm25.search(["river"], 10, articles=[99]) == []


def test_no_terms_find_nothing(bm25):
    assert bm25.search([], 10) == []


def test_similar_words_are_found_within_the_distance(bm25):
    assert bm25.similar_words("rivr", 1) == [1, 2]
    assert bm25.similar_words("zzzzzz", 2) == []


def test_equal_scores_are_ordered_by_id(tmp_path):
    entries = [TextEntry(chunk_id=n, article_number=1, text="The same text.") for n in (9, 3, 7, 1)]
    assert [chunk for chunk, _ in made(tmp_path / "text", entries).search(["same"], 10)] == [1, 3, 7, 9]


def test_an_index_of_no_segment_finds_nothing(tmp_path):
    empty = made(tmp_path / "text")

    assert (len(empty), empty.chunk_ids(), empty.search(["river"], 10)) == (0, [], [])


def test_scores_do_not_depend_on_the_segments(tmp_path):
    texts = ["The river rose.", "The river fell and fell.", "A mayor by the river.", "Nothing of it."]
    entries = [TextEntry(chunk_id=n, article_number=n, text=text) for n, text in enumerate(texts, 1)]

    grown = made(tmp_path / "grown", entries[:1], entries[1:3], entries[3:])
    whole = made(tmp_path / "whole", entries)

    assert len(grown) == 4
    assert grown.search(["river", "fell"], 10) == [
        (chunk, pytest.approx(score)) for chunk, score in whole.search(["river", "fell"], 10)
    ]
