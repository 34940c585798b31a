"""Draws a page of a PDF, and finds on it where a quote stands."""

import ctypes
import math
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import numpy as np
import pypdfium2
from pypdfium2 import raw

from index.errors import ArticleUnreadable
from index.text.drawing.alignment import aligned
from index.text.drawing.png import png
from index.text.drawing.values import Box, PageView, Quote

WIDTH = 1_200
"""Pixels of a picture's width: twice those of the page's panel, for screens that have as many."""
MOST_PIXELS = 4_000_000
"""Of a picture in all, for a page that is much higher than wide."""
MOST_BOXES = 500
MOST_CHARACTERS = 200_000
"""Of a page in which a quote is looked for; a full page of a newspaper has some 30,000."""
DEVICE = 1_000_000
"""Units of the page's width and height in which the library is asked for places, since it answers in whole ones."""


def picture(data: bytes, number: int) -> bytes | None:
    """A PNG of a page, the first being 1; None if there is no such page.

    Raises:
        ArticleUnreadable: it cannot be drawn.
    """
    with _page(data, number) as (_, page):
        if page is None:
            return None
        width, height = page.get_size()
        scale = min(WIDTH / width, math.sqrt(MOST_PIXELS / (width * height)))
        with closing(page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)) as bitmap:
            return png(np.ascontiguousarray(bitmap.to_numpy()[:, :, :3]))


def view(data: bytes, number: int, quote: Quote) -> PageView | None:
    """A page, the first being 1, and where a quote stands on it; None if there is no such page.

    Raises:
        ArticleUnreadable: it cannot be opened.
    """
    with _page(data, number) as (count, page):
        if page is None:
            return None
        width, height = page.get_size()
        with closing(page.get_textpage()) as text_page:
            characters = _Characters(page, text_page)
            pieces = aligned(quote.text, quote.start, quote.end, characters.all()) if quote.start < quote.end else []
            boxes = [box for piece in pieces for box in _lines([characters.box(at) for at in range(*piece)])]
        return PageView(count=count, width=width, height=height, boxes=tuple(boxes[:MOST_BOXES]))


@contextmanager
def _page(data: bytes, number: int) -> Iterator[tuple[int, pypdfium2.PdfPage | None]]:
    """How many pages a PDF has, and one of them, if it has that."""
    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            count = len(document)
            if not 1 <= number <= count:
                yield count, None
                return
            with closing(document[number - 1]) as page:
                yield count, page
    except pypdfium2.PdfiumError as error:
        raise ArticleUnreadable(f"page {number} cannot be drawn ({error})", "read the article's text") from error


class _Characters:
    """The characters of a page, and where they are seen."""

    def __init__(self, page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> None:
        self._page = page.raw
        self._text = text_page.raw
        self._count = min(text_page.count_chars(), MOST_CHARACTERS)
        self._rectangle = raw.FS_RECTF()
        self._x, self._y = ctypes.c_int(), ctypes.c_int()

    def all(self) -> Iterator[str]:
        """All of them; what is none of Unicode's is a blank."""
        for at in range(self._count):
            code = int(raw.FPDFText_GetUnicode(self._text, at))
            yield chr(code) if code < 0x110000 else " "

    def box(self, at: int) -> Box | None:
        """The box of a character on the page as it is shown, turned and cut; None for one that has none."""
        if not raw.FPDFText_GetLooseCharBox(self._text, at, self._rectangle):
            return None
        rectangle = self._rectangle
        one = self._shown(rectangle.left, rectangle.top)
        other = self._shown(rectangle.right, rectangle.bottom)
        (left, right), (top, bottom) = (sorted(pair) for pair in zip(one, other, strict=True))
        if right <= left or bottom <= top:
            return None
        return Box(left=left, top=top, width=right - left, height=bottom - top)

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page's own space as fractions of the page that is shown, and within it."""
        raw.FPDF_PageToDevice(self._page, 0, 0, DEVICE, DEVICE, 0, x, y, self._x, self._y)
        return _fraction(self._x.value), _fraction(self._y.value)


def _fraction(units: int) -> float:
    return min(max(units / DEVICE, 0.0), 1.0)


def _lines(boxes: Sequence[Box | None]) -> list[Box]:
    """Boxes of characters joined to those of lines."""
    joined: list[Box] = []
    for box in boxes:
        if box is None:
            continue
        if joined and _continues(joined[-1], box):
            joined[-1] = _around(joined[-1], box)
        else:
            joined.append(box)
    return joined


def _continues(line: Box, box: Box) -> bool:
    """Whether a character stands on a line, on either side of it, without a gap as between columns."""
    middle = box.top + box.height / 2
    gap = max(box.left - (line.left + line.width), line.left - (box.left + box.width))
    return line.top <= middle <= line.top + line.height and gap <= 2 * max(box.width, box.height)


def _around(one: Box, other: Box) -> Box:
    left, top = min(one.left, other.left), min(one.top, other.top)
    right = max(one.left + one.width, other.left + other.width)
    bottom = max(one.top + one.height, other.top + other.height)
    return Box(left=left, top=top, width=right - left, height=bottom - top)
