"""Read JSON, JSON Lines, CSV and YAML files as rows with their line or number."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.cases.case_file import GoldInvalid, Problem
from eval.cases.importing.rows import Row, shown
from index.errors import reason_of

LISTS = ("goldens", "samples", "tests", "examples")
"""Keys under which a JSON object holds its rows."""


def read_text(path: Path) -> str:
    """Read the text of a file.

    Raises:
        GoldInvalid: it is missing, unreadable or not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise _wrong(str(path), "file", "does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(str(path), "file", f"cannot be read ({reason_of(error)})") from error


def read_document(path: Path) -> object:
    """Parse a whole JSON or YAML file.

    Raises:
        GoldInvalid: it is unreadable or malformed.
    """
    text = read_text(path)
    if path.suffix.lower() in {".yaml", ".yml"}:
        return _yaml(path, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(str(path), "file", f"is not JSON ({error})") from error


def read_rows(path: Path) -> list[Row]:
    """Read the rows of a CSV or JSON Lines file, or of the list in a JSON or YAML file.

    Raises:
        GoldInvalid: it is unreadable, malformed, or has no row.
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        rows = list(_table(path))
    elif suffix in {".jsonl", ".ndjson"} or (suffix == ".json" and has_lines(read_text(path))):
        rows = [_row(f"{path}:{number}", value) for number, value in _lines(path)]
    elif suffix in {".json", ".yaml", ".yml"}:
        rows = rows_of(path, read_document(path))
    else:
        raise _wrong(str(path), "file", "is of no form that is read; name a .json, .jsonl, .csv or .yaml file")
    if not rows:
        raise _wrong(str(path), "file", "holds no row")
    return rows


def rows_of(path: Path, document: object) -> list[Row]:
    """Return the rows of a document: a list, or an object with a list under one of `LISTS`."""
    if isinstance(document, dict):
        document = next((document[key] for key in LISTS if key in document), document)
    if not isinstance(document, list):
        what = f"is {shown(document)}; it must be a list, or an object with one under {' or '.join(LISTS)}"
        raise _wrong(str(path), "file", what)
    return [_row(f"{path}, item {number}", value) for number, value in enumerate(document, 1)]


def _row(place: str, value: object) -> Row:
    if not isinstance(value, dict):
        raise _wrong(place, "row", f"is {shown(value)}; it must be an object")
    return Row(place=place, fields={str(key): one for key, one in value.items()})


def has_lines(text: str) -> bool:
    """Whether a .json file holds one object a line, as some tools save them."""
    lines = [line for line in text.split("\n") if line.strip()]
    return len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines)


def _lines(path: Path) -> Iterator[tuple[int, object]]:
    """Yield line numbers and parsed lines; split at line feeds only, since texts may contain other separators."""
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _wrong(f"{path}:{number}", "line", f"is not JSON ({error})") from error


def _table(path: Path) -> Iterator[Row]:
    text = read_text(path)
    with _long_cells(len(text)):
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        names: list[str] | None = None
        line = 1
        try:
            for cells in reader:
                place, line = f"{path}:{line}", reader.line_num + 1
                if not any(cells):
                    continue
                if names is None:
                    names = _names(place, cells)
                elif len(cells) != len(names):
                    raise _wrong(place, "row", f"has {len(cells)} cells; the header has {len(names)}")
                else:
                    yield Row(place=place, fields=dict(zip(names, cells, strict=True)))
        except csv.Error as error:
            raise _wrong(f"{path}:{line}", "row", f"is not CSV ({error})") from error


def _names(place: str, cells: list[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    twice = next((name for at, name in enumerate(names) if name and name in names[:at]), None)
    if twice is not None:
        raise _wrong(place, twice, "is the name of two columns")
    return names


@contextmanager
def _long_cells(characters: int) -> Iterator[None]:
    """Raise the csv module's limit on cells, which is 131,072 characters."""
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, characters))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _yaml(path: Path, text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        told = getattr(error, "problem", None) or " ".join(str(error).split())
        raise _wrong(place, "file", f"is not YAML ({told})") from error


def _wrong(place: str, field: str, what: str) -> GoldInvalid:
    return GoldInvalid([Problem(place=place, field=field, what=what)])
