"""Gold as JSON Lines, and as CSV for tables and spreadsheets; both are read back without loss.

In CSV a row is a case and a column a field. Lists (turns, facts, never, short, evidence, tags) are JSON in
their cells, an empty list an empty cell, and `answerable` is true or false. A cell that a spreadsheet
would compute, since it begins with =, +, -, @ or a tab, gets an apostrophe before it, which reading
takes off again; one that begins with apostrophes before such a sign gets one more.
"""

import csv
import io
import json
import re
from collections.abc import Iterable

from eval.cases.case import GoldCase, to_line, to_row

COLUMNS = ("id", "question", "turns", "facts", "never", "short", "evidence", "answerable", "tags", "as_of", "note")
"""Fields of a case, in the order of the columns."""

LISTS = frozenset({"turns", "facts", "never", "short", "evidence", "tags"})
"""Columns with JSON in their cells."""

_COMPUTED = re.compile(r"(?s)'*[=+\-@\t\r＝＋－＠].*")
"""What a spreadsheet would take for a formula, with the apostrophes that keep it from that."""


def to_jsonl(cases: Iterable[GoldCase]) -> str:
    """One case a line, as `load_gold` reads them."""
    return "".join(f"{to_line(case)}\n" for case in cases)


def to_csv(cases: Iterable[GoldCase]) -> str:
    """One case a row below a header, with CRLF at the ends of rows (RFC 4180)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for case in cases:
        row = to_row(case)
        writer.writerow([guarded(_cell(row[name])) if name in row else "" for name in COLUMNS])
    return out.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{cell}" if _COMPUTED.fullmatch(cell) else cell


def unguarded(cell: str) -> str:
    """The inverse of `guarded`."""
    return cell[1:] if cell.startswith("'") and _COMPUTED.fullmatch(cell) else cell


def _cell(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
