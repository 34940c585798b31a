"""The network as it ships: its readings of windows made by hand."""

import numpy as np
import pytest
from passages import passage_of

from assistant.reading.joined import reads
from assistant.reading.network import MAX_ANSWER_PIECES, Network, WindowReading, shared_network

BRIDGE = passage_of(
    [
        "Rain fell on the valley all night.",
        "The new bridge of Oldwater was opened on 9 March 2021 by Mayor Anna Berg.",
        "It is 320 metres long and has four lanes.",
        "Birds sang at dawn.",
    ],
    number=1,
    title="The new bridge of Oldwater",
)
BAKERY = passage_of(
    [
        "The bakery in Mill Lane sells 40 kinds of bread.",
        "Its oven was built by Otto Lind in 1931.",
        "People queue in the morning.",
    ],
    number=2,
    title="A bakery in Mill Lane",
)
PASSAGES = [BRIDGE, BAKERY]


@pytest.fixture(scope="module")
def network() -> Network:
    return shared_network(threads=1)


def readings(network: Network, question: str) -> list[WindowReading]:
    """Of both articles."""
    return network.read(question, [window for passage in PASSAGES for window in network.windower.cut(passage)])


@pytest.mark.parametrize(
    ("question", "article", "place", "answer"),
    [
        ("Who opened the new bridge of Oldwater?", 1, 1, "Anna Berg"),
        ("When was the new bridge of Oldwater opened?", 1, 1, "9 March 2021"),
        ("How long is the bridge?", 1, 2, "320 metres"),
        ("How many kinds of bread does the bakery sell?", 2, 0, "40"),
        ("Who built the oven of the bakery?", 2, 1, "Otto Lind"),
    ],
)
def test_an_easy_question_finds_window_sentence_and_words(
    network: Network, question: str, article: int, place: int, answer: str
) -> None:
    found = readings(network, question)

    best = max(found, key=lambda reading: reading.answerable)
    assert best.window.passage.article.number == article
    assert int(best.sentences.argmax()) == place
    span = best.spans[place]
    sentence = best.window.passage.sentences[place]
    words = best.window.passage.text[sentence.start - 100 : sentence.end - 100][span.start : span.end]
    assert answer in words
    assert len(words) < len(answer) + 8
    assert span.probability > 0.3
    assert span.score > best.nothing


def test_what_no_window_answers_is_less_likely_in_each_than_what_one_does(network: Network) -> None:
    answered = max(reading.answerable for reading in readings(network, "How long is the bridge?"))

    assert max(reading.answerable for reading in readings(network, "Who composed the opera of the moon?")) < answered


def test_spans_are_words_of_their_sentence_and_share_what_is_likely(network: Network) -> None:
    for question in ("How long is the bridge?", "Who sang?", "Why?"):
        for reading in readings(network, question):
            passage = reading.window.passage
            assert len(reading.spans) == len(reading.sentences) == len(passage.sentences)
            for sentence, span in zip(passage.sentences, reading.spans, strict=True):
                text = passage.text[sentence.start - 100 : sentence.end - 100]
                words = text[span.start : span.end]
                assert words
                assert words == words.strip()
                assert len(network.windower.cut(passage_of([words]))[0].pieces[0]) <= MAX_ANSWER_PIECES
                assert 0 <= span.probability <= 1
            assert sum(span.probability for span in reading.spans) <= 1 + 1e-6


def test_a_window_is_read_alike_alone_and_beside_longer_ones(network: Network) -> None:
    question = "Who built the oven of the bakery?"
    (alone,) = network.read(question, network.windower.cut(BAKERY))
    beside = readings(network, question)[1]

    assert alone.answerable == pytest.approx(beside.answerable, abs=1e-3)
    np.testing.assert_allclose(alone.sentences, beside.sentences, atol=1e-3)
    assert [(a.start, a.end) for a in alone.spans] == [(b.start, b.end) for b in beside.spans]


def test_one_network_is_shared() -> None:
    assert shared_network(threads=1) is shared_network(threads=1)


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("Who opened the bridge?", True),
        ("Où est né Jean-François ?", True),
        ("大桥有多长？", False),
        ("Who is 安娜?", False),
        ("橋はどこですか", False),
    ],
)
def test_questions_with_chinese_or_japanese_go_without_the_network(question: str, known: bool) -> None:
    assert reads(question) is known
