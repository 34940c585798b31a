"""Writes a run, with its baseline if given, as Markdown for a pull request."""

import re
from collections.abc import Sequence

from eval.gate.compare import CaseChange, Comparison
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult
from eval.report.findings import (
    changes_by_direction,
    deciding,
    degraded_by_reason,
    gate_headline,
    moved_slices,
    stated_facts,
    told_outcomes,
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
)
from eval.runs.results import CaseResult, Run
from eval.runs.summary import interval, summarise
from index.counts import counted

MOST_CHARACTERS = 60_000
"""Limit on the report; GitHub's on a comment is 65,536."""
SHOWN_CASES = 20
SHOWN_SLICES = 30
_FIELD = 300
"""Limit on the characters of a question, an answer or a reason."""
_NAME = 60
_MARKS = {Verdict.PASS: "✅", Verdict.FAIL: "❌", Verdict.INCONCLUSIVE: "❔"}

_SPECIAL = re.compile(r"""[!"#$&*+<=>@\[\\\]^_`{|}~]|:(?=\S)|(?<=www)\.""", re.IGNORECASE)
"""Characters that are inline Markdown, or make a link, a mention or an emoji."""


def markdown_report(run: Run, gate: GateResult | None, comparison: Comparison | None) -> str:
    """Write verdict, measures, slices that moved and changed cases, within `MOST_CHARACTERS`."""
    comparison = comparison or (gate.comparison if gate else None)
    blocks = [*_verdict(run, gate), *_trouble(run)]
    blocks.append(_decisions(comparison, gate) if comparison else _means(run))
    if comparison:
        blocks += [*_slices(comparison), *_else(comparison)]
    text = "\n\n".join(blocks) + "\n"
    if comparison and comparison.changes:
        text += _changes(comparison, room=MOST_CHARACTERS - len(text) - 1)
    return text if len(text) < MOST_CHARACTERS else text[: MOST_CHARACTERS - 2] + "…\n"


def inline(text: str, *, most: int = _FIELD) -> str:
    """Escape text for a line or cell of Markdown: no markup, mention or link remains."""
    return _SPECIAL.sub(_escaped, one_line(text, most=most))


def _escaped(match: re.Match[str]) -> str:
    found = match.group()
    # GitHub finds @name and #1 after rendering, when entities are already decoded.
    return f"&#{ord(found)};" + ("\u200b" if found in "@#" else "")


def _verdict(run: Run, gate: GateResult | None) -> list[str]:
    told = f"{counted(len(run.results), 'case')}: {told_outcomes(run)}."
    if gate is None:
        return ["## Evaluation", told]
    reasons = [
        f"- **{VERDICT_WORDS[check.verdict]}** {inline(check.name, most=_NAME)}: {inline(check.detail)}"
        for check in gate.checks
        if check.verdict is not Verdict.PASS
    ]
    head = f"## {_MARKS[gate.verdict]} Evaluation {VERDICT_WORDS[gate.verdict]}"
    return [head, inline(gate_headline(gate)), *(["\n".join(reasons)] if reasons else []), told]


def _trouble(run: Run) -> list[str]:
    lines = [
        f"- failed: {inline(one.case.id, most=_NAME)}: {inline(one.error or '')}" for one in run.failed[:SHOWN_CASES]
    ]
    if len(run.failed) > SHOWN_CASES:
        lines.append(f"- and {len(run.failed) - SHOWN_CASES} more failed")
    lines += [
        f"- degraded: {counted(len(group.ids), 'case')}: {inline(group.reason)}"
        for group in degraded_by_reason(run.results)[:SHOWN_CASES]
    ]
    lines += [
        f"- not scored: {counted(len(group.ids), 'case')}: {inline(group.reason)}"
        for group in unscored_by_reason(run.results)[:SHOWN_CASES]
    ]
    return ["\n".join(lines)] if lines else []


def _means(run: Run) -> str:
    rows = [
        [line.name, figure(line.mean), bounds(interval(line.name, run.results))]
        + [str(count) for count in (line.scored, line.unscored, line.failed)]
        for line in summarise(run.results)
    ]
    return _table(["measure", "mean", "95% interval", "scored", "unscored", "failed"], rows)


def _decisions(comparison: Comparison, gate: GateResult | None) -> str:
    decides = deciding(gate)
    shown = level(comparison.decisions[0]) if comparison.decisions else "90%"
    head = ["measure", "before", "after", "change", f"{shown} interval", "p", "verdict"]
    rows = []
    for one in comparison.decisions:
        told = f"{_MARKS[one.verdict]} {VERDICT_WORDS[one.verdict]}"
        if decides is not None and one.metric not in decides:
            told = f"{VERDICT_WORDS[one.verdict]}, decides nothing"
        means = [figure(one.base), figure(one.new), change(one.difference), bounds(one.interval, signed=True)]
        rows.append([one.metric, *means, probability(one.adjusted_p), told])
    told = f"{counted(comparison.cases, 'case')} in both runs"
    if comparison.left_out:
        told += f"; {counted(len(comparison.left_out), 'case')} left out, not the same in both"
    return f"{told}.\n\n{_table(head, rows)}"


def _slices(comparison: Comparison) -> list[str]:
    moved = moved_slices(comparison)
    if not moved:
        return ["No slice moved by as much as matters."]
    rows = []
    for one in moved[:SHOWN_SLICES]:
        d = one.decision
        tag = inline(one.tag, most=_NAME)
        rows.append([tag, d.metric, str(d.cases), figure(d.base), figure(d.new), change(d.difference)])
    table = _table(["tag", "measure", "cases", "before", "after", "change"], rows)
    more = f"\n\nand {len(moved) - SHOWN_SLICES} more" if len(moved) > SHOWN_SLICES else ""
    summary = f"{counted(len(moved), 'slice')} moved (for looking, not for deciding)"
    return [f"<details><summary>{summary}</summary>\n\n{table}{more}\n\n</details>"]


def _else(comparison: Comparison) -> list[str]:
    lines = [f"- {inline(one)}" for one in comparison.differences[:SHOWN_SLICES]]
    return ["What else changed:\n\n" + ("\n".join(lines) or "- nothing that is recorded")]


def _changes(comparison: Comparison, *, room: int) -> str:
    """List changed cases, those that got worse first, within `room` characters."""
    worse, better, same = changes_by_direction(comparison)
    head = f"\n### Changed cases\n\n{len(worse)} worse, {len(better)} better, {len(same)} say something else.\n"
    blocks = [_changed_case(one) for one in comparison.changes[:SHOWN_CASES]]
    more = "\nand {} more\n"
    room -= len(head) + len(more) + 10
    shown = []
    for block in blocks:
        room -= len(block)
        if room < 0:
            break
        shown.append(block)
    left = len(comparison.changes) - len(shown)
    return head + "".join(shown) + (more.format(left) if left else "")


def _changed_case(one: CaseChange) -> str:
    mark = "worse" if one.worse else "changed"
    rows = [f"- {name}: {figure(before)} → {figure(after)}" for name, (before, after) in one.scores.items()]
    facts = [
        f"- {'stated' if stated else 'not stated'}: {inline(' / '.join(fact))}"
        for fact, stated in stated_facts(one.new)[:10]
    ]
    answers = [f"- before, {_answer(one.base)}", f"- after, {_answer(one.new)}"]
    return (
        f"\n<details><summary>{mark}: {inline(one.new.case.id, most=_NAME)}: {inline(one.new.case.question)}"
        f"</summary>\n\n" + "\n".join([*answers, *facts, *rows]) + "\n\n</details>\n"
    )


def _answer(result: CaseResult) -> str:
    return f"{result.outcome.value}: {inline(result.error or result.text)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    aligned = ["---", *("---:" if name not in {"verdict", "measure"} else "---" for name in head[1:])]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, aligned, *rows])
