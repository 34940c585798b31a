"""Chunks hold the whole text in whole sentences, and each fits the encoder's window with its title."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.encoding.encoder import EncodingJob, HashEncoder
from index.text.blocks import structure_of
from index.text.chunking import Chunking, chunk_article, encoded_text, fitting_title
from index.text.sentences import split_sentences

WORD = st.sampled_from(
    ["river", "rose.", "The", "town,", "3.5", "改革。", "平台，", "# Plan", "\n", "\n\n", "\n- ", "x" * 90, "?!", "é"]
)
LONG = st.builds(lambda words, times: " ".join(words * times), st.lists(WORD, min_size=1), st.integers(1, 80))
TEXT = st.one_of(st.text(max_size=400), LONG)
TITLE = st.one_of(st.none(), st.text(max_size=60), st.lists(WORD, max_size=60).map(" ".join))


def chunks_of(text, title, encoder):
    chunking = Chunking(max_tokens=encoder.max_tokens)
    return chunk_article(structure_of(text), title, count=encoder.count_tokens, chunking=chunking)


def says(text):
    return any(map(str.isalnum, text))


def assert_nothing_is_lost(text, title, encoder):
    """What chunking promises, for any text and title."""
    chunks = chunks_of(text, title, encoder)
    heading = fitting_title(title, encoder.count_tokens, encoder.max_tokens)
    sizes = (
        encoder.count_tokens([encoded_text(heading, chunk.context, chunk.text) for chunk in chunks]) if chunks else []
    )
    assert all(size <= encoder.max_tokens for size in sizes)

    whole = {(s.start, s.end) for s in split_sentences(text)}
    end = 0
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        assert chunk.sentences[0].start == chunk.start
        assert chunk.sentences[-1].end == chunk.end
        for sentence in chunk.sentences:
            assert end <= sentence.start < sentence.end
            assert not says(text[end : sentence.start])
            assert (sentence.start, sentence.end) in whole or any(
                a <= sentence.start and sentence.end <= b for a, b in whole
            )
            end = sentence.end
    assert not says(text[end:])


@given(TEXT, TITLE)
@example("word " * 500, "title " * 100)
@example("x" * 5_000, None)
def test_every_character_is_in_a_chunk_that_fits(text, title):
    assert_nothing_is_lost(text, title, HashEncoder())


@given(TEXT, TITLE, st.integers(min_value=8, max_value=30))
@settings(max_examples=50)
def test_small_windows_lose_nothing_either(text, title, max_tokens):
    assert_nothing_is_lost(text, title, HashEncoder(max_tokens=max_tokens))


class CharacterEncoder(HashEncoder):
    """Counts characters, so that sentences together have more tokens than each alone."""

    def count_tokens(self, texts):
        return [len(text) + 2 for text in texts]


@given(TEXT, TITLE)
def test_an_encoder_that_counts_the_space_between_sentences_is_heeded(text, title):
    assert_nothing_is_lost(text, title, CharacterEncoder())


@given(TEXT, TITLE)
@settings(max_examples=40)
@example("改革" * 2_000, "改革" * 200)
@example("supercalifragilistic" * 300, None)
@example("no stop at all " * 800, "A title")
@example("a, b; " * 600, "A title")
def test_the_real_encoder_never_cuts_anything_off(minilm, text, title):
    assert_nothing_is_lost(text, title, minilm)


def test_the_real_articles_fit_the_real_window(minilm, shared):
    for path in sorted((shared / "articles").glob("*.md")):
        text = path.read_text(encoding="utf-8")

        assert_nothing_is_lost(text, path.stem, minilm)


def test_sentences_that_fit_are_never_cut():
    text = " ".join(f"The river rose by {n} metres in the night." for n in range(40))

    chunks = chunks_of(text, "The river", HashEncoder())

    cut = [text[s.start : s.end] for chunk in chunks for s in chunk.sentences]
    assert cut == [text[s.start : s.end] for s in split_sentences(text)]
    assert len(chunks) > 5


def test_a_chunk_is_as_full_as_it_can_be():
    encoder = HashEncoder()
    text = " ".join(f"The river rose by {n} metres in the night." for n in range(40))

    chunks = chunks_of(text, None, encoder)

    for chunk, after in pairwise(chunks):
        longer = text[chunk.start : after.sentences[0].end]
        assert encoder.count_tokens([longer])[0] > encoder.max_tokens


def test_an_overlong_sentence_is_cut_at_a_clause():
    text = "The council met, " + ", ".join(f"member {n} of the council spoke at length" for n in range(30)) + "."

    chunks = chunks_of(text, None, HashEncoder())

    pieces = [text[s.start : s.end] for chunk in chunks for s in chunk.sentences]
    assert len(pieces) > 1
    assert all(piece.endswith((",", ".")) for piece in pieces)


def test_a_word_longer_than_the_window_is_cut_anywhere():
    encoder = HashEncoder(max_tokens=10)
    text = "改" * 100

    chunks = chunks_of(text, None, encoder)

    assert "".join(chunk.text for chunk in chunks) == text


def test_a_heading_goes_with_what_follows_it():
    text = "\n\n".join(["Some words about the river and the town. " * 4, "# The dam", "It held through the night."])

    chunks = chunks_of(text, None, HashEncoder())

    assert not chunks[-1].text.rstrip().endswith("# The dam")
    assert any("# The dam\n\nIt held" in chunk.text for chunk in chunks)


def test_a_chunk_carries_the_headings_above_it():
    text = "# Handbook\n\n## Leave\n\n### Carrying over\n\n" + "Up to five days of leave may be carried over. " * 9

    chunks = chunks_of(text, "Handbook", HashEncoder())

    assert len(chunks) > 2
    assert {chunk.context for chunk in chunks[1:]} == {"Leave > Carrying over"}


def test_rows_that_begin_a_chunk_are_encoded_with_their_header():
    rows = "".join(f"| Bridge {n} | 19{n:02} | {n} metres |\n" for n in range(30))

    chunks = chunks_of("| Bridge | Built | Length |\n|---|---|---|\n" + rows, "Bridges", HashEncoder())

    assert {chunk.context for chunk in chunks[1:]} == {"Bridge | Built | Length"}


def test_a_context_that_takes_too_much_room_loses_its_outer_parts_first():
    text = f"## {'outer ' * 40}\n\n### inner\n\n" + "It rained. " * 60

    chunks = chunks_of(text, None, HashEncoder())

    assert chunks[-1].context == "inner"


def test_a_long_title_is_shortened_to_a_quarter_of_the_window():
    encoder = HashEncoder()

    title = fitting_title("word " * 200, encoder.count_tokens, encoder.max_tokens)

    assert title.split()
    assert encoder.count_tokens([title])[0] <= encoder.max_tokens // 4


@pytest.mark.parametrize("title", [None, "", "  \n "])
def test_without_a_title_nothing_is_put_before_the_chunk(title):
    encoder = HashEncoder()

    assert fitting_title(title, encoder.count_tokens, encoder.max_tokens) == ""
    assert encoded_text("", "", "The chunk.") == "The chunk."


@pytest.mark.parametrize("text", ["", " ", "\n\n\t"])
def test_a_text_without_a_character_has_no_chunks(text):
    assert chunks_of(text, "A title", HashEncoder()) == []


def test_sentence_spans_point_into_what_is_encoded():
    text = "  First it rained. Then it snowed."
    (chunk,) = chunks_of(text, "Weather", HashEncoder())
    job = EncodingJob(title="Weather", chunk=chunk)

    spans = [job.text[a:b] for a, b in job.sentence_spans()]

    assert job.text == "Weather\nFirst it rained. Then it snowed."
    assert spans == ["First it rained.", "Then it snowed."]
