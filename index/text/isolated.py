"""Loads articles, and draws their pages, in a process of their own."""

from pathlib import Path
from types import TracebackType
from typing import cast

from index.text.article import Article
from index.text.drawing.values import PageView, Quote
from index.text.parser_process import MEMORY_BYTES, ParserProcess

SECONDS = 30
"""Time for one file. The largest that are accepted (50 MB of text, 3,000 pages of PDF) take about a third of it."""

DRAWING_SECONDS = 10
"""Time for a page. One of text takes 0.1 s, one with the largest pictures about 1 s."""


class IsolatedLoader:
    """Loads articles as `index.text.loading.load` does, in another process; used as a context."""

    def __init__(self, *, seconds: int = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self.parser = ParserProcess(seconds=seconds, memory_bytes=memory_bytes)

    def __enter__(self) -> "IsolatedLoader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.parser.stop()

    def load(self, path: Path, data: bytes) -> list[Article]:
        """Load the articles in `data`, the bytes of the file at `path`.

        Raises:
            ArticleUnreadable: it is no article, or its parser took too long, too much memory, or crashed.
        """
        return cast("list[Article]", self.parser.ask("load", str(path), str(path), data))


class IsolatedPages:
    """Draws pages as `index.text.drawing.pdf_page` does, in another process, which lasts until `close`."""

    def __init__(self, *, seconds: int = DRAWING_SECONDS) -> None:
        self.parser = ParserProcess(seconds=seconds)

    def picture(self, name: str, data: bytes, number: int) -> bytes | None:
        """A PNG of a page of the file with these bytes; None if it has no such page.

        Raises:
            ArticleUnreadable: the page cannot be drawn, or not within the limits.
        """
        return cast("bytes | None", self.parser.ask("picture", name, data, number))

    def view(self, name: str, data: bytes, number: int, quote: Quote) -> PageView | None:
        """A page of the file with these bytes and where a quote stands on it; None if it has no such page.

        Raises:
            ArticleUnreadable: the page cannot be opened, or not within the limits.
        """
        return cast("PageView | None", self.parser.ask("view", name, data, number, quote))

    def close(self) -> None:
        """End the process."""
        self.parser.stop()
