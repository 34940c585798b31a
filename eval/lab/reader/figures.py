"""Measure a reader on an exam."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.cases.short_answers import exact_match, token_f1
from eval.lab.reader.exams import Exam
from eval.lab.reader.readings import Reading
from eval.measures.formulas import area_under_roc


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Means over an exam; None if it has nothing to measure.

    `f1` and `exact` are SQuAD's official measures of the best span over answerable questions with references; `first`
    is the share of answerable questions whose best block answers; the areas under ROC are of answerable questions
    against others, by each of the three logits of a reading.
    """

    examples: int
    answerable: int
    f1: float | None
    exact: float | None
    first: float | None
    auc_answerable: float | None
    auc_sentence: float | None
    auc_span: float | None


def figures(exam: Exam, readings: Sequence[Reading]) -> Figures:
    """Compute the figures of readings, one for each example of the exam."""
    held = list(zip(exam.examples, exam.references, readings, strict=True))
    answerable = [example.answerable for example in exam.examples]
    spans = [(reading.words, wanted) for example, wanted, reading in held if example.answerable and wanted]
    first = [float(reading.block in example.answering) for example, _, reading in held if example.answerable]
    return Figures(
        examples=len(held),
        answerable=sum(answerable),
        f1=mean([token_f1(words, wanted) for words, wanted in spans]),
        exact=mean([exact_match(words, wanted) for words, wanted in spans]),
        first=mean(first),
        auc_answerable=_area([reading.answerable for reading in readings], answerable),
        auc_sentence=_area([reading.sentence for reading in readings], answerable),
        auc_span=_area([reading.span for reading in readings], answerable),
    )


def mean(values: Sequence[float]) -> float | None:
    """Compute the mean; None if empty."""
    return sum(values) / len(values) if values else None


def _area(scores: Sequence[float], wanted: Sequence[bool]) -> float | None:
    parted = [[score for score, held in zip(scores, wanted, strict=True) if held is kind] for kind in (True, False)]
    return area_under_roc(*parted) if all(parted) else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """How a logit becomes a probability, 1 / (1 + exp(-(scale * logit + shift))), and where to refuse.

    `threshold` is the logit below which the share `cost` of the threshold articles' answerable questions falls.
    """

    scale: float
    shift: float
    threshold: float
    cost: float


def calibrated(logits: Sequence[float], answerable: Sequence[bool], *, cost: float = 0.05) -> Calibration:
    """Fit a logistic curve by Newton's method, and set the threshold.

    An answerable and an unanswerable question are added at each end, so that the curve is finite even if the classes
    are separable.
    """
    low, high = min(logits) - 1, max(logits) + 1
    values = np.array([*logits, low, high, low, high], np.float64)
    wanted = np.array([*answerable, False, True, True, False], np.float64)
    inputs = np.stack([values, np.ones_like(values)], 1)
    parameters = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-inputs @ parameters))
        slope = inputs.T @ (wanted - chance)
        curve = (inputs * (chance * (1 - chance))[:, None]).T @ inputs
        parameters += np.linalg.solve(curve + 1e-9 * np.eye(2), slope)
    kept = [logit for logit, answers in zip(logits, answerable, strict=True) if answers]
    return Calibration(
        scale=float(parameters[0]), shift=float(parameters[1]), threshold=float(np.quantile(kept, cost)), cost=cost
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Shares of answerable and of unanswerable questions below a threshold; None if there are none."""

    unanswerable: float | None
    answerable: float | None


def refused_at(threshold: float, logits: Sequence[float], answerable: Sequence[bool]) -> Refused:
    """Compute the shares of questions with logits below `threshold`."""
    both = list(zip(logits, answerable, strict=True))
    return Refused(
        unanswerable=mean([float(logit < threshold) for logit, answers in both if not answers]),
        answerable=mean([float(logit < threshold) for logit, answers in both if answers]),
    )
