"""Genuine answers of every kind: quoted, refused, overviews, the program's own words, written by a scripted model."""

import json
import re
from collections.abc import Callable, Iterable, Iterator

from assistant.chain.assistant import Assistant
from assistant.chain.with_model import with_model
from assistant.models.scripted.model import Call, ScriptedModel
from assistant.models.seam import Failure, ModelFailed
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from eval.files import silent
from eval.lab.forgeries.edits import Json
from index.search.engine import OpenEngine
from index.text.sentences import split_sentences
from prompts import REFUSAL

ABOUT_ALL = (
    "What are the articles about?",
    "What can you do?",
    "What articles do you have?",
    "Hello",
    "Give me a timeline",
    "Who composed the opera about the moons of Neptune?",
)
"""Questions of which each collection is asked."""
_PASSAGE = re.compile(r"<<<passage (\d+) (\w+)>>>\n(.*?)\n<<<end \2>>>", re.DOTALL)


def answers(open_engine: OpenEngine, questions: Iterable[str], *, written: bool) -> Iterator[Json]:
    """The JSON of an answer to each question, unsigned; with `written`, of a model that writes what passages say."""
    settings = Settings(model=ModelSettings(name="scripted")) if written else Settings()
    writer = with_model(ScriptedModel(_reply()), settings).writer if written else None
    assistant = Assistant(open_engine, settings, note=silent, writer=writer)
    try:
        for question in questions:
            yield json.loads(json.dumps(assistant.ask(question).to_json()))
    finally:
        assistant.close()


def _reply() -> Callable[[Call], str]:
    """A model that copies sentences of passages, cites the wrong one, adds a false one, refuses, or fails, in turn."""
    calls = 0

    def reply(call: Call) -> str:
        nonlocal calls
        calls += 1
        if calls % 11 == 0:
            return REFUSAL
        if calls % 13 == 0:
            raise ModelFailed("no", kind=Failure.EMPTY)
        told = []
        for number, _, passage in _PASSAGE.findall(call.messages[0].content)[: 1 + calls % 3]:
            text = passage.split("\n\n", 1)[-1]
            sentences = [text[one.start : one.end] for one in split_sentences(text)]
            told += [f"{' '.join(one.split())} [{number}]" for one in sentences[calls % 2 :][:1]]
        return " ".join([*told, "The moon is made of 36 cheeses [1]."])

    return reply
