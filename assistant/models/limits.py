"""Circuit breaker, budget and clock of a guarded model."""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from assistant.models.seam import NO_USAGE, Failure, ModelFailed
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """What a model has used so far; where the server did not count tokens, estimated."""

    calls: int = 0
    """Attempts, failed ones included."""
    prompt_tokens: int = 0
    reply_tokens: int = 0
    money: float = 0.0


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """Tokens of a call."""

    prompt: int
    reply: int


class Budget:
    """Limits the tokens and money of a process; a call begins only if the most that it can use is left; thread-safe."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._prices = Prices(prompt=settings.prompt_price, reply=settings.reply_price)
        self._lock = threading.Lock()
        self._reserved = Use(prompt=0, reply=0)
        self._calls = 0
        self._used = Use(prompt=0, reply=0)

    @property
    def spent(self) -> Spent:
        """What was used so far."""
        used = self._used
        return Spent(
            calls=self._calls,
            prompt_tokens=used.prompt,
            reply_tokens=used.reply,
            money=self._prices.of(used.prompt, used.reply),
        )

    def reserve(self, name: str, use: Use) -> None:
        """Reserve the most that a call can use.

        Raises:
            ModelFailed: the budget does not allow it.
        """
        with self._lock:
            prompt = self._used.prompt + self._reserved.prompt + use.prompt
            reply = self._used.reply + self._reserved.reply + use.reply
            tokens, money, cost = (
                self._settings.budget_tokens,
                self._settings.budget_money,
                self._prices.of(prompt, reply),
            )
            if tokens and prompt + reply > tokens:
                raise ModelFailed(
                    f"the model {name} may use {tokens} tokens (model.budget_tokens), and with another call it could "
                    f"use {prompt + reply}",
                    kind=Failure.BUDGET,
                )
            if money and cost > money:
                raise ModelFailed(
                    f"the model {name} may cost {money:g} (model.budget_money), and with another call it could cost "
                    f"{cost:.4g}",
                    kind=Failure.BUDGET,
                )
            self._calls += 1
            self._reserved = Use(prompt=self._reserved.prompt + use.prompt, reply=self._reserved.reply + use.reply)

    def settle(self, reserved: Use, used: Use) -> None:
        """Replace a reservation by what the call used."""
        with self._lock:
            self._reserved = Use(
                prompt=self._reserved.prompt - reserved.prompt, reply=self._reserved.reply - reserved.reply
            )
            self._used = Use(prompt=self._used.prompt + used.prompt, reply=self._used.reply + used.reply)
