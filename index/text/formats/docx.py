"""Reads Word documents, by way of the HTML that mammoth makes of them."""

import io
import re
import zipfile
from functools import cache
from importlib.metadata import version
from itertools import count
from xml.etree.ElementTree import Element, fromstring

import mammoth

from index.errors import ArticleUnreadable
from index.text.formats.extracted import Extracted
from index.text.formats.html import read_page
from index.text.formats.pdf import JUNK_TITLE
from index.text.metadata import Metadata

MAX_UNPACKED_BYTES = 100_000_000
"""Of the parts that are read: a package of a few kilobytes can unpack to gigabytes."""

STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Caption'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
strike => s
"""
"""For mammoth, besides its own; what is struck out the reader of HTML leaves out, and deleted text mammoth itself."""

NO_IMAGES = mammoth.images.img_element(lambda image: {})
DOCUMENT = "word/document.xml"
HIDDEN = re.compile(r"""<w:vanish(?:\s{1,9}w:val=["'](?:1|true|on)["'])?\s{0,9}/>""")
NAMES = {
    "dc": "{http://purl.org/dc/elements/1.1/}",
    "cp": "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}",
}


def read(data: bytes, source: str) -> list[Extracted]:
    """Read a Word document; title, authors and language are of its properties, whose dates are not read.

    Raises:
        ArticleUnreadable: it is encrypted or no Word document, or unpacks to too much.
    """
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise ArticleUnreadable(
            f"{source}: it is encrypted, or of Word's old format", "save it as .docx without password"
        )
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        _check(package, source)
        properties = _properties(package)
        document = _without_hidden_runs(package, data)
        page = mammoth.convert_to_html(document, style_map=STYLES, convert_image=NO_IMAGES).value
    except (zipfile.BadZipFile, KeyError, OSError, SyntaxError) as error:
        raise ArticleUnreadable(f"{source}: not a Word document, or a damaged one", "save it as .docx again") from error
    if not re.search(r">[^<>\s]", page):
        raise ArticleUnreadable(f"{source}: no text in it", "leave it out or write the article")
    found = read_page(f"<!doctype html><body>{_with_notes(page)}</body>", source)
    return [Extracted(text=found.text, metadata=properties, extractor=extractor())]


@cache
def extractor() -> str:
    """The library and its version."""
    return f"mammoth {version('mammoth')}"


def _check(package: zipfile.ZipFile, source: str) -> None:
    """Refuse what would unpack to too much, or declares entities, before anything is parsed."""
    parts = [part for part in package.infolist() if part.filename.endswith((".xml", ".rels"))]
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        size = MAX_UNPACKED_BYTES // 1_000_000
        raise ArticleUnreadable(f"{source}: it unpacks to more than {size} MB of XML", "split it, or leave it out")
    for part in parts:
        content = package.read(part)
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            content = content.replace(b"\0", b"")
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise ArticleUnreadable(f"{source}: its XML declares entities, which Word never does", "leave it out")


def _properties(package: zipfile.ZipFile) -> Metadata:
    try:
        root = fromstring(package.read("docProps/core.xml"))
    except (KeyError, SyntaxError):
        return Metadata()
    title = _value(root, "dc", "title")
    language = re.match(r"[a-z]{2,3}(?![a-z])", _value(root, "dc", "language").lower())
    authors = [name.strip() for name in re.split(r"[;\n]", _value(root, "dc", "creator"))[:20]]
    return Metadata(
        title=title if title and not JUNK_TITLE.fullmatch(title) else None,
        language=language[0] if language else None,
        authors=tuple(filter(None, authors)),
    )


def _value(root: Element, space: str, name: str) -> str:
    found = root.find(NAMES[space] + name)
    return " ".join((found.text or "").split()) if found is not None else ""


def _without_hidden_runs(package: zipfile.ZipFile, data: bytes) -> io.BytesIO:
    """The package without runs of hidden text, which mammoth takes for text; itself if there are none."""
    document = package.read(DOCUMENT).decode("utf-8", "replace") if DOCUMENT in package.namelist() else ""
    if not HIDDEN.search(document):
        return io.BytesIO(data)
    pieces = document.split("</w:r>")
    for place, piece in enumerate(pieces[:-1]):
        start = max(piece.rfind("<w:r>"), piece.rfind("<w:r "))
        pieces[place] = piece[:start] if start >= 0 and HIDDEN.search(piece, start) else f"{piece}</w:r>"
    rewritten = io.BytesIO()
    with zipfile.ZipFile(rewritten, "w") as copy:
        for part in package.infolist():
            if part.filename.endswith((".xml", ".rels")):
                copy.writestr(part, "".join(pieces) if part.filename == DOCUMENT else package.read(part))
    return rewritten


def _with_notes(page: str) -> str:
    """The page with footnotes as Markdown has them, without the arrows that lead back to the text."""
    page = re.sub(r'<a href="#(?:foot|end)note-ref-[\w-]{0,40}">[^<>]{0,5}</a>', "", page)
    number = count(1)
    return re.sub(r'<li id="(?:foot|end)note-[\w-]{0,40}">(?:<p>)?', lambda match: f"</ol><p>[^{next(number)}]: ", page)
