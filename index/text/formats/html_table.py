"""Writes a table of HTML as one of Markdown."""

from collections.abc import Sequence

from selectolax.lexbor import LexborNode

MAX_SPAN = 100
"""Columns or rows over which a cell is repeated at most; more are a slip, or made to take memory."""
MAX_CELLS = 2_000_000


def table_markdown(table: LexborNode, skipped: frozenset[int]) -> str:
    """Write a table with its caption above it; a cell that spans rows or columns stands in each of them.

    The first row is the header if it is marked as one, or if nothing in the table is marked.
    """
    rows: list[list[str]] = []
    heads: list[bool] = []
    marked = table.css_first("th") is not None
    below: dict[int, tuple[str, int]] = {}
    cells = 0
    for row in table.css("tr"):
        if row.mem_id in skipped:
            continue
        values: list[str] = []
        every_head = True
        for cell in row.iter():
            if cell.tag in ("td", "th") and cell.mem_id not in skipped:
                _take_from_above(values, below)
                text, down = _words(cell, skipped), _span(cell, "rowspan")
                every_head = every_head and cell.tag == "th"
                for _ in range(_span(cell, "colspan")):
                    if down > 1:
                        below[len(values)] = (text, down - 1)
                    values.append(text)
        _take_from_above(values, below)
        cells += len(values)
        if cells > MAX_CELLS:
            break
        if any(values):
            rows.append(values)
            heads.append(every_head or _in_head(row))
    if not rows:
        return ""
    has_header = heads[0] if marked or any(heads[1:]) else True
    caption = table.css_first("caption")
    above = _words(caption, skipped) if caption is not None and caption.mem_id not in skipped else ""
    return (f"{above.rstrip(': ')}:\n\n" if above else "") + markdown_table(
        rows if has_header else [[""] * len(rows[0]), *rows]
    )


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown of rows, the header first; short rows are filled up."""
    width = max(len(row) for row in rows)
    lines = [table_line([*row, *[""] * (width - len(row))]) for row in rows]
    return "\n".join([lines[0], table_line(["---"] * width), *lines[1:]])


def table_line(values: Sequence[str]) -> str:
    """A row of a table in Markdown."""
    cells = (" ".join(value.split()).replace("|", "\\|") for value in values)
    return f"| {' | '.join(cells)} |"


def _take_from_above(values: list[str], below: dict[int, tuple[str, int]]) -> None:
    """Add the cells that reach down from rows above to the place where the row is now."""
    while len(values) in below:
        text, left = below.pop(len(values))
        if left > 1:
            below[len(values)] = (text, left - 1)
        values.append(text)


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return max(1, min(int(value), MAX_SPAN)) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _in_head(row: LexborNode) -> bool:
    return row.parent is not None and row.parent.tag == "thead"


def _words(cell: LexborNode, skipped: frozenset[int]) -> str:
    """The visible text of a cell on one line."""
    words: list[str] = []
    path: list[LexborNode] = []
    node = cell.child
    while node is not None or path:
        if node is None:
            node = path.pop().next
        elif node.tag == "-text":
            words.append(node.text_content or "")
            node = node.next
        elif node.is_element_node and node.mem_id not in skipped:
            if node.tag in ("br", "p", "div", "li"):
                words.append(" ")
            path.append(node)
            node = node.child
        else:
            node = node.next
    return " ".join("".join(words).split())
