"""Whatever the bytes and the name, a file is articles or a line that names it."""

import io
import zipfile
from pathlib import Path

import pytest
from documents import Line, docx, paragraph, pdf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import ArticleUnreadable
from index.text.article import Article
from index.text.formats.table import FORMATS
from index.text.loading import load

WHOLE = {
    ".md": b"---\ntitle: T\ndate: 2024-05-17\n---\n# H\n\n~~a~~ <!-- b --> text.\n\n```\ncode\n```\n"
    b"| a | b |\n|---|---|\n",
    ".html": b'<html><head><title>T</title><script type=\'application/ld+json\'>{"@type":"Article"}</script></head>'
    b"<body><h1>H</h1><table><tr><td rowspan=2>a<td>b</table><ul><li>x</ul><p hidden>n</p></body></html>",
    ".pdf": pdf([Line("Some text of a page.", 700), Line("More of it.", 686)], info={"Title": "T"}),
    ".docx": docx(paragraph("H", style="Heading1") + paragraph("Some text."), core="<dc:title>T</dc:title>"),
    ".eml": b"From: a <a@b>\nDate: Fri, 17 May 2024 09:00:00 +0200\nContent-Type: multipart/mixed; boundary=x\n\n"
    b"--x\nContent-Type: text/plain\n\nText.\n--x\nContent-Type: text/html\n\n<p>T</p>\n--x--\n",
    ".csv": b'a;b\n"1;2";3\n4\n',
    ".jsonl": b'{"id": "a", "text": "One.", "date": "2024-05-17"}\n{"body": "<p>Two.</p>"}\n',
}
SUFFIXES = st.sampled_from(sorted(FORMATS))
FUZZ = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


def takes(path: Path, data: bytes) -> None:
    """Check that the bytes are articles that can be stored, or are refused in one line that names the file."""
    try:
        articles = load(path, data)
    except ArticleUnreadable as unreadable:
        told = unreadable
    else:
        _check(articles)
        return
    assert str(path) in told.message
    assert told.remedy
    assert "\n" not in str(told)


def _check(articles: list[Article]) -> None:
    assert articles
    for article in articles:
        assert isinstance(article, Article)
        assert article.text.strip()
        article.text.encode("utf-8")
        f"{article.title}{article.publisher}{article.url}{article.language}{article.authors}".encode()
        assert all(0 <= page.start <= page.end <= len(article.text) for page in article.pages)


@FUZZ
@given(suffix=SUFFIXES, data=st.binary(max_size=400))
def test_any_bytes_are_an_article_or_refused(suffix, data):
    takes(Path(f"/file{suffix}"), data)


@FUZZ
@given(suffix=SUFFIXES, text=st.text(st.characters(codec=None), max_size=300))
def test_any_text_is_an_article_or_refused(suffix, text):
    takes(Path(f"/file{suffix}"), text.encode("utf-8", "surrogatepass"))


@FUZZ
@given(
    suffix=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), max_size=8),
)
def test_a_file_with_some_bytes_changed_is_an_article_or_refused(suffix, changes):
    data = bytearray(WHOLE[suffix])
    for place, piece in changes:
        at = int(place * (len(data) - 1))
        data[at : at + len(piece)] = piece
    takes(Path(f"/file{suffix}"), bytes(data))


@FUZZ
@given(suffix=st.sampled_from(sorted(WHOLE)), share=st.floats(0, 1), other=st.sampled_from(sorted(FORMATS)))
def test_a_truncated_or_misnamed_file_is_an_article_or_refused(suffix, share, other):
    data = WHOLE[suffix]
    takes(Path(f"/file{suffix}"), data[: int(share * len(data))])
    takes(Path(f"/file{other}"), data)


@FUZZ
@given(
    xml=st.text(st.sampled_from(list("<>/=\"'& abw:prt[]!-")), max_size=120),
    part=st.sampled_from(["document", "styles"]),
)
def test_any_xml_in_a_word_document_is_an_article_or_refused(xml, part):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE[".docx"])) as whole, zipfile.ZipFile(out, "w") as changed:
        for name in whole.namelist():
            content = whole.read(name)
            at = content.find(b">") + 1
            changed.writestr(
                name, content[:at] + xml.encode() + content[at:] if name == f"word/{part}.xml" else content
            )
    takes(Path("/file.docx"), out.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        b"---\na: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ntitle: [*c, *c]\n---\nText.\n",
        b"---\ntitle: " + b"9" * 4_000 + b"\n---\nText.\n",
        b"---\ntitle: " + b"1:" * 1_000 + b"1\n---\nText.\n",
        b"+++\n" + b"a." * 3_000 + b"b = 1\n+++\nText.\n",
        b"---\ntitle: " + b"[" * 3_000 + b"\n---\nText.\n",
        b"---\ndate: " + b" " * 50_000 + b"x\n---\nText.\n",
        b"#" + b" " * 50_000 + b"x\n\nText.\n",
        b" " * 50_000 + b"12." * 500,
        b'---\ntitle: "\\ud83d"\n---\nText.\n',
        b"{" * 5_000,
        b'{"title": ' * 2_000,
    ],
)
def test_what_once_hung_or_crashed_is_read_or_refused_at_once(data):
    takes(Path("/file.md"), data)
