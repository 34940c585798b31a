"""Limits on a model: a pause after failures in a row, tokens and money; and the clock that they go by."""

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from assistant.models.seam import NO_USAGE, Failure, ModelFailed
from assistant.models.waiting import sleep


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """As in `ModelSettings`, where each is described."""

    total_seconds: float = 90.0
    retries: int = 2
    retry_seconds: float = 0.5
    retry_after_seconds: float = 20.0
    failures: int = 3
    pause_seconds: float = 60.0
    budget_tokens: int = 0
    budget_money: float = 0.0


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
    """The time, and waiting; a test has its own."""

    def now(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class WallClock:
    """The machine's."""

    def now(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        sleep(seconds)


class Breaker:
    """Leaves a model alone for a while after failures in a row."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until = float("-inf")
        self._last = ""

    def enter(self, name: str) -> None:
        """Pass; after each pause one call passes, and all of them once one has succeeded.

        Raises:
            ModelFailed: it is the pause; how long it still lasts is its `retry_after_seconds`.
        """
        with self._lock:
            left = self._until - self._clock.now()
            if left > 0:
                # No number that the clock decides: the reason is part of an answer, and equal answers have equal bytes.
                raise ModelFailed(
                    f"the model {name} failed {self._limits.failures} times in a row or more, and is left alone for a "
                    f"while (model.pause_seconds); the last time: {self._last}",
                    kind=Failure.CIRCUIT_OPEN,
                    retry_after_seconds=left,
                    usage=NO_USAGE,
                )
            if 0 < self._limits.failures <= self._failures:
                self._until = self._clock.now() + self._limits.pause_seconds

    def failed(self, failure: ModelFailed) -> None:
        """A call failed for good."""
        if failure.kind is Failure.BUDGET:  # No fault of the server's.
            return
        with self._lock:
            self._failures += 1
            self._last = str(failure)
            if 0 < self._limits.failures <= self._failures:
                self._until = self._clock.now() + self._limits.pause_seconds

    def succeeded(self) -> None:
        """A call succeeded."""
        with self._lock:
            self._failures = 0
            self._until = float("-inf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """Tokens."""

    prompt: int
    reply: int


class Budget:
    """Tokens and money; a call is begun only if the most that it can use is left."""

    def __init__(self, limits: Limits, prices: Prices) -> None:
        self._limits = limits
        self._prices = prices
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
        """Hold what a call can use at most.

        Raises:
            ModelFailed: so much is not left.
        """
        with self._lock:
            prompt = self._used.prompt + self._reserved.prompt + use.prompt
            reply = self._used.reply + self._reserved.reply + use.reply
            tokens, money, cost = self._limits.budget_tokens, self._limits.budget_money, self._prices.of(prompt, reply)
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
        """Enter what a call used in place of what was held for it."""
        with self._lock:
            self._reserved = Use(
                prompt=self._reserved.prompt - reserved.prompt, reply=self._reserved.reply - reserved.reply
            )
            self._used = Use(prompt=self._used.prompt + used.prompt, reply=self._used.reply + used.reply)
