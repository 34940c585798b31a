"""Renders the report as one HTML page, which needs no network and no fonts, and is readable without its script."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.gate.compare import Comparison
from eval.gate.decision import MetricDecision, Verdict
from eval.gate.gate import GateResult
from eval.measures.registry import metric_of
from eval.measures.statistics import Interval
from eval.report.cases import came_out, linked_text, rows_of
from eval.report.contexts import ContextOf
from eval.report.findings import (
    HEADLINES,
    changes_by_direction,
    deciding,
    degraded_by_reason,
    gate_headline,
    noise_lines,
    stated_facts,
    told_outcomes,
    typical_seconds,
    unscored_by_reason,
    unwanted,
)
from eval.report.pictures import HEIGHT, WIDTH, pictures
from eval.report.wording import (
    VERDICT_SIGNS,
    VERDICT_WORDS,
    bounds,
    change,
    clean,
    figure,
    level,
    probability,
    seconds,
)
from eval.runs.results import Provenance, Run
from eval.runs.summary import MetricSummary, interval, summarise, summarise_refusals
from index.counts import counted

_HERE = Path(__file__).resolve().parent
_SHOWN = 20
"""Failed cases shown before the rest is collapsed."""
_DETAILED = 2_000
"""Cases shown with everything that is known of them, trouble first; with more a page would take long to load."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureRow:
    """A measure of the run, and its change."""

    line: MetricSummary
    interval: Interval | None
    decision: MetricDecision | None
    decides: bool
    """Whether the gate decided by it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TagCell:
    """A measure over the cases of a tag, and its change."""

    mean: float | None
    interval: Interval | None
    difference: float
    move: str
    """Class of the style sheet: "fell", "rose" or "still"; empty if no case changed."""


def html_report(run: Run, *, gate: GateResult | None, comparison: Comparison | None, context_of: ContextOf) -> str:
    """Render the page; deterministic.

    Args:
        run: the run to report.
        gate: the gate's verdict, if any.
        comparison: of `run` with a baseline; by default the gate's.
        context_of: returns the text of an article by id; None to show only the quote.
    """
    comparison = comparison or (gate.comparison if gate else None)
    rows = rows_of(run, comparison, context_of)
    by_id = {row.result.case.id: row for row in rows}
    tags = {tag: number for number, tag in enumerate(run.by_tag())}
    css, script = style(), (_HERE / "script.js").read_text(encoding="utf-8")
    tag_measures = [line.name for line in summarise(run.results) if line.name in HEADLINES]
    sections = ("verdict", "measures", *(["tags"] if tags else []), "pictures", "provenance", "cases")
    checks = gate.checks if gate else ()
    return (
        environment()
        .get_template("page.html")
        .render(
            name=f"Evaluation{f' {run.tag}' if run.tag else ''}",
            told=_told(run),
            policy=f"default-src 'none'; style-src '{digest(css)}'; script-src '{digest(script)}'; "
            f"base-uri 'none'; form-action 'none'",
            style=Markup(css),
            script=Markup(script),
            links=[(id_, _TITLES.get(id_, id_.capitalize())) for id_ in sections],
            run=run,
            gate=gate,
            comparison=comparison,
            compared=comparison is not None,
            failed_checks=[check for check in checks if check.verdict is not Verdict.PASS],
            passed_checks=[check for check in checks if check.verdict is Verdict.PASS],
            tiles=list(_tiles(run, comparison)),
            changes=changes_by_direction(comparison) if comparison else None,
            worse=[row for row in rows if row.change and row.change.worse],
            by_id=by_id,
            unscored=[
                (one.reason, one.measures, [by_id[id_] for id_ in one.ids]) for one in unscored_by_reason(run.results)
            ],
            degraded=[(one.reason, [by_id[id_] for id_ in one.ids]) for one in degraded_by_reason(run.results)],
            broken=[row for row in rows if row.result.broken_receipts],
            judge_noise=noise_lines(run),
            measures=_measures(run, comparison, gate),
            measure_columns=_measure_columns(comparison),
            tags=tags,
            tag_measures=tag_measures,
            tag_rows=list(_tag_rows(run, comparison, tag_measures)),
            pictures=pictures(run, comparison),
            provenance=list(_provenance(run.provenance)),
            articles_known=any(context_of(c.article_id) is not None for one in run.results for c in one.citations),
            rows=rows,
        )
    )


_TITLES: Mapping[str, str] = {"tags": "By tag"}


def style() -> str:
    """The style sheet of all pages."""
    return (_HERE / "style.css").read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """The templates, with what they call."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    environment.filters |= {"figure": figure, "change": change, "bounds": bounds, "probability": probability}
    environment.globals |= {
        "metric_of": metric_of,
        "DETAILED": _DETAILED,
        "HEIGHT": HEIGHT,
        "SHOWN": _SHOWN,
        "VERDICT_SIGNS": VERDICT_SIGNS,
        "VERDICT_WORDS": VERDICT_WORDS,
        "WIDTH": WIDTH,
        "came_out": came_out,
        "counted": counted,
        "gate_headline": gate_headline,
        "linked_text": linked_text,
        "stated_facts": stated_facts,
        "unwanted": unwanted,
    }
    return environment


def digest(content: str) -> str:
    """The hash by which a page's policy allows its own style or script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _told(run: Run) -> str:
    median, late = typical_seconds(run)
    return (
        f"{run.started}; {counted(len(run.results), 'case')} in {seconds(run.seconds)}: {told_outcomes(run)}; "
        f"median {seconds(median)} a case, 95th percentile {seconds(late)}; gold {run.gold}"
    )


def _tiles(run: Run, comparison: Comparison | None) -> Iterator[tuple[str, str, str]]:
    """Yield the headline figures: name, figure and remark."""
    decisions = {one.metric: one for one in comparison.decisions} if comparison else {}
    for line in summarise(run.results):
        if line.name in HEADLINES:
            told = bounds(interval(line.name, run.results))
            if decided := decisions.get(line.name):
                told = f"{figure(decided.base)} before, {change(decided.difference)}"
            yield line.name, figure(line.mean), told
    refusals = summarise_refusals(run.results)
    if refusals.unanswerable:
        told = f"{refusals.refused} refused, {refusals.unanswerable} not answerable"
        yield "refusal precision", figure(refusals.precision), told
        yield "refusal recall", figure(refusals.recall), told


def _measure_columns(comparison: Comparison | None) -> list[str]:
    columns = ["measure", "mean", "95% interval"]
    if comparison:
        shown = next((level(one) for one in comparison.decisions), "90%")
        columns += ["before", "after", "change", f"{shown} interval of the change", "p", "worse", "better", "verdict"]
    return [*columns, "scored", "unscored", "failed"]


def _measures(run: Run, comparison: Comparison | None, gate: GateResult | None) -> list[MeasureRow]:
    decisions = {one.metric: one for one in comparison.decisions} if comparison else {}
    decides = deciding(gate)
    return [
        MeasureRow(
            line=line,
            interval=interval(line.name, run.results),
            decision=decisions.get(line.name),
            decides=decides is None or line.name in decides,
        )
        for line in summarise(run.results)
    ]


def _tag_rows(
    run: Run, comparison: Comparison | None, names: list[str]
) -> Iterator[tuple[str, int, list[TagCell | None]]]:
    """Yield the headline measures by tag, with their changes."""
    slices = {(one.tag, one.metric): one.decision for one in comparison.slices} if comparison else {}
    for tag, results in run.by_tag().items():
        lines = {line.name: line for line in summarise(results)}
        cells: list[TagCell | None] = []
        for name in names:
            decision = slices.get((tag, name))
            shown = name in lines
            cells.append(
                TagCell(
                    mean=lines[name].mean,
                    interval=interval(name, results) if name == "correct" else None,
                    difference=decision.difference if decision else 0.0,
                    move=_move(decision),
                )
                if shown
                else None
            )
        yield tag, len(results), cells


def _move(decision: MetricDecision | None) -> str:
    if decision is None or not (decision.worse or decision.better):
        return ""
    if abs(decision.difference) < decision.minimum_effect:
        return "still"
    return "fell" if decision.difference < 0 else "rose"


def _provenance(provenance: Provenance) -> Iterator[tuple[str, str]]:
    for name in (field.name for field in fields(Provenance)):
        value = getattr(provenance, name)
        if isinstance(value, Mapping):
            yield from ((f"{name} {key}", str(one)) for key, one in value.items())
        elif value is not None:
            yield name, str(value)
