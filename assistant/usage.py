"""What calls of a language model took: requests and tokens, counted by its server, or else estimated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.model import Completion, Message, ModelFailed


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Calls and tokens."""

    calls: int = 0
    """Requests, those that failed or were sent again included."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False
    """Whether some of the tokens were not counted by the server but estimated."""


NO_USAGE = Usage()


def together(usages: Iterable[Usage]) -> Usage:
    """The sum."""
    held = list(usages)
    return Usage(
        calls=sum(one.calls for one in held),
        prompt_tokens=sum(one.prompt_tokens for one in held),
        completion_tokens=sum(one.completion_tokens for one in held),
        estimated=any(one.estimated for one in held),
    )


def used(messages: Sequence["Message"], completion: "Completion") -> Usage:
    """What a reply took; what its server did not count is estimated from the texts."""
    if completion.usage is not None:
        return completion.usage
    from assistant.tokens import estimated_tokens  # Without a model nothing of one is imported.

    asked, replied = completion.prompt_tokens, completion.completion_tokens
    return Usage(
        calls=1,
        prompt_tokens=sum(estimated_tokens(message.content) for message in messages) if asked is None else asked,
        completion_tokens=estimated_tokens(completion.text) if replied is None else replied,
        estimated=asked is None or replied is None,
    )


def used_in_vain(failure: "ModelFailed") -> Usage:
    """What a call took that failed; one of which nothing is known is a call without tokens."""
    return Usage(calls=1) if failure.usage is None else failure.usage
