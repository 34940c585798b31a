"""The page's pictures as inline SVG, each with its figures in a table beside it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.gate.compare import Comparison
from eval.report.markup import Column, escaped, table
from eval.report.wording import figure, seconds
from eval.runs.results import CaseResult, Run
from eval.runs.summary import RefusalSummary, summarise_refusals, values_of

WIDTH, HEIGHT = 380, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 10, 40
BINS = 10

DISTRIBUTIONS = ("fact_recall", "citation_precision", "citation_recall")

Ticks = Sequence[tuple[float, str]]
"""Where along an axis, from 0 to 1, and what stands there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One kind of bars or one line."""

    label: str
    kind: str
    """A class of the style sheet: "first" or "second"."""
    values: tuple[float, ...]


def pictures(run: Run, comparison: Comparison | None) -> str:
    """All of them."""
    base = comparison.base if comparison else None
    shown = [_risk_coverage(run, base)]
    for name in DISTRIBUTIONS:
        series = [Series(label="this run", kind="first", values=tuple(values_of(name, run.results)))]
        if base:
            series.append(Series(label="baseline", kind="second", values=tuple(values_of(name, base.results))))
        shown.append(_histogram(f"Cases by {name}", series, top=1.0))
    shown += [_confidence(run.results), _times(run, base)]
    return f'<div class="pictures">{"".join(one for one in shown if one)}</div>'


def _risk_coverage(run: Run, base: Run | None) -> str:
    """Risk over coverage of each run, with the threshold that it ran with as a dot."""
    told = [(run, "this run", "first"), *([(base, "baseline", "second")] if base else [])]
    curves = [(one, label, kind, summarise_refusals(one.results)) for one, label, kind in told]
    curves = [entry for entry in curves if entry[3].curve]
    if not curves:
        return ""
    highest = max(risk for _, _, _, summary in curves for _, _, risk in summary.curve)
    top = min(1.0, math.ceil(max(highest, 0.05) * 10) / 10)
    drawn = []
    for one, _, kind, summary in reversed(curves):
        points = [(0.0, summary.curve[0][2]), *((coverage, risk) for _, coverage, risk in summary.curve)]
        path = "L".join(f"{_x(coverage):.1f} {_y(risk / top):.1f}" for coverage, risk in points)
        drawn.append(f'<path class="line {kind}" d="M{path}"/>')
        if (at := _as_run(one, summary)) is not None:
            drawn.append(f'<circle class="dot {kind}" cx="{_x(at[0]):.1f}" cy="{_y(at[1] / top):.1f}" r="4"/>')
    shares = (0.25, 0.5, 0.75, 1.0)
    rows = [
        [escaped(label), *(figure(_risk_at(summary, share)) for share in shares), figure(summary.risk_area)]
        for _, label, _, summary in curves
    ]
    columns = [Column(name="run", figures=False), *(Column(name=f"risk at {share:.0%}") for share in shares)]
    title = "Risk and coverage"
    return _figure(
        title,
        "Share of wrong answers among the most confident share of cases; lower is better. "
        "The dot is the threshold of the run.",
        _axes("share of cases answered", top=top, ticks=[(t / 4, f"{t / 4:g}") for t in range(5)]) + "".join(drawn),
        [(label, kind) for _, label, kind, _ in curves],
        table(f"{title}: figures", [*columns, Column(name="area under the curve")], rows),
    )


def _as_run(run: Run, summary: RefusalSummary) -> tuple[float, float] | None:
    """Coverage and risk at the threshold that a run had."""
    threshold = run.provenance.settings.get("threshold")
    if not isinstance(threshold, (int, float)):
        return None
    held = [(coverage, risk) for confidence, coverage, risk in summary.curve if confidence >= threshold]
    return held[-1] if held else None


def _risk_at(summary: RefusalSummary, share: float) -> float:
    """On the straight line between the curve's points."""
    return float(np.interp(share, [c for _, c, _ in summary.curve], [r for _, _, r in summary.curve]))


def _confidence(results: Sequence[CaseResult]) -> str:
    """How sure the assistant was of what it would have got right, and of what not."""
    told = [(r.confidence, r.would_be_right) for r in results if r.confidence is not None]
    series = [
        Series(label=label, kind=kind, values=tuple(c for c, right in told if right is wanted))
        for label, kind, wanted in (("right", "first", True), ("wrong or not answerable", "second", False))
    ]
    return _histogram("Cases by confidence", series, top=1.0)


def _times(run: Run, base: Run | None) -> str:
    times = [Series(label="this run", kind="first", values=tuple(r.seconds for r in run.results))]
    if base:
        times.append(Series(label="baseline", kind="second", values=tuple(r.seconds for r in base.results)))
    pooled = [value for one in times for value in one.values]
    late = float(np.quantile(pooled, 0.98)) if pooled else 0.0
    return _histogram("Cases by time", times, top=_round_up(late), time=True)


def _round_up(value: float) -> float:
    """To one or two leading digits that divide by the number of bins."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 2, 3, 4, 5, 6, 8, 10) if unit * step >= value * (1 - 1e-9))


def _histogram(title: str, series: Sequence[Series], *, top: float, time: bool = False) -> str:
    """Bars side by side; what lies above `top` counts in the last one."""
    if not any(one.values for one in series):
        return ""
    counts = [_counts(one.values, top) for one in series]
    highest = max(max(row) for row in counts)
    scale = _round_up(highest)
    slot = (WIDTH - _LEFT - _RIGHT) / BINS
    wide = (slot - 3) / len(series)
    bars = []
    for nth, (one, row) in enumerate(zip(series, counts, strict=True)):
        for place, count in enumerate(row):
            x, y = _LEFT + place * slot + 1.5 + nth * wide, _y(count / scale)
            bars.append(
                f'<rect class="bar {one.kind}" x="{x:.1f}" y="{y:.1f}" '
                f'width="{wide - 1:.1f}" height="{_y(0) - y:.1f}"/>'
            )
    write = seconds if time else "{:g}".format
    ticks = [(step / 4, write(top * step / 4)) for step in range(5)]
    names = [f"{write(top * n / BINS)} to {write(top * (n + 1) / BINS)}" for n in range(BINS)]
    if time:
        names[-1] = f"{write(top * (BINS - 1) / BINS)} and more"
    rows = [[escaped(name), *(str(row[n]) for row in counts)] for n, name in enumerate(names)]
    columns = [Column(name="from, to", figures=False), *(Column(name=one.label) for one in series)]
    return _figure(
        title,
        "; ".join(f"{one.label}: {len(one.values):,}" for one in series),
        _axes("", top=scale, ticks=ticks) + "".join(bars),
        [(one.label, one.kind) for one in series],
        table(f"{title}: figures", columns, rows),
    )


def _counts(values: Sequence[float], top: float) -> list[int]:
    places = [min(BINS - 1, int(value / top * BINS + 1e-9)) for value in values]
    return [places.count(place) for place in range(BINS)]


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _axes(label: str, *, top: float, ticks: Ticks) -> str:
    parts = []
    for step in range(5):
        y = _y(step / 4)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text class="tick end" x="{_LEFT - 6}" y="{y + 4:.1f}">{top * step / 4:g}</text>')
    for share, name in ticks:
        side = "end" if share == 1 else "start" if share == 0 else "middle"
        parts.append(f'<text class="tick {side}" x="{_x(share):.1f}" y="{_y(0) + 17:.1f}">{escaped(name)}</text>')
    if label:
        parts.append(f'<text class="tick middle" x="{_x(0.5):.1f}" y="{HEIGHT - 5}">{escaped(label)}</text>')
    return "".join(parts)


def _figure(title: str, told: str, drawing: str, legend: Sequence[tuple[str, str]], figures: str) -> str:
    """A picture under its name, with a legend, and its figures for those who do not see it."""
    keys = "".join(
        f'<li><svg class="key" viewBox="0 0 24 12" aria-hidden="true"><rect class="bar {kind}" x="1" y="1" width="22" '
        f'height="10"/></svg> {escaped(label)}</li>'
        for label, kind in legend
    )
    return (
        f'<figure><figcaption><strong>{escaped(title)}</strong> <span class="aside">{escaped(told)}</span></figcaption>'
        f'<svg class="picture" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escaped(f"{title}. {told}")}">'
        f'{drawing}</svg><ul class="legend">{keys}</ul>'
        f"<details><summary>Figures</summary>{figures}</details></figure>\n"
    )
