"""Prints an article of Markdown as PDF, the same bytes each time, for the PDF in the default collection.

PYTHONPATH=tests .venv/bin/python tests/printing/__init__.py        # after a change of the source: writes the PDF anew
"""

import re
import textwrap
from itertools import pairwise
from pathlib import Path

from documents import Line, pdf

SOURCE = Path(__file__).parent / "2022-04-26-promotion-meeting.md"
TARGET = Path(__file__).parents[2] / "index" / "articles" / "2022-04-26-promotion-meeting.pdf"

SIZES = {"#": 20, "##": 15}
"""Of headings, in points; the text has 11."""
COLUMNS = 88
"""Characters a line, about the width of the page between its margins."""
TOP, BOTTOM, FOOT = 716.0, 84.0, 48.0


def printed(source: str, *, publisher: str) -> bytes:
    """A PDF of a title, headings, paragraphs and items, each of them one line of `source`."""
    pages: list[list[Line]] = [[]]
    y = TOP
    blocks = [line for line in source.splitlines() if line]
    for before, block in pairwise(["", *blocks]):
        mark, text = re.fullmatch(r"(#+(?= )|-(?= )|)\s*(.*)", block).groups()
        heading = mark in SIZES
        size = SIZES.get(mark, 11)
        y -= 0 if not before or mark == "-" else size if heading else 8
        lines = textwrap.wrap(text, round(COLUMNS * 11 / size) if heading else COLUMNS - 2 * (mark == "-"))
        if y - 1.3 * size * len(lines) - 40 * heading < BOTTOM:
            pages.append([])
            y = TOP
        for number, words in enumerate(lines):
            marked = f"\u2022 {words}" if mark == "-" and not number else words
            pages[-1].append(Line(marked, y, x=80 if mark == "-" and number else 72, size=size, bold=heading))
            y -= 1.3 * size
    numbered = [[*lines, Line(str(number), FOOT, x=302, size=9)] for number, lines in enumerate(pages, 1)]
    title = blocks[0].removeprefix("# ")
    return pdf(*numbered, info={"Title": title, "Author": publisher})


if __name__ == "__main__":
    TARGET.write_bytes(printed(SOURCE.read_text(encoding="utf-8"), publisher="Zhejiang Digital Reform Notes"))
