"""Formats figures for reports, and cleans any text for display."""

import re
from collections.abc import Mapping

from eval.gate.decision import MetricDecision, Verdict
from eval.measures.statistics import Interval
from eval.runs.results import Outcome

VERDICT_WORDS: Mapping[Verdict, str] = {
    Verdict.PASS: "passed",
    Verdict.FAIL: "failed",
    Verdict.INCONCLUSIVE: "inconclusive",
}
VERDICT_SIGNS: Mapping[Verdict, str] = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCONCLUSIVE: "?"}
OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.ANSWERED: "answered",
    Outcome.REFUSED: "refused",
    Outcome.FAILED: "failed",
}

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
"""Characters that XML forbids, lone surrogates, line breaks, and controls of text direction."""


def clean(text: str) -> str:
    """Replace each character that cannot be shown by U+FFFD; offsets are kept."""
    return _UNFIT.sub("\ufffd", text.replace("\r", " "))


def one_line(text: str, *, most: int | None = None) -> str:
    """Put a text on one line, cut to `most` characters."""
    line = " ".join(clean(text).split())
    return line if most is None or len(line) <= most else line[: most - 1].rstrip() + "…"


def figure(value: float | None) -> str:
    """Format a score or a mean."""
    return "–" if value is None else f"{value:.3f}"


def change(value: float) -> str:
    """Format a difference, with its sign."""
    shown = f"{value:+.3f}"
    return "0.000" if float(shown) == 0 else shown


def bounds(interval: Interval | None, *, signed: bool = False) -> str:
    """Format an interval."""
    if interval is None:
        return "–"
    write = change if signed else figure
    return f"{write(interval.low)} to {write(interval.high)}"


def probability(value: float) -> str:
    """Format a p value."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def level(decision: MetricDecision) -> str:
    """Format the level of a change's interval, as "90%"."""
    return f"{decision.interval.level:.0%}"


def seconds(value: float) -> str:
    """Format a time."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
