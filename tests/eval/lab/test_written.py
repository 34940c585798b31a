"""The documents written for training: that they are sound, and that the held-out ones stay out of training."""

import random

import pytest

from eval.lab.entailment.making import NEVER_MADE
from eval.lab.entailment.mixture import written_pairs
from eval.lab.fitting.fit_joined import written_set
from eval.lab.reader.features import Windows, load_tokenizer
from eval.lab.reader.making.written import WrittenWindows
from eval.lab.written.documents import Document, read_documents

DOCUMENTS = read_documents()


def test_every_answer_and_every_evidence_stands_in_its_document() -> None:
    assert len(DOCUMENTS) > 700
    for document in DOCUMENTS:
        for question in document.questions:
            assert all(document.text.count(text) == 1 for text in question.sentences), question
            assert question.answer is None or any(question.answer in text for text in question.sentences), question
        for claim in document.claims:
            assert claim.evidence, claim
            assert all(text in document.text for text in claim.evidence), claim


def test_no_title_is_used_twice_and_no_claim_is_false_in_a_way_that_is_never_made() -> None:
    assert len({document.title for document in DOCUMENTS}) == len(DOCUMENTS)
    assert not {claim.kind for document in DOCUMENTS for claim in document.claims} & set(NEVER_MADE)


def test_about_a_sixth_is_held_out_and_its_pairs_are_not_trained_on() -> None:
    held = [document for document in DOCUMENTS if document.held_out]
    assert 0.12 < len(held) / len(DOCUMENTS) < 0.21
    apart = {(pair.claim, pair.evidence) for pair in written_pairs(held_out=True)}
    assert len(apart) > 1000
    assert not apart & {(pair.claim, pair.evidence) for pair in written_pairs(held_out=False)}
    assert set(written_set().documents) == {document.title for document in held}


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    return DOCUMENTS[:6]


def test_a_window_answers_where_it_holds_the_answer_and_only_there(documents: list[Document]) -> None:
    tokenizer = load_tokenizer()
    examples = list(WrittenWindows(documents, tokenizer).examples(random.Random(1)))
    answers = {question.text: question for document in documents for question in document.questions}
    assert {example.answerable for example in examples} == {True, False}
    for example in examples:
        asked = answers[example.question]
        held = [any(text in block or block in text for text in asked.sentences) for block in example.blocks]
        own = any(example.header.startswith(document.title) for document in documents if asked in document.questions)
        assert example.answering <= {place for place, holds in enumerate(held) if holds}
        assert example.answerable == (own and any(held)), example
        if example.span is not None:
            block = example.blocks[example.span.first]
            assert block[example.span.start : example.span.end] == asked.answer
    assert all(Windows(tokenizer).cut(examples, [400] * len(examples), random.Random(1)))


def test_every_question_that_is_answered_has_a_window_that_answers(documents: list[Document]) -> None:
    examples = list(WrittenWindows(documents, load_tokenizer()).examples(random.Random(2)))
    answered = {example.question for example in examples if example.answerable}
    assert answered == {q.text for document in documents for q in document.questions if q.sentences}


def test_the_exam_reads_each_question_once_in_a_window_that_answers_if_there_is_one(documents: list[Document]) -> None:
    made = list(WrittenWindows(documents, load_tokenizer()).one_each())
    asked = [question for document in documents for question in document.questions]
    assert [example.question for example in made] == [question.text for question in asked]
    assert [example.answerable for example in made] == [bool(question.sentences) for question in asked]
