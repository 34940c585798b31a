"""A PDF gives paragraphs, headings and tables, and the place of every page."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pypdfium2
import pytest
from documents import Line, column, pdf

from index.errors import ArticleUnreadable
from index.text.loading import load


def article_of(*pages, **about):
    (article,) = load(Path("/report.pdf"), pdf(*pages, **about))
    return article


def text_of(*lines: Line) -> str:
    return article_of(lines).text.rstrip("\n")


WRAPPED = column(
    "The harbour of Orm is small, but it is well-",
    "known for its ships and for the old light-",
    "house on the western mole. A well-known lighthouse",
)


def test_lines_become_paragraphs_and_divided_words_one():
    assert text_of(*WRAPPED) == (
        "The harbour of Orm is small, but it is well-known for its ships and for the old lighthouse on the western "
        "mole. A well-known lighthouse"
    )


def test_paragraphs_are_told_apart_by_gap_indent_and_short_last_line():
    gap = [*column("One goes on", "to its end.", top=700), *column("Two begins.", top=650)]
    indent = [*column("One goes on to", "the end of the line.", top=700), Line("Two begins indented.", 672, x=90)]
    short = column("One is a line that fills its column's width", "and ends.", "Two begins here and fills it too")

    assert text_of(*gap) == "One goes on to its end.\n\nTwo begins."
    assert text_of(*indent) == "One goes on to the end of the line.\n\nTwo begins indented."
    assert text_of(*short).count("\n\n") == 1


def test_larger_lines_are_headings_by_size_and_bold_ones_stay_bold():
    lines = [
        Line("The harbour", 740, size=22), Line("Its ships", 700, size=16), Line("By year", 670, bold=True),
        *column("The ships of Orm are old and many.", "They sail in summer.", top=650),
    ]  # fmt: skip

    assert text_of(*lines).split("\n\n") == [
        "# The harbour", "## Its ships", "**By year**", "The ships of Orm are old and many. They sail in summer.",
    ]  # fmt: skip


def test_lists_are_lists():
    assert text_of(*column("• one thing", "• another that", "goes on", "1. first")) == (
        "- one thing\n- another that goes on\n1. first"
    )


def test_bullets_without_a_blank_are_lists_too():
    assert text_of(*column("•one thing", "•another")) == "- one thing\n- another"


def test_raised_marks_of_footnotes_stand_in_brackets_and_powers_and_figures_stay():
    note = [Line("The work cost 8,915.", 700), Line("1", 704, x=174, size=6)]
    apart = [Line("The work cost 8,915.", 700), Line("1", 708, x=174, size=6)]
    power = [Line("It covers 620 m", 650), Line("2", 658, x=147.3, size=6)]
    figure = [Line("It was opened on 4.12", 600)]

    assert text_of(*note) == text_of(*apart) == "The work cost 8,915.[1]"
    assert text_of(*power) == "It covers 620 m^2"
    assert text_of(*figure) == "It was opened on 4.12"


def test_lines_with_columns_are_a_table():
    rows = [("Year", "Ships", "Port"), ("2020", "4", "Orm"), ("2021", "15", "Zell")]
    lines = [Line(cell, 700 - 14 * y, x=72 + 120 * x) for y, cells in enumerate(rows) for x, cell in enumerate(cells)]

    assert text_of(*lines) == "| Year | Ships | Port |\n| --- | --- | --- |\n| 2020 | 4 | Orm |\n| 2021 | 15 | Zell |"


def test_a_justified_line_of_a_narrow_column_is_no_table():
    stretched = Line("all in a few old fens by it", 686, spacing=16)
    around = [Line("The herons of Orm are to be found", 700), stretched, Line("and are counted every year.", 672)]

    assert text_of(*around) == (
        "The herons of Orm are to be found all in a few old fens by it and are counted every year."
    )


def test_what_a_browser_or_a_program_prints_around_a_single_page_is_left_out():
    browser = [
        Line("11/28/26, 9:37 AM", 780, x=24, size=8), Line("Ships of Orm", 780, x=300, size=8), *WRAPPED,
        Line("https://orm.example/ships", 20, x=24, size=8), Line("1/1", 20, x=560, size=8),
    ]  # fmt: skip
    program = [*WRAPPED, Line("Page 1 of 1", 30)]
    own = [Line("11/28/26, 9:37 AM The ship came", 780), *WRAPPED]

    assert text_of(*browser) == text_of(*program) == text_of(*WRAPPED)
    assert text_of(*own).startswith("11/28/26, 9:37 AM The ship came")


def test_short_lines_with_more_between_them_than_lines_of_a_paragraph_have_are_paragraphs():
    lines = [
        Line("Minutes of the harbour", 740), Line("Present: Ida Poe", 720), Line("Excused: Bob Ray", 700),
        *column("The board agreed to mend the western mole of", "the harbour.", top=680),
    ]  # fmt: skip

    assert text_of(*lines).split("\n\n")[:3] == ["Minutes of the harbour", "Present: Ida Poe", "Excused: Bob Ray"]


def test_running_lines_and_page_numbers_are_left_out_and_pages_have_their_places():
    pages = [
        [Line("Report of 2024", 770, size=9), *column(f"Text of page {name} begins.", "And it ends."), Line(number, 30)]
        for number, name in (("1", "one"), ("2", "two"), ("3", "three"), ("4", "four"))
    ]

    article = article_of(*pages)

    assert "Report" not in article.text
    assert [article.text[page.start : page.end].split(".")[0] for page in article.pages] == [
        f"Text of page {name} begins" for name in ("one", "two", "three", "four")
    ]
    assert article.pages[-1].end == len(article.text)
    assert article.extractor.startswith("pypdfium2 ")


def test_a_sentence_goes_on_over_the_page_and_the_next_page_begins_in_it():
    article = article_of(column("The ships of Orm sail in", top=100), column("summer and rest in winter."))

    assert article.text == "The ships of Orm sail in summer and rest in winter.\n"
    assert [article.text[page.start : page.end] for page in article.pages] == [
        "The ships of Orm sail in ", "summer and rest in winter.\n",
    ]  # fmt: skip


def test_a_chapters_heading_on_every_page_is_no_running_line():
    pages = [[Line(f"Chapter {n}", 740, size=20), *column("Text of a chapter.", "It ends.")] for n in range(1, 6)]

    assert article_of(*pages).text.count("# Chapter") == 5


def test_title_and_authors_are_of_the_properties_unless_a_program_made_them_up():
    stated = article_of(WRAPPED, info={"Title": "Ships of Orm", "Author": "Ida Poe; Bob Ray"})
    made_up = article_of([Line("The harbour", 740, size=22), *WRAPPED], info={"Title": "Microsoft Word - final2.docx"})

    assert (stated.title, stated.authors) == ("Ships of Orm", ("Ida Poe", "Bob Ray"))
    assert made_up.title == "The harbour"


def test_a_scan_is_refused_with_what_to_do_and_empty_pages_are_told():
    with pytest.raises(ArticleUnreadable, match=r"report\.pdf: no text in it, only pictures of its 2 pages; recogn"):
        article_of([], [])

    with pytest.raises(ArticleUnreadable, match=r"only pictures of its 1 page; "):
        article_of([])

    assert article_of(WRAPPED, []).problems == ("no text on 1 of 2 pages: scanned, perhaps",)


def test_a_file_that_was_cut_off_is_told_apart_from_one_that_is_no_pdf():
    with pytest.raises(ArticleUnreadable, match=r"^/a\.pdf: its end is missing; copy or download it again"):
        load(Path("/a.pdf"), pdf(WRAPPED)[:300])
    with pytest.raises(ArticleUnreadable, match=r"^/a\.pdf: not a PDF, or a damaged one"):
        load(Path("/a.pdf"), b"no PDF")


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"no PDF", pdf(WRAPPED)[:300]])
def test_a_damaged_file_is_refused_with_its_name(data):
    with pytest.raises(ArticleUnreadable, match=r"^/a\.pdf: "):
        load(Path("/a.pdf"), data)


def test_ten_thousand_pages_are_refused_at_once():
    document = pypdfium2.PdfDocument.new()
    for _ in range(10_000):
        document.new_page(100, 100)
    data = Path("/dev/shm/pages.pdf") if Path("/dev/shm").is_dir() else Path("pages.pdf")
    document.save(data)
    content = data.read_bytes()
    data.unlink()
    begun = time.monotonic()

    with pytest.raises(ArticleUnreadable, match="10,000 pages are more than the 3,000 allowed; split it"):
        load(Path("/a.pdf"), content)

    assert time.monotonic() - begun < 3


@pytest.mark.skipif(not shutil.which("chromium"), reason="no browser to print with")
def test_what_a_browser_printed_has_its_headings_tables_and_paragraphs(tmp_path):
    page = (
        "<title>Ships</title><h1>The harbour</h1><p style='text-align:justify'>"
        + "The harbour of Orm is small, and known for its ships. " * 6
        + "</p><table border=1 cellpadding=8><tr><th>Year<th>Ships<th>Port<tr><td>2022<td>405<td>Zell am See"
        "<tr><td>2023<td>412<td>Orm</table>"
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [*command, f"--print-to-pdf={tmp_path / 'a.pdf'}", f"file://{tmp_path / 'a.html'}"],
        check=True,
        capture_output=True,
        timeout=120,
        env={**os.environ, "HOME": str(tmp_path)},
    )

    (article,) = load(tmp_path / "a.pdf", (tmp_path / "a.pdf").read_bytes())

    heading, paragraph, table = article.text.rstrip("\n").split("\n\n")
    assert (article.title, heading) == ("Ships", "# The harbour")
    assert paragraph == ("The harbour of Orm is small, and known for its ships. " * 6).strip()
    assert table.split("\n")[2:] == ["| 2022 | 405 | Zell am See |", "| 2023 | 412 | Orm |"]
