"""Draws pages of articles in a process of their own, one at a time, and keeps the last pictures."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.service.errors import ServiceError, busy
from index.errors import ArticleUnreadable
from index.text.drawing.values import PageView, Quote
from index.text.isolated import IsolatedPages

MOST_WAITING = 8
"""Pages that wait to be drawn, at most; further ones are refused at once."""
KEPT_BYTES = 32_000_000
"""Of pictures in memory; a page of text has 0.1 to 0.3 MB."""
NAME = "the original"
"""Of every file in messages: its real name may be a path of the server."""


class Drawing:
    """Draws pages; called from threads that may wait."""

    def __init__(self) -> None:
        self._pages = IsolatedPages()
        self._lock = threading.Lock()
        self._waiting = threading.Semaphore(MOST_WAITING)
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    def kept(self, sha256: str, number: int) -> bytes | None:
        """The picture of a page of the file with this hash, if it was drawn lately."""
        return self._kept.get((sha256, number))

    def picture(self, sha256: str, data: bytes, number: int) -> bytes | None:
        """A PNG of a page of the file with these bytes and this hash; None if it has no such page.

        Raises:
            ServiceError: the page cannot be drawn, or too many wait.
        """
        with self._turn(number):
            drawn = self.kept(sha256, number) or self._pages.picture(NAME, data, number)
            if drawn is not None:
                self._kept[sha256, number] = drawn
                self._kept.move_to_end((sha256, number))
                while sum(map(len, self._kept.values())) > KEPT_BYTES:
                    self._kept.popitem(last=False)
            return drawn

    def view(self, data: bytes, number: int, quote: Quote) -> PageView | None:
        """A page of the file with these bytes, and where a quote stands on it; None if it has no such page.

        Raises:
            ServiceError: the page cannot be opened, or too many wait.
        """
        with self._turn(number):
            return self._pages.view(NAME, data, number, quote)

    @contextmanager
    def _turn(self, number: int) -> Iterator[None]:
        """Wait for the process."""
        if not self._waiting.acquire(blocking=False):
            raise busy()
        try:
            with self._lock:
                yield
        except ArticleUnreadable as error:
            message = f"page {number} cannot be drawn ({error.message})"
            raise ServiceError(404, "page_not_drawn", message, "read the article's text") from error
        finally:
            self._waiting.release()
