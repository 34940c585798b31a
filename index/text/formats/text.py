"""Reads text and Markdown: front matter becomes metadata, hidden text is left out."""

from index.text.formats.blobs import without_blobs
from index.text.formats.decoding import read_text
from index.text.formats.extracted import Extracted
from index.text.formats.hidden import without_hidden
from index.text.metadata import split_front_matter


def read(data: bytes, source: str) -> list[Extracted]:
    """Read a text or Markdown file.

    Raises:
        ArticleUnreadable: it is not text.
    """
    stated, text = split_front_matter(read_text(data, source))
    return [Extracted(text=visible_markdown(text), metadata=stated)]


def visible_markdown(text: str) -> str:
    """The text of Markdown that a reader of the page sees."""
    return without_hidden(without_blobs(text))
