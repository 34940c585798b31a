"""Fit a collection's refusal threshold on labelled questions."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.chain.assistant import Assistant
from index.errors import UserError


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """A threshold, and its effect on the questions that it was fitted on."""

    threshold: float
    coverage: float
    """Share of questions answered."""
    risk: float
    """Share of answered questions that are unanswerable."""
    refused_answerable: float
    """Share of answerable questions refused."""
    questions: int

    def __str__(self) -> str:
        """One line for `assistant index status`."""
        return (
            f"fitted on {self.questions} questions: answers {self.coverage:.1%} of them, {self.risk:.1%} of those are "
            f"unanswerable, and {self.refused_answerable:.1%} of the answerable are refused"
        )


def fit_threshold(confidence: Sequence[float], answerable: Sequence[bool], *, refuse: float) -> Calibration:
    """Find the highest threshold that refuses at most the share `refuse` of the answerable questions.

    Raises:
        ValueError: there is no answerable question.
    """
    scores, good = np.asarray(confidence, dtype=float), np.asarray(answerable, dtype=bool)
    if not good.any():
        raise ValueError("no answerable question to fit on")
    allowed = int(refuse * good.sum())
    least = float(np.sort(scores[good])[allowed])
    threshold = min(least, math.floor(least * 1e5) / 1e5)  # Rounding up would refuse this very question.
    answered = scores >= threshold
    return Calibration(
        threshold=threshold,
        coverage=float(answered.mean()),
        risk=float((answered & ~good).sum() / max(1, answered.sum())),
        refused_answerable=float((~answered & good).sum() / good.sum()),
        questions=len(scores),
    )


def calibrate(assistant: Assistant, path: Path, *, refuse: float) -> Calibration:
    """Ask the labelled questions in a file, and fit the threshold.

    Args:
        assistant: over the collection.
        path: JSON Lines with "question" and "answerable" (true or false).
        refuse: share of answerable questions that may be refused.

    Raises:
        UserError: the file is unreadable or malformed.
    """
    confidence, answerable = [], []
    number = 0
    try:
        for line in path.read_text(encoding="utf-8").split("\n"):
            number += 1
            if line.strip():
                row = json.loads(line)
                question, label = row["question"], row["answerable"]
                if not isinstance(question, str) or not isinstance(label, bool):
                    raise TypeError('"question" must be text, "answerable" true or false')
                confidence.append(assistant.trace(question).parts[0][1].confidence)
                answerable.append(label)
        return fit_threshold(confidence, answerable, refuse=refuse)
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror})", "give a file of JSON Lines") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}, line {number}: {error}", 'write lines like {"question": "…", "answerable": true}'
        ) from error
