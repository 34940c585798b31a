"""The page's tables: measures, tags, what else changed, what produced the run."""

from collections.abc import Mapping
from dataclasses import fields

from eval.gate.compare import Comparison
from eval.gate.decision import MetricDecision
from eval.gate.gate import GateResult
from eval.measures.registry import BY_NAME
from eval.report.findings import HEADLINES, deciding
from eval.report.markup import Column, escaped, table, verdict_badge
from eval.report.wording import bounds, change, figure, level, probability
from eval.runs.results import CaseResult, Provenance, Run
from eval.runs.summary import MetricSummary, interval, summarise


def metrics_table(run: Run, comparison: Comparison | None, gate: GateResult | None) -> str:
    """Every measure with its 95% interval and counts; with a baseline, its change and the verdict."""
    decisions = {one.metric: one for one in comparison.decisions} if comparison else {}
    decides = deciding(gate)
    columns = [Column(name="measure", figures=False), Column(name="mean"), Column(name="95% interval")]
    if comparison:
        shown = next((level(one) for one in comparison.decisions), "90%")
        names = ("before", "after", "change", f"{shown} interval of the change", "p", "worse", "better")
        columns += [*(Column(name=name) for name in names), Column(name="verdict", figures=False)]
    columns += [Column(name=name) for name in ("scored", "unscored", "failed")]
    rows = []
    for line in summarise(run.results):
        row = [_measure(line.name), figure(line.mean), bounds(interval(line.name, run.results))]
        if comparison:
            decided = decides is None or line.name in decides
            row += _decided(decisions.get(line.name), decides=decided)
        rows.append([*row, str(line.scored), _alarming(line.unscored), _alarming(line.failed)])
    return table("Measures", columns, rows, kind="measures")


def tags_table(run: Run, comparison: Comparison | None) -> str:
    """The first measures by tag, with their changes."""
    names = [line.name for line in summarise(run.results) if line.name in HEADLINES]
    slices = {(one.tag, one.metric): one.decision for one in comparison.slices} if comparison else {}
    columns = [Column(name="tag", figures=False), Column(name="cases"), *(Column(name=name) for name in names)]
    rows = []
    for tag, results in run.by_tag().items():
        lines = {line.name: line for line in summarise(results)}
        cells = [_tag_cell(lines.get(name), results, slices.get((tag, name))) for name in names]
        rows.append([escaped(tag), str(len(results)), *cells])
    return table("Measures by tag", columns, rows, kind="tags")


def provenance_table(provenance: Provenance) -> str:
    """What produced a run."""
    rows = []
    for name in (field.name for field in fields(Provenance)):
        value = getattr(provenance, name)
        if isinstance(value, Mapping):
            rows += [[escaped(f"{name} {key}"), f"<code>{escaped(str(one))}</code>"] for key, one in value.items()]
        elif value is not None:
            rows.append([escaped(name), f"<code>{escaped(str(value))}</code>"])
    columns = [Column(name="what", figures=False), Column(name="value", figures=False)]
    return table("What produced the run", columns, rows, kind="pairs")


def differences_list(comparison: Comparison) -> str:
    """What is different between the two runs besides the figures."""
    if not comparison.differences:
        return "<p>Nothing that is recorded: both runs come from the same index, encoder, settings and packages.</p>"
    return f"<ul>{''.join(f'<li>{escaped(one)}</li>' for one in comparison.differences)}</ul>"


def _measure(name: str) -> str:
    return f'{escaped(name)}<span class="meaning">{escaped(BY_NAME[name].meaning)}</span>'


def _decided(decision: MetricDecision | None, *, decides: bool) -> list[str]:
    if decision is None:
        return [*["–"] * 7, "not in both runs"]
    verdict = verdict_badge(decision.verdict) if decides else '<span class="aside">decides nothing</span>'
    return [
        figure(decision.base),
        figure(decision.new),
        f"<strong>{change(decision.difference)}</strong>",
        bounds(decision.interval, signed=True),
        escaped(probability(decision.adjusted_p)),
        str(decision.worse),
        str(decision.better),
        verdict,
    ]


def _alarming(count: int) -> str:
    return f"<strong>{count}</strong>" if count else "0"


def _tag_cell(line: MetricSummary | None, results: list[CaseResult], decision: MetricDecision | None) -> str:
    if line is None:
        return "–"
    told = figure(line.mean)
    if line.name == "correct":
        told += f'<span class="meaning">{bounds(interval(line.name, results))}</span>'
    if decision is not None and (decision.worse or decision.better):
        moved = abs(decision.difference) >= decision.minimum_effect
        sign = "▼ " if decision.difference < 0 else "▲ " if decision.difference > 0 else ""
        kind = ("fell" if decision.difference < 0 else "rose") if moved else "still"
        told += f'<span class="move {kind}">{sign if moved else ""}{change(decision.difference)}</span>'
    return told
