"""Lays out the page's plots: lines, bars and ticks, and the same data as a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.gate.compare import Comparison
from eval.report.wording import figure, seconds
from eval.runs.results import CaseResult, Run
from eval.runs.summary import RefusalSummary, summarise_refusals, values_of

WIDTH, HEIGHT = 380, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 10, 40
BINS = 10

DISTRIBUTIONS = ("fact_recall", "citation_precision", "citation_recall")


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """The data of one line, or of one colour of bars."""

    label: str
    kind: str
    """Class of the style sheet: "first" or "second"."""
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A tick label of an axis."""

    text: str
    side: str
    """SVG text-anchor: "start", "middle" or "end"."""
    x: str
    y: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A plot in SVG coordinates, rounded to a tenth, and its data as a table."""

    title: str
    told: str
    """Description of the plot, in a sentence."""
    grid: tuple[str, ...]
    """Paths of the horizontal grid lines."""
    ticks: tuple[Tick, ...]
    legend: tuple[tuple[str, str], ...]
    """Label and kind of each series."""
    columns: list[str]
    rows: list[list[str]]
    lines: tuple[tuple[str, str], ...] = ()
    """Kind and path."""
    dots: tuple[tuple[str, str, str], ...] = ()
    """Kind, x, y."""
    bars: tuple[tuple[str, str, str, str, str], ...] = ()
    """Kind, x, y, width, height."""


def pictures(run: Run, comparison: Comparison | None) -> list[Picture]:
    """Lay out all plots for which there are data."""
    base = comparison.base if comparison else None
    shown = [_risk_coverage(run, base)]
    for name in DISTRIBUTIONS:
        series = [Series(label="this run", kind="first", values=tuple(values_of(name, run.results)))]
        if base:
            series.append(Series(label="baseline", kind="second", values=tuple(values_of(name, base.results))))
        shown.append(_histogram(f"Cases by {name}", series, top=1.0))
    shown += [_confidence(run.results), _times(run, base)]
    return [one for one in shown if one]


def _risk_coverage(run: Run, base: Run | None) -> Picture | None:
    """Plot risk over coverage for each run, with a dot at its threshold."""
    told = [(run, "this run", "first"), *([(base, "baseline", "second")] if base else [])]
    curves = [(one, label, kind, summarise_refusals(one.results)) for one, label, kind in told]
    curves = [entry for entry in curves if entry[3].curve]
    if not curves:
        return None
    highest = max(risk for _, _, _, summary in curves for _, _, risk in summary.curve)
    top = min(1.0, math.ceil(max(highest, 0.05) * 10) / 10)
    lines, dots = [], []
    for one, _, kind, summary in reversed(curves):
        points = [(0.0, summary.curve[0][2]), *((coverage, risk) for _, coverage, risk in summary.curve)]
        lines.append((kind, "M" + "L".join(f"{_x(coverage):.1f} {_y(risk / top):.1f}" for coverage, risk in points)))
        if (at := _as_run(one, summary)) is not None:
            dots.append((kind, f"{_x(at[0]):.1f}", f"{_y(at[1] / top):.1f}"))
    shares = (0.25, 0.5, 0.75, 1.0)
    axis = Tick(text="share of cases answered", side="middle", x=f"{_x(0.5):.1f}", y=f"{HEIGHT - 5}")
    return Picture(
        title="Risk and coverage",
        told="Share of wrong answers among the most confident share of cases; lower is better. "
        "The dot is the threshold of the run.",
        grid=_grid(),
        ticks=(*_ticks([f"{step / 4:g}" for step in range(5)], top=top), axis),
        lines=tuple(lines),
        dots=tuple(dots),
        legend=tuple((label, kind) for _, label, kind, _ in curves),
        columns=["run", *(f"risk at {share:.0%}" for share in shares), "area under the curve"],
        rows=[
            [label, *(figure(_risk_at(summary, share)) for share in shares), figure(summary.risk_area)]
            for _, label, _, summary in curves
        ],
    )


def _as_run(run: Run, summary: RefusalSummary) -> tuple[float, float] | None:
    """Return coverage and risk at the run's own threshold."""
    threshold = run.provenance.settings.get("threshold")
    if not isinstance(threshold, (int, float)):
        return None
    held = [(coverage, risk) for confidence, coverage, risk in summary.curve if confidence >= threshold]
    return held[-1] if held else None


def _risk_at(summary: RefusalSummary, share: float) -> float:
    """Interpolate the risk linearly between the curve's points."""
    return float(np.interp(share, [c for _, c, _ in summary.curve], [r for _, _, r in summary.curve]))


def _confidence(results: Sequence[CaseResult]) -> Picture | None:
    """Plot histograms of confidence, for questions that would be right and for others."""
    told = [(r.confidence, r.would_be_right) for r in results if r.confidence is not None]
    series = [
        Series(label=label, kind=kind, values=tuple(c for c, right in told if right is wanted))
        for label, kind, wanted in (("right", "first", True), ("wrong or not answerable", "second", False))
    ]
    return _histogram("Cases by confidence", series, top=1.0)


def _times(run: Run, base: Run | None) -> Picture | None:
    times = [Series(label="this run", kind="first", values=tuple(r.seconds for r in run.results))]
    if base:
        times.append(Series(label="baseline", kind="second", values=tuple(r.seconds for r in base.results)))
    pooled = [value for one in times for value in one.values]
    late = float(np.quantile(pooled, 0.98)) if pooled else 0.0
    return _histogram("Cases by time", times, top=_round_up(late), time=True)


def _round_up(value: float) -> float:
    """Round up to one or two leading digits that are divisible by the number of bins."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(unit * step for step in (1, 2, 3, 4, 5, 6, 8, 10) if unit * step >= value * (1 - 1e-9))


def _histogram(title: str, series: Sequence[Series], *, top: float, time: bool = False) -> Picture | None:
    """Plot a histogram with bars side by side; values above `top` count in the last bin."""
    if not any(one.values for one in series):
        return None
    counts = [_counts(one.values, top) for one in series]
    scale = _round_up(max(max(row) for row in counts))
    slot = (WIDTH - _LEFT - _RIGHT) / BINS
    wide = (slot - 3) / len(series)
    bars = []
    for nth, (one, row) in enumerate(zip(series, counts, strict=True)):
        for place, count in enumerate(row):
            x, y = _LEFT + place * slot + 1.5 + nth * wide, _y(count / scale)
            bars.append((one.kind, f"{x:.1f}", f"{y:.1f}", f"{wide - 1:.1f}", f"{_y(0) - y:.1f}"))
    write = seconds if time else "{:g}".format
    names = [f"{write(top * n / BINS)} to {write(top * (n + 1) / BINS)}" for n in range(BINS)]
    if time:
        names[-1] = f"{write(top * (BINS - 1) / BINS)} and more"
    return Picture(
        title=title,
        told="; ".join(f"{one.label}: {len(one.values):,}" for one in series),
        grid=_grid(),
        ticks=_ticks([write(top * step / 4) for step in range(5)], top=scale),
        bars=tuple(bars),
        legend=tuple((one.label, one.kind) for one in series),
        columns=["from, to", *(one.label for one in series)],
        rows=[[name, *(str(row[n]) for row in counts)] for n, name in enumerate(names)],
    )


def _counts(values: Sequence[float], top: float) -> list[int]:
    places = [min(BINS - 1, int(value / top * BINS + 1e-9)) for value in values]
    return [places.count(place) for place in range(BINS)]


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _grid() -> tuple[str, ...]:
    return tuple(f"M{_LEFT} {_y(step / 4):.1f}H{WIDTH - _RIGHT}" for step in range(5))


def _ticks(names: Sequence[str], *, top: float) -> tuple[Tick, ...]:
    """Label the quarters of both axes.

    Args:
        names: labels of the x axis.
        top: upper end of the y axis.
    """
    upright = [
        Tick(text=f"{top * step / 4:g}", side="end", x=f"{_LEFT - 6}", y=f"{_y(step / 4) + 4:.1f}") for step in range(5)
    ]
    sides = ("start", "middle", "middle", "middle", "end")
    level = [
        Tick(text=name, side=side, x=f"{_x(step / 4):.1f}", y=f"{_y(0) + 17:.1f}")
        for step, (name, side) in enumerate(zip(names, sides, strict=True))
    ]
    return (*upright, *level)
