"""Opens the model that the settings name; client libraries are imported only then."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.models.seam import ChatModel
from assistant.settings.model import OPENAI_URL
from assistant.settings.settings import Settings
from index.errors import ConfigurationError, needing_extra

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from assistant.models.llama import LlamaModel
    from assistant.settings.model import ModelSettings

NO_SERVER = (
    "for one of your own set its address, as in ASSISTANT_MODEL_BASE_URL=http://127.0.0.1:11434/v1 (Ollama's) or "
    "base_url under [model] in assistant.toml; for OpenAI's own models set OPENAI_API_KEY; to quote without a model "
    "give --no-model"
)
"""Remedy where a model is named and no server."""

SECRET_NAMES = ("key", "token", "secret", "password", "credential")
"""Parts of the names of an LLM's arguments that are kept out of every message."""


def open_model(settings: Settings) -> ChatModel | None:
    """Open the model that the settings name; None if they name none.

    Importing LlamaIndex takes 2 s; no request is made yet.

    Raises:
        ExtraMissing: LlamaIndex is not installed.
        ConfigurationError: no server is named; the LLM's class cannot be imported, or does not take its arguments.
    """
    model = settings.model
    if not model.name:
        return None
    if not model.llm and model.base_url == OPENAI_URL and not model.key:
        raise ConfigurationError(f"the model {model.name} is named, and no server that has it", NO_SERVER)
    from assistant.models.guarded import GuardedModel

    backend = _by_class(model) if model.llm else _openai_like(model)
    return GuardedModel(backend, model)


def _openai_like(model: "ModelSettings") -> "LlamaModel":
    with needing_extra("models", f"the model {model.name}"):
        from llama_index.llms.openai_like import OpenAILike
        from openai import DefaultAsyncHttpxClient

        from assistant.models.connections import OwnConnections
    from assistant.models.llama import LlamaModel

    connections = OwnConnections()
    make: Callable[..., LLM] = OpenAILike  # The types of LlamaIndex leave `async_http_client` out.
    llm = make(
        model=model.name,
        api_base=model.base_url,
        # Without one, LlamaIndex would take OPENAI_API_KEY, whose address this may not be.
        api_key=model.key.reveal() or "none",
        is_chat_model=True,
        context_window=model.context_tokens,
        max_retries=0,
        timeout=model.total_seconds,
        async_http_client=DefaultAsyncHttpxClient(transport=connections),
    )
    return LlamaModel(llm, settings=model, secrets=_secrets(model), connections=connections)


def _by_class(model: "ModelSettings") -> "LlamaModel":
    """The LLM whose class the settings name, made with their arguments.

    Raises:
        ConfigurationError: there is no such class, it is no LLM, or it does not take the arguments.
    """
    with needing_extra("models", f"the model {model.name}"):
        from llama_index.core.llms import LLM
    from assistant.models.failures import redacted
    from assistant.models.llama import LlamaModel

    place, _, name = model.llm.rpartition(".")
    try:
        kind = getattr(importlib.import_module(place), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(
            f"model.llm is {model.llm!r}, which cannot be imported ({error})",
            "give package.module.Class of a LlamaIndex LLM and install its package",
        ) from error
    if not (isinstance(kind, type) and issubclass(kind, LLM)):
        raise ConfigurationError(f"model.llm is {model.llm!r}, which is no LlamaIndex LLM", "give the class of one")
    make: Callable[..., LLM] = kind
    secrets = _secrets(model)
    try:
        llm = make(**dict(model.arguments))
    except Exception as error:  # Pydantic's, or whatever the class checks.
        said = redacted(str(error), secrets)
        names = ", ".join(name for name, _ in model.arguments) or "none"
        # Not `from error`, whose text may repeat a key.
        raise ConfigurationError(
            f"{model.llm} cannot be made ({said})", f"correct [model.arguments], which has: {names}"
        ) from None
    return LlamaModel(llm, settings=model, secrets=secrets)


def _secrets(model: "ModelSettings") -> list[str]:
    """Texts that no message may contain."""
    return [model.key.reveal()] + [
        value
        for name, value in model.arguments
        if isinstance(value, str) and any(part in name.lower() for part in SECRET_NAMES)
    ]
