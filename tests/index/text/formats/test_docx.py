"""A Word document gives its text as it is shown, and never what it could unpack to."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from documents import WORD, docx, paragraph

from index.errors import ArticleUnreadable
from index.text.loading import load

CELL = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
NUMBERING = (
    f'<w:numbering {WORD}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl>'
    '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def article_of(body: str, **more):
    (article,) = load(Path("/report.docx"), docx(body, **more))
    return article


def test_headings_lists_tables_and_notes_are_markdown():
    numbered = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    rows = "".join(f"<w:tr>{''.join(map(CELL.format, row))}</w:tr>" for row in (("Year", "Ships"), ("2020", "4")))
    note = '<w:p><w:r><w:t>It is old.</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r></w:p>'
    body = (
        paragraph("The harbour", style="Title")
        + paragraph("Ships", style="Heading2")
        + note
        + f"<w:tbl>{rows}</w:tbl>"
        + paragraph("first", properties=numbered)
        + paragraph("second", properties=numbered)
    )
    footnotes = f'<w:footnotes {WORD}><w:footnote w:id="7">{paragraph("Since 1890.")}</w:footnote></w:footnotes>'

    article = article_of(body, parts={"word/numbering.xml": NUMBERING, "word/footnotes.xml": footnotes})

    assert article.text.rstrip("\n").split("\n\n") == [
        "# The harbour", "## Ships", "It is old.[1]", "| Year | Ships |\n| --- | --- |\n| 2020 | 4 |",
        "1. first\n2. second", "[^1]: Since 1890.",
    ]  # fmt: skip
    assert article.title == "The harbour"


def test_deleted_struck_and_hidden_text_is_left_out_and_inserted_text_kept():
    body = (
        "<w:p><w:r><w:t xml:space='preserve'>It has </w:t></w:r>"
        '<w:del w:id="1"><w:r><w:delText xml:space="preserve">seven </w:delText></w:r></w:del>'
        '<w:ins w:id="2"><w:r><w:t xml:space="preserve">ten </w:t></w:r></w:ins>'
        '<w:r><w:rPr><w:strike/></w:rPr><w:t xml:space="preserve">grey </w:t></w:r>'
        '<w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space="preserve">secret </w:t></w:r>'
        '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>rooms.</w:t></w:r></w:p>'
    )

    assert article_of(body).text == "It has ten rooms.\n"


def test_metadata_are_of_the_properties():
    core = "<dc:title>Ships of Orm</dc:title><dc:creator>Ida Poe; Bob Ray</dc:creator><dc:language>en-GB</dc:language>"

    article = article_of(paragraph("Text."), core=core)

    assert (article.title, article.authors, article.language) == ("Ships of Orm", ("Ida Poe", "Bob Ray"), "en")
    assert article.extractor.startswith("mammoth ")


@pytest.mark.parametrize("place", ["word/document.xml", "docProps/core.xml", "word/styles.xml"])
def test_entities_are_refused_before_they_are_resolved(place):
    bomb = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]>' + " " * 9000

    with pytest.raises(ArticleUnreadable, match="its XML declares entities, which Word never does; leave it out"):
        article_of(paragraph("Text."), parts={place: bomb + f"<w:document {WORD}>&y;</w:document>"})


def test_what_would_unpack_to_gigabytes_is_refused_before_it_is_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package, package.open("word/document.xml", "w") as part:
        for _ in range(110):
            part.write(b" " * 1_000_000)

    assert len(out.getvalue()) < 200_000
    with pytest.raises(ArticleUnreadable, match=r"/a\.docx: it unpacks to more than 100 MB of XML; split it"):
        load(Path("/a.docx"), out.getvalue())


@pytest.mark.parametrize(
    "data", [b"no zip", b"PK\x03\x04", docx(paragraph("Text."))[:400], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_damaged_or_encrypted_file_is_refused_with_its_name(data):
    with pytest.raises(ArticleUnreadable, match=r"^/a\.docx: .*; save it as \.docx"):
        load(Path("/a.docx"), data)


def test_a_document_without_text_is_refused():
    with pytest.raises(ArticleUnreadable, match="no text in it"):
        article_of(paragraph(""))


@pytest.mark.skipif(not shutil.which("soffice"), reason="no LibreOffice to write documents with")
def test_what_an_office_program_wrote_has_its_structure_in_both_formats(tmp_path):
    page = (
        "<html><head><title>Ships</title></head><body><h1>The harbour</h1><p>The harbour of Orm is small.</p>"
        "<ul><li>one<li>two</ul><table border=1 width=100%>"
        "<tr><th>Year<th>Ships in port<tr><td>2022<td>405<tr><td>2023<td>412"
        "</table></body></html>"
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to"]
    for made, target in (("a.html", "odt"), ("a.odt", "docx:MS Word 2007 XML"), ("a.odt", "pdf")):
        arguments = [target, "--outdir", tmp_path, tmp_path / made]
        subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=120)

    word, printed = (load(path, path.read_bytes())[0] for path in (tmp_path / "a.docx", tmp_path / "a.pdf"))

    assert word.title == printed.title == "Ships"
    for text in (word.text, printed.text):
        assert text.startswith("# The harbour\n\nThe harbour of Orm is small.\n\n- one\n- two\n\n")
        assert "| 2022 | 405 |\n| 2023 | 412 |" in text
