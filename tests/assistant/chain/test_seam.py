"""The chain answers over any search engine: here over articles in memory, without an index on disk."""

from pathlib import Path

import pytest
from library import TOWN, assert_proven, ignore
from memory_search import MemorySearch

from assistant.answer.answer import Reason, Status
from assistant.chain.assistant import Assistant
from assistant.chain.opening import opener
from assistant.chain.with_model import with_model
from assistant.models.scripted.model import ScriptedModel
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.text.loading import load_text


@pytest.fixture
def engine(minilm: Encoder) -> MemorySearch:
    return MemorySearch([load_text(text.encode(), Path(name)) for name, text in TOWN.items()], minilm)


def test_an_engine_in_memory_is_asked_and_its_receipts_hold(engine) -> None:
    assistant = Assistant(lambda: engine, Settings(), note=ignore)

    answer = assistant.ask("How many metres did the river rise?")

    assert answer.status is Status.ANSWERED
    assert "three metres" in answer.text
    assert (answer.index.articles, answer.index.fingerprint) == (3, engine.state.fingerprint)
    assert_proven(answer, engine)


def test_an_engine_in_memory_gives_a_refusal_where_nothing_answers(engine) -> None:
    answer = Assistant(lambda: engine, Settings(), note=ignore).ask("Who composed the opera about Neptune?")

    assert (answer.status, answer.reason) == (Status.REFUSED, Reason.NOT_FOUND)


def test_a_model_writes_out_of_an_engine_in_memory(engine) -> None:
    model = with_model(ScriptedModel(["The river rose by three metres in March [1]."]), Settings())

    answer = opener(lambda: engine, Settings(), note=ignore, model=model)().ask("How many metres did the river rise?")

    assert answer.reader == "model:scripted"
    assert answer.text == "The river rose by three metres in March. [1]"


def test_a_threshold_of_the_engine_decides_unless_the_settings_state_one(engine) -> None:
    engine.threshold = 1.0
    question = "How many metres did the river rise?"

    assert Assistant(lambda: engine, Settings(), note=ignore).ask(question).status is Status.REFUSED
    assert Assistant(lambda: engine, Settings(threshold=0.0), note=ignore).ask(question).status is Status.ANSWERED
