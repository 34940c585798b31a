"""Draw curves as SVG, light and dark, with labelled axes and a name at each line's end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 780, 430
LEFT, RIGHT, TOP, BOTTOM = 70, 610, 56, 360
"""Edges of the plot in pixels; names of lines are to its right."""
LINE = 17
"""Least pixels between two names."""

# The colours differ in lightness too, for the colour-blind.
_STYLE = """
svg { color-scheme: light dark; font: 13px system-ui, sans-serif }
.ground { fill: #ffffff } text { fill: #24292f } .grid { stroke: #d0d7de } .axis { stroke: #57606a }
.limit { stroke: #57606a; stroke-dasharray: 2 4 } .title { font-size: 15px; font-weight: 600 }
polyline { fill: none; stroke-width: 2 } .dashed { stroke-dasharray: 7 4 }
.a { stroke: #0969da } .b { stroke: #bc4c00 } text.a { fill: #0550ae; stroke: none }
text.b { fill: #953800; stroke: none }
@media (prefers-color-scheme: dark) {
.ground { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d } .axis, .limit { stroke: #8b949e }
.a { stroke: #58a6ff } .b { stroke: #f0883e } text.a { fill: #79c0ff } text.b { fill: #ffa657 }
}
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A line of the plot."""

    name: str
    points: Sequence[tuple[float, float]]
    """Pairs (x, share); x above 0 and increasing, share in [0, 1]."""
    second: bool = False
    """Whether it has the colours of the second group."""
    dashed: bool = False


def draw_curves(
    curves: Sequence[Curve], *, title: str, x_name: str, y_name: str, highest: float, limits: Sequence[float] = ()
) -> str:
    """Draw shares over a logarithmic axis as SVG.

    Args:
        curves: all with the same x, which are the ticks.
        title: heading, also read by screen readers.
        x_name: label of the x axis, with its unit.
        y_name: label of the y axis.
        highest: share at the top edge.
        limits: shares at which a dotted line is drawn.
    """
    ticks = [x for x, _ in curves[0].points]
    first, last = math.log(ticks[0]), math.log(ticks[-1])

    def across(x: float) -> float:
        return LEFT + (math.log(x) - first) / (last - first) * (RIGHT - LEFT)

    def up(share: float) -> float:
        return BOTTOM - share / highest * (BOTTOM - TOP)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t">',
        f'<title id="t">{escape(title)}</title><style>{_STYLE}</style>',
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        _text(LEFT, 30, title, "title"),
        *_axes([(across(x), f"{x:,.0f}") for x in ticks], [(up(share), f"{share:.0%}") for share in _steps(highest)]),
        _text((LEFT + RIGHT) / 2, BOTTOM + 44, x_name, anchor="middle"),
        f'<g transform="translate(20 {(TOP + BOTTOM) / 2}) rotate(-90)">{_text(0, 0, y_name, anchor="middle")}</g>',
        *(f'<path class="limit" d="M{LEFT} {up(limit):.1f}H{RIGHT}"/>' for limit in limits),
    ]
    ends = _apart([up(curve.points[-1][1]) for curve in curves])
    for curve, end in zip(curves, ends, strict=True):
        colour = "b" if curve.second else "a"
        drawn = " ".join(f"{across(x):.1f},{up(min(share, highest)):.1f}" for x, share in curve.points)
        parts.append(f'<polyline class="{colour}{" dashed" if curve.dashed else ""}" points="{drawn}"/>')
        parts.append(_text(RIGHT + 10, end + 4, curve.name, colour))
    return "\n".join([*parts, "</svg>", ""])


def _axes(across: Sequence[tuple[float, str]], up: Sequence[tuple[float, str]]) -> list[str]:
    parts = [
        f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>{_text(LEFT - 8, y + 4, at, anchor="end")}' for y, at in up
    ]
    parts += [
        f'<path class="axis" d="M{x:.1f} {BOTTOM}v5"/>{_text(x, BOTTOM + 21, at, anchor="middle")}' for x, at in across
    ]
    return [*parts, f'<path class="axis" d="M{LEFT} {BOTTOM}H{RIGHT}"/>']


def _steps(highest: float) -> list[float]:
    return [highest * step / 5 for step in range(6)]


def _apart(places: Sequence[float]) -> list[float]:
    """Move the names so that they do not overlap, and none is below the plot."""
    order = sorted(range(len(places)), key=places.__getitem__, reverse=True)
    found, above = list(places), BOTTOM + LINE - 4.0
    for place in order:
        above = found[place] = min(places[place], above - LINE)
    return found


def _text(x: float, y: float, text: str, style: str = "", *, anchor: str = "start") -> str:
    named = f' class="{style}"' if style else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
