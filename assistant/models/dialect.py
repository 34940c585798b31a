"""Learns which request parameters a model's server refuses, and leaves them out."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.models.failures import status_of

DISPENSABLE = ("temperature", "seed", "stream_options", "max_tokens")
"""Optional parameters; a refused `max_tokens` is sent as `max_completion_tokens`."""

_REFUSED = re.compile(
    r"unsupported|not support|unrecognized|unknown|unexpected|not permitted|not allowed|extra_forbidden|deprecated",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\b({'|'.join(DISPENSABLE)})\b")


class Dialect:
    """The parameters that a server accepts.

    OpenAI's reasoning models take `max_completion_tokens` for `max_tokens` and only their default temperature,
    Mistral's server no seed, others no `stream_options`; a list of models would be outdated soon.
    """

    def __init__(self) -> None:
        self._refused: frozenset[str] = frozenset()

    def adapted(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Options for OpenAI's client that this server accepts."""
        from openai import omit

        own: dict[str, Any] = {name: omit if name in self._refused else value for name, value in options.items()}
        if "max_tokens" in options and "max_tokens" in self._refused:
            own["max_completion_tokens"] = options["max_tokens"]
        return own

    def learn(self, error: Exception, sent: Mapping[str, Any]) -> bool:
        """Note a refused parameter by the error of OpenAI's client; returns whether to send the request without it."""
        from openai import Omit

        if status_of(error) not in {400, 422} or not _REFUSED.search(str(error)):
            return False
        named = _NAMED.search(str(getattr(error, "param", None) or "")) or _NAMED.search(str(error))
        if named is None or isinstance(sent.get(named[1], Omit()), Omit):
            return False
        self._refused |= {named[1]}
        return True
