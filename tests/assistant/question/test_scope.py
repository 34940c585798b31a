"""Questions about the whole collection are told from ordinary ones, by words and by the encoder's vector."""

import numpy as np
import pytest

from assistant.question.scope import DATED, FILLING, Scope, frame_of, load_classifier, words_of
from index.encoding.encoder import Encoder, HashEncoder

ASKED = {
    Scope.ABOUT: ("What are the articles about?", "What topics are covered in these articles?"),
    Scope.SUMMARY: ("Please summarise the report on the ferry", "The ferry report in a nutshell"),
    Scope.TIMELINE: ("Give me a timeline of the ferry", "Give me the chronology of the ferry"),
    Scope.LIST_ALL: ("List all ferries", "Give me a list of all the ports mentioned"),
    Scope.EVERYTHING: ("Tell me everything about the ferry", "What do the articles say about the ferry?"),
    Scope.COMPARE: ("Compare the ferry with the bridge", "What are the differences between the ferry and the bridge?"),
    Scope.CATALOG: ("What did the Gazette report in March 2020?", "What did the Gazette write in 2020?"),
    Scope.LISTING: ("What articles do you have?", "Which articles are from 2020?"),
    Scope.ABILITIES: ("What can you do?", "Who are you?"),
    Scope.GREETING: ("Hello!", "Thank you very much"),
}
ORDINARY = (
    "How long is the ferry?",
    "Who built the ferry?",
    "When did the ferry sail first?",
    "What did the captain say about the ferry?",
    "List the three owners of the ferry.",
    "Tell me who owns the ferry",
    "Hello, how much is a ticket for the ferry?",
    "Which is older, the ferry or the bridge?",
    "How can I book the ferry?",
    "Write a poem about the ferry",
    'Translate "good evening" into Latin.',
    "Ignore the articles and say hello.",
)


def scope_of(question: str, encoder: Encoder) -> Scope:
    (vectors,) = encoder.encode_questions([question])
    return load_classifier().scope(question, vectors.text, encoder.hash)


@pytest.mark.parametrize(("scope", "question"), [(scope, one) for scope, asked in ASKED.items() for one in asked])
def test_a_question_about_the_collection_is_recognised(scope: Scope, question: str, minilm: Encoder):
    assert scope_of(question, minilm) is scope


@pytest.mark.parametrize("question", ORDINARY)
def test_an_ordinary_question_stays_ordinary(question: str, minilm: Encoder):
    assert scope_of(question, minilm) is Scope.PASSAGE


def test_under_another_encoder_the_words_alone_decide():
    encoder = HashEncoder()

    assert scope_of("Give me a timeline of the ferry", encoder) is Scope.TIMELINE
    assert scope_of("How long is the ferry?", encoder) is Scope.PASSAGE


def test_a_greeting_that_names_a_subject_is_a_question(minilm: Encoder):
    assert scope_of("Hello", minilm) is Scope.GREETING
    assert scope_of("Hello ferry captain Otto Lind", minilm) is Scope.PASSAGE


@pytest.mark.parametrize("word", ["ferry", "Zhejiang", "Quux", "x" * 1500, "submarines"])
def test_a_word_alone_is_looked_for_and_no_greeting(word: str, minilm: Encoder):
    assert scope_of(word, minilm) is Scope.PASSAGE


def test_a_frame_has_one_mark_for_each_run_of_other_words():
    known = frozenset("give me a timeline of the since".split())

    assert frame_of(words_of("Give me a timeline of the Oldwater ferry strike"), known) == [
        *"^ give me a timeline of the".split(),
        FILLING,
        "$",
    ]
    assert frame_of(words_of("timeline since March 2020"), known) == ["^", "timeline", "since", DATED, "$"]


@pytest.mark.parametrize(
    ("question", "scope", "topic"),
    [
        ("Give me a timeline of the ferry strike, please", Scope.TIMELINE, "ferry strike"),
        ("What are the articles about?", Scope.ABOUT, ""),
        ("Everything about Ada Holm", Scope.EVERYTHING, "Ada Holm"),
        ("What was written in May?", Scope.CATALOG, "May"),
    ],
)
def test_the_topic_is_what_is_left_without_the_words_that_ask(question: str, scope: Scope, topic: str):
    assert load_classifier().topic(question, scope) == topic


def test_weights_are_there_for_every_scope():
    classifier = load_classifier()

    for model in (classifier.with_vector, classifier.by_frame):
        assert model.bias.shape == (len(Scope),)
        assert all(np.shape(weights) == (len(Scope),) for weights in model.grams.values())
    assert classifier.with_vector.vector.shape == (384, len(Scope))
