"""What the network reads joined with the ranking: the windows that matter, each once."""

from collections.abc import Sequence

import numpy as np
import pytest
from passages import passage_of

from assistant.reading import joined
from assistant.reading.evidence import FEATURES, Candidate
from assistant.reading.joined import (
    ANSWER_FEATURES,
    MOST_WINDOWS,
    NOT_SEEN,
    SENTENCE_FEATURES,
    UNREAD,
    WindowReader,
    answer_row,
    load_joined,
    sentence_rows,
)
from assistant.reading.network import Network, Span, WindowReading, shared_network
from assistant.reading.windows import Window, Windower
from index.search.engine import Passage

QUESTION = "How many gates has the dam?"
LONG = " ".join(["gate"] * 60) + "."
"""Two of them fill more than a window."""


class Counting(Network):
    """Says of each sentence how many windows were read before it, and remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[list[tuple[int, int]]] = []

    @property
    def windower(self) -> Windower:
        return shared_network(threads=1).windower

    def read(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        self.runs.append([(window.passage.article.number, window.first) for window in windows])
        return [
            WindowReading(
                window=window,
                answerable=float(at),
                sentences=np.full(len(window.pieces), at, np.float32),
                spans=tuple(Span(start=0, end=4, score=3.0, probability=0.5) for _ in window.pieces),
                nothing=1.0,
            )
            for at, window in enumerate(windows)
        ]


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    return [
        Candidate(passage=passage, place=place, text="", features=np.zeros(len(FEATURES)))
        for passage in passages
        for place in range(len(passage.sentences))
    ]


def test_every_window_that_matters_is_read_once_for_a_question() -> None:
    passages = [passage_of(["The dam held.", "It has five gates."], number=n) for n in (1, 2)]
    found = candidates(passages)
    network = Counting()
    reader = WindowReader(network)

    first = reader.read(QUESTION, found, np.arange(4.0))
    again = reader.read(QUESTION, found, np.arange(4.0))
    turned = reader.read(QUESTION, found, -np.arange(4.0))
    reader.read("Who opened it?", found, np.arange(4.0))

    assert network.runs == [[(2, 0), (1, 0)], [(2, 0), (1, 0)]]
    for seen in (first, again, turned):
        assert [(one.sentence, one.window, one.span) for one in seen] == [(1, 1, 2), (1, 1, 2), (0, 0, 2), (0, 0, 2)]
        assert all(one.words is not None for one in seen)


def test_only_new_windows_are_read() -> None:
    passages = [passage_of(["It held."], number=n) for n in (1, 2, 3)]
    network = Counting()
    reader = WindowReader(network)

    reader.read(QUESTION, candidates(passages[:2]), np.zeros(2))
    reader.read(QUESTION, candidates(passages), np.zeros(3))

    assert network.runs == [[(1, 0), (2, 0)], [(3, 0)]]


def test_no_more_than_the_best_windows_are_read_and_the_rest_says_so() -> None:
    passages = [passage_of(["It held."], number=n) for n in range(1, MOST_WINDOWS + 4)]
    network = Counting()
    scores = np.arange(float(len(passages)))

    seen = WindowReader(network).read(QUESTION, candidates(passages), scores)

    assert [number for run in network.runs for number, _ in run] == list(range(MOST_WINDOWS + 3, 3, -1))
    assert seen[:3] == [NOT_SEEN] * 3
    assert NOT_SEEN not in seen[3:]
    rows = sentence_rows(scores, seen)
    assert rows.shape == (len(passages), len(SENTENCE_FEATURES))
    assert (rows[:3, 1:] == UNREAD).all()
    assert list(rows[:, 0]) == list(scores)


def test_a_sentence_of_two_windows_goes_by_the_one_that_says_most_of_it() -> None:
    passage = passage_of(["It held.", LONG, "It has five gates.", LONG])
    network = Counting()

    seen = WindowReader(network).read(QUESTION, candidates([passage]), np.asarray([9.0, 0.0, 0.0, 8.0]))

    assert network.runs == [[(1, 0), (1, 2)]]
    assert [one.sentence for one in seen] == [0, 0, 1, 1]


def test_what_was_read_long_ago_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "KEPT_READINGS", 2)
    passages = [passage_of(["It held."], number=n) for n in (1, 2, 3)]
    network = Counting()
    reader = WindowReader(network)

    for passage in (*passages, passages[2], passages[0]):
        assert NOT_SEEN not in reader.read(QUESTION, candidates([passage]), np.zeros(1))
    assert NOT_SEEN not in reader.read(QUESTION, candidates(passages), np.zeros(3))  # More than are kept.

    assert network.runs == [[(1, 0)], [(2, 0)], [(3, 0)], [(1, 0)], [(2, 0)]]


def test_a_row_for_the_answer_has_a_number_for_every_name() -> None:
    passages = [passage_of(["It held.", "It has five gates."])]
    rows = np.asarray([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 1.0, 8.0]])

    row = answer_row(rows, np.asarray([0.5, 2.0]), fitted=-1.0, passages=passages, articles=100)

    named = dict(zip(ANSWER_FEATURES, row, strict=True))
    assert (named["ranked"], named["sentence"], named["window"], named["span"]) == (5, 6, 1, 8)
    assert (named["margin"], named["highest_window"], named["fitted"], named["articles"]) == (1.5, 3, -1, 2)
    assert (named["cosine"], named["late"], named["bm25"]) == (0.5, 0.5, 1)


def test_the_row_of_the_only_candidate_has_no_margin() -> None:
    row = answer_row(
        np.ones((1, 4)),
        np.ones(1),
        fitted=0.0,
        passages=[passage_of(["It held."])],
        articles=0,
    )

    assert dict(zip(ANSWER_FEATURES, row, strict=True))["margin"] == 0
    assert np.isfinite(row).all()


def test_the_weights_that_ship_are_for_these_features() -> None:
    weights = load_joined()

    assert weights.sentence.names == SENTENCE_FEATURES
    assert weights.answer.names == ANSWER_FEATURES
    assert 0 < weights.threshold < 1
    for one in (weights.sentence, weights.answer):
        assert np.isfinite([one.mean, one.scale, one.weight]).all()
        assert (one.scale > 0).all()
