"""Check imported cases with the reader of gold files, so that the written file can be read back."""

import json
from collections.abc import Mapping, Sequence

from eval.cases.case import GoldCase
from eval.cases.case_file import GoldInvalid, Problem, read_lines


def checked(rows: Sequence[tuple[str, Mapping[str, object]]], problems: Sequence[Problem] = ()) -> tuple[GoldCase, ...]:
    """Parse rows as the cases of a gold file.

    Args:
        rows: source (file and line) and JSON object of each case.
        problems: found earlier.

    Raises:
        GoldInvalid: a row has a problem; all are listed by source and field.
    """
    cases, found = read_lines((place, json.dumps(row)) for place, row in rows)
    if problems or found:
        raise GoldInvalid([*problems, *found])
    return cases
