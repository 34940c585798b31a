"""A model with retries, a circuit breaker, a budget and a total time-out."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Protocol

from assistant.models.limits import Budget, CircuitBreaker, Clock, WallClock
from assistant.models.scripted.model import Call
from assistant.models.seam import Completion, Failure, Message, ModelFailed, Stream, Usage, read_to_end, together
from assistant.models.seam import used as usage_of_reply
from assistant.models.tokens import estimated_tokens
from assistant.models.waiting import Cancelled
from assistant.settings.model import ModelSettings

RETRYABLE = frozenset(
    {
        Failure.TIMEOUT_CONNECT,
        Failure.REFUSED_CONNECTION,
        Failure.RATE_LIMITED,
        Failure.SERVER_ERROR,
        Failure.EMPTY,
        Failure.MALFORMED,
    }
)
"""Transient failures. A silence as long as the time-out is not: another attempt would take as long again."""

UNCHARGED = frozenset(
    {
        Failure.TIMEOUT_CONNECT,
        Failure.REFUSED_CONNECTION,
        Failure.RATE_LIMITED,
        Failure.SERVER_ERROR,
        Failure.REJECTED,
    }
)
"""Failures for which no tokens are counted unless a piece came. After others the reserved most is counted."""


class Backend(Protocol):
    """Makes one attempt at a reply."""

    @property
    def name(self) -> str:
        """The model's name."""

    def attempt(self, call: Call, *, seconds: float) -> Stream:
        """Ask once; reading the stream ends within `seconds` or raises `ModelFailed`."""


class GuardedModel:
    """A `ChatModel` that guards a backend.

    Transient failures are retried unless a piece of the reply has been handed on, which cannot be taken back. The
    waits double and have no jitter, so that a run can be repeated.
    """

    def __init__(self, backend: Backend, settings: ModelSettings, *, clock: Clock | None = None) -> None:
        """Guard a backend within the limits of the settings, by the machine's clock unless another is given."""
        self._backend = backend
        self._settings = settings
        self._clock = clock or WallClock()
        self._breaker = CircuitBreaker(settings, self._clock)
        self._budget = Budget(settings)

    @property
    def name(self) -> str:
        """The backend's name."""
        return self._backend.name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The whole reply; see `ChatModel`. Retried even if it breaks off midway."""
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)
        return read_to_end(Stream(self._pieces(call, whole=True)))

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The reply as it comes; see `ChatModel`."""
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)
        return Stream(self._pieces(call, whole=False))

    def _pieces(self, call: Call, *, whole: bool) -> Generator[str, None, Completion]:
        """The pieces of the last attempt; with `whole` of all attempts, since the caller uses the completion alone."""
        started = self._clock.now()
        self._breaker.enter(self.name)
        handed_on = False
        usages: list[Usage] = []
        for attempt in range(self._settings.retries + 1):
            stream = self._budgeted(call, self._settings.total_seconds - (self._clock.now() - started), usages)
            try:
                for piece in stream:
                    handed_on = not whole
                    yield piece
            except ModelFailed as failure:
                wait = None if handed_on else self._wait(failure, attempt)
                elapsed = self._clock.now() - started
                if wait is None or elapsed + wait >= self._settings.total_seconds:
                    self._breaker.failed(failure)
                    failure.usage = together(usages)
                    raise
                self._clock.sleep(wait)
            except (GeneratorExit, Cancelled):  # The reader stopped; no fault of the model's.
                self._breaker.succeeded()
                raise
            else:
                self._breaker.succeeded()
                return replace(stream.completion, seconds=self._clock.now() - started, usage=together(usages))
        raise AssertionError("the last attempt returns or raises")

    def _budgeted(self, call: Call, seconds: float, usages: list[Usage]) -> Stream:
        """One attempt, counted in the budget and in `usages` whether it succeeds, fails or is cancelled."""

        def pieces() -> Generator[str, None, Completion]:
            prompt_tokens = sum(estimated_tokens(message.content) for message in call.messages)
            most = Usage(calls=1, prompt_tokens=prompt_tokens, completion_tokens=call.max_tokens, estimated=True)
            self._budget.reserve(self.name, most)
            stream = self._backend.attempt(call, seconds=seconds)
            begun = False
            used = most
            try:
                for piece in stream:
                    begun = True
                    yield piece
                used = replace(usage_of_reply(call.messages, stream.completion), calls=1)
                return stream.completion
            except ModelFailed as failure:
                if failure.kind in UNCHARGED and not begun:
                    used = Usage(calls=1)
                raise
            finally:
                stream.close()
                self._budget.settle(most, used)
                usages.append(used)

        return Stream(pieces())

    def _wait(self, failure: ModelFailed, attempt: int) -> float | None:
        """Seconds until the next attempt; None for no further attempt."""
        if failure.kind not in RETRYABLE or attempt >= self._settings.retries:
            return None
        wait = self._settings.retry_seconds * 2.0**attempt
        if failure.retry_after_seconds is None:
            return wait
        if failure.retry_after_seconds > self._settings.retry_after_seconds:
            return None
        return max(wait, failure.retry_after_seconds)
