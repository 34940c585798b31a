"""Pieces of HTML: escaped text, tables, badges. What takes HTML says so; everything else is escaped here."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from eval.gate.decision import Verdict
from eval.report.wording import VERDICT_WORDS, clean

VERDICT_SIGNS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.INCONCLUSIVE: "?"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    figures: bool = True
    """Whether it stands flush right."""


def escaped(text: str) -> str:
    """Any text as HTML, in an element or an attribute."""
    return html.escape(clean(text), quote=True)


def table(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, kind: str = "") -> str:
    """A table whose first column names the rows; it scrolls by itself where the page is too narrow.

    Args:
        caption: what it shows, for those who hear it.
        columns: their names are escaped.
        rows: of cells that are HTML already.
        kind: a class of the style sheet.
    """
    head = "".join(f'<th scope="col"{_class(column)}>{escaped(column.name)}</th>' for column in columns)
    body = []
    for row in rows:
        cells = [f'<th scope="row"{_class(columns[0])}>{row[0]}</th>']
        cells += [f"<td{_class(column)}>{cell}</td>" for column, cell in zip(columns[1:], row[1:], strict=True)]
        body.append(f"<tr>{''.join(cells)}</tr>")
    name = escaped(caption)
    return (
        f'<div class="scroll" role="group" aria-label="{name}" tabindex="0"><table class="{kind}">'
        f'<caption class="heard">{name}</caption><thead><tr>{head}</tr></thead>\n'
        f"<tbody>{chr(10).join(body)}</tbody></table></div>"
    )


def badge(sign: str, word: str, kind: str) -> str:
    """A word with a sign before it, so that colour is never all there is."""
    return f'<span class="badge {kind}"><span aria-hidden="true">{sign}</span> {escaped(word)}</span>'


def verdict_badge(verdict: Verdict) -> str:
    """A verdict as a word and a sign."""
    return badge(VERDICT_SIGNS[verdict], VERDICT_WORDS[verdict], verdict.value)


def section(id_: str, title: str, *content: str) -> str:
    """A part of the page under its heading; the content is HTML."""
    body = "\n".join(content)
    heading = f'<h2 id="{id_}-title">{escaped(title)}</h2>'
    return f'<section id="{id_}" aria-labelledby="{id_}-title">\n{heading}\n{body}\n</section>'


def _class(column: Column) -> str:
    return ' class="figure"' if column.figures else ""
