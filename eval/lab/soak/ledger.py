"""Compare what the server acknowledged with what it has in the end."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from eval.lab.soak.findings import Findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Rated:
    """Feedback as sent."""

    rating: str
    reason: str


@dataclass(kw_only=True, slots=True)
class Ledger:
    """Everything acknowledged with status 200 or 204."""

    answers: dict[str, str] = field(default_factory=dict)
    """Answer ids by message id."""
    feedback: dict[str, Rated] = field(default_factory=dict)
    """Last acknowledged feedback by message id."""
    erased: set[str] = field(default_factory=set)
    """Message ids of erased conversations."""

    def keep(self, answer: Mapping[str, Any]) -> None:
        """Record an answer."""
        self.answers[answer["message_id"]] = answer["id"]

    def erase(self, messages: Iterable[str]) -> None:
        """Record that a conversation with these messages was erased."""
        for message in messages:
            self.erased.add(message)
            self.answers.pop(message, None)
            self.feedback.pop(message, None)

    def compare(self, exported: Iterable[str], findings: Findings) -> int:
        """Find answers and feedback that were lost, duplicated, altered or never given.

        Args:
            exported: lines of /api/export.
            findings: takes the faults.

        Returns:
            The number of ratings in the export.
        """
        seen: Counter[str] = Counter()
        rated = 0
        for line in exported:
            message = json.loads(line)
            id_ = message["message_id"]
            seen[id_] += 1
            if id_ in self.erased:
                findings.add("what was erased is still there", id_)
            if id_ in self.answers and message["answer"]["id"] != self.answers[id_]:
                findings.add("another answer was kept than was given", id_)
            there = message["feedback"] and Rated(
                rating=message["feedback"]["rating"], reason=message["feedback"]["reason"]
            )
            rated += there is not None
            if there != self.feedback.get(id_):
                kind = "feedback was lost" if there is None else "feedback is there that was not given so"
                findings.add(kind, f"{id_}: {self.feedback.get(id_)} was acknowledged, {there} is there")
        for id_ in self.feedback.keys() - seen.keys():
            findings.add("feedback was lost", f"{id_}: its answer is not there")
        for id_ in self.answers.keys() - seen.keys():
            findings.add("an answer was lost", id_)
        for id_, times in seen.items():
            if times > 1:
                findings.add("an answer is there more than once", id_)
        return rated
