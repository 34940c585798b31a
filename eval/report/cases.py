"""Prepares the cases for the page: their order, and the texts of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from eval.gate.compare import CaseChange, Comparison
from eval.report.contexts import Context, ContextOf, evidence_spans, in_context
from eval.report.findings import is_right, is_wrong, stated_facts
from eval.report.wording import OUTCOME_WORDS, change, figure, seconds
from eval.runs.results import CaseResult, Cited, Outcome, Run

_MARKER = re.compile(r"\[(\d+)\]")

Badge = tuple[str, str, str]
"""A sign (so that meaning does not depend on colour), a word, and a class of the style sheet."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case of the run with its counterpart in the baseline."""

    place: int
    """Position in the run, from 0; part of its id on the page."""
    result: CaseResult
    base: CaseResult | None
    """Result in the baseline; None without one, or if it lacks the case."""
    change: CaseChange | None
    context_of: ContextOf

    @property
    def id(self) -> str:
        """Id of its element on the page."""
        return f"case-{self.place + 1}"

    @property
    def rank(self) -> int:
        """Rank for sorting: failed, unscored, worse than the baseline, wrong, others."""
        order = (
            self.result.outcome is Outcome.FAILED,
            bool(self.result.unscored),
            bool(self.change and self.change.worse),
            is_wrong(self.result),
            True,
        )
        return order.index(True)

    def attributes(self, place: int, tags: Mapping[str, int]) -> dict[str, str]:
        """Return the data attributes that the filter uses, by name.

        Args:
            place: position in the list, from 0.
            tags: numbers of tags by name.
        """
        result = self.result
        return {
            "first": str(place),
            "place": str(self.place),
            "outcome": result.outcome.value,
            "tags": f" {' '.join(str(tags[tag]) for tag in result.case.tags)} ",
            "wrong": str(int(is_wrong(result))),
            "changed": str(int(self.change is not None)),
            "unscored": str(int(bool(result.unscored))),
            "confidence": "" if result.confidence is None else f"{result.confidence:.4f}",
            "seconds": f"{result.seconds:.4f}",
        }

    @property
    def badges(self) -> list[Badge]:
        """Return badges for right or wrong, and for the direction of change."""
        result, badges = self.result, list[Badge]()
        if result.outcome is Outcome.FAILED:
            badges.append(("!", "failed", "fail"))
        else:
            if is_wrong(result):
                badges.append(("✗", "wrong", "fail"))
            elif is_right(result):
                badges.append(("✓", "right", "pass"))
            if result.unscored:
                badges.append(("?", "unscored", "inconclusive"))
            badges = badges or [("–", "not told", "inconclusive")]
        if self.change is not None:
            better = ("▲", "better", "pass") if self.change.scores else ("≠", "otherwise", "plain")
            badges.append(("▼", "worse", "fail") if self.change.worse else better)
        return badges

    @property
    def figures(self) -> list[str]:
        """Return the figures shown while the case is collapsed."""
        figures = []
        if self.result.case.facts:
            stated = [stated for _, stated in stated_facts(self.result)]
            figures.append(f"facts {sum(stated)}/{len(stated)}")
        for name, short in (("citation_precision", "precision"), ("citation_recall", "recall")):
            if score := self.result.score(name):
                figures.append(f"{short} {figure(score.value)}")
        return [*figures, seconds(self.result.seconds)]

    @property
    def same_answer(self) -> bool:
        """Whether the baseline has the same text and citations."""
        names = ("outcome", "reason", "error", "text", "citations")
        return all(getattr(self.result, name) == getattr(self.base, name, None) for name in names)

    @cached_property
    def _evidence(self) -> dict[str, list[tuple[int, int]]]:
        return evidence_spans(self.result.case, self.context_of)

    def in_context(self, cited: Cited) -> Context:
        """Cut a citation of this run or of the baseline out of its article."""
        return in_context(cited, self.context_of, self._evidence)

    @property
    def score_columns(self) -> list[str]:
        """Headings of the columns of `scores`."""
        reasons = any(score.reason for score in self.result.scores)
        return [
            "measure",
            "score",
            *(["baseline", "change"] if self.base else []),
            *(["why unscored"] if reasons else []),
        ]

    @property
    def scores(self) -> list[list[str]]:
        """Return a row for each score: its value, the baseline's, and the reason if unscored."""
        rows = []
        for score in self.result.scores:
            cells = [score.name, figure(score.value)]
            if self.base:
                before = self.base.score(score.name)
                value = before.value if before else None
                differs = score.value is not None and value is not None and score.value != value
                cells += [figure(value), change((score.value or 0.0) - (value or 0.0)) if differs else ""]
            rows.append([*cells, score.reason or ""][: len(self.score_columns)])
        return rows

    @property
    def remarks(self) -> str:
        """Return the notes of people and of the judge."""
        case = self.result.case
        told = [f"As of {case.as_of.isoformat()}." if case.as_of else "", case.note or ""]
        for name, verdicts in self.result.judgements.items():
            told.append(f"{name}: {', '.join('yes' if one else 'no' for one in verdicts)} in the judge's repeats.")
        return " ".join(one for one in told if one)


def rows_of(run: Run, comparison: Comparison | None, context_of: ContextOf) -> list[Row]:
    """Sort the cases for display."""
    changes = {one.new.case.id: one for one in comparison.changes} if comparison else {}
    left_out = set(comparison.left_out) if comparison else set()
    before = {one.case.id: one for one in comparison.base.results if one.case.id not in left_out} if comparison else {}
    rows = [
        Row(
            place=place,
            result=one,
            base=before.get(one.case.id),
            change=changes.get(one.case.id),
            context_of=context_of,
        )
        for place, one in enumerate(run.results)
    ]
    return sorted(rows, key=lambda row: (row.rank, row.place))


def came_out(result: CaseResult) -> str:
    """Summarise a result in a line: outcome, confidence, time, error or degradation, tokens."""
    told = [OUTCOME_WORDS[result.outcome] + (f" ({result.reason})" if result.reason else "")]
    if result.confidence is not None:
        told.append(f"confidence {figure(result.confidence)}")
    told.append(seconds(result.seconds))
    if result.degraded:
        told.append(f"degraded: {result.degraded}")
    if result.broken_receipts:
        told.append(f"receipts that do not hold: {result.broken_receipts}")
    if result.usage:
        told.append(f"{result.usage.prompt_tokens + result.usage.completion_tokens:,} tokens")
        told += [f"cost {result.usage.cost:.4g}"] if result.usage.cost is not None else []
    return ", ".join(told)


def linked_text(result: CaseResult) -> Sequence[tuple[str, int | None]]:
    """Split the answer's text at its markers, each with the number of its citation.

    A "[1]" within a quote is the article's own, and not a marker.
    """
    numbers = {cited.number for cited in result.citations}
    quoted = [span for cited in result.citations for span in cited.answer_spans]
    pieces: list[tuple[str, int | None]] = []
    last = 0
    for match in _MARKER.finditer(result.text):
        inside = any(start <= match.start() and match.end() <= end for start, end in quoted)
        if int(match[1]) in numbers and not inside:
            pieces += [(result.text[last : match.start()], None), (match[0], int(match[1]))]
            last = match.end()
    return [*pieces, (result.text[last:], None)]
