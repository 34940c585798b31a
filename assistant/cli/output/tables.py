"""Lays out quoted rows of tables for a person: under their header, or each value behind the name of its column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.cli.output.screen import columns_of
from assistant.language.markdown import plain
from index.text.structure import Kind, cells_of

if TYPE_CHECKING:
    from assistant.answer.answer import Citation, Nearest
    from index.search.engine import SearchEngine

WIDEST = 140
"""Columns of a table where lines are of any length."""
GAP = "  "


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a table that is quoted."""

    cells: Sequence[str]
    names: Sequence[str]
    """The table's header; empty if it has none."""
    is_header: bool
    table: tuple[str, int | None]
    """Article and number of the table."""


def row_of(quoted: "Citation | Nearest", engine: "SearchEngine") -> Row | None:
    """The row that is quoted; None for what is no row, or of an article that is not in the index as it was."""
    article = engine.articles.get(quoted.article_id)
    if not quoted.quote.startswith("|") or article is None or article.sha256 != quoted.sha256:
        return None
    structure = engine.structure(quoted.article_id)
    place = structure.place(quoted.start)
    if place is None or structure.blocks[place].kind not in {Kind.ROW, Kind.HEADER_ROW}:
        return None
    block = structure.blocks[place]
    over = None if block.parent is None else structure.blocks[block.parent]
    headed = over is not None and over.kind is Kind.HEADER_ROW
    return Row(
        cells=_cells(quoted.quote),
        names=_cells(structure.text[over.start : over.end]) if over is not None and headed else (),
        is_header=block.kind is Kind.HEADER_ROW,
        table=(quoted.article_id, block.group),
    )


def told(row: Row) -> str:
    """A row on one line, each value behind the name of its column."""
    names = [*row.names, *[""] * len(row.cells)]
    values = [(name, cell) for name, cell in zip(names, row.cells, strict=False) if cell]
    if not any(name for name, _ in values):
        return " | ".join(cell for _, cell in values)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in values)


def laid_out(rows: Sequence[tuple[Row, str]], columns: int) -> list[str]:
    """Rows of one table as lines, header first.

    Args:
        rows: in the order in which they are quoted, each with the marker of its receipt.
        columns: width of a line; 0 for any.
    """
    heads = [(row, marker) for row, marker in rows if row.is_header]
    body = [(row, marker) for row, marker in rows if not row.is_header]
    if not body:
        return [f"{told(row)} {marker}" for row, marker in heads]
    header = body[0][0].names
    lines: list[tuple[Sequence[str], str]] = [(row.cells, marker) for row, marker in body]
    of_head = " ".join(marker for _, marker in heads)
    if len(body) > 1 and header:
        lines.insert(0, (header, of_head))
    widths = [max(map(columns_of, cells)) for cells in _columns(cells for cells, _ in lines)]
    if len(body) > 1 and sum(widths) + len(GAP) * len(widths) + len("[12]") <= (columns or WIDEST):
        return [f"{_aligned(cells, widths)}{GAP}{marker}".rstrip() for cells, marker in lines]
    return [" ".join(filter(None, (told(row), marker, of_head))) for row, marker in body]


def _cells(quote: str) -> list[str]:
    return [plain(cell.replace("\\|", "|")) if cell else "" for cell in cells_of(quote)]


def _columns(rows: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    rows = list(rows)
    width = max(map(len, rows))
    return list(zip(*([*row, *[""] * (width - len(row))] for row in rows), strict=True))


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [*cells, *[""] * (len(widths) - len(cells))]
    return GAP.join(cell + " " * (width - columns_of(cell)) for cell, width in zip(padded, widths, strict=True))
