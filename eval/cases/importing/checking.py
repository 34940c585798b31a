"""Have cases checked by the reader of gold files, so that what is written after an import can be read."""

import json
from collections.abc import Mapping, Sequence

from eval.cases.case import GoldCase
from eval.cases.case_file import GoldInvalid, Problem, read_lines


def checked(rows: Sequence[tuple[str, Mapping[str, object]]], problems: Sequence[Problem] = ()) -> tuple[GoldCase, ...]:
    """The cases of rows as a gold file has them, each with the place where it comes from.

    Args:
        rows: place and JSON object of each case.
        problems: that are known already.

    Raises:
        GoldInvalid: something is wrong with a row, told by its place and field.
    """
    cases, found = read_lines((place, json.dumps(row)) for place, row in rows)
    if problems or found:
        raise GoldInvalid([*problems, *found])
    return cases
