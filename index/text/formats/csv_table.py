"""Reads tables as CSV: an article a row where the columns are those of articles, else one Markdown table."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePath

from index.counts import counted
from index.errors import ArticleUnreadable
from index.text.formats.blobs import without_blobs
from index.text.formats.decoding import read_text
from index.text.formats.extracted import Extracted
from index.text.formats.html_table import table_line
from index.text.formats.jsonl import TEXTS, article_of, with_faults
from index.text.metadata import KEYS

DELIMITERS = ",;\t|"
SAMPLE_ROWS = 50
MAX_COLUMNS = 1_000
MAX_CELL = 50_000_000
"""Characters of a cell, which may hold an article."""
csv.field_size_limit(MAX_CELL)
SEPARATOR_LINE = re.compile(r"sep=(.)\n")
"""By which Excel states the delimiter."""


def read(data: bytes, source: str) -> list[Extracted]:
    """Read a table; its first row is the header.

    Raises:
        ArticleUnreadable: not text, quotation marks that never end, no rows, or columns of articles without a text.
    """
    text = read_text(data, source)
    stated = SEPARATOR_LINE.match(text)
    if stated:
        text = text[stated.end() :]
    delimiter = stated[1] if stated else _delimiter(text)
    header, first = (*islice(_rows(text, delimiter, source), 2), None, None)[:2]
    if header is None:
        raise ArticleUnreadable(f"{source}: no text in it", "leave it out or write the article")
    if first is None:
        raise ArticleUnreadable(f"{source}: it is empty but for its header", "leave it out or add the rows")
    names = [re.sub(r"[\s-]+", "_", cell.strip().lower()) for cell in header]
    if {*TEXTS} & {*names} and {*KEYS["title"]} & {*names}:
        return _articles(text, delimiter, names, source)
    return [_table(text, delimiter, header, source)]


def _articles(text: str, delimiter: str, names: Sequence[str], source: str) -> list[Extracted]:
    """An article a row; the fragment of each is its id, or else its row's number.

    Rows are counted from the header, which is the first; empty ones are not counted.
    """
    found: list[Extracted] = []
    faults: list[str] = []
    taken: set[str] = set()
    for number, row in enumerate(islice(_rows(text, delimiter, source), 1, None), 2):
        article = article_of(dict(zip(names, row, strict=False)), number, taken, source)
        if article is None:
            faults.append(f"row {number} has no text")
        else:
            found.append(article)
    if not found:
        column = next(name for name in names if name in TEXTS)
        raise ArticleUnreadable(f"{source}: no row has a text under {column!r}", "leave it out or write the articles")
    return with_faults(found, faults, "rows")


def _table(text: str, delimiter: str, header: Sequence[str], source: str) -> Extracted:
    """One article that is the table, with the file's name above it."""
    width = min(len(header), MAX_COLUMNS)
    used = [place for place in sorted(_used_columns(text, delimiter, source)) if place < width]
    shown = [header[place] or f"column {place + 1}" for place in used]
    lines = [table_line(shown), table_line(["---"] * len(shown))]
    short = 0
    for row in islice(_rows(text, delimiter, source), 1, None):
        short += len(row) != width
        lines.append(table_line([row[place] if place < len(row) else "" for place in used]))
    caption = " ".join(re.split(r"[\s_-]+", PurePath(source).stem)).strip()
    do = "does" if short == 1 else "do"
    problems = (f"{counted(short, 'row')} {do} not have the header's {width} columns",) if short else ()
    body = without_blobs("\n".join(lines))
    return Extracted(text=f"# {caption}\n\n{body}\n" if caption else body + "\n", problems=problems)


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
