"""Reads PDF: paragraphs, headings and tables by where lines stand on the page, and the pages' places in the text."""

import re
from contextlib import closing
from functools import cache
from importlib.metadata import version

import pypdfium2

from index.counts import counted
from index.errors import ArticleUnreadable
from index.text.formats.blobs import SHORTEST_BLOB, without_blobs
from index.text.formats.characters import clean
from index.text.formats.extracted import Extracted
from index.text.formats.pdf_lines import Line, lines_of
from index.text.formats.pdf_text import text_of
from index.text.metadata import Metadata

MAX_PAGES = 3_000
"""More pages are no article; and a file of a few kilobytes may name one page as often as it likes."""

LAST_BYTES = 2048
"""In which the mark of a PDF's end stands; some programs write a little after it."""

JUNK_TITLE = re.compile(
    r"(?:microsoft word|untitled|document\d{0,9}$|unknown|slide \d|powerpoint|print|layout \d|\(anonymous\)).*"
    r"|.*\.(?:docx?|odt|pdf|indd|qxd|tex|dvi|rtf|xlsx?|pptx?|txt|html?)",
    re.IGNORECASE | re.DOTALL,
)
"""Titles that programs make up."""


def read(data: bytes, source: str) -> list[Extracted]:
    """Read a PDF; title and author are of its properties, whose dates say when the file was made and are not read.

    Raises:
        ArticleUnreadable: it is encrypted, has no text (as scans have not), has too many pages, or is no PDF.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ArticleUnreadable(f"{source}: it is encrypted", "save it without a password") from error
        if data.startswith(b"%PDF-") and b"%%EOF" not in data[-LAST_BYTES:]:
            raise ArticleUnreadable(f"{source}: its end is missing", "copy or download it again") from error
        raise ArticleUnreadable(f"{source}: not a PDF, or a damaged one", "open it and save it again") from error
    with closing(document):
        count = len(document)
        if count > MAX_PAGES:
            raise ArticleUnreadable(f"{source}: {count:,} pages are more than the {MAX_PAGES:,} allowed", "split it")
        pages = [_lines(document, number) for number in range(count)]
        properties = document.get_metadata_dict(skip_empty=True)
    empty = sum(not lines for lines in pages)
    if empty == count:
        raise ArticleUnreadable(
            f"{source}: no text in it, only pictures of its {counted(count, 'page')}",
            "recognise its text first, for instance with `ocrmypdf FILE FILE`",
        )
    text, places = text_of(pages)
    problems = (f"no text on {empty} of {counted(count, 'page')}: scanned, perhaps",) if empty else ()
    return [
        Extracted(text=text, metadata=_metadata(properties), pages=places, extractor=extractor(), problems=problems)
    ]


@cache
def extractor() -> str:
    """The library and its version."""
    return f"pypdfium2 {version('pypdfium2')}"


def _lines(document: pypdfium2.PdfDocument, number: int) -> list[Line]:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:  # One page that is damaged; the others are read.
        return []
    with closing(page), closing(page.get_textpage()) as text_page:
        return lines_of(text_page, cleaned=_cleaned)


def _cleaned(line: str) -> str:
    line = clean(line)
    return line if len(line) < SHORTEST_BLOB else without_blobs(line)


def _metadata(properties: dict[str, str]) -> Metadata:
    title = " ".join(properties.get("Title", "").split())
    author = " ".join(properties.get("Author", "").split())
    return Metadata(
        title=title if title and not JUNK_TITLE.fullmatch(title) else None,
        authors=tuple(filter(None, map(str.strip, re.split(r"[;\n]|, (?=\S+ \S)| and ", author)[:20]))),
    )
