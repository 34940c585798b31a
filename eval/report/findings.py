"""Derives what all reports show of a run or a comparison, independent of their format."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from eval.gate.compare import CaseChange, Comparison, SliceDifference
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult
from eval.measures.noise import split_noise
from eval.runs.judge import QUESTIONS, judge_noise
from eval.runs.results import CaseResult, Outcome, Run
from eval.runs.stating import answer_pieces, stated
from eval.runs.summary import count_cases
from index.counts import counted

HEADLINES = ("correct", "fact_recall", "decision", "citation_precision", "citation_recall", "quote_recall@5")
"""Measures shown first, and by tag."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unscored:
    """A reason for missing scores, with its cases."""

    reason: str
    measures: tuple[str, ...]
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Degraded:
    """A reason for which the model wrote no answer, with its cases."""

    reason: str
    ids: tuple[str, ...]


def stated_facts(result: CaseResult) -> list[tuple[tuple[str, ...], bool]]:
    """Pair each expected fact with whether a supported piece of the answer states it."""
    pieces = answer_pieces(result)
    return [(fact, stated(pieces, fact)) for fact in result.case.facts]


def unwanted(result: CaseResult) -> list[tuple[str, bool]]:
    """Pair each forbidden wording with whether a supported piece of the answer states it."""
    pieces = answer_pieces(result)
    return [(wording, stated(pieces, [wording])) for wording in result.case.never]


def is_wrong(result: CaseResult) -> bool:
    """Whether a case is scored as wrong; failed and unscored ones are not."""
    score = result.score("correct") or result.score("decision")
    return score is not None and score.value == 0.0


def is_right(result: CaseResult) -> bool:
    """Whether a case is scored as right."""
    score = result.score("correct")
    return score is not None and score.value == 1.0


def unscored_by_reason(results: Sequence[CaseResult]) -> list[Unscored]:
    """Group missing scores of cases that did not fail by reason, in the order of the run."""
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


def degraded_by_reason(results: Sequence[CaseResult]) -> list[Degraded]:
    """Group the answers that the model did not write by reason, in the order of the run."""
    found: dict[str, list[str]] = {}
    for result in results:
        if result.degraded:
            found.setdefault(result.degraded, []).append(result.case.id)
    return [Degraded(reason=reason, ids=tuple(ids)) for reason, ids in found.items()]


def moved_slices(comparison: Comparison) -> list[SliceDifference]:
    """Select slices whose mean changed by at least the minimum effect, the largest drop first."""
    moved = [one for one in comparison.slices if abs(one.decision.difference) >= one.decision.minimum_effect]
    return sorted(moved, key=lambda one: (one.decision.difference, one.tag, one.metric))


def changes_by_direction(comparison: Comparison) -> tuple[list[CaseChange], list[CaseChange], list[CaseChange]]:
    """Split changed cases into worse, better, and changed only in text."""
    worse = [one for one in comparison.changes if one.worse]
    rest = [one for one in comparison.changes if not one.worse]
    better = [one for one in rest if one.scores or one.base.outcome is not one.new.outcome]
    same = [one for one in rest if not (one.scores or one.base.outcome is not one.new.outcome)]
    return worse, better, same


def deciding(gate: GateResult | None) -> set[str] | None:
    """Return the measures that the gate decided by; None without a gate."""
    return None if gate is None else {check.name for check in gate.checks}


def told_outcomes(run: Run) -> str:
    """Count outcomes, and degraded and unscored cases, in words."""
    counts = asdict(count_cases(run.results))
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if name != "cases")


def typical_seconds(run: Run) -> tuple[float, float]:
    """Return median and 95th percentile of the cases' seconds; zeros without cases."""
    times = [result.seconds for result in run.results]
    return (float(np.median(times)), float(np.quantile(times, 0.95))) if times else (0.0, 0.0)


def gate_headline(gate: GateResult) -> str:
    """State the verdict in a sentence, with the names of the checks behind it."""
    names = [check.name for check in gate.checks if check.verdict is gate.verdict]
    if gate.verdict is Verdict.PASS:
        noise = ", answers without noise" if gate.deterministic else ""
        return f"The gate passed: {counted(len(gate.checks), 'check')}{noise}."
    return f"The gate {'failed' if gate.verdict is Verdict.FAIL else 'is inconclusive'}: {', '.join(names)}."


def noise_lines(run: Run) -> list[str]:
    """Describe the noise of the repeats of judge and assistant, apart from the cases; empty without repeats."""
    lines = []
    noises = {name: noise for name in QUESTIONS if (noise := judge_noise(run.results, name))}
    if noises and "at temperature 0," in (run.provenance.judge or ""):
        lines.append("the judge has temperature 0, so its repeats are not independent and tell nothing of its noise")
    else:
        lines += [
            f"{name}: standard error {noise.between:.3f} from case to case, {noise.within:.3f} from the "
            f"judge's own noise; its repeats disagree on {noise.wavering:.0%} of the cases"
            for name, noise in noises.items()
        ]
    for name in HEADLINES:
        askings = [[one.scores.get(name) for one in result.epochs] for result in run.results]
        scored = [[value for value in values if value is not None] for values in askings]
        if noise := split_noise(scored):
            lines.append(
                f"{name}: standard error {noise.between:.3f} from case to case, {noise.within:.3f} from run to run; "
                f"the askings disagree on {noise.wavering:.0%} of the cases"
            )
    return lines
