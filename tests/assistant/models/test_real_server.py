"""A real server of a real model, whose babble comes through the seam as text and as nothing else."""

import pytest

from assistant.models.opening import open_model
from assistant.models.seam import ChatModel, Failure, Message, ModelFailed
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings
from prompts import REFUSAL, load


@pytest.fixture(scope="module")
def model(babbler: str) -> ChatModel:
    opened = open_model(Settings(model=ModelSettings(name="babbler", base_url=babbler, first_token_seconds=60)))
    assert opened is not None
    return opened


@pytest.fixture
def asked() -> list[Message]:
    values = {"passages": "The river rose.", "question": "What happened?", "refusal": REFUSAL, "sentences": "3"}
    return [Message(role="user", content=load("answer").fill(values))]


def test_a_reply_comes_whole_with_its_tokens_counted(model: ChatModel, asked: list[Message]) -> None:
    completion = model.complete(asked, max_tokens=24, seed=0)

    assert len(completion.text.split()) > 5
    assert completion.completion_tokens == 24
    assert completion.prompt_tokens > 300
    assert completion.finish == "length"


def test_a_streamed_reply_comes_in_many_pieces_and_is_the_same(model: ChatModel, asked: list[Message]) -> None:
    stream = model.stream(asked, max_tokens=24, seed=0)

    pieces = list(stream)

    assert len(pieces) > 5
    assert "".join(pieces) == stream.completion.text == model.complete(asked, max_tokens=24, seed=0).text


def test_an_address_that_it_does_not_serve_is_refused_in_words(babbler: str, asked: list[Message]) -> None:
    wrong = ModelSettings(name="babbler", base_url=babbler.removesuffix("/v1") + "/v2")

    with pytest.raises(ModelFailed, match="correct the address, which mostly ends in /v1") as caught:
        open_model(Settings(model=wrong)).complete(asked, max_tokens=24)

    assert caught.value.kind is Failure.REJECTED


def test_a_model_that_it_does_not_have_is_refused_in_its_own_words(babbler: str, asked: list[Message]) -> None:
    wrong = ModelSettings(name="other", base_url=babbler)

    with pytest.raises(ModelFailed, match=r"refused \(status 400: Server is pinned to 'babbler'") as caught:
        open_model(Settings(model=wrong)).complete(asked, max_tokens=24)

    assert caught.value.kind is Failure.REJECTED
