"""Memory and open files over the time of a load, and whether they are flat."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.lab.load.running import memory

EVERY_SECONDS = 5.0
LEAST_MINUTES = 3.0
"""Of a load whose memory can be judged; in less time what is made on first use is still being made."""
GROWTH_SHARE = 0.03
"""What the last third may have on average beyond the middle one."""
GROWTH_MEBIBYTES = 4.0
"""The same, for where that is more."""
GROWTH_FILES = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What a server took at one moment."""

    minutes: float
    """Since the load began."""
    total: float
    """MiB of all its processes, shared pages counted once (PSS)."""
    private: float
    """MiB that only the process has that is never killed."""
    files: int
    """That it has open."""


class Watch:
    """Looks at a server every few seconds."""

    def __init__(self, server: int, spared: int) -> None:
        """Make it.

        Args:
            server: the uppermost process.
            spared: the serving process that lives as long as the load.
        """
        self._server = server
        self._spared = spared
        self.samples: list[Sample] = []

    async def run(self) -> None:
        """Look until cancelled."""
        started = time.monotonic()
        while True:
            with contextlib.suppress(OSError):  # A process ended while it was looked at.
                self.samples.append(self._look((time.monotonic() - started) / 60))
            await asyncio.sleep(EVERY_SECONDS)

    def _look(self, minutes: float) -> Sample:
        rollup = Path(f"/proc/{self._spared}/smaps_rollup").read_text().splitlines()
        private = sum(int(line.split()[1]) for line in rollup if line.startswith("Private_"))
        return Sample(
            minutes=minutes,
            total=memory(self._server),
            private=private / 1024,
            files=len(list(Path(f"/proc/{self._spared}/fd").iterdir())),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """How a quantity went over the time of a load."""

    middle: float
    """Its median in the middle third."""
    last: float
    """Its median in the last third."""
    a_minute: float
    """Its slope over both, by least squares."""

    def growth(self, share: float, least: float) -> str | None:
        """How it grew, in words, if by more than this share of it and more than `least`; None otherwise."""
        more = self.last - self.middle
        if more <= max(share * self.middle, least):
            return None
        return f"{self.middle:.0f} in the middle third, {self.last:.0f} in the last, {self.a_minute:+.2f} a minute"


def course(minutes: Sequence[float], values: Sequence[float]) -> Course:
    """The course of values, which the first third is left out of."""
    third = len(values) // 3
    line = statistics.linear_regression(minutes[third:], values[third:])
    return Course(
        middle=statistics.median(values[third : 2 * third]),
        last=statistics.median(values[2 * third :]),
        a_minute=line.slope,
    )


def by_minute(samples: Sequence[Sample]) -> str:
    """The median of each minute's total, in MiB, for a person."""
    minutes: dict[int, list[float]] = {}
    for sample in samples:
        minutes.setdefault(int(sample.minutes), []).append(sample.total)
    return " ".join(f"{statistics.median(values):.0f}" for values in minutes.values())
