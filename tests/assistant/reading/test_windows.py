"""Windows: every sentence of a passage, none too long, and batches that point back at their sentences."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from passages import passage_of
from tokenizers import Tokenizer

from assistant.reading.windows import HEAD_PIECES, QUESTION_PIECES, WINDOW_PIECES, Window, Windower
from index.encoding.minilm.build import minilm_source
from index.text.structure import Block, Kind

QUESTION = "How many gates has the dam?"
FACTS = ["The dam of Oldwater has five gates.", "It was built in 1931.", "Photosynthesis is another matter."]


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(minilm_source() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


TOKENIZER = _tokenizer()
WINDOWER = Windower(TOKENIZER)


def size(window: Window) -> int:
    return sum(map(len, window.pieces))


sentences = st.lists(st.integers(1, 150).map(lambda count: " ".join(["gate"] * count) + "."), min_size=1, max_size=12)


@given(sentences)
def test_windows_hold_every_sentence_overlap_by_one_and_are_never_too_long(texts: list[str]) -> None:
    windows = WINDOWER.cut(passage_of(texts))

    assert {n for window in windows for n in range(window.first, window.last + 1)} == set(range(len(texts)))
    assert (windows[0].first, windows[-1].last) == (0, len(texts) - 1)
    for window in windows:
        assert len(window.pieces) == len(window.offsets) == window.last + 1 - window.first
        assert 0 < size(window) <= WINDOW_PIECES
    for one, other in pairwise(windows):
        # A sentence is shared where what follows fits beside it; none is alone in a window and in another too.
        assert other.first in {one.last, one.last + 1}
        assert other.first == one.last + 1 or one.first < one.last < other.last
        assert other.last > one.last


def test_a_short_passage_is_one_window() -> None:
    (window,) = WINDOWER.cut(passage_of(FACTS))

    assert (window.first, window.last) == (0, 2)
    assert TOKENIZER.decode(list(window.pieces[1])) == "it was built in 1931."


def test_offsets_count_from_the_first_character_of_each_sentence() -> None:
    (window,) = WINDOWER.cut(passage_of(FACTS))

    for text, offsets in zip(FACTS, window.offsets, strict=True):
        assert (offsets[0][0], offsets[-1][1]) == (0, len(text))
    assert [FACTS[1][slice(*pair)] for pair in window.offsets[1]] == ["It", "was", "built", "in", "1931", "."]


def test_a_sentence_longer_than_a_window_is_cut_at_its_end() -> None:
    windows = WINDOWER.cut(passage_of(["gate " * 200 + "end.", "It held."]))

    assert [size(window) for window in windows] == [WINDOW_PIECES, 3]
    assert TOKENIZER.decode(list(windows[0].pieces[0])) == " ".join(["gate"] * WINDOW_PIECES)


@pytest.mark.parametrize(
    ("title", "published", "context", "expected"),
    [
        ("The dam", date(2021, 5, 2), "Gates", "the dam | 2021 - 05 - 02 | gates :"),
        ("The dam", None, "", "the dam :"),
        (None, None, "Gates", "gates :"),
        (None, None, "", ""),
    ],
)
def test_the_head_tells_title_date_and_what_the_window_is_about(
    title: str | None, published: date | None, context: str, expected: str
) -> None:
    passage = passage_of(FACTS, title=title, published=published, context=context)

    assert TOKENIZER.decode(list(WINDOWER.cut(passage)[0].head)) == expected


def test_a_long_head_is_cut_before_its_colon() -> None:
    (window,) = WINDOWER.cut(passage_of(FACTS, title="gate " * 100))

    assert len(window.head) == HEAD_PIECES + 1
    assert TOKENIZER.decode(list(window.head)).endswith("gate :")


def test_a_batch_is_question_head_and_sentences_and_points_back_at_each_sentence() -> None:
    long, short = passage_of(FACTS, title="The dam"), passage_of(["It held."])
    windows = [*WINDOWER.cut(long), *WINDOWER.cut(short)]

    batch = WINDOWER.batch(QUESTION, windows)

    assert batch.pieces.shape == batch.segments.shape == batch.mask.shape == batch.sentence_of.shape
    assert len(batch.pieces) == 2
    for row, (window, texts) in enumerate(zip(windows, (FACTS, ["It held."]), strict=True)):
        there = batch.mask[row] == 1
        first, second = batch.pieces[row][batch.segments[row] == 0], batch.pieces[row][batch.segments[row] == 1]
        assert TOKENIZER.decode(list(first[there[: len(first)]])) == QUESTION.lower()
        head = "the dam : " if window.passage is long else ""
        assert TOKENIZER.decode(list(second)) == (head + " ".join(texts)).lower()
        for number, text in enumerate(texts):
            assert TOKENIZER.decode(list(batch.pieces[row][batch.sentence_of[row] == number])) == text.lower()
        assert set(batch.sentence_of[row]) == {-1, *range(len(texts))}
        assert (batch.sentence_of[row][~there] == -1).all()
        assert (batch.pieces[row][~there] == 0).all()
        assert list(np.flatnonzero(there)) == list(range(there.sum()))
        ends = batch.pieces[row][there]
        assert TOKENIZER.id_to_token(int(ends[0])) == "[CLS]"
        assert TOKENIZER.id_to_token(int(ends[-1])) == "[SEP]"


def test_a_long_question_is_cut() -> None:
    batch = WINDOWER.batch("gate " * 100, WINDOWER.cut(passage_of(["It held."])))

    assert (batch.segments[0] == 0).sum() == QUESTION_PIECES + 2
    assert batch.mask.all()


def test_a_window_ends_where_the_next_message_of_a_thread_opens() -> None:
    texts = [
        *("From: Ada Holm", "Date: 3 May 2024", "The gates are late.", "Ada"),
        *("Date: 2 May 2024", "From: Ole Lind", "When do the gates come?"),
    ]
    kinds = [*[Kind.FIELD] * 2, *[Kind.PARAGRAPH] * 2, *[Kind.FIELD] * 2, Kind.PARAGRAPH]
    passage = passage_of(texts)
    blocks = tuple(
        Block(kind=kind, start=one.start, end=one.end) for kind, one in zip(kinds, passage.sentences, strict=True)
    )

    windows = WINDOWER.cut(replace(passage, blocks=blocks))

    assert [(window.first, window.last) for window in windows] == [(0, 3), (4, 6)]
