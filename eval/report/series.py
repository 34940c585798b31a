"""Writes several runs: side by side as a matrix, or one after another as a history."""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from eval.gate.matrix import Cell, Column
from eval.measures.registry import in_order, metric_of
from eval.report.findings import HEADLINES
from eval.report.markdown import inline
from eval.report.page import digest, environment, style
from eval.report.text import aligned
from eval.report.wording import VERDICT_SIGNS, VERDICT_WORDS, bounds, change, figure, one_line
from eval.runs.results import Run
from eval.runs.summary import count_cases, interval, summarise
from index.counts import counted

WIDTH, HEIGHT = 320, 120
"""Size of a trend's picture, in pixels."""
_EDGE = 10


def matrix_text(columns: Sequence[Column]) -> str:
    """Write the matrix for a terminal: a row for each measure, a column for each run."""
    head, *rows = _matrix(columns)
    return "\n".join([_told(columns), "", *aligned([head, *rows])])


def matrix_markdown(columns: Sequence[Column]) -> str:
    """Write the matrix for a pull request."""
    head, *rows = _matrix(columns)
    lines = ["| " + " | ".join(inline(cell, most=60) for cell in row) + " |" for row in [head, *rows]]
    return "\n".join(["## Matrix", "", _told(columns), "", lines[0], "|---" * len(head) + "|", *lines[1:], ""])


def matrix_html(columns: Sequence[Column]) -> str:
    """Write the matrix as one page that needs no network."""
    head, *rows = _matrix(columns)
    changes = [
        (column.name, column.comparison.differences, [one for one in column.comparison.changes if one.worse])
        for column in columns
        if column.comparison
    ]
    return _page("matrix", told=_told(columns), head=head, rows=rows, changes=changes)


def history_text(runs: Sequence[tuple[str, Run]]) -> str:
    """Write the headline measures of each run, the oldest first."""
    names = _headlines([run for _, run in runs])
    head = ["run", "started", *names, "failed", "degraded"]
    rows = []
    for name, run in runs:
        means = {line.name: line.mean for line in summarise(run.results)}
        counts = count_cases(run.results)
        rows.append([one_line(name, most=30), run.started[:16], *(figure(means.get(one)) for one in names)])
        rows[-1] += [str(counts.failed), str(counts.degraded)]
    return "\n".join(aligned([head, *rows]))


def history_html(runs: Sequence[tuple[str, Run]]) -> str:
    """Write the trend of each measure over the runs as one page that needs no network."""
    names = in_order(line.name for _, run in runs for line in summarise(run.results))
    trends = []
    for name in names:
        points = []
        for label, run in runs:
            mean = next((line.mean for line in summarise(run.results) if line.name == name), None)
            if mean is not None:
                points.append((label, run.started[:16], mean, bounds(interval(name, run.results))))
        trends.append((name, metric_of(name).meaning, _line([mean for _, _, mean, _ in points]), points))
    breaks = [
        (label, run.started[:16], run.gold) for (_, before), (label, run) in pairwise(runs) if before.gold != run.gold
    ]
    told = f"{counted(len(runs), 'run')}, from {runs[0][1].started[:10]} to {runs[-1][1].started[:10]}"
    return _page("history", told=told, trends=trends, breaks=breaks, width=WIDTH, height=HEIGHT)


def _page(name: str, **shown: object) -> str:
    """Fill the template of a page without scripts."""
    css = style()
    policy = f"default-src 'none'; style-src '{digest(css)}'; base-uri 'none'; form-action 'none'"
    template = environment().get_template(f"{name}.html")
    return template.render(name=name.capitalize(), policy=policy, style=Markup(css), **shown)


def _line(values: Sequence[float]) -> str:
    """Points of a polyline from left to right; the bottom is 0 and the top 1."""
    step = (WIDTH - 2 * _EDGE) / max(1, len(values) - 1)
    return " ".join(
        f"{_EDGE + place * step:.1f},{HEIGHT - _EDGE - value * (HEIGHT - 2 * _EDGE):.1f}"
        for place, value in enumerate(values)
    )


def _headlines(runs: Sequence[Run]) -> list[str]:
    held = {line.name for run in runs for line in summarise(run.results)}
    return [name for name in HEADLINES if name in held]


def _told(columns: Sequence[Column]) -> str:
    cases = counted(len(columns[0].run.results), "case")
    return f"{counted(len(columns), 'run')} of {cases}, each against {columns[0].name}, corrected for looking at all"


def _matrix(columns: Sequence[Column]) -> list[list[str]]:
    names = in_order(line.name for column in columns for line in summarise(column.run.results))
    rows = [["measure", *(column.name for column in columns)]]
    for name in names:
        row = [name]
        for column in columns:
            mean = next((line.mean for line in summarise(column.run.results) if line.name == name), None)
            row.append(figure(mean) + _against(column, name, column.cells.get(name)))
        rows.append(row)
    counts = [count_cases(column.run.results) for column in columns]
    kinds = ("failed", "degraded", "unscored")
    return rows + [[kind, *(str(getattr(one, kind)) for one in counts)] for kind in kinds]


def _against(column: Column, name: str, cell: Cell | None) -> str:
    if cell is not None:
        sign = VERDICT_SIGNS[cell.verdict]
        return f" ({change(cell.decision.difference)} {sign} {VERDICT_WORDS[cell.verdict]})"
    found = column.comparison.decisions if column.comparison else ()
    return next((f" ({change(one.difference)})" for one in found if one.metric == name), "")
