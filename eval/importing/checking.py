"""Have cases checked by the reader of gold files, so that what is written after an import can be read."""

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval.gold import GoldCase, GoldInvalid, Problem, read_gold


def checked(rows: Sequence[tuple[str, Mapping[str, object]]], problems: Sequence[Problem] = ()) -> tuple[GoldCase, ...]:
    """The cases of rows as a gold file has them, each with the place where it comes from.

    Args:
        rows: place and JSON object of each case.
        problems: that are known already.

    Raises:
        GoldInvalid: something is wrong with a row, told by its place and field.
    """
    with tempfile.TemporaryDirectory() as folder:  # Gold has one reader that checks it, and that reads files.
        written = Path(folder) / "gold.jsonl"
        written.write_text("\n".join(json.dumps(row) for _, row in rows), encoding="utf-8")
        cases, found = read_gold([written])

    def named(text: str) -> str:
        """`text` with places of the rows for lines of the file between."""
        return re.sub(rf"{re.escape(str(written))}:(\d+)", lambda match: rows[int(match[1]) - 1][0], text)

    found = tuple(Problem(place=named(one.place), field=one.field, what=named(one.what)) for one in found)
    if problems or found:
        raise GoldInvalid([*problems, *found])
    return tuple(replace(case, place=named(case.place)) for case in cases)
