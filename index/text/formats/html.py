"""Reads HTML: the text of the article that the page is about, without what stands around it on every page."""

import re
from functools import cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.errors import ArticleUnreadable
from index.text.formats.blobs import without_blobs
from index.text.formats.characters import clean
from index.text.formats.decoding import decoded, is_binary
from index.text.formats.extracted import Extracted
from index.text.formats.html_furniture import find_article
from index.text.formats.html_markdown import markdown_of
from index.text.formats.html_metadata import read_metadata

CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}["']?([\w-]{1,40})""", re.IGNORECASE)
HEAD_BYTES = 4096
"""Where the charset must stand; browsers look at the first 1,024 bytes."""


def read(data: bytes, source: str) -> list[Extracted]:
    """Read an HTML page; metadata are of JSON-LD, Open Graph, Dublin Core and the title.

    Raises:
        ArticleUnreadable: it is not text, or has none that is visible without scripts.
    """
    found = CHARSET.search(data[:HEAD_BYTES])
    text, problems = decoded(data, found[1].decode("ascii", "replace") if found else "")
    if is_binary(text):
        raise ArticleUnreadable(f"{source}: binary data, not HTML", "leave it out, or save the page again")
    return [read_page(text, source, problems=problems)]


def read_page(text: str, source: str, *, problems: tuple[str, ...] = ()) -> Extracted:
    """Read the HTML of a page, or of a message; see `read`."""
    tree = LexborHTMLParser(text)
    body = tree.body
    if body is None:
        raise ArticleUnreadable(f"{source}: no text in it", "leave it out or write the article")
    article, skipped = find_article(tree, body)
    heading = _heading_outside(body, article, skipped)
    content = without_blobs(clean(heading + markdown_of(article, skipped)))
    if not content.strip():
        raise ArticleUnreadable(
            f"{source}: no text in it that is visible without scripts", "save the page from a browser, as it is shown"
        )
    metadata = read_metadata(tree, body)
    return Extracted(text=content, metadata=metadata, extractor=_extractor(), problems=problems)


def _heading_outside(body: LexborNode, article: LexborNode, skipped: frozenset[int]) -> str:
    """The page's heading, if it stands above the article and not in it."""
    if article.mem_id == body.mem_id or article.css_first("h1") is not None:
        return ""
    heading = body.css_first("h1")
    return markdown_of(heading, skipped) + "\n" if heading is not None else ""


@cache
def _extractor() -> str:
    from importlib.metadata import version

    return f"selectolax {version('selectolax')}"
