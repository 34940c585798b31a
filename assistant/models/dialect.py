"""What of a request a model's server does not understand, learned from how it refuses it."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.models.failures import status_of

DISPENSABLE = ("temperature", "seed", "stream_options", "max_tokens")
"""Without these a request asks for the same; a length is then asked for by its other name."""

_REFUSED = re.compile(
    r"unsupported|not support|unrecognized|unknown|unexpected|not permitted|not allowed|extra_forbidden|deprecated",
    re.IGNORECASE,
)
_NAMED = re.compile(rf"\b({'|'.join(DISPENSABLE)})\b")


class Dialect:
    """A server's own way to be asked.

    OpenAI's models that reason take `max_completion_tokens` for `max_tokens` and no temperature but their
    own, Mistral's server no seed, others no `stream_options`; which model is which, no list here could tell.
    """

    def __init__(self) -> None:
        self._refused: frozenset[str] = frozenset()

    def said(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Options for OpenAI's client as this server takes them."""
        from openai import omit

        own: dict[str, Any] = {name: omit if name in self._refused else value for name, value in options.items()}
        if "max_tokens" in options and "max_tokens" in self._refused:
            own["max_completion_tokens"] = options["max_tokens"]
        return own

    def learn(self, error: Exception, sent: Mapping[str, Any]) -> bool:
        """Whether to ask again at once, as the server refused a part of the request that it need not have.

        Args:
            error: as OpenAI's client raised it.
            sent: the options that it was asked with.
        """
        from openai import Omit

        if status_of(error) not in {400, 422} or not _REFUSED.search(str(error)):
            return False
        named = _NAMED.search(str(getattr(error, "param", None) or "")) or _NAMED.search(str(error))
        if named is None or isinstance(sent.get(named[1], Omit()), Omit):
            return False
        self._refused |= {named[1]}
        return True
