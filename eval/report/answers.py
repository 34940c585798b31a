"""One answer as HTML: what it says, its citations in their articles, the facts that it states."""

import re
from collections.abc import Mapping

from eval.report.contexts import ContextOf, Spans, in_context
from eval.report.findings import stated_facts, unwanted
from eval.report.markup import badge, escaped
from eval.report.wording import OUTCOME_WORDS, figure, seconds
from eval.runs.results import CaseResult, Outcome

_MARKER = re.compile(r"\[(\d+)\]")


def answer(result: CaseResult, context_of: ContextOf, evidence: Mapping[str, Spans], *, anchor: str) -> str:
    """What came out of a case.

    Args:
        result: of the case.
        context_of: the text of an article.
        evidence: where the expected evidence stands, by article.
        anchor: begins the ids of its citations, alone on the page.
    """
    if result.outcome is Outcome.FAILED:
        return f'<p class="said failure">{badge("!", "failed", "fail")} {escaped(result.error or "")}</p>'
    cites = "".join(
        f'<li id="{anchor}-{cited.number}" value="{cited.number}"><p class="source">{escaped(cited.article_id)}, '
        f"characters {cited.start}–{cited.end}</p>{in_context(cited, context_of, evidence)}</li>"
        for cited in result.citations
    )
    return (
        f'<p class="aside">{_came_out(result)}</p><p class="said">{_said(result, anchor)}</p>'
        + (f'<ol class="citations">{cites}</ol>' if cites else "")
        + _facts(result)
    )


def _came_out(result: CaseResult) -> str:
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
    return escaped(", ".join(told))


def _said(result: CaseResult, anchor: str) -> str:
    """The text, its markers linked to their citations; what an article itself writes as "[1]" is left alone."""
    numbers = {cited.number for cited in result.citations}
    quoted = [span for cited in result.citations for span in cited.answer_spans]
    pieces, last = [], 0
    for match in _MARKER.finditer(result.text):
        inside = any(start <= match.start() and match.end() <= end for start, end in quoted)
        if int(match[1]) in numbers and not inside:
            pieces.append(escaped(result.text[last : match.start()]))
            pieces.append(f'<a href="#{anchor}-{int(match[1])}">{match[0]}</a>')
            last = match.end()
    return "".join(pieces) + escaped(result.text[last:])


def _facts(result: CaseResult) -> str:
    if not result.case.answerable:
        return ""
    items = []
    for wordings, stated in stated_facts(result):
        told = badge("✓", "stated", "pass") if stated else badge("✗", "not stated", "fail")
        others = f' <span class="aside">or: {escaped(" / ".join(wordings[1:]))}</span>' if wordings[1:] else ""
        items.append(f"<li>{told} {escaped(wordings[0])}{others}</li>")
    for wording, stated in unwanted(result):
        told = badge("✗", "stated", "fail") if stated else badge("✓", "not stated", "pass")
        items.append(f'<li>{told} {escaped(wording)} <span class="aside">must not be stated</span></li>')
    return f'<h4>Expected facts</h4><ul class="facts">{"".join(items)}</ul>' if items else ""
