"""Counters in memory that all processes of a server share, and their text for Prometheus.

Each process writes to a slot of its own, and whichever is asked adds them up; a process that takes the
place of a killed one counts on in its slot, so that no counter ever falls.
"""

import mmap
import os
from collections.abc import Sequence
from pathlib import Path

BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of answer times, in seconds."""
CLASSES = ("2xx", "3xx", "4xx", "5xx")
ROUTES = ("ask", "completions", "search", "articles", "conversations", "feedback", "verify", "page", "other")

HELP = {
    "assistant_requests_total": ("counter", "Requests by route and class of status."),
    "assistant_answers_total": ("counter", "Answers by status: answered or refused."),
    "assistant_collection_answers_total": ("counter", "Answers by collection and status."),
    "assistant_busy_total": ("counter", "Questions refused because the queue was full."),
    "assistant_feedback_total": ("counter", "Ratings given to answers."),
    "assistant_answer_seconds": ("histogram", "From a question's arrival to its whole answer."),
    "assistant_open_requests": ("gauge", "Requests that are open now, streams among them."),
    "assistant_waiting_questions": ("gauge", "Questions in the queue now."),
    "assistant_resident_bytes": ("gauge", "Resident memory of all processes, shared pages counted in each."),
    "assistant_workers": ("gauge", "Processes that serve."),
}


def _all_series(collections: Sequence[str]) -> list[str]:
    series = [
        f'assistant_requests_total{{route="{route}",status="{status}"}}' for route in ROUTES for status in CLASSES
    ]
    series += [f'assistant_answers_total{{status="{status}"}}' for status in ("answered", "refused")]
    series += [_by_collection(name, status) for name in collections for status in ("answered", "refused")]
    series += ["assistant_busy_total"]
    series += [f'assistant_feedback_total{{rating="{rating}"}}' for rating in ("up", "down")]
    series += [f'assistant_answer_seconds_bucket{{le="{bound:g}"}}' for bound in BUCKETS]
    series += ['assistant_answer_seconds_bucket{le="+Inf"}', "assistant_answer_seconds_sum"]
    series += ["assistant_answer_seconds_count", "assistant_open_requests", "assistant_waiting_questions"]
    return [*series, "assistant_resident_bytes", "assistant_workers"]


def _by_collection(collection: str, status: str) -> str:
    label = collection.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'assistant_collection_answers_total{{collection="{label}",status="{status}"}}'


class Meters:
    """What is counted; made before a server's processes are forked, so that they share it."""

    def __init__(self, slots: int = 1, *, collections: Sequence[str] = ()) -> None:
        """Make the memory, zeroed.

        Args:
            slots: how many processes write to it.
            collections: whose answers are counted apart.
        """
        self._slots = slots
        self._series = _all_series(collections)
        self._places = {name: place for place, name in enumerate(self._series)}
        self._values = memoryview(mmap.mmap(-1, slots * len(self._series) * 8)).cast("d")
        self._offset = 0

    def take(self, slot: int) -> None:
        """Write to this slot from now on; gauges of whoever had it before start anew."""
        self._offset = slot * len(self._series)
        for name in ("assistant_open_requests", "assistant_waiting_questions"):
            self.set(name, 0)
        self.set("assistant_workers", 1)

    def add(self, name: str, value: float = 1) -> None:
        """Count; only ever called by the event loop's thread, so that no count is lost."""
        self._values[self._offset + self._places[name]] += value

    def set(self, name: str, value: float) -> None:
        """Set a gauge."""
        self._values[self._offset + self._places[name]] = value

    def answered(self, status: str, seconds: float, *, collection: str) -> None:
        """Count an answer and its time; by collection, if that is one of those counted apart."""
        if (apart := _by_collection(collection, status)) in self._places:
            self.add(apart)
        self.add(f'assistant_answers_total{{status="{status}"}}')
        for bound in BUCKETS:
            if seconds <= bound:
                self.add(f'assistant_answer_seconds_bucket{{le="{bound:g}"}}')
        self.add('assistant_answer_seconds_bucket{le="+Inf"}')
        self.add("assistant_answer_seconds_sum", seconds)
        self.add("assistant_answer_seconds_count")

    def text(self) -> str:
        """Everything in Prometheus' text format, version 0.0.4."""
        lines: list[str] = []
        told = ""
        for place, name in enumerate(self._series):
            family = name.split("{")[0]
            for ending in ("_bucket", "_sum", "_count"):
                family = family.removesuffix(ending) if family.removesuffix(ending) in HELP else family
            if family != told:
                kind, help_ = HELP[family]
                lines += [f"# HELP {family} {help_}", f"# TYPE {family} {kind}"]
                told = family
            total = sum(self._values[slot * len(self._series) + place] for slot in range(self._slots))
            lines.append(f"{name} {total:.17g}")
        return "\n".join(lines) + "\n"


def route_of(path: str) -> str:
    """The route a path is counted under."""
    if path.startswith("/v1/chat"):
        return "completions"
    if path == "/" or path.startswith("/static/"):
        return "page"
    second = path.split("/")[2] if path.startswith("/api/") else ""
    return second if second in ROUTES else "other"


def resident_bytes() -> int:
    """Memory of this process that is in use; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")
