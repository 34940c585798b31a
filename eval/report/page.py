"""The report as one page of HTML that opens anywhere: no network, no fonts, readable without its script."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from eval.gate.compare import Comparison
from eval.gate.decision import Verdict
from eval.gate.gate import GateResult
from eval.report.cases import Row, case_list, rows_of
from eval.report.contexts import ContextOf
from eval.report.findings import (
    HEADLINES,
    changes_by_direction,
    gate_headline,
    judge_noise_lines,
    told_outcomes,
    typical_seconds,
    unscored_by_reason,
)
from eval.report.markup import VERDICT_SIGNS, escaped, section, verdict_badge
from eval.report.pictures import pictures
from eval.report.tables import differences_list, metrics_table, provenance_table, tags_table
from eval.report.wording import VERDICT_WORDS, bounds, change, figure, seconds
from eval.runs.results import Run
from eval.runs.summary import interval, summarise, summarise_refusals
from index.counts import counted

_HERE = Path(__file__).resolve().parent
_SHOWN_LINKS = 20


def html_report(run: Run, *, gate: GateResult | None, comparison: Comparison | None, context_of: ContextOf) -> str:
    """The whole page. Equal arguments give equal bytes.

    Args:
        run: that is reported.
        gate: its verdict, if it was held to a policy.
        comparison: with a baseline, `run` being the new one; the gate's own if left out.
        context_of: the text of an article by its id; None where only quotes can be shown.
    """
    comparison = comparison or (gate.comparison if gate else None)
    rows = rows_of(run, comparison)
    tags = {tag: number for number, tag in enumerate(run.by_tag())}
    parts = [
        _verdict(run, gate, comparison, rows),
        _trouble(run, rows),
        section("measures", "Measures", *_measures_notes(run, comparison), metrics_table(run, comparison, gate)),
    ]
    if tags:
        parts.append(section("tags", "By tag", _TAGS_NOTE if comparison else "", tags_table(run, comparison)))
    parts.append(section("pictures", "Pictures", pictures(run, comparison)))
    if comparison:
        parts.append(section("else", "What else changed", differences_list(comparison)))
    parts.append(section("provenance", "What produced the run", provenance_table(run.provenance)))
    cases = case_list(rows, tags, context_of, compared=comparison is not None)
    known = any(context_of(cited.article_id) is not None for one in run.results for cited in one.citations)
    parts.append(section("cases", "Cases", _legend(known=known), _filter(tags, len(rows), comparison), cases))
    return _document(run, "\n".join(parts))


_TAGS_NOTE = (
    '<p class="aside">A case counts under each of its tags. Changes are for looking, not for deciding: they are '
    "uncorrected, and few cases move far by chance.</p>"
)


def _document(run: Run, main: str) -> str:
    style, script = ((_HERE / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        f"base-uri 'none'; form-action 'none'"
    )
    name = f"Evaluation{f' {run.tag}' if run.tag else ''}"
    links = "".join(
        f'<li><a href="#{id_}">{title}</a></li>'
        for id_, title in (
            ("verdict", "Verdict"),
            ("measures", "Measures"),
            ("tags", "By tag"),
            ("pictures", "Pictures"),
            ("provenance", "Provenance"),
            ("cases", "Cases"),
        )
        if f'<section id="{id_}"' in main
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{escaped(name)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#cases">Skip to the cases</a>\n'
        f'<header><h1>{escaped(name)}</h1><p class="aside">{_told(run)}</p>'
        f'<nav aria-label="Parts of the page"><ul>{links}</ul></nav></header>\n'
        f"<main>\n{main}\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _digest(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _told(run: Run) -> str:
    median, late = typical_seconds(run)
    return escaped(
        f"{run.started}; {counted(len(run.results), 'case')} in {seconds(run.seconds)}: {told_outcomes(run)}; "
        f"median {seconds(median)} a case, 95th percentile {seconds(late)}; gold {run.gold}"
    )


def _verdict(run: Run, gate: GateResult | None, comparison: Comparison | None, rows: Sequence[Row]) -> str:
    tiles = _tiles(run, comparison)
    changed = _changed(comparison, rows) if comparison else ""
    if gate is None:
        return section("verdict", "Before and after" if comparison else "In short", tiles, changed)
    kind, sign = gate.verdict.value, VERDICT_SIGNS[gate.verdict]
    checks = [
        (
            check.verdict,
            f"<li>{verdict_badge(check.verdict)} <strong>{escaped(check.name)}</strong>: {escaped(check.detail)}</li>",
        )
        for check in gate.checks
    ]
    told_against = "".join(told for verdict, told in checks if verdict is not Verdict.PASS)
    against = f'<ul class="checks">{told_against}</ul>' if told_against else ""
    passed = [told for verdict, told in checks if verdict is Verdict.PASS]
    held = (
        f'<details><summary>{counted(len(passed), "check")} passed</summary><ul class="checks">{"".join(passed)}</ul>'
        f"</details>"
        if passed
        else ""
    )
    return section(
        "verdict",
        "Verdict",
        f'<div class="verdict {kind}"><p class="word"><span aria-hidden="true">{sign}</span> '
        f"{VERDICT_WORDS[gate.verdict].capitalize()}</p><p>{escaped(gate_headline(gate))}</p>"
        f"{against}{held}</div>",
        tiles,
        changed,
    )


def _tiles(run: Run, comparison: Comparison | None) -> str:
    """The headline figures."""
    decisions = {one.metric: one for one in comparison.decisions} if comparison else {}
    tiles = []
    for line in summarise(run.results):
        if line.name in HEADLINES:
            decided = decisions.get(line.name)
            told = f'<span class="aside">{bounds(interval(line.name, run.results))}</span>'
            if decided:
                told = f'<span class="aside">{figure(decided.base)} before, {change(decided.difference)}</span>'
            tiles.append((line.name, figure(line.mean), told))
    refusals = summarise_refusals(run.results)
    if refusals.unanswerable:
        told = f'<span class="aside">{refusals.refused} refused, {refusals.unanswerable} not answerable</span>'
        tiles.append(("refusal precision", figure(refusals.precision), told))
        tiles.append(("refusal recall", figure(refusals.recall), told))
    items = "".join(f"<div><dt>{escaped(name)}</dt><dd>{value}{told}</dd></div>" for name, value, told in tiles)
    return f'<dl class="tiles">{items}</dl>'


def _changed(comparison: Comparison, rows: Sequence[Row]) -> str:
    """How many cases changed, and links to those that got worse."""
    worse, better, same = changes_by_direction(comparison)
    left = (
        f" {counted(len(comparison.left_out), 'case')} left out, not the same in both." if comparison.left_out else ""
    )
    told = (
        f"<p>{counted(comparison.cases, 'case')} in both runs: {len(worse)} got worse, {len(better)} got better, "
        f"{len(same)} say something else.{left}</p>"
    )
    links = [_link(row) for row in rows if row.change and row.change.worse]
    return told + _links("Cases that got worse", links)


def _trouble(run: Run, rows: Sequence[Row]) -> str:
    """Failed and unscored cases, and receipts that do not hold."""
    by_id = {row.result.case.id: row for row in rows}
    parts = []
    if run.failed:
        items = [
            f"<li>{_anchor(by_id[one.case.id])}: {escaped(one.error or 'no error was given')}</li>"
            for one in run.failed
        ]
        parts.append(f"<h3>{counted(len(items), 'case')} failed</h3>{_list(items)}")
    unscored = unscored_by_reason(run.results)
    for group in unscored:
        links = [_link(by_id[id_]) for id_ in group.ids]
        parts.append(
            f"<h3>{counted(len(group.ids), 'case')} not scored</h3><p>{escaped(group.reason)} "
            f'<span class="aside">({escaped(", ".join(group.measures))})</span></p>'
            f"{_links('Cases not scored', links)}"
        )
    broken = [_link(row) for row in rows if row.result.broken_receipts]
    if broken:
        parts.append(f"<h3>Receipts that do not hold</h3>{_links('Cases with such receipts', broken)}")
    if not parts:
        return section(
            "trouble", "Failed and unscored", "<p>No case failed, every score was made, all receipts hold.</p>"
        )
    return section("trouble", "Failed and unscored", *parts)


def _anchor(row: Row) -> str:
    return f'<a href="#{row.id}">{escaped(row.result.case.id)}</a>'


def _link(row: Row) -> str:
    return f"<li>{_anchor(row)}</li>"


def _links(title: str, links: Sequence[str]) -> str:
    if not links:
        return ""
    return (
        f'<details class="links"><summary>{escaped(title)} ({len(links)})</summary><ul>{"".join(links)}</ul></details>'
    )


def _list(items: Sequence[str]) -> str:
    """Items, of which those after the first are folded away."""
    shown, rest = items[:_SHOWN_LINKS], items[_SHOWN_LINKS:]
    more = f"<details><summary>{len(rest)} more</summary><ul>{''.join(rest)}</ul></details>" if rest else ""
    return f"<ul>{''.join(shown)}</ul>{more}"


def _measures_notes(run: Run, comparison: Comparison | None) -> list[str]:
    noise = [f'<p class="aside">{escaped(line)}.</p>' for line in judge_noise_lines(run)]
    if comparison is None:
        return noise
    return [
        *noise,
        '<p class="aside">Paired by case. p is one-sided, for a drop, after Holm’s correction over the measures that '
        "decide; the interval of a change bounds a drop by its lower end.</p>",
    ]


def _legend(*, known: bool) -> str:
    told = (
        'In the articles, <mark class="quote">what the answer quotes</mark> is highlighted and '
        '<u class="evidence">expected evidence</u> is underlined.'
    )
    if not known:
        told = "The texts of the articles are not at hand: only the quotes are shown."
    return f'<p class="aside">{told} Failed and unscored cases come first, then those that are worse, then wrong.</p>'


def _filter(tags: Sequence[str] | dict[str, int], count: int, comparison: Comparison | None) -> str:
    """Fields that the script brings to life; hidden without it."""
    options = "".join(f'<option value="{number}">{escaped(tag)}</option>' for number, tag in enumerate(tags))
    changed = '<label><input type="checkbox" name="changed"> changed only</label>' if comparison else ""
    return (
        '<form id="filter" class="filter" role="search" aria-label="Cases" hidden>'
        '<label>Text <input type="search" name="text" autocomplete="off" spellcheck="false"></label>'
        f'<label>Tag <select name="tag"><option value="">all</option>{options}</select></label>'
        '<label>Outcome <select name="outcome"><option value="">all</option><option>answered</option>'
        "<option>refused</option><option>failed</option></select></label>"
        '<label>Order <select name="order"><option value="first">trouble first</option>'
        '<option value="place">as in the gold files</option><option value="question">by question</option>'
        '<option value="confidence">least confident first</option><option value="seconds">slowest first</option>'
        "</select></label>"
        f'<label><input type="checkbox" name="wrong"> wrong only</label>{changed}'
        '<label><input type="checkbox" name="unscored"> unscored only</label>'
        f'<button type="reset">Show all</button><output aria-live="polite">{counted(count, "case")}</output></form>'
    )
