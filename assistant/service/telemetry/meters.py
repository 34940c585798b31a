"""Prometheus metrics that all processes of a server share, through prometheus_client's multiprocess mode.

Each process writes to the files of its slot, in a folder of the server's own, and whichever is asked adds them up; a
process that takes the place of a dead one counts on in its slot, so that no counter ever falls.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

from assistant.answer.answer import Status

BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Upper bounds of the histogram of answer times, in seconds."""
CLASSES = ("2xx", "3xx", "4xx", "5xx")
ROUTES = ("ask", "completions", "search", "articles", "conversations", "feedback", "verify", "page", "other")
STATUSES = tuple(Status)


class Meters:
    """The metrics; made once, before a server's processes are forked."""

    def __init__(self, *, collections: Sequence[str] = ()) -> None:
        """Make the metrics, all zero; answers are counted apart for each collection."""
        self._folder = tempfile.mkdtemp(prefix="assistant-metrics-")
        self._slot = -1
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = self._folder
        # Named by slot instead of by process id, as the library does it: there are never more files than processes.
        values.ValueClass = values.MultiProcessValue(lambda: self._slot)
        self._collections = frozenset(collections)
        self.requests = _counter("assistant_requests", "Requests by route and class of status.", "route", "status")
        self.answers = _counter("assistant_answers", "Answers by status: answered, refused or help.", "status")
        self.collection_answers = _counter(
            "assistant_collection_answers", "Answers by collection and status.", "collection", "status"
        )
        self.busy = _counter("assistant_busy", "Questions refused because the queue was full.")
        self.feedback = _counter("assistant_feedback", "Ratings given to answers.", "rating")
        self.answer_seconds = Histogram(
            "assistant_answer_seconds", "From a question's arrival to its whole answer.", buckets=BUCKETS, registry=None
        )
        self.open_requests = _gauge("assistant_open_requests", "Requests that are open now, streams among them.")
        self.waiting_questions = _gauge("assistant_waiting_questions", "Questions in the queue now.")
        self.resident_bytes = _gauge(
            "assistant_resident_bytes", "Resident memory of all processes, shared pages counted in each."
        )
        self.workers = _gauge("assistant_workers", "Processes that serve.")
        self._show_all(collections)

    def _show_all(self, collections: Sequence[str]) -> None:
        """Export every series from the start: a rate over one that appears later would miss its first count."""
        for route in ROUTES:
            for status in CLASSES:
                self.requests.labels(route, status)
        for status in STATUSES:
            self.answers.labels(status)
            for name in collections:
                self.collection_answers.labels(name, status)
        for rating in ("up", "down"):
            self.feedback.labels(rating)

    def take(self, slot: int) -> None:
        """Write to this slot from now on; gauges of whichever process had it before start anew."""
        self._slot = slot
        self.open_requests.set(0)
        self.waiting_questions.set(0)
        self.workers.set(1)

    def answered(self, status: str, seconds: float, *, collection: str) -> None:
        """Count an answer and its time; by collection, if that is one of those counted apart."""
        if collection in self._collections:
            self.collection_answers.labels(collection, status).inc()
        self.answers.labels(status).inc()
        self.answer_seconds.observe(seconds)

    def text(self) -> bytes:
        """All metrics of all processes in Prometheus' text format."""
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=self._folder)
        return generate_latest(registry)

    def close(self) -> None:
        """Remove the files; the last process of the server does it."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _counter(name: str, help_: str, *labels: str) -> Counter:
    return Counter(name, help_, labels, registry=None)


def _gauge(name: str, help_: str) -> Gauge:
    return Gauge(name, help_, multiprocess_mode="sum", registry=None)


def route_of(path: str) -> str:
    """The route under which requests for a path are counted."""
    if path.startswith("/v1/chat"):
        return "completions"
    if path == "/" or path.startswith("/static/"):
        return "page"
    second = path.split("/")[2] if path.startswith("/api/") else ""
    return second if second in ROUTES else "other"


def resident_bytes() -> int:
    """Resident memory of this process; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")
