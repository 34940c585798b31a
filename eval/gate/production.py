"""Scores answers given in production, which have no gold: shares by week, drift from week to week, the worst."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from eval.measures.statistics import Interval, bootstrap_means, wilson_interval

LEVEL = 0.95
DRAWS = 4_000
"""Bootstrap samples; the ends lie farther out than those of one interval."""
UNSURE = 0.5
"""Confidence below which an answer that was given counts as unsure."""
SHARES: Mapping[str, str] = {
    "refused": "Questions that were refused.",
    "degraded": "Answers that the configured model did not write.",
    "unsure": f"Answers given with a confidence below {UNSURE:g}.",
    "down": "Answers that a person rated down.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A question in production, and what became of it."""

    message_id: str
    conversation_id: str
    question: str
    created: datetime
    refused: bool
    degraded: bool
    confidence: float
    rating: str | None
    """"up", "down", or None if nobody rated it."""

    def counts(self, name: str) -> bool:
        """Whether it counts towards a share of `SHARES`."""
        return {
            "refused": self.refused,
            "degraded": self.degraded,
            "unsure": not self.refused and self.confidence < UNSURE,
            "down": self.rating == "down",
        }[name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """The questions of a calendar week."""

    name: str
    """As ISO 8601 writes it, such as 2026-W09."""
    asked: tuple[Asked, ...]

    def share(self, name: str) -> tuple[float, Interval]:
        """A share and its interval at `LEVEL` (Wilson, 1927)."""
        count = sum(one.counts(name) for one in self.asked)
        return count / len(self.asked), wilson_interval(count, len(self.asked), level=LEVEL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """The change of a share from one week to another."""

    name: str
    before: float
    after: float
    interval: Interval
    """Of the difference, wide enough for looking at all shares at once (Bonferroni)."""

    @property
    def shown(self) -> bool:
        """Whether the difference is more than chance."""
        return 0.0 not in self.interval


def by_week(asked: Sequence[Asked]) -> list[Week]:
    """Sort questions into calendar weeks, the earliest first."""
    weeks: dict[str, list[Asked]] = {}
    for one in sorted(asked, key=lambda one: one.created):
        year, week, _ = one.created.isocalendar()
        weeks.setdefault(f"{year}-W{week:02}", []).append(one)
    return [Week(name=name, asked=tuple(rows)) for name, rows in weeks.items()]


def drift(before: Week, after: Week, *, seed: int = 0) -> list[Drift]:
    """Compare two weeks by each share.

    Other questions are asked each week, so nothing can be paired; but questions of a conversation depend on each other,
    so whole conversations are drawn (Efron, 1979), one more at each end of the scale added in each week.
    """
    found = []
    for name in SHARES:
        old, new = (_means(week, name, seed=seed + place) for place, week in enumerate((before, after)))
        tail = (1 - LEVEL) / 2 / len(SHARES)
        low, high = np.quantile(new - old, [tail, 1 - tail])
        interval = Interval(low=float(low), high=float(high), level=1 - 2 * tail)
        found.append(Drift(name=name, before=before.share(name)[0], after=after.share(name)[0], interval=interval))
    return found


def worst(asked: Sequence[Asked], *, limit: int) -> list[Asked]:
    """Choose the answers to look at first: rated down, then degraded, then those given with the least confidence."""
    doubtful = [one for one in asked if one.rating != "up" and any(map(one.counts, ("down", "degraded", "unsure")))]
    return sorted(doubtful, key=lambda one: (one.rating != "down", not one.degraded, one.confidence))[:limit]


def _means(week: Week, name: str, *, seed: int) -> NDArray[np.float64]:
    sums: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for one in week.asked:
        sums[one.conversation_id] = sums.get(one.conversation_id, 0.0) + one.counts(name)
        sizes[one.conversation_id] = sizes.get(one.conversation_id, 0.0) + 1
    size = sum(sizes.values()) / len(sizes)
    values, counts = [*sums.values(), 0.0, size], [*sizes.values(), size, size]
    return bootstrap_means(values, seed=seed, draws=DRAWS, sizes=counts)[2]
