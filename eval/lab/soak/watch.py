"""Sample memory and open files during a load, and check that they do not grow."""

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
"""Least minutes of a load whose memory is judged; before, caches are still being filled."""
GROWTH_SHARE = 0.03
"""Allowed growth of the median from the middle to the last third, as a share."""
GROWTH_MEBIBYTES = 4.0
"""Allowed growth in MiB, if larger than the share."""
GROWTH_FILES = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Memory and files of a server at one moment."""

    minutes: float
    """Since the load began."""
    total: float
    """MiB of all processes, shared pages counted once (PSS)."""
    private: float
    """Private MiB of the process that is never killed."""
    files: int
    """Files that it has open."""


class Watch:
    """Samples a server every few seconds."""

    def __init__(self, server: int, spared: int) -> None:
        """Make a watch.

        Args:
            server: id of the supervisor's process.
            spared: id of the serving process that is never killed.
        """
        self._server = server
        self._spared = spared
        self.samples: list[Sample] = []

    async def run(self) -> None:
        """Sample until cancelled."""
        started = time.monotonic()
        while True:
            with contextlib.suppress(OSError):  # A process ended meanwhile.
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
    """Trend of a quantity during a load."""

    middle: float
    """Median in the middle third."""
    last: float
    """Median in the last third."""
    a_minute: float
    """Slope over both, by least squares."""

    def growth(self, share: float, least: float) -> str | None:
        """Describe growth by more than `share` and more than `least`; None if there is none."""
        more = self.last - self.middle
        if more <= max(share * self.middle, least):
            return None
        return f"{self.middle:.0f} in the middle third, {self.last:.0f} in the last, {self.a_minute:+.2f} a minute"


def course(minutes: Sequence[float], values: Sequence[float]) -> Course:
    """Compute the trend of values, without the first third."""
    third = len(values) // 3
    line = statistics.linear_regression(minutes[third:], values[third:])
    return Course(
        middle=statistics.median(values[third : 2 * third]),
        last=statistics.median(values[2 * third :]),
        a_minute=line.slope,
    )


def by_minute(samples: Sequence[Sample]) -> str:
    """Format the median total of each minute, in MiB."""
    minutes: dict[int, list[float]] = {}
    for sample in samples:
        minutes.setdefault(int(sample.minutes), []).append(sample.total)
    return " ".join(f"{statistics.median(values):.0f}" for values in minutes.values())
