"""The one shape of an answer: the dataclass, the schema made of it, and the page's types made of that."""

from dataclasses import fields
from pathlib import Path

import pytest
from library import Library
from pydantic import TypeAdapter

import assistant.service
from assistant.answer.answer import Answer
from assistant.chain.assistant import Assistant
from assistant.service.http.page_types import types_js
from assistant.service.http.response_bodies import AnswerBody, StoredAnswer
from assistant.settings.settings import Settings
from index.search.embedded import embedded_opener

QUESTIONS = {
    "answered": "Which dam held?",
    "refused": "Who composed the opera about the moons of Neptune?",
    "parted": "Which dam held, and how much will the tram cost?",
}


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_json_of_an_answer_fits_the_schema(town: Library, kind: str) -> None:
    assistant = Assistant(embedded_opener(town.root, lambda _: town.encoder, note=print), Settings(), note=print)
    try:
        data = assistant.ask(QUESTIONS[kind]).to_json()
    finally:
        assistant.close()

    schema = TypeAdapter(StoredAnswer).json_schema()
    assert set(schema["required"]) <= set(data) <= set(schema["properties"])
    assert ("parts" in data) == (kind == "parted")
    TypeAdapter(StoredAnswer).validate_python(data)


def test_the_body_of_an_answer_is_the_answer_and_where_it_is_kept() -> None:
    own = {field.name for field in fields(Answer)}
    schema = TypeAdapter(AnswerBody).json_schema()

    assert set(schema["properties"]) == own | {"conversation_id", "message_id", "collection", "signature"}
    assert own - set(schema["required"]) == {"scope", "note", "parts", "writing", "usage"}


def test_the_types_of_the_page_are_those_of_the_schema() -> None:
    file = Path(assistant.service.__file__).parent / "static" / "types.js"

    assert file.read_text(encoding="utf-8") == types_js(), "run python -m assistant.service.http.page_types > …"
