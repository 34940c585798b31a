"""Circuit breaker, budget and clock of a guarded model."""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from assistant.models.seam import NO_USAGE, Failure, ModelFailed, Usage, together
from assistant.models.waiting import sleep
from assistant.settings.model import ModelSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Prices:
    """Money for a million tokens."""

    prompt: float = 0.0
    reply: float = 0.0

    def of(self, prompt_tokens: int, reply_tokens: int) -> float:
        """What so many tokens cost."""
        return (prompt_tokens * self.prompt + reply_tokens * self.reply) / 1e6


class Clock(Protocol):
    """A clock, which tests replace."""

    def now(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class WallClock:
    """The monotonic clock of the machine."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        sleep(seconds)


class CircuitBreaker:
    """Circuit breaker: opens after `failures` calls that fail in a row, for `pause_seconds`; thread-safe."""

    def __init__(self, settings: ModelSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = float("-inf")
        self._last = ""

    def enter(self, name: str) -> None:
        """Let a call pass unless the circuit is open; after a pause one call passes to try (half-open).

        Raises:
            ModelFailed: the circuit is open; `retry_after_seconds` says for how long.
        """
        with self._lock:
            left = self._until - self._clock.now()
            if left > 0:
                # No number that the clock decides: the reason is part of an answer, and equal answers have equal bytes.
                raise ModelFailed(
                    f"the model {name} failed {self._settings.failures} times in a row or more, and is left alone for "
                    f"a while (model.pause_seconds); the last time: {self._last}",
                    kind=Failure.CIRCUIT_OPEN,
                    retry_after_seconds=left,
                    usage=NO_USAGE,
                )
            if 0 < self._settings.failures <= self._failures:
                self._until = self._clock.now() + self._settings.pause_seconds

    def failed(self, failure: ModelFailed) -> None:
        """Count a call that failed after all attempts."""
        if failure.kind is Failure.BUDGET:  # No fault of the server's.
            return
        with self._lock:
            self._failures += 1
            self._last = str(failure)
            if 0 < self._settings.failures <= self._failures:
                self._until = self._clock.now() + self._settings.pause_seconds

    def succeeded(self) -> None:
        """Close the circuit."""
        with self._lock:
            self._failures = 0
            self._until = float("-inf")


class Budget:
    """Limits the tokens and money of a process; a call begins only if the most that it can use is left; thread-safe."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._prices = Prices(prompt=settings.prompt_price, reply=settings.reply_price)
        self._lock = threading.Lock()
        self._reserved: list[Usage] = []
        self._used = NO_USAGE

    def reserve(self, name: str, most: Usage) -> None:
        """Reserve the most that a call can use.

        Raises:
            ModelFailed: the budget does not allow it.
        """
        with self._lock:
            whole = together([self._used, *self._reserved, most])
            tokens, money = self._settings.budget_tokens, self._settings.budget_money
            size = whole.prompt_tokens + whole.completion_tokens
            cost = self._prices.of(whole.prompt_tokens, whole.completion_tokens)
            if tokens and size > tokens:
                raise ModelFailed(
                    f"the model {name} may use {tokens} tokens (model.budget_tokens), and with another call it could "
                    f"use {size}",
                    kind=Failure.BUDGET,
                )
            if money and cost > money:
                raise ModelFailed(
                    f"the model {name} may cost {money:g} (model.budget_money), and with another call it could cost "
                    f"{cost:.4g}",
                    kind=Failure.BUDGET,
                )
            self._reserved.append(most)

    def settle(self, reserved: Usage, used: Usage) -> None:
        """Replace a reservation by what the call used."""
        with self._lock:
            self._reserved.remove(reserved)
            self._used = together([self._used, used])
