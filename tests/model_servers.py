"""A model behind a scripted server."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from assistant.models.opening import open_model
from assistant.models.scripted.script import Turn
from assistant.models.scripted.server import ScriptedServer
from assistant.models.seam import ChatModel, Message, ModelFailed
from assistant.settings.model import ModelSettings, Secret
from assistant.settings.settings import Settings

KEY = "sesame-0123456789"


ASKED = [Message(role="user", content="What happened?")]


QUICK = ModelSettings(
    name="small",
    key=Secret(KEY),
    connect_seconds=30,
    first_token_seconds=60,
    total_seconds=60,
    retries=0,
    retry_seconds=0.01,
    reply_chars=2_000,
    failures=0,
)


HASTY = replace(QUICK, first_token_seconds=0.3, total_seconds=1.0)
"""Gives up soon: for servers that never reply, so that a busy machine changes nothing."""
GIVEN_UP = 30
"""Seconds within which a server is given up even on a busy machine; one that is not never replies."""


def opened(url: str, settings: ModelSettings = QUICK) -> ChatModel:
    model = open_model(Settings(model=replace(settings, base_url=url)))
    assert model is not None
    return model


@contextmanager
def serving(*turns: Turn, settings: ModelSettings = QUICK) -> Iterator[tuple[ScriptedServer, ChatModel]]:
    with ScriptedServer(turns) as server:
        yield server, opened(server.url, settings)


def failure_of(model: ChatModel) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        list(model.stream(ASKED, max_tokens=9))
    return caught.value
