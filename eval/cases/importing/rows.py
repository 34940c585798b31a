"""Rows of imported files: fields by name, and errors that name file, line and field."""

import ast
import io
import json
import math
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

from eval.cases.case_file import GoldInvalid, Problem

NOT_THERE = frozenset(("nan", "NaN", "NAN", "NaT", "<NA>", "#N/A", "#N/A N/A", "#NA"))
"""How spreadsheets and data frames write a value that is missing; "Nan" with one capital may be a name."""


def absent(value: object) -> bool:
    """Whether a value is missing: null, blank, or not a number."""
    if isinstance(value, str):
        return not value.strip() or value.strip() in NOT_THERE
    return value is None or (isinstance(value, float) and math.isnan(value))


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One record of a file, and its place there."""

    place: str
    """File and line, or file and number of the item."""
    fields: Mapping[str, object]

    def wrong(self, name: str, what: str) -> GoldInvalid:
        """Make the error for a field of this row."""
        return GoldInvalid([Problem(place=self.place, field=name, what=what)])

    def take(self, *names: str) -> tuple[str, object]:
        """Return name and value of the first non-empty field; the first name and None if all are empty."""
        for name in names:
            value = self.fields.get(name)
            if not absent(value):
                return name, value
        return names[0], None

    def has(self, *names: str) -> bool:
        """Whether any of the fields is non-empty; empty lists and objects do not count."""
        return self.take(*names)[1] not in (None, [], {})

    def text(self, *names: str) -> str | None:
        """Return the text of the first non-empty field.

        Raises:
            GoldInvalid: it is not text.
        """
        name, value = self.take(*names)
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(name, f"is {shown(value)}; it must be text")

    def required(self, *names: str) -> str:
        """Return the text of a required field.

        Raises:
            GoldInvalid: it is missing or not text.
        """
        found = self.text(*names)
        if found is None:
            raise self.wrong(names[0], "is missing")
        return found

    def texts(self, *names: str, separator: str | None = None) -> tuple[str, ...]:
        """Return the texts of the first non-empty field, without blank ones.

        Args:
            names: of the field, in order of preference.
            separator: splits a string; None to parse it as a list literal, or else take it as one text.

        Raises:
            GoldInvalid: it is not a list of texts.
        """
        name, value = self.take(*names)
        if isinstance(value, str):
            value = self._listed(name, value, separator)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(name, f"is {shown(value)}; it must be a list of texts")
        return tuple(one for one in value if not absent(one))

    def _listed(self, name: str, cell: str, separator: str | None) -> list[str]:
        if separator is not None:
            return cell.split(separator)
        if not cell.lstrip().startswith(("[", "array(")):
            return [cell]
        try:
            return written_list(cell)
        except ValueError as error:
            raise self.wrong(name, f"is {shown(cell)}; it is no list of texts ({error})") from error


def written_list(cell: str) -> list[str]:
    """Parse a list of texts in a cell: JSON, a Python list, or a NumPy array.

    NumPy writes no commas, and Python would join adjacent literals, so each literal is taken by itself.

    Raises:
        ValueError: it is none of them.
    """
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return _python_list(cell)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError("not all of it is text")
    return found


def _python_list(cell: str) -> list[str]:
    closed = cell.strip().endswith(("]", ")"))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(cell.strip().replace("\n", " ")).readline))
        texts = [ast.literal_eval(token.string) for token in tokens if token.type == tokenize.STRING]
    except (tokenize.TokenError, SyntaxError, ValueError) as error:
        raise ValueError("it does not end as a list does") from error
    names = {token.string for token in tokens if token.type in {tokenize.NAME, tokenize.NUMBER, tokenize.ERRORTOKEN}}
    if not closed or names - {"array", "dtype", "object", " "} or not all(isinstance(text, str) for text in texts):
        raise ValueError("not all of it is text")
    return texts


def shown(value: object) -> str:
    """Format a value for a message: one line, at most 60 characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
