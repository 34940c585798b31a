"""Questions of several parts: each receipt says which of them it answers, and where in the text."""

from pathlib import Path

import pytest
from library import ignore
from oldwater import BOTH, COST, HALLS, PARTS, QUICK, opened

from assistant.answer.answer import Answer
from assistant.chain.assistant import Assistant
from assistant.chain.write import Piece
from assistant.models.scripted.model import ScriptedModel
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener
from prompts import REFUSAL

FIRST, SECOND = PARTS.split("\n")
OPENED = "When was the new bridge of Oldwater opened and who opened the new bridge of Oldwater?"
OPENED_PARTS = "When was the new bridge of Oldwater opened?\nWho opened the new bridge of Oldwater?"


@pytest.fixture
def quoted(root: Path, minilm: Encoder):
    def ask(question: str) -> Answer:
        assistant = Assistant(embedded_opener(root, lambda _: minilm, note=ignore), Settings(), note=ignore)
        try:
            return assistant.ask(question)
        finally:
            assistant.close()

    return ask


@pytest.fixture
def written(root: Path, minilm: Encoder):
    def ask(question: str, *replies: str) -> tuple[Answer, list[Piece]]:
        pieces: list[Piece] = []
        settings = Settings(model=QUICK)
        with opened(root, minilm, ScriptedModel(replies), settings) as assistant:
            return assistant.trace(question, on_piece=pieces.append).answer, pieces

    return ask


def told(answer: Answer) -> list[list[tuple[int, str, list[str]]]]:
    """For each receipt of the JSON the parts that it names, and what of the text is said to answer them."""
    data = answer.to_json()
    return [
        [(p["index"], p["question"], [data["text"][a:b] for a, b in p["answer_spans"]]) for p in citation["parts"]]
        for citation in data["citations"]
    ]


def test_each_quote_names_the_part_that_it_answers(quoted) -> None:
    answer = quoted(BOTH)

    second = f"h{SECOND[1:]}"
    assert answer.to_json()["parts"] == (FIRST, second)
    assert [[(index, question) for index, question, _ in parts] for parts in told(answer)] == [
        [(0, FIRST)],
        [(1, second)],
    ]
    for citation in answer.citations:
        assert citation.parts[0].answer_spans == citation.answer_spans


def test_a_quote_that_answers_two_parts_stands_once_and_names_both(quoted) -> None:
    answer = quoted(OPENED)

    (first,) = [citation for citation in answer.citations if "9 March 2021" in citation.quote]
    assert [part.index for part in first.parts] == [0, 1]
    assert {part.answer_spans for part in first.parts} == {first.answer_spans}


def test_a_question_of_one_part_has_the_json_that_it_always_had(quoted) -> None:
    data = quoted(FIRST).to_json()

    assert "parts" not in data
    assert all("parts" not in citation for citation in data["citations"])


@pytest.mark.parametrize("reply", [f"{COST} {HALLS}", f"{HALLS} {COST}"])
def test_each_sentence_of_a_model_names_the_part_that_it_answers(written, reply: str) -> None:
    answer, pieces = written(BOTH, PARTS, reply)

    assert answer.reader == "model:scripted"
    assert sorted(part for parts in told(answer) for part in parts) == [(0, FIRST, [COST]), (1, SECOND, [HALLS])]
    assert [piece.citation.parts[0].question in {FIRST, SECOND} for piece in pieces] == [True, True]
    assert [piece.citation.parts for piece in pieces] == [citation.parts for citation in answer.citations]


def test_sentences_on_one_receipt_may_answer_two_parts(written) -> None:
    when = "The new bridge of Oldwater was opened on 9 March 2021."
    who = "The new bridge of Oldwater was opened by Mayor Anna Berg."

    answer, _ = written(OPENED, OPENED_PARTS, f"{who} {when}")

    assert told(answer) == [[(0, OPENED_PARTS.split("\n")[0], [when]), (1, OPENED_PARTS.split("\n")[1], [who])]]


def test_a_refusal_of_a_model_names_no_parts(written) -> None:
    answer, _ = written(BOTH, PARTS, REFUSAL)

    assert "parts" not in answer.to_json()


def test_where_a_model_fails_the_quotes_name_their_parts(written, quoted) -> None:
    answer, _ = written(BOTH, PARTS, "The bridge of Oldwater cost 9 crowns [1].")

    assert answer.degraded
    assert (answer.parts, told(answer)[1][0][:2]) == ((FIRST, SECOND), (1, SECOND))
    assert [one.answer_spans for one in answer.citations] == [one.answer_spans for one in quoted(BOTH).citations]
