"""Counts and faults of a soak test."""

from collections import Counter
from dataclasses import dataclass, field

TOLD = 5
"""Examples shown of each kind of fault."""


class Findings:
    """Faults by kind."""

    def __init__(self) -> None:
        self._examples: dict[str, list[str]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, kind: str, detail: str) -> None:
        """Record a fault.

        Args:
            kind: faults of equal kind are counted together.
            detail: where it occurred.
        """
        self._counts[kind] += 1
        examples = self._examples.setdefault(kind, [])
        if len(examples) < TOLD:
            examples.append(" ".join(detail.split())[:400])

    def __bool__(self) -> bool:
        return bool(self._counts)

    def lines(self) -> list[str]:
        """Format the count of each kind, with examples."""
        found = []
        for kind, count in self._counts.items():
            found.append(f"WRONG, {count} times: {kind}")
            found += [f"    {example}" for example in self._examples[kind]]
        return found


@dataclass(kw_only=True, slots=True)
class Counts:
    """Counts of the load."""

    requests: Counter[str] = field(default_factory=Counter)
    """Answered requests by kind."""
    seconds: list[float] = field(default_factory=list)
    """Latencies of answered requests, without earlier attempts."""
    slowest: tuple[float, str] = (0.0, "none")
    """Seconds of the slowest request, and the request."""
    compared: int = 0
    """Answers compared with recorded ones."""
    receipts: int = 0
    """Receipts checked against the version of the article that they name."""
    cut: int = 0
    """Requests in flight in a killed process, sent again."""
    closed: int = 0
    """Requests sent over a connection of a killed process, sent again."""
    refused: Counter[str] = field(default_factory=Counter)
    """Responses 503 with Retry-After, by code; sent again."""
    changes: int = 0
    """Changes of the index."""

    def answered(self, kind: str, seconds: float, what: str) -> None:
        """Count an answered request.

        Args:
            kind: name for counting.
            seconds: its latency.
            what: method and path.
        """
        self.requests[kind] += 1
        self.seconds.append(seconds)
        self.slowest = max(self.slowest, (seconds, what))
