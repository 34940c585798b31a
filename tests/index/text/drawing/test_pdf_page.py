"""A page of a PDF becomes a picture, and the boxes of a quote lie where its letters were drawn."""

import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from documents import Line, column, pdf

from index.errors import ArticleUnreadable
from index.text.drawing.pdf_page import MOST_PIXELS, WIDTH, picture, view
from index.text.drawing.png import png
from index.text.drawing.values import PageView, Quote
from index.text.isolated import IsolatedPages
from index.text.loading import load

WIDE, HIGH = 612, 792
SHIPS = pdf(
    column("The harbour of Orm is small and old.", top=700),
    [
        *column("The ships of Orm sail in sum-", "mer, and rest in the winter of the year."),
        Line("The dam of Zell is new.", 300, x=200),
    ],
)


def pixels_of(data: bytes) -> np.ndarray:
    """The samples of a PNG as our own writer makes them: one part of data, rows filtered by their differences."""
    width, height, _, kind = struct.unpack(">IIBB", data[16:26])
    length = struct.unpack(">I", data[33:37])[0]
    samples = 3 if kind == 2 else 1
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), dtype=np.uint8).reshape(height, -1)
    assert set(rows[:, 0]) == {2}
    return np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).reshape(height, width, samples)


def quoted(text: str, quote: str) -> Quote:
    start = text.index(quote)
    return Quote(text=text, start=start, end=start + len(quote))


def seen(data: bytes, number: int, quote: str) -> PageView:
    """A page with a quote of the article's text."""
    (article,) = load(Path("/a.pdf"), data)
    page = next(page for page in article.pages if page.number == number)
    found = view(data, number, quoted(article.text[page.start : page.end], quote))
    assert found is not None
    return found


def dark(data: bytes, number: int) -> np.ndarray:
    """Where the picture of a page is not white."""
    drawn = picture(data, number)
    assert drawn is not None
    return (pixels_of(drawn) < 128).any(axis=2)


def inside(shape: tuple[int, int], found: PageView) -> np.ndarray:
    """The pixels that the boxes cover."""
    height, width = shape
    mask = np.zeros(shape, dtype=bool)
    for box in found.boxes:
        top, bottom = round(box.top * height), round((box.top + box.height) * height)
        mask[top:bottom, round(box.left * width) : round((box.left + box.width) * width)] = True
    return mask


def test_a_picture_has_the_pages_form_and_what_is_drawn_on_it():
    data = picture(SHIPS, 2)

    assert data is not None
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    pixels = pixels_of(data)
    assert pixels.shape[1] == WIDTH
    assert pixels.shape[0] == pytest.approx(WIDTH * HIGH / WIDE, abs=1)
    assert (pixels[0, 0] == 255).all()
    assert dark(SHIPS, 2).any()
    assert picture(SHIPS, 1) != data


def test_the_boxes_of_a_quote_cover_its_letters_and_no_others():
    found = seen(SHIPS, 2, "The dam of Zell is new.")
    drawn = dark(SHIPS, 2)
    lower = np.arange(len(drawn))[:, None] > len(drawn) / 2

    (box,) = found.boxes
    assert (box.left * WIDE, (box.top + box.height / 2) * HIGH) == (
        pytest.approx(200, abs=1),
        pytest.approx(HIGH - 303, abs=5),
    )
    covered = inside(drawn.shape, found)
    assert (drawn & covered).sum() > 0.95 * (drawn & lower).sum()
    assert not (drawn & covered & ~lower).any()


def test_a_divided_word_and_two_lines_are_a_box_each():
    found = seen(SHIPS, 2, "sail in summer, and rest")

    first, second = found.boxes
    assert first.left > 2 * 72 / WIDE
    assert second.left * WIDE == pytest.approx(72, abs=1)
    assert first.top + first.height <= second.top + 0.005
    assert (found.count, found.width, found.height) == (2, WIDE, HIGH)


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_boxes_follow_a_page_that_is_turned_or_cut(turned, tmp_path):
    document = pypdfium2.PdfDocument(SHIPS)
    document[1].set_rotation(turned)
    document[1].set_cropbox(50, 100, 600, 780)
    document.save(tmp_path / "turned.pdf")
    data = (tmp_path / "turned.pdf").read_bytes()

    found = view(data, 2, quoted("The dam of Zell is new.", "The dam of Zell is new."))
    assert found is not None
    drawn = dark(data, 2)
    covered = inside(drawn.shape, found)

    assert 0.15 * drawn.sum() < (drawn & covered).sum() < 0.4 * drawn.sum()
    rows, columns = np.nonzero(covered)
    around = np.zeros_like(drawn)
    around[rows.min() - 20 : rows.max() + 20, columns.min() - 20 : columns.max() + 20] = True
    assert (drawn & around & ~covered).sum() < 0.05 * (drawn & covered).sum()


def test_without_a_quote_or_with_one_that_is_not_there_no_box_is_told():
    assert view(SHIPS, 1, Quote(text="The harbour", start=3, end=3)).boxes == ()
    assert view(SHIPS, 1, quoted("Nothing of the kind.", "Nothing of the kind.")).boxes == ()


@pytest.mark.parametrize("number", [0, -1, 3, 10**30])
def test_there_is_no_page_beyond_the_last(number):
    assert picture(SHIPS, number) is None
    assert view(SHIPS, number, Quote(text="", start=0, end=0)) is None


def test_a_damaged_file_is_told():
    with pytest.raises(ArticleUnreadable, match="page 1 cannot be drawn"):
        picture(SHIPS[:200], 1)


def test_a_page_of_any_form_has_a_picture_of_a_bounded_size(tmp_path):
    document = pypdfium2.PdfDocument.new()
    for width, height in ((14_000, 20), (20, 14_000), (3, 3)):
        document.new_page(width, height)
    document.save(tmp_path / "forms.pdf")

    for number in (1, 2, 3):
        data = picture((tmp_path / "forms.pdf").read_bytes(), number)
        assert data is not None
        width, height = struct.unpack(">II", data[16:24])
        assert width <= WIDTH + 1
        assert width * height <= 1.1 * MOST_PIXELS


@pytest.mark.parametrize("colours", [1, 3])
def test_a_png_is_the_picture_to_the_pixel(colours):
    pixels = np.random.default_rng(7).integers(0, 256, (13, 17, colours), dtype=np.uint8)

    again = pixels_of(png(np.repeat(pixels, 3, axis=2) if colours == 1 else pixels))

    np.testing.assert_array_equal(again, pixels)


def test_another_process_draws_the_same_and_survives_a_damaged_file():
    pages = IsolatedPages()
    quote = quoted("The harbour of Orm is small and old.", "small")

    assert pages.picture("a.pdf", SHIPS, 1) == picture(SHIPS, 1)
    with pytest.raises(ArticleUnreadable):
        pages.picture("b.pdf", b"%PDF-1.7", 1)
    assert pages.view("a.pdf", SHIPS, 1, quote) == view(SHIPS, 1, quote)
    assert pages.picture("a.pdf", SHIPS, 9) is None

    process = pages.parser.process
    pages.close()
    assert process.returncode is not None


def test_a_page_that_takes_too_long_is_given_up(tmp_path):
    # Half a million lines over each other.
    drawn = pdf([Line(") Tj " + "0 0 m 600 700 l S " * 500_000 + "(", 300)]).replace(b"\\)", b")").replace(b"\\(", b"(")
    pages = IsolatedPages(seconds=1)
    begun = time.monotonic()

    with pytest.raises(ArticleUnreadable, match=r"a\.pdf: reading it takes more than 1 seconds"):
        pages.picture("a.pdf", drawn, 1)

    assert time.monotonic() - begun < 4
    pages.close()
