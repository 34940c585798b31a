"""Export gold as JSON Lines, or as CSV for spreadsheets; both can be imported without loss.

In CSV a row is a case and a column a field. Lists (turns, facts, never, short, evidence, tags) are JSON in their cells,
an empty list is an empty cell, and `answerable` is true or false. A cell that a spreadsheet would take for a formula,
since it begins with =, +, -, @ or a tab (after any apostrophes), is escaped by an apostrophe, which the import removes.
"""

import csv
import io
import json
import re
from collections.abc import Iterable

from eval.cases.case import GoldCase, to_line, to_row

COLUMNS = (
    "id", "question", "turns", "facts", "never", "short", "reference", "evidence", "answerable", "group", "tags",
    "as_of", "note",
)  # fmt: skip
"""Fields of a case, in the order of the columns."""

LISTS = frozenset({"turns", "facts", "never", "short", "evidence", "tags"})
"""Columns with JSON in their cells."""

_COMPUTED = re.compile(r"(?s)'*[=+\-@\t\r＝＋－＠].*")
"""Cells that a spreadsheet would take for a formula, escaped or not."""


def to_jsonl(cases: Iterable[GoldCase]) -> str:
    """Format cases one a line, as `load_gold` reads them."""
    return "".join(f"{to_line(case)}\n" for case in cases)


def to_csv(cases: Iterable[GoldCase]) -> str:
    """Format cases one a row after a header, with CRLF line ends (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for case in cases:
        row = to_row(case)
        writer.writerow([guarded(_cell(row[name])) if name in row else "" for name in COLUMNS])
    return out.getvalue()


def guarded(cell: str) -> str:
    """Escape a cell that a spreadsheet would take for a formula."""
    return f"'{cell}" if _COMPUTED.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """Invert `guarded`."""
    return cell[1:] if cell.startswith("'") and _COMPUTED.fullmatch(cell) else cell


def _cell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
