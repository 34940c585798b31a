"""A question as it is searched: its words, their weights, and how well a passage matches them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.encoding.encoder import HashEncoder
from index.search.query import MIN_IDF, LateInteraction, encode_queries, similarities

ENCODER = HashEncoder(dimension=128)
IDF = {"river": 3.0, "rose": 2.0, "the": 0.01}


def query(text, encoder=ENCODER):
    return encode_queries([text], encoder, encoder.projection, lambda stem: IDF.get(stem, 1.0))[0]


def test_words_know_their_stems_and_what_they_are_worth():
    words = query("How did the Rivers rose?").words

    assert [(w.text, w.stem, w.idf, w.content) for w in words] == [
        ("How", "how", 1.0, False),
        ("did", "did", 1.0, False),
        ("the", "the", MIN_IDF, False),
        ("Rivers", "river", 3.0, True),
        ("rose", "rose", 2.0, True),
    ]


def test_a_word_has_the_tokens_that_stand_in_it(minilm):
    asked = query("Zhezhengding rose?", minilm)

    first, second = asked.words
    assert len(first.tokens) > 1
    assert second.tokens == (first.tokens[-1] + 1,)


def test_a_number_is_one_word():
    assert [w.text for w in query("Is 35,000.5 more than 35?").words if w.text[0].isdigit()] == ["35,000.5", "35"]


def test_chinese_words_are_single_characters():
    assert [w.text for w in query("改革 app").words] == ["改", "革", "app"]


def test_a_question_of_stop_words_is_about_all_of_them():
    assert [w.text for w in query("Who are you?").content] == ["Who", "are", "you"]


@given(st.text(max_size=60))
@example("0:_0")  # "_0" is one token, which begins before the word.
def test_a_question_matches_itself_wholly_unless_a_word_has_no_token_of_its_own(text):
    asked = query(text)

    score = LateInteraction(asked).score(asked.tokens)

    assert score == pytest.approx(1, abs=1e-4) or not asked.content or not all(w.tokens for w in asked.content)


def test_a_passage_that_says_every_word_matches_wholly():
    asked = query("river rose")
    passage = query("the rose by the river").tokens

    assert LateInteraction(asked).score(passage) == pytest.approx(1, abs=1e-5)


def test_a_word_counts_as_much_as_it_is_rare():
    asked = query("river rose")
    river, rose = (query(word).tokens for word in ("river", "rose"))

    late_interaction = LateInteraction(asked)

    assert late_interaction.score(river) == pytest.approx(0.6, abs=1e-5)
    assert late_interaction.score(rose) == pytest.approx(0.4, abs=1e-5)


def test_nothing_matches_nothing():
    asked = query("river")

    assert LateInteraction(asked).score(np.zeros((0, 128), np.float32)) == 0
    assert LateInteraction(query("")).score(asked.tokens) == 0


def test_similarities_have_a_row_for_each_word():
    asked = query("river rose")

    table = similarities(asked, asked.words, query("the rose").tokens)

    np.testing.assert_allclose(table, [[0, 0], [0, 1]], atol=1e-5)
