"""Writes a run, a comparison or a verdict as plain text for a terminal of about 100 columns."""

import textwrap
from collections.abc import Collection, Sequence

from eval.gate.compare import CaseChange, Comparison
from eval.gate.decision import MetricDecision
from eval.gate.gate import GateResult
from eval.report.findings import (
    changes_by_direction,
    degraded_by_reason,
    gate_headline,
    moved_slices,
    noise_lines,
    told_outcomes,
    typical_seconds,
    unscored_by_reason,
)
from eval.report.wording import (
    VERDICT_WORDS,
    bounds,
    change,
    figure,
    level,
    one_line,
    probability,
    seconds,
)
from eval.runs.results import Run
from eval.runs.summary import interval, summarise, summarise_refusals
from index.counts import counted

COLUMNS = 100
SHOWN = 20
"""Changed cases and slices that are named; the rest is counted."""
SHOWN_TROUBLE = 5
"""Failed cases, and reasons for missing scores, that are named."""


def run_text(run: Run) -> str:
    """Write each measure with its interval and counts; then refusals, times, failures."""
    lines = [f"{counted(len(run.results), 'case')} in {seconds(run.seconds)}: {told_outcomes(run)}", ""]
    summaries = summarise(run.results)
    odd = [name for name in ("unscored", "failed") if any(getattr(line, name) for line in summaries)]
    rows = [["measure", "mean", "95% interval", "scored", *odd]]
    for line in summaries:
        counts = [line.scored, *(getattr(line, name) for name in odd)]
        shown = bounds(interval(line.name, run.results))
        rows.append([line.name, figure(line.mean), shown, *map(str, counts)])
    lines += [*aligned(rows), "", *noise_lines(run), *_refusals(run), _times(run), *_trouble(run)]
    return "\n".join(lines)


def comparison_text(comparison: Comparison) -> str:
    """Write each measure before and after, moved slices, changed cases, and differences of provenance."""
    lines = [f"{counted(comparison.cases, 'case')} in both runs"]
    if comparison.left_out:
        lines += _wrapped(
            f"{counted(len(comparison.left_out), 'case')} left out, not the same in both: ",
            _named(comparison.left_out),
        )
    if comparison.decisions:
        rows = [_decision_head(comparison.decisions[0]), *map(_decision_row, comparison.decisions)]
        lines += ["", *aligned(rows, words=(0, len(rows[0]) - 1))]
    if comparison.other_judge:
        lines.append("The judge is another than the baseline's, so judged measures are not compared.")
    lines += ["", *_slices(comparison), "", *_changes(comparison), "", "What else changed:"]
    lines += [f"  {one_line(one)}" for one in comparison.differences] or ["  nothing that is recorded"]
    return "\n".join(lines)


def gate_text(gate: GateResult) -> str:
    """Write the verdict, the checks (failed ones first), changed cases, and differences of provenance."""
    name_width = max((len(check.name) for check in gate.checks), default=0)
    verdict_width = max(map(len, VERDICT_WORDS.values()))
    lines = []
    for check in gate.checks:
        head = f"  {VERDICT_WORDS[check.verdict]:<{verdict_width}}  {check.name:<{name_width}}  "
        lines += _wrapped(head, one_line(check.detail), hang=len(head))
    comparison = gate.comparison
    if comparison.changes:
        lines += ["", *_changes(comparison)]
    if comparison.differences:
        lines += ["", "What else changed:", *(f"  {one_line(one)}" for one in comparison.differences)]
    told = f"{counted(len(comparison.new.results), 'case')}: {told_outcomes(comparison.new)}."
    return "\n".join([gate_headline(gate), told, *lines])


def _refusals(run: Run) -> list[str]:
    told = summarise_refusals(run.results)
    if not told.refused and not told.unanswerable:
        return []
    area = "" if told.risk_area is None else f"; area under the risk-coverage curve {figure(told.risk_area)}"
    return [
        f"refusals: precision {figure(told.precision)}, recall {figure(told.recall)} "
        f"({told.refused} refused, {told.unanswerable} not answerable){area}"
    ]


def _times(run: Run) -> str:
    median, late = typical_seconds(run)
    return f"time per case: median {seconds(median)}, 95th percentile {seconds(late)}"


def _trouble(run: Run) -> list[str]:
    lines = []
    failed = run.failed
    if failed:
        lines += ["", f"{counted(len(failed), 'case')} failed:"]
        for one in failed[:SHOWN_TROUBLE]:
            lines += _wrapped(f"  {one_line(one.case.id)}: ", one_line(one.error or "", most=300))
        lines += _rest(len(failed), SHOWN_TROUBLE)
    degraded = degraded_by_reason(run.results)
    if degraded:
        lines += ["", "Degraded, not written by the model:"]
        for why in degraded[:SHOWN_TROUBLE]:
            head = f"  {counted(len(why.ids), 'case')} ({_named(why.ids, most=3)}): "
            lines += _wrapped(head, one_line(why.reason, most=300))
        lines += _rest(len(degraded), SHOWN_TROUBLE)
    unscored = unscored_by_reason(run.results)
    if unscored:
        lines += ["", "Not scored:"]
        for group in unscored[:SHOWN_TROUBLE]:
            head = f"  {counted(len(group.ids), 'case')} ({_named(group.ids, most=3)}): "
            lines += _wrapped(head, one_line(group.reason, most=300))
        lines += _rest(len(unscored), SHOWN_TROUBLE)
    broken = sum(result.broken_receipts for result in run.results)
    if broken:
        lines += ["", f"{counted(broken, 'receipt')} do not hold."]
    return lines


def _decision_head(decision: MetricDecision) -> list[str]:
    return ["measure", "before", "after", "change", f"{level(decision)} interval", "p", "worse", "better", "verdict"]


def _decision_row(decision: MetricDecision) -> list[str]:
    return [
        decision.metric,
        figure(decision.base),
        figure(decision.new),
        change(decision.difference),
        bounds(decision.interval, signed=True),
        probability(decision.adjusted_p),
        str(decision.worse),
        str(decision.better),
        VERDICT_WORDS[decision.verdict],
    ]


def _slices(comparison: Comparison) -> list[str]:
    moved = moved_slices(comparison)
    if not moved:
        return ["No slice moved by as much as matters."]
    rows = [["tag", "measure", "cases", "before", "after", "change"]]
    for one in moved[:SHOWN]:
        d = one.decision
        tag = one_line(one.tag, most=30)
        rows.append([tag, d.metric, str(d.cases), figure(d.base), figure(d.new), change(d.difference)])
    table = aligned(rows, words=(0, 1))
    return ["Slices that moved (for looking, not for deciding):", *table, *_rest(len(moved), SHOWN)]


def _changes(comparison: Comparison) -> list[str]:
    worse, better, same = changes_by_direction(comparison)
    if not comparison.changes:
        return ["No case changed."]
    lines = [f"Cases that changed: {len(worse)} worse, {len(better)} better, {len(same)} say something else."]
    shown = comparison.changes[:SHOWN]
    width = min(40, max(len(one_line(one.new.case.id)) for one in shown))
    for one in shown:
        mark = "worse " if one.worse else "other " if one in same else "better"
        head = f"  {mark}  {one_line(one.new.case.id, most=60):<{width}}  "
        lines += _wrapped(head, _scores(one), hang=len(head))
    return [*lines, *_rest(len(comparison.changes), SHOWN)]


def _scores(one: CaseChange) -> str:
    """Format the first scores that changed, or else the outcomes."""
    if one.base.outcome is not one.new.outcome:
        return f"{one.base.outcome.value} → {one.new.outcome.value}"
    pairs = [f"{name} {figure(a)} → {figure(b)}" for name, (a, b) in list(one.scores.items())[:2]]
    return ", ".join(pairs) or "the same scores"


def _named(ids: Sequence[str], *, most: int = 10) -> str:
    more = len(ids) - most
    return ", ".join(one_line(id_, most=60) for id_ in ids[:most]) + (f" and {more} more" if more > 0 else "")


def _rest(count: int, shown: int) -> list[str]:
    return [f"  … and {count - shown} more"] if count > shown else []


def _wrapped(head: str, body: str, *, hang: int = 4) -> list[str]:
    """Wrap a line, with a hanging indent."""
    return textwrap.wrap(
        body, width=COLUMNS, initial_indent=head, subsequent_indent=" " * hang, break_on_hyphens=False
    ) or [head.rstrip()]


def aligned(rows: Sequence[Sequence[str]], *, words: Collection[int] = (0,)) -> list[str]:
    """Align columns: those in `words` to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if place in words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
