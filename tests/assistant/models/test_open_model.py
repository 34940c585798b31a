"""What a model costs when there is none: nothing of it is imported."""

import json
import subprocess
import sys

IMPORTED = """
import json, sys
import assistant.cli
from assistant.models.opening import open_model
from assistant.settings.settings import load_settings

model = open_model(load_settings(json.loads(sys.argv[1]), environ={})[0])
watched = ("llama_index", "openai", "httpx", "asyncio", "torch", "transformers", "queue",
    "assistant.models.guarded", "assistant.models.llama", "assistant.models.recording",
    "assistant.models.scripted.server", "assistant.models.tokens")
print(json.dumps([model and model.name, [name for name in watched if name in sys.modules]]))
"""


def opened(flags: dict[str, str], cwd) -> tuple[str | None, list[str]]:
    command = [sys.executable, "-c", IMPORTED, json.dumps(flags)]
    process = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    return tuple(json.loads(process.stdout))


def test_with_the_model_off_nothing_of_it_is_imported(repository) -> None:
    assert opened({}, repository) == (None, [])
    assert opened({"model": ""}, repository) == (None, [])


def test_a_model_that_is_named_is_opened_without_asking_anybody(repository) -> None:
    name, imported = opened({"model": "small", "model_base_url": "http://127.0.0.1:9/v1"}, repository)

    assert name == "small"
    assert {"llama_index", "assistant.models.guarded"} <= set(imported)
    assert not {"torch", "transformers"} & set(imported)
