"""Articles about Oldwater, and a model's sentences about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from library import ignore, indexed

from assistant.chain.assistant import Assistant
from assistant.chain.opening import opener
from assistant.chain.with_model import with_model
from assistant.models.seam import (
    ChatModel,
)
from assistant.settings.model import ModelSettings, Secret
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener

KEY = "sk-sesame-open-4711"
ARTICLES = {
    "bridge.md": """---
title: The new bridge of Oldwater
published: 2021-05-02
publisher: Harbour Gazette
---
The new bridge of Oldwater was opened on 9 March 2021 by Mayor Anna Berg. It has four lanes and is 320 metres long.

The bridge of Oldwater cost 3.5 million crowns. The bridge was not closed during the flood.
""",
    "museum.md": """---
title: The museum of Oldwater
published: 2022-06-15
publisher: Valley Post
---
The museum of Oldwater has 19 halls. Entry to the museum is free on Mondays.
""",
    "tram.md": """---
title: A tram for the valley
published: 2020-01-05
publisher: Valley Post
---
The tram between Oldwater and the valley will have twelve stops. Work on the tram begins in autumn.
""",
}


QUESTION = "How much did the bridge of Oldwater cost?"


COST = "The bridge of Oldwater cost 3.5 million crowns."


HALLS = "The museum of Oldwater has 19 halls."


QUICK = ModelSettings(
    name="scripted",
    key=Secret(KEY),
    connect_seconds=30,
    first_token_seconds=60,
    total_seconds=60,
    retries=1,
    retry_seconds=0.05,
    retry_after_seconds=0.2,
)
HASTY = replace(QUICK, first_token_seconds=1.5, total_seconds=3)
"""Gives up soon: for servers that do not reply to their end."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Path:
    return indexed(tmp_path_factory.mktemp("oldwater"), ARTICLES, minilm)


BOTH = "How much did the bridge of Oldwater cost and how many halls has the museum of Oldwater?"


PARTS = "How much did the bridge of Oldwater cost?\nHow many halls has the museum of Oldwater?"


@contextmanager
def opened(root: Path, encoder: Encoder, model: ChatModel, settings: Settings) -> Iterator[Assistant]:
    assistant = opener(
        embedded_opener(root, lambda _: encoder, note=ignore), settings, note=ignore, model=with_model(model, settings)
    )()
    try:
        yield assistant
    finally:
        assistant.close()
