"""The lines of a page of PDF, with where they stand.

Places cost a call of the library each, so only the first and last character of a line are asked for; the gaps between
columns only where a line is too wide for its letters.
"""

import ctypes
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pypdfium2
from pypdfium2 import raw

BREAK = re.compile("\r\n|\r|\n|[\ufffe\x02]")
HYPHENS = "\ufffe\x02"
"""As the library writes a hyphen at the end of a line, and the line's end with it."""

NORMAL_WIDTH = 0.5
"""Of a letter, in parts of the size of its font."""
TOO_WIDE = 1.15
"""A line that is wider by this factor than its letters may have columns."""
COLUMN_GAP = 1.0
"""Between columns at least, in parts of the font's size; a blank is a quarter, of justified text half."""
JUSTIFIED_DIFFERENCE = 0.3
JUSTIFIED_GAP = 3.0
"""Gaps between words that differ by less and are no wider, in parts of the font's size, may be a justified line's."""
NOTE_MARK = re.compile(r"(?:(?<=[^\W\d_]{3})|(?<=[.,;:!?)”’\"'。，；：！？）]))\d{1,3}(?=[\s.,;:)]|$)")
"""Where the mark of a footnote may stand: after a word or a stop, so that "m2" and "10" stay as they are."""
NOTE_SIZE = 0.8
"""A raised mark is smaller than this part of the text's size."""
MAX_BOLD_CHARACTERS = 70
"""Of a line whose font is looked at: bold lines matter where they stand in place of headings."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line; lengths in points, `y` from the page's lower edge."""

    text: str
    left: float
    right: float
    y: float
    size: float
    hyphen: bool
    """Whether it ends within a word."""
    bold: bool
    cells: tuple[str, ...]
    """Its parts, where gaps as between the columns of a table divide it."""


class _Boxes:
    """Asks for the boxes of characters, without making new objects for each."""

    def __init__(self, page: pypdfium2.PdfTextPage) -> None:
        self.page = page.raw
        self.rectangle = raw.FS_RECTF()
        self.matrix = raw.FS_MATRIX()
        self.x, self.y = ctypes.c_double(), ctypes.c_double()
        self.name = ctypes.create_string_buffer(128)
        self.flags = ctypes.c_int()

    def sides(self, index: int) -> tuple[float, float]:
        """Left and right side of a character."""
        raw.FPDFText_GetLooseCharBox(self.page, index, self.rectangle)
        return self.rectangle.left, self.rectangle.right

    def baseline(self, index: int) -> float:
        """Height of the line on which a character stands."""
        raw.FPDFText_GetCharOrigin(self.page, index, self.x, self.y)
        return self.y.value

    def size(self, index: int) -> float:
        """Size of a character's font as it is shown: many programs state one size and scale it."""
        raw.FPDFText_GetMatrix(self.page, index, self.matrix)
        scale = math.hypot(self.matrix.c, self.matrix.d)
        return max(float(raw.FPDFText_GetFontSize(self.page, index)) * scale, 0.1)

    def is_bold(self, index: int) -> bool:
        """Whether the name of a character's font says that it is bold; its weight is hardly ever stated."""
        size = raw.FPDFText_GetFontInfo(self.page, index, self.name, 128, self.flags)
        name = self.name.value.lower() if 0 < size <= 128 else b""
        return b"bold" in name or b"black" in name or b"heavy" in name


def lines_of(page: pypdfium2.PdfTextPage, *, cleaned: Callable[[str], str]) -> list[Line]:
    """The lines of a page that have text, in the order of the file, which is mostly that of reading."""
    text = page.get_text_range()
    boxes = _Boxes(page)
    # Characters that UTF-16 writes as two, or that have no text, make the library's two ways of counting differ.
    same = text.isascii() or page.count_chars() == len(text)
    lines: list[Line] = []
    start = 0
    for match in [*BREAK.finditer(text), None]:
        end = match.start() if match else len(text)
        part = text[start:end]
        first = start + len(part) - len(part.lstrip())
        last = start + len(part.rstrip()) - 1
        if last >= first:
            hyphen = match is not None and match[0] in HYPHENS
            index = (lambda at: at) if same else (lambda at: _index(page, text, at))
            if line := _line(text[first : last + 1], first, boxes, index, cleaned, hyphen=hyphen):
                _append(lines, line)
        start = match.end() if match else end
    return lines


def _append(lines: list[Line], line: Line) -> None:
    """Add a line, or to the last one what stands beside it: cells of a row come one by one."""
    last = lines[-1] if lines else None
    if last is not None and abs(last.y - line.y) < 0.2 * line.size and line.left > last.right:
        # Only a gap as between columns: a word may be drawn apart from the one before it.
        columns = line.left - last.right > COLUMN_GAP * line.size
        joined = (*last.cells[:-1], f"{last.cells[-1]} {line.cells[0]}", *line.cells[1:])
        cells = (*last.cells, *line.cells) if columns else joined
        lines[-1] = replace(last, text=f"{last.text} {line.text}", right=line.right, hyphen=line.hyphen, cells=cells)
    elif last is not None and _is_raised(last, line):
        is_note = NOTE_MARK.search(last.text + line.text, len(last.text)) is not None
        mark = f"[{line.text}]" if is_note else f"^{line.text}"
        marked = (*last.cells[:-1], last.cells[-1] + mark)
        lines[-1] = replace(last, text=last.text + mark, right=line.right, hyphen=False, cells=marked)
    else:
        lines.append(line)


def _is_raised(last: Line, line: Line) -> bool:
    """Whether a line is only a raised number, drawn behind the words before it: of a footnote, or a power."""
    raised = 0 < line.y - last.y < last.size and line.size < NOTE_SIZE * last.size
    return raised and re.fullmatch(r"\d{1,3}", line.text) is not None and abs(line.left - last.right) < 0.5 * last.size


def _line(
    words: str,
    first: int,
    boxes: _Boxes,
    index: Callable[[int], int],
    cleaned: Callable[[str], str],
    *,
    hyphen: bool,
) -> Line | None:
    if not cleaned(words).strip():
        return None
    text = " ".join(cleaned(_with_note_marks(words, first, boxes, index)).split())
    start = index(first)
    left = boxes.sides(start)[0]
    end = index(first + len(words) - 1)
    right = boxes.sides(end)[1]
    size = boxes.size(start)
    natural = len(words) * NORMAL_WIDTH * size
    is_wide = right - left > TOO_WIDE * natural and " " in words
    return Line(
        text=text,
        left=left,
        right=right,
        y=boxes.baseline(start),
        size=size,
        hyphen=hyphen,
        bold=len(words) <= MAX_BOLD_CHARACTERS and boxes.is_bold(start) and boxes.is_bold(end),
        cells=_cells(words, first, size, boxes, index) if is_wide else (text,),
    )


def _cells(words: str, first: int, size: float, boxes: _Boxes, index: Callable[[int], int]) -> tuple[str, ...]:
    """The parts of a line between gaps that are too wide for blanks."""
    parts, begun = [], 0
    blanks = list(re.finditer(" +", words))
    gaps = [
        boxes.sides(index(first + blank.end()))[0] - boxes.sides(index(first + blank.start() - 1))[1]
        for blank in blanks
    ]
    if _is_justified(words, gaps, size):
        return (" ".join(words.split()),)
    for blank, gap in zip(blanks, gaps, strict=True):
        if gap > COLUMN_GAP * size:
            parts.append(words[begun : blank.start()])
            begun = blank.end()
    return tuple(" ".join(part.split()) for part in (*parts, words[begun:]))


def _is_justified(words: str, gaps: Sequence[float], size: float) -> bool:
    """Whether equal gaps stretch a line of running text, in which most words begin small, to its column's width."""
    small = len(re.findall(r"(?<!\S)[^\W\d_A-Z]", words))
    even = max(gaps) - min(gaps) < JUSTIFIED_DIFFERENCE * size and max(gaps) < JUSTIFIED_GAP * size
    return len(gaps) > 1 and even and 2 * small > len(gaps) + 1


def _with_note_marks(words: str, first: int, boxes: _Boxes, index: Callable[[int], int]) -> str:
    """The words with the raised marks of footnotes in brackets, so that no figure before one grows by it."""

    def bracketed(mark: re.Match[str]) -> str:
        here, before = index(first + mark.start()), index(first + mark.start() - 1)
        is_raised = boxes.baseline(here) > boxes.baseline(before)
        return f"[{mark[0]}]" if is_raised and boxes.size(here) < NOTE_SIZE * boxes.size(before) else mark[0]

    return NOTE_MARK.sub(bracketed, words)


def _index(page: pypdfium2.PdfTextPage, text: str, at: int) -> int:
    """The library's number of a character of the text."""
    units = at + sum(character > "\uffff" for character in text[:at])
    return max(0, int(raw.FPDFText_GetCharIndexFromTextIndex(page.raw, units)))
