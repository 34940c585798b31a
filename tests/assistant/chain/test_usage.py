"""What a question's calls of a model took, all of them: to make it whole, to part it, to write."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from doubles import Clock, ScriptedBackend
from oldwater import BOTH, COST, HALLS, PARTS, QUICK, opened

from assistant.answer.answer import Answer
from assistant.models.guarded import GuardedModel
from assistant.models.recording import RecordingModel, ReplayModel
from assistant.models.scripted.model import Call, ScriptedModel
from assistant.models.seam import (
    NO_USAGE,
    ChatModel,
    Completion,
    Message,
    ModelFailed,
    Stream,
    Usage,
    in_pieces,
    together,
    used,
    used_in_vain,
)
from assistant.models.tokens import estimated_tokens
from assistant.question.followups import Turn
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder

HISTORY = [Turn(question="Where is the museum of Oldwater?", answer="In the valley.")]


@pytest.fixture
def ask(root: Path, minilm: Encoder):
    def asked(model: ChatModel, question: str = BOTH, *, history: Sequence[Turn] = HISTORY, **prices: float) -> Answer:
        settings = Settings(model=replace(QUICK, **prices))
        with opened(root, minilm, model, settings) as assistant:
            return assistant.ask(question, previous=history)

    return asked


class Silent:
    """A scripted model whose server counts nothing."""

    name = "silent"

    def __init__(self, *replies: str) -> None:
        self._model = ScriptedModel(replies)

    def complete(self, messages: Sequence[Message], **options: float) -> Completion:
        return replace(self._model.complete(messages, **options), prompt_tokens=None, completion_tokens=None)

    def stream(self, messages: Sequence[Message], **options: float) -> Stream:
        return in_pieces(lambda: self.complete(messages, **options))


def test_the_calls_that_make_a_question_whole_and_part_it_are_counted_too(ask) -> None:
    model = ScriptedModel([BOTH, PARTS, f"{COST} {HALLS}"])

    answer = ask(model, prompt_price=1_000_000, reply_price=2_000_000)

    words = [sum(len(message.content.split()) for message in call.messages) for call in model.calls]
    replied = len(f"{BOTH} {PARTS} {COST} {HALLS}".split())
    usage = answer.to_json()["usage"]
    assert usage == {
        "calls": 3,
        "prompt_tokens": sum(words),
        "completion_tokens": replied,
        "estimated": False,
        "cost": pytest.approx(sum(words) + 2 * replied),
    }


def test_calls_are_counted_where_nothing_is_found_to_write_about(ask) -> None:
    answer = ask(ScriptedModel(["What is the boiling point of mercury and of gallium?"] * 2), "mercury and gallium?")

    assert answer.writing is None
    assert answer.to_json()["usage"]["calls"] == 2


def test_without_a_call_the_json_has_no_usage(ask) -> None:
    assert "usage" not in ask(ScriptedModel([]), "What is the boiling point of mercury?", history=()).to_json()


def test_what_no_server_counted_is_estimated_and_marked() -> None:
    messages = [Message(role="user", content="Who was hurt in it?")]
    completion = Completion(text="Nobody was hurt.", prompt_tokens=5)

    assert used(messages, completion) == Usage(calls=1, prompt_tokens=5, completion_tokens=6, estimated=True)
    assert used(messages, replace(completion, completion_tokens=0)).estimated is False
    assert used_in_vain(ModelFailed("it broke", kind="empty")) == Usage(calls=1)
    assert together([]) == NO_USAGE


def test_a_server_that_counts_nothing_does_not_make_an_answer_free(ask) -> None:
    model = Silent(f"{COST} {HALLS}")

    usage = ask(model, "How much did the bridge of Oldwater cost?", history=(), reply_price=1_000_000).usage

    assert usage is not None
    assert (usage.calls, usage.estimated, usage.completion_tokens) == (1, True, estimated_tokens(f"{COST} {HALLS}"))
    assert usage.prompt_tokens > 500
    assert usage.cost == usage.completion_tokens


def test_the_limit_on_tokens_holds_over_all_calls_of_a_question(ask) -> None:
    def answered(budget: int) -> tuple[Answer, list[Call]]:
        backend = ScriptedBackend([BOTH, PARTS, f"{COST} {HALLS}"])
        return ask(GuardedModel(backend, ModelSettings(budget_tokens=budget), clock=Clock())), backend.model.calls

    _, calls = answered(0)
    begun = sum(len(call.messages[0].content.split()) for call in calls[:2]) + len(f"{BOTH} {PARTS}".split())
    written = estimated_tokens(calls[2].messages[0].content) + calls[2].max_tokens

    enough, _ = answered(begun + written)
    spent, _ = answered(begun + written - 1)

    assert (enough.degraded, enough.usage.calls) == (False, 3)
    assert (spent.degraded, spent.usage.calls) == (True, 2)
    assert "budget: " in spent.writing.degraded_reason


def test_what_calls_took_is_recorded_and_played_back(tmp_path: Path) -> None:
    messages = [Message(role="user", content="Who was hurt in it?")]

    def outcomes(model: ChatModel) -> list[Usage | None]:
        found = [model.complete(messages, max_tokens=9).usage]
        with pytest.raises(ModelFailed) as failed:
            model.complete(messages, max_tokens=8)
        return [*found, failed.value.usage]

    broken = ModelFailed("it broke", kind="malformed")
    guarded = GuardedModel(ScriptedBackend(["Nobody.", *[broken] * 3]), ModelSettings(), clock=Clock())
    recorded = outcomes(RecordingModel(guarded, tmp_path))

    assert outcomes(ReplayModel(tmp_path, name="scripted")) == recorded
    assert recorded == [
        Usage(calls=1, prompt_tokens=5, completion_tokens=1),
        Usage(calls=3, prompt_tokens=21, completion_tokens=24, estimated=True),
    ]
