"""Addresses that a terminal opens: of the place in an article that a receipt names."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from index.text.article import IndexedArticle

DEFAULT_SOURCE = "default:"
"""How the sources of the default collection's articles begin."""
QUOTED = 300
"""Characters from which on a browser is told a quote's beginning and end, not all of it."""
EDGE = 60


def address(article: "IndexedArticle", *, page: int | None = None, passage: str = "") -> str | None:
    """The address of an article, at a page or a passage of it; None if it has none.

    Args:
        article: its own file is preferred to its URL, if that file is still there.
        page: the page of a PDF, from 1 on.
        passage: words of the article for a browser to find.
    """
    path = _file(article.source)
    if path is not None:
        return path.as_uri() + (f"#page={page}" if page else "")
    url = (article.url or "").strip()
    try:
        if urlsplit(url).scheme not in {"http", "https"}:
            return None
    except ValueError:
        return None
    # Percent signs are kept: it is an address already. Others of its characters may steer a terminal.
    return quote(url, safe="%/:?#[]@!$&'()*+,;=~") + _fragment(url, passage)


def _file(source: str) -> Path | None:
    from assistant.settings.locations import DEFAULT_ARTICLES
    from index.text.loading import file_of

    if source.startswith(DEFAULT_SOURCE):
        path = DEFAULT_ARTICLES / source.removeprefix(DEFAULT_SOURCE)
    else:
        path = file_of(source)
    try:
        return path if path.is_absolute() and path.is_file() else None
    except (OSError, ValueError):
        return None


def _fragment(url: str, passage: str) -> str:
    """The text fragment that makes a browser scroll to a passage (WICG, URL Fragment Text Directives)."""
    words = " ".join(passage.split())
    if not words:
        return ""
    if len(words) <= QUOTED:
        found = _coded(words)
    else:
        first, last = words[:EDGE].rpartition(" ")[0] or words[:EDGE], words[-EDGE:].partition(" ")[2] or words[-EDGE:]
        found = f"{_coded(first)},{_coded(last)}"
    return f"{'' if '#' in url else '#'}:~:text={found}"


def _coded(text: str) -> str:
    return quote(text, safe="").replace("-", "%2D")  # A dash has a meaning of its own there.
