"""What every form of the report tells of a run or a comparison, before it is written in any form."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.gate.compare import CaseChange, Comparison, SliceDifference
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult
from eval.runs.judge import QUESTIONS, judge_noise
from eval.runs.results import CaseResult, Outcome, Run
from eval.runs.stating import answer_pieces, stated
from index.counts import counted

HEADLINES = ("correct", "fact_recall", "decision", "citation_precision", "citation_recall", "quote_recall@5")
"""Measures that are told first, and by tag."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unscored:
    """A reason for which scores are missing, with the cases."""

    reason: str
    measures: tuple[str, ...]
    ids: tuple[str, ...]


def stated_facts(result: CaseResult) -> list[tuple[tuple[str, ...], bool]]:
    """Each expected fact, and whether the answer states it in a piece that a receipt supports."""
    pieces = answer_pieces(result)
    return [(fact, stated(pieces, fact)) for fact in result.case.facts]


def unwanted(result: CaseResult) -> list[tuple[str, bool]]:
    """Each wording that must not be stated, and whether a supported piece of the answer states it."""
    pieces = answer_pieces(result)
    return [(wording, stated(pieces, [wording])) for wording in result.case.never]


def is_wrong(result: CaseResult) -> bool:
    """Whether a case that did not fail is told to be wrong; one that has no such score is not."""
    score = result.score("correct") or result.score("decision")
    return score is not None and score.value == 0.0


def is_right(result: CaseResult) -> bool:
    """Whether a case is told to be right."""
    score = result.score("correct")
    return score is not None and score.value == 1.0


def unscored_by_reason(results: Sequence[CaseResult]) -> list[Unscored]:
    """Missing scores of cases that did not fail, by their reasons, in the order of the run."""
    found: dict[str, list[tuple[str, str]]] = {}
    for result in results:
        if result.outcome is not Outcome.FAILED:
            for score in result.unscored:
                found.setdefault(score.reason or "no reason was given", []).append((score.name, result.case.id))
    return [
        Unscored(
            reason=reason,
            measures=tuple(dict.fromkeys(name for name, _ in pairs)),
            ids=tuple(dict.fromkeys(id_ for _, id_ in pairs)),
        )
        for reason, pairs in found.items()
    ]


def moved_slices(comparison: Comparison) -> list[SliceDifference]:
    """Slices in which a measure's mean changed by at least what matters, the largest drop first."""
    moved = [one for one in comparison.slices if abs(one.decision.difference) >= one.decision.minimum_effect]
    return sorted(moved, key=lambda one: (one.decision.difference, one.tag, one.metric))


def changes_by_direction(comparison: Comparison) -> tuple[list[CaseChange], list[CaseChange], list[CaseChange]]:
    """Cases that got worse, that got better, and that only say something else."""
    worse = [one for one in comparison.changes if one.worse]
    rest = [one for one in comparison.changes if not one.worse]
    better = [one for one in rest if one.scores or one.base.outcome is not one.new.outcome]
    same = [one for one in rest if not (one.scores or one.base.outcome is not one.new.outcome)]
    return worse, better, same


def deciding(gate: GateResult | None) -> set[str] | None:
    """The measures that a gate decided by; None without a gate."""
    return None if gate is None else {check.name for check in gate.checks}


def told_outcomes(run: Run) -> str:
    """How many cases came out how, in words."""
    counts = {outcome: sum(result.outcome is outcome for result in run.results) for outcome in Outcome}
    return ", ".join(f"{count:,} {outcome.value}" for outcome, count in counts.items())


def typical_seconds(run: Run) -> tuple[float, float]:
    """The median and the 95th percentile of the cases' times; zeros without cases."""
    times = [result.seconds for result in run.results]
    return (float(np.median(times)), float(np.quantile(times, 0.95))) if times else (0.0, 0.0)


def gate_headline(gate: GateResult) -> str:
    """The verdict in a sentence, with the names of the checks that led to it."""
    names = [check.name for check in gate.checks if check.verdict is gate.verdict]
    if gate.verdict is Verdict.PASS:
        return f"The gate passed: {counted(len(gate.checks), 'check')}."
    return f"The gate {'failed' if gate.verdict is Verdict.FAIL else 'is inconclusive'}: {', '.join(names)}."


def judge_noise_lines(run: Run) -> list[str]:
    """For each judged measure, how much of its uncertainty is the judge's own; empty without repeats."""
    noises = [noise for name in QUESTIONS if (noise := judge_noise(run.results, name))]
    return [
        f"{noise.name}: standard error {noise.case_error:.3f} from case to case, {noise.judge_error:.3f} from the "
        f"judge's own noise; its repeats disagree on {noise.wavering:.0%} of the cases"
        for noise in noises
    ]
