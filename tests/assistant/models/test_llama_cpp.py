"""llama.cpp's own server, whose babble never gets through the check, and whose refusals say what to do."""

import json
from collections.abc import Iterator

import llama_cpp
import pytest
from commands import BRAINS, assistant

from assistant.models.opening import open_model
from assistant.models.seam import ChatModel, Failure, Message, ModelFailed
from assistant.settings.model import ModelSettings
from assistant.settings.settings import Settings

pytestmark = [
    pytest.mark.skipif(llama_cpp.missing() is not None, reason=f"no llama.cpp: {llama_cpp.missing()}"),
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with llama_cpp.llama_cpp(tmp_path_factory.mktemp("llama_cpp")) as url:
        yield url


@pytest.fixture(scope="module")
def model(url: str) -> ChatModel:
    opened = open_model(Settings(model=ModelSettings(name="model.gguf", base_url=url, first_token_seconds=60)))
    assert opened is not None
    return opened


def test_a_reply_comes_in_pieces_with_its_tokens_counted(model: ChatModel) -> None:
    stream = model.stream([Message(role="user", content="What happened to the river?")], max_tokens=24, seed=0)
    pieces = list(stream)

    assert len(pieces) > 5
    assert "".join(pieces) == stream.completion.text
    assert (stream.completion.completion_tokens, stream.completion.finish) == (24, "length")
    assert 6 < stream.completion.prompt_tokens < 20


def test_a_prompt_that_is_longer_than_its_window_is_refused_in_its_own_words(model: ChatModel) -> None:
    with pytest.raises(ModelFailed, match=r"exceeds the available context size \(4096 tokens\)") as caught:
        model.complete([Message(role="user", content="river " * 5_000)], max_tokens=24)

    assert caught.value.kind is Failure.REJECTED
    assert "set ASSISTANT_MODEL_CONTEXT_TOKENS to the one that it has" in str(caught.value)


def test_what_it_writes_is_dropped_and_the_articles_are_quoted(url: str, tmp_path) -> None:
    process = assistant(
        *("ask", "--json", "--model", "model.gguf", BRAINS),
        ASSISTANT_DATA=tmp_path,
        ASSISTANT_MODEL_BASE_URL=url,
        ASSISTANT_MODEL_CONTEXT_TOKENS=str(llama_cpp.WINDOW),
        ASSISTANT_MODEL_FIRST_TOKEN_SECONDS="60",
    )
    answer = json.loads(process.stdout)

    assert (answer["status"], answer["reader"], answer["degraded"]) == ("answered", "extractive", True)
    assert "30 industrial brains" in answer["text"]
    assert answer["writing"]["degraded_reason"] == "it answered in the wrong form 2 times"
    assert answer["writing"]["sentences"]
    assert {sentence["fate"] for sentence in answer["writing"]["sentences"]} == {"dropped"}
