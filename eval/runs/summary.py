"""Summarises a run: means, with the numbers of scored, unscored and failed cases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.measures.formulas import area_under_risk_coverage, risk_coverage
from eval.measures.registry import OWN, in_order, metric_of
from eval.measures.statistics import Interval, bca_interval, wilson_interval
from eval.runs.results import CaseResult, Outcome
from eval.runs.scoring import applicable


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricSummary:
    """One measure over the cases that it applies to."""

    name: str
    mean: float | None
    """None if no case was scored."""
    scored: int
    unscored: int
    """Cases without a score of the measure; the run has the reasons."""
    failed: int
    """Cases with the measure that ended with an error."""

    @property
    def coverage(self) -> float:
        """Share of the cases with this measure that were scored."""
        return self.scored / max(1, self.scored + self.unscored + self.failed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Cases that a mean would hide, counted apart; a case can be degraded and unscored at once."""

    cases: int
    answered: int
    refused: int
    failed: int
    """Cases that ended with an error."""
    degraded: int
    """Answers that the configured model did not write, so that the quotes stand."""
    unscored: int
    """Cases that did not fail, of which a measure has no score."""

    def share(self, name: str) -> float:
        """Share of the cases that count under a name."""
        count: int = getattr(self, name)
        return count / max(1, self.cases)


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusalSummary:
    """Refusals as a classifier of unanswerable questions."""

    precision: float | None
    """Share of refused cases that are unanswerable; None if none was refused."""
    recall: float | None
    """Share of unanswerable cases that were refused; None if there are none."""
    refused: int
    unanswerable: int
    curve: tuple[tuple[float, float, float], ...]
    """(threshold, coverage, risk), highest threshold first."""
    risk_area: float | None
    """Area under the risk-coverage curve: mean risk over all coverages, 0 is best; None without cases."""


def count_cases(results: Sequence[CaseResult]) -> Counts:
    """Count the outcomes, and the degraded and unscored cases."""
    outcomes = Counter(result.outcome for result in results)
    return Counts(
        cases=len(results),
        answered=outcomes[Outcome.ANSWERED],
        refused=outcomes[Outcome.REFUSED],
        failed=outcomes[Outcome.FAILED],
        degraded=sum(result.degraded is not None for result in results),
        unscored=sum(bool(result.unscored) for result in results if result.outcome is not Outcome.FAILED),
    )


def summarise(results: Sequence[CaseResult]) -> list[MetricSummary]:
    """Summarise each measure that applies to a case, in the order of `METRICS`."""
    judged = any(result.judgements or result.score("judged_correct") for result in results)
    told = [result for result in results if result.case.evidence and result.outcome is not Outcome.FAILED]
    retrieves = not told or any(result.score("quote_mrr") for result in told)
    have: dict[str, list[CaseResult]] = {}
    for result in results:
        for name in applicable(result.case, judged=judged, retrieves=retrieves):
            have.setdefault(name, []).append(result)
        for score in result.scores:
            if score.name.startswith(OWN):
                have.setdefault(score.name, []).append(result)
    return [_summary(name, have[name]) for name in in_order(have)]


def interval(name: str, results: Sequence[CaseResult], *, seed: int = 0) -> Interval | None:
    """Compute the 95% interval of a measure's mean; None without scores.

    Wilson's for binary measures and if all scores are 0 or all are 1, else BCa.
    """
    values = values_of(name, results)
    if not values:
        return None
    if metric_of(name).binary or set(values) in ({0.0}, {1.0}):
        # A bootstrap of equal scores has an interval of length 0, however few they are.
        return wilson_interval(round(sum(values)), len(values))
    return bca_interval(values, seed=seed)


def values_of(name: str, results: Sequence[CaseResult]) -> list[float]:
    """Return the values of a measure, in the order of the run, without unscored cases."""
    scores = [result.score(name) for result in results]
    return [score.value for score in scores if score is not None and score.value is not None]


def summarise_refusals(results: Sequence[CaseResult]) -> RefusalSummary:
    """Compute precision, recall and the risk-coverage curve of a run's refusals."""
    done = [result for result in results if result.outcome is not Outcome.FAILED]
    refused = [result for result in done if result.outcome is Outcome.REFUSED]
    unanswerable = [result for result in done if not result.case.answerable]
    rightly = sum(not result.case.answerable for result in refused)
    told = [(r.confidence, r.would_be_right) for r in done if r.confidence is not None and r.would_be_right is not None]
    curve = risk_coverage([c for c, _ in told], [right for _, right in told]) if told else []
    return RefusalSummary(
        precision=rightly / len(refused) if refused else None,
        recall=rightly / len(unanswerable) if unanswerable else None,
        refused=len(refused),
        unanswerable=len(unanswerable),
        curve=tuple(curve),
        risk_area=area_under_risk_coverage(curve) if curve else None,
    )


def _summary(name: str, results: Sequence[CaseResult]) -> MetricSummary:
    values = values_of(name, results)
    failed = sum(result.outcome is Outcome.FAILED for result in results)
    return MetricSummary(
        name=name,
        mean=sum(values) / len(values) if values else None,
        scored=len(values),
        unscored=len(results) - len(values) - failed,
        failed=failed,
    )
