"""The list of cases: a line for each, which opens to everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.gate.compare import CaseChange, Comparison
from eval.report.answers import answer
from eval.report.contexts import ContextOf, evidence_spans
from eval.report.findings import is_right, is_wrong, stated_facts
from eval.report.markup import Column, badge, escaped, table
from eval.report.wording import change, figure, seconds
from eval.runs.results import CaseResult, Outcome, Run


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A case of the run with its counterpart in the baseline."""

    place: int
    """In the run, from 0; part of its id on the page."""
    result: CaseResult
    base: CaseResult | None
    """None without a baseline, or where it has not the same case."""
    change: CaseChange | None

    @property
    def id(self) -> str:
        """On the page."""
        return f"case-{self.place + 1}"

    @property
    def rank(self) -> int:
        """Failed first, then unscored, worse than the baseline, wrong, and the others."""
        order = (
            self.result.outcome is Outcome.FAILED,
            bool(self.result.unscored),
            bool(self.change and self.change.worse),
            is_wrong(self.result),
            True,
        )
        return order.index(True)


def rows_of(run: Run, comparison: Comparison | None) -> list[Row]:
    """The cases in the order in which they are shown."""
    changes = {one.new.case.id: one for one in comparison.changes} if comparison else {}
    left_out = set(comparison.left_out) if comparison else set()
    before = {one.case.id: one for one in comparison.base.results if one.case.id not in left_out} if comparison else {}
    rows = [
        Row(place=place, result=one, base=before.get(one.case.id), change=changes.get(one.case.id))
        for place, one in enumerate(run.results)
    ]
    return sorted(rows, key=lambda row: (row.rank, row.place))


def case_list(rows: Sequence[Row], tags: Mapping[str, int], context_of: ContextOf, *, compared: bool) -> str:
    """All cases, each with what the filter looks at in its attributes.

    Args:
        rows: as `rows_of` orders them.
        tags: their numbers by name.
        context_of: the text of an article.
        compared: whether there is a baseline.
    """
    items = [_item(row, place, tags, context_of, compared=compared) for place, row in enumerate(rows)]
    return f'<ol id="cases-list" class="cases">\n{"".join(items)}</ol>'


def _item(row: Row, place: int, tags: Mapping[str, int], context_of: ContextOf, *, compared: bool) -> str:
    result = row.result
    confidence = "" if result.confidence is None else f"{result.confidence:.4f}"
    data = {
        "first": str(place),
        "place": str(row.place),
        "outcome": result.outcome.value,
        "tags": f" {' '.join(str(tags[tag]) for tag in result.case.tags)} ",
        "wrong": str(int(is_wrong(result))),
        "changed": str(int(row.change is not None)),
        "unscored": str(int(bool(result.unscored))),
        "confidence": confidence,
        "seconds": f"{result.seconds:.4f}",
    }
    attributes = " ".join(f'data-{name}="{value}"' for name, value in data.items())
    return (
        f'<li id="{row.id}" {attributes}><details><summary>{_line(row)}</summary>\n'
        f'<div class="case">{_opened(row, context_of, compared=compared)}</div></details></li>\n'
    )


def _line(row: Row) -> str:
    """What is seen of a case that is not opened."""
    result = row.result
    figures = []
    if result.case.facts:
        stated = [stated for _, stated in stated_facts(result)]
        figures.append(f"facts {sum(stated)}/{len(stated)}")
    for name, short in (("citation_precision", "precision"), ("citation_recall", "recall")):
        score = result.score(name)
        if score is not None:
            figures.append(f"{short} {figure(score.value)}")
    return (
        f'<span class="signs">{_standing(result)}{_moved(row)}</span> '
        f'<span class="asked">{escaped(result.case.question)}</span> '
        f'<span class="aside name">{escaped(" · ".join((result.case.id, *result.case.tags)))}</span> '
        f'<span class="aside numbers">{escaped(" · ".join((*figures, seconds(result.seconds))))}</span>'
    )


def _standing(result: CaseResult) -> str:
    if result.outcome is Outcome.FAILED:
        return badge("!", "failed", "fail")
    told = ""
    if is_wrong(result):
        told = badge("✗", "wrong", "fail")
    elif is_right(result):
        told = badge("✓", "right", "pass")
    missing = badge("?", "unscored", "inconclusive") if result.unscored else ""
    return told + missing or badge("–", "not told", "inconclusive")


def _moved(row: Row) -> str:
    if row.change is None:
        return ""
    if row.change.worse:
        return badge("▼", "worse", "fail")
    return badge("▲", "better", "pass") if row.change.scores else badge("≠", "otherwise", "plain")


def _opened(row: Row, context_of: ContextOf, *, compared: bool) -> str:
    result = row.result
    evidence = evidence_spans(result.case, context_of)
    own = answer(result, context_of, evidence, anchor=row.id)
    if not compared:
        answers = f"<h3>Answer</h3>{own}"
    elif row.base is None:
        answers = f'<h3>Answer</h3>{own}<p class="aside">The baseline has not the same case.</p>'
    elif _same_answer(result, row.base):
        answers = f'<h3>Answer</h3>{own}<p class="aside">The baseline answers the same, with the same citations.</p>'
    else:
        other = answer(row.base, context_of, evidence, anchor=f"{row.id}-base")
        answers = f'<div class="sides"><div><h3>This run</h3>{own}</div><div><h3>Baseline</h3>{other}</div></div>'
    return f"{_asked(result)}{answers}{_evidence(result, context_of)}{_scores(row)}{_remarks(result)}"


def _same_answer(result: CaseResult, base: CaseResult) -> bool:
    return (result.outcome, result.reason, result.error, result.text, result.citations) == (
        base.outcome,
        base.reason,
        base.error,
        base.text,
        base.citations,
    )


def _asked(result: CaseResult) -> str:
    case = result.case
    turns = "".join(f"<li>{escaped(turn)}</li>" for turn in case.turns)
    earlier = f'<p class="aside">Asked before:</p><ol class="turns">{turns}</ol>' if turns else ""
    searched = ""
    if result.searched and result.searched != case.question:
        searched = f'<p class="aside">Searched as: {escaped(result.searched)}</p>'
    expected = "" if case.answerable else "<p>Expected: a refusal. The articles do not answer this.</p>"
    return f'{earlier}<p class="question">{escaped(case.question)}</p>{searched}{expected}'


def _evidence(result: CaseResult, context_of: ContextOf) -> str:
    """The expected evidence, part by part, each alternative with its article."""
    if not result.case.evidence:
        return ""
    parts = result.case.parts
    shown = []
    for name, alternatives in parts.items():
        items = []
        for one in alternatives:
            article = escaped(one.article_id)
            if one.quote is None:
                items.append(f'<li><span class="source">{article}</span>, the article as a whole</li>')
            else:
                items.append(
                    f'<li><u class="evidence">{escaped(one.quote)}</u> <span class="source">{article}</span></li>'
                )
        head = f'<p class="aside">{escaped(name)}: any of these</p>' if len(alternatives) > 1 or len(parts) > 1 else ""
        shown.append(f"{head}<ul>{''.join(items)}</ul>")
    return f"<details><summary>Expected evidence</summary>{''.join(shown)}</details>"


def _scores(row: Row) -> str:
    """Every score, with the baseline's and the reason where there is none."""
    names = ["measure", "score", *(["baseline", "change"] if row.base else []), "why unscored"]
    reasons = any(score.reason for score in row.result.scores)
    rows = []
    for score in row.result.scores:
        cells = [escaped(score.name), figure(score.value)]
        if row.base:
            before = row.base.score(score.name)
            value = before.value if before else None
            differs = score.value is not None and value is not None and score.value != value
            cells += [figure(value), change((score.value or 0.0) - (value or 0.0)) if differs else ""]
        rows.append([*cells, *([escaped(score.reason or "")] if reasons else [])])
    if not rows:
        return ""
    columns = [
        Column(name=name, figures=name in {"score", "baseline", "change"})
        for name in (names if reasons else names[:-1])
    ]
    return f"<details><summary>Scores</summary>{table('Scores of the case', columns, rows)}</details>"


def _remarks(result: CaseResult) -> str:
    told = [f"As of {result.case.as_of.isoformat()}." if result.case.as_of else "", result.case.note or ""]
    for name, verdicts in result.judgements.items():
        told.append(f"{name}: {', '.join('yes' if one else 'no' for one in verdicts)} in the judge's repeats.")
    text = " ".join(one for one in told if one)
    return f'<p class="aside">{escaped(text)}</p>' if text else ""
