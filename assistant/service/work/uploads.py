"""Uploaded articles: loaded as on the command line; a client's file name never becomes a path."""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from assistant.service.errors import ServiceError
from assistant.service.options import Options
from index.encoding.encoder import Encoder
from index.errors import ArticleUnreadable
from index.storage.changes import Outcome, add_articles, remove_articles
from index.text.article import Article
from index.text.formats.table import FORMATS
from index.text.loading import article_slug, load

NAME_CHARACTERS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedFile:
    """A file as it came."""

    name: str
    """The client's name for it; its stem and suffix are used, it is never opened."""
    data: bytes


class Uploads:
    """Adds articles to an index and removes them, one change at a time."""

    def __init__(
        self, root: Path, encoder: Callable[[], Encoder], options: Options, *, note: Callable[[str], None]
    ) -> None:
        """Make it.

        Args:
            root: the index's folder.
            encoder: the index's own.
            options: the limits.
            note: called with what was repaired.
        """
        self._root = root
        self._encoder = encoder
        self._options = options
        self._note = note
        self._lock = threading.Lock()

    def add(self, files: Sequence[UploadedFile], *, there: int) -> Outcome:
        """Add files to the index; each replaces the earlier one of the same name.

        Args:
            files: at least one.
            there: articles in the index.

        Raises:
            ServiceError: too many, too large, or of an unsupported type; then none is added.
            IndexBusy: another process is changing the index.
        """
        self._check(files, there)
        articles, failed = [], []
        for file in files:
            try:
                articles.append(_article(file))
            except ArticleUnreadable as error:
                failed.append(str(error))
        with self._lock:
            outcome = add_articles(self._root, articles, self._encoder(), note=self._note, meter=_unseen)
        outcome.failed[:0] = failed
        return outcome

    def remove(self, article_id: str) -> None:
        """Remove an article that is in the index.

        Raises:
            IndexBusy: another process is changing the index.
            UserError: it is not in it any more.
        """
        with self._lock:
            remove_articles(self._root, [article_id], note=self._note)

    def _check(self, files: Sequence[UploadedFile], there: int) -> None:
        options = self._options
        if len(files) > options.files:
            raise ServiceError(
                422, "too_many_files", f"{len(files)} files at once; at most {options.files} are taken", "send fewer"
            )
        if there + len(files) > options.articles:
            raise ServiceError(
                409,
                "collection_full",
                f"the index has {there:,} articles; {options.articles:,} are the most that uploads may make it",
                "remove some first",
            )
        for file in files:
            if _name(file)[1] not in FORMATS:
                message = f"{_shown(file.name)!r} cannot be read"
                raise ServiceError(415, "file_type_not_supported", message, f"send {' '.join(FORMATS)} files")
            if len(file.data) > options.file_bytes:
                raise ServiceError(
                    413,
                    "file_too_large",
                    f"{_shown(file.name)} has {len(file.data):,} bytes; at most {options.file_bytes:,} are taken",
                    "split it",
                )


def _article(file: UploadedFile) -> Article:
    """The article in a file; one without a suffix is text."""
    name, suffix = _name(file)
    return replace(load(Path(f"{name}{suffix}"), file.data)[0], source=f"upload:{name}{suffix}", name=name)


def _name(file: UploadedFile) -> tuple[str, str]:
    """The name to store, of letters and digits only, and the suffix."""
    base = PurePosixPath(file.name.replace("\\", "/")).name
    suffix = PurePosixPath(base).suffix.lower()
    stem = base[: len(base) - len(suffix)]
    return article_slug(stem)[:NAME_CHARACTERS], suffix or ".txt"


def _shown(name: str) -> str:
    return re.sub(r"[^\w .,()-]", "?", name)[:NAME_CHARACTERS]


def _unseen(done: int, of: int, chunks: int) -> None:
    """Progress of an upload is not shown."""
