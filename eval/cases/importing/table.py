"""Import gold in our own formats: JSON Lines, and the CSV that `eval.cases.exporting` writes."""

import json
from pathlib import Path

from eval.cases.case import GoldCase
from eval.cases.case_file import Problem, load_gold
from eval.cases.exporting import LISTS, unguarded
from eval.cases.importing.checking import checked
from eval.cases.importing.files import read_rows
from eval.cases.importing.rows import Row, shown


def read_own(path: Path) -> tuple[GoldCase, ...]:
    """Read the cases of a gold file, or of a CSV file with their fields as columns.

    Raises:
        GoldInvalid: a line or a cell is malformed.
    """
    if path.suffix.lower() != ".csv":
        return load_gold([path])
    problems: list[Problem] = []
    rows = [(row.place, _fields(row, problems)) for row in read_rows(path)]
    return checked(rows, problems)


def _fields(row: Row, problems: list[Problem]) -> dict[str, object]:
    """Convert a row to the JSON object of a case, without empty cells."""
    found: dict[str, object] = {}
    for name, cell in row.fields.items():
        if not isinstance(cell, str) or not cell.strip():
            continue
        text = unguarded(cell)
        if name in LISTS:
            found[name] = _listed(row, name, text, problems)
        elif name == "answerable":  # Spreadsheets write TRUE and FALSE.
            found[name] = {"true": True, "false": False}.get(text.strip().lower(), text)
        else:
            found[name] = text
    return found


def _listed(row: Row, name: str, cell: str, problems: list[Problem]) -> object:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        what = f"is {shown(cell)}; it must be a list in JSON"
        problems.append(Problem(place=row.place, field=name, what=what))
        return None
