"""What a soak counts, and what it finds wrong."""

from collections import Counter
from dataclasses import dataclass, field

TOLD = 5
"""Examples that are told of each kind of fault."""


class Findings:
    """What went wrong, by kind."""

    def __init__(self) -> None:
        self._examples: dict[str, list[str]] = {}
        self._counts: Counter[str] = Counter()

    def add(self, kind: str, detail: str) -> None:
        """Take note of a fault.

        Args:
            kind: what is counted together.
            detail: where it was seen.
        """
        self._counts[kind] += 1
        examples = self._examples.setdefault(kind, [])
        if len(examples) < TOLD:
            examples.append(" ".join(detail.split())[:400])

    def __bool__(self) -> bool:
        return bool(self._counts)

    def lines(self) -> list[str]:
        """For a person: how often each kind was seen, and a few examples of it."""
        found = []
        for kind, count in self._counts.items():
            found.append(f"WRONG, {count} times: {kind}")
            found += [f"    {example}" for example in self._examples[kind]]
        return found


@dataclass(kw_only=True, slots=True)
class Counts:
    """What was done and seen."""

    requests: Counter[str] = field(default_factory=Counter)
    """Answered, by what was asked for."""
    seconds: list[float] = field(default_factory=list)
    """Of each request that was answered, tries before it left out."""
    slowest: tuple[float, str] = (0.0, "none")
    """Seconds, and which request that was."""
    compared: int = 0
    """Answers compared with those from before the load."""
    receipts: int = 0
    """Receipts checked against the version of the article that they name."""
    cut: int = 0
    """Requests in flight in a process when it was killed, asked again."""
    closed: int = 0
    """Requests sent over a connection whose process had been killed, asked again."""
    refused: Counter[str] = field(default_factory=Counter)
    """503 with Retry-After, by code, asked again."""
    changes: int = 0
    """Of the index."""

    def answered(self, kind: str, seconds: float, what: str) -> None:
        """A request was answered.

        Args:
            kind: what it is counted as.
            seconds: it took.
            what: method and path.
        """
        self.requests[kind] += 1
        self.seconds.append(seconds)
        self.slowest = max(self.slowest, (seconds, what))
