"""The offline double of a chat model: replies chosen beforehand."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.models.seam import Completion, Message, ModelFailed
from assistant.models.seam import Completion, Message, ModelFailed, Stream, in_pieces


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What a model was asked."""

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float
    seed: int | None


Script = Sequence[str | ModelFailed] | Callable[[Call], str]


class ScriptedModel:
    """The offline double: replies that were chosen beforehand, in order, or made by a function of the call.

    Tokens are counted in words. `calls` tells what it was asked.
    """

    def __init__(self, script: Script, *, name: str = "scripted") -> None:
        """Make a model that gives the replies, or raises the failures, of a script in order, or asks a function."""
        self._script = script
        self._name = name
        self._lock = threading.Lock()
        self.calls: list[Call] = []

    @property
    def name(self) -> str:
        """As given."""
        return self._name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The next reply.

        Raises:
            ModelFailed: that is what the script says.
            LookupError: the script is at its end; a mistake in a test, not a failure of a model.
        """
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)
        with self._lock:
            place = len(self.calls)
            self.calls.append(call)
        if callable(self._script):
            reply: str | ModelFailed = self._script(call)
        elif place < len(self._script):
            reply = self._script[place]
        else:
            raise LookupError(f"the script has {len(self._script)} replies and was asked for one more")
        if isinstance(reply, ModelFailed):
            raise reply
        asked = sum(len(message.content.split()) for message in messages)
        return Completion(text=reply, prompt_tokens=asked, completion_tokens=len(reply.split()))

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The next reply, a word at a time."""
        return in_pieces(lambda: self.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=seed))
