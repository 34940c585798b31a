"""Reads tables as CSV: one Markdown table, with the file's name above it."""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePath

from index.errors import ArticleUnreadable
from index.text.formats.blobs import without_blobs
from index.text.formats.decoding import read_text
from index.text.formats.extracted import Extracted
from index.text.formats.html_table import table_line

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
MAX_COLUMNS = 1_000
SEPARATOR_LINE = re.compile(r"sep=(.)\n")
"""By which Excel states the delimiter."""


def read(data: bytes, source: str) -> list[Extracted]:
    """Read a table; its first row is the header.

    Raises:
        ArticleUnreadable: not text, or quotation marks that never end.
    """
    text = read_text(data, source)
    stated = SEPARATOR_LINE.match(text)
    if stated:
        text = text[stated.end() :]
    delimiter = stated[1] if stated else _delimiter(text)
    lines: list[str] = []
    width = 0
    short = 0
    used = _used_columns(text, delimiter, source)
    for row in _rows(text, delimiter, source):
        if not width:
            width = min(len(row), MAX_COLUMNS)
            names = [cell or f"column {number}" for number, cell in enumerate(row[:width], 1)]
            shown = [names[place] for place in range(width) if place in used]
            lines += [table_line(shown), table_line(["---"] * len(shown))]
            continue
        short += len(row) != width
        cells = [*row[:width], *[""] * (width - len(row))]
        lines.append(table_line([cells[place] for place in range(width) if place in used]))
    if not lines:
        raise ArticleUnreadable(f"{source}: no text in it", "leave it out or write the article")
    caption = " ".join(re.split(r"[\s_-]+", PurePath(source).stem)).strip()
    problems = (f"{short} rows have not the header's {width} columns",) if short else ()
    body = without_blobs("\n".join(lines))
    return [Extracted(text=f"# {caption}\n\n{body}\n" if caption else body + "\n", problems=problems)]


def _rows(text: str, delimiter: str, source: str) -> Iterator[list[str]]:
    """The rows that are not empty."""
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise ArticleUnreadable(f"{source}: not a table in CSV ({error})", "check its quotation marks") from error


def _used_columns(text: str, delimiter: str, source: str) -> frozenset[int]:
    """The places of columns that have a name or a value; spreadsheets save empty ones around a table."""
    used: set[int] = set()
    for row in _rows(text, delimiter, source):
        used.update(place for place, cell in enumerate(row) if place not in used and cell.strip())
    return frozenset(used)


def _delimiter(text: str) -> str:
    """The delimiter that divides the first rows into the same number of columns, the most of them."""
    sample = text[:100_000]
    best, found = (0.0, 0), ","
    for delimiter in DELIMITERS:
        try:
            rows = list(islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), SAMPLE_ROWS))
        except csv.Error:
            continue
        widths = [len(row) for row in rows[:-1] or rows if row]
        common = max(set(widths), key=widths.count, default=1)
        score = (widths.count(common) / len(widths) if common > 1 else 0.0, common)
        if score > best:
            best, found = score, delimiter
    return found
