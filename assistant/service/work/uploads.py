"""Uploaded articles: loaded as on the command line; a client's file name never becomes a path."""

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from assistant.service.errors import ServiceError
from assistant.service.options import Options
from index.encoding.encoder import Encoder
from index.storage.changes import Outcome, add_articles, known_articles, remove_articles
from index.storage.incoming import Incoming
from index.storage.sketches import known_sketches
from index.text.formats.characters import spelt_out
from index.text.formats.table import FORMATS

NAME_CHARACTERS = 80
"""Of a file's name in a message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedFile:
    """A file as it came."""

    name: str
    """The client's name for it, by which it is known; it is never opened."""
    data: bytes


class Uploads:
    """Adds articles to an index and removes them, one change at a time."""

    def __init__(
        self, root: Path, encoder: Callable[[], Encoder], options: Options, *, note: Callable[[str], None]
    ) -> None:
        """Take articles into the index in a folder, with the index's own encoder and the limits of the options."""
        self._root = root
        self._encoder = encoder
        self._options = options
        self._note = note
        self._lock = threading.Lock()

    def add(self, files: Sequence[UploadedFile], *, there: int) -> Outcome:
        """Add files to an index with `there` articles; each replaces the earlier one of the same name.

        Raises:
            ServiceError: too many, too large, or of an unsupported type; then none is added.
            IndexBusy: another process is changing the index.
        """
        self._check(files, there)
        known = known_articles(self._root)
        incoming = Incoming.beside(known.values(), sketches=known_sketches(self._root))
        # Read before the lock is taken: a file that keeps its parser busy keeps nobody else's upload waiting.
        articles = list(incoming.uploads((_path(file), file.data, _source(file)) for file in files))
        with self._lock:
            outcome = add_articles(self._root, articles, self._encoder(), note=self._note, meter=_unseen)
        outcome.failed[:0] = [*incoming.failed, *incoming.duplicates]
        outcome.problems = incoming.problems
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
            if _path(file).suffix.lower() not in FORMATS:
                message = f"{_shown(file.name)!r} cannot be read"
                raise ServiceError(415, "file_type_not_supported", message, f"send {' '.join(FORMATS)} files")
            if len(file.data) > options.file_bytes:
                raise ServiceError(
                    413,
                    "file_too_large",
                    f"{_shown(file.name)} has {len(file.data):,} bytes; at most {options.file_bytes:,} are taken",
                    "split it",
                )


def _path(file: UploadedFile) -> Path:
    """The name to read a file by, which is never opened; one without a suffix is text."""
    name = _whole_name(file).rsplit("/", 1)[-1]
    return Path(name if PurePosixPath(name).suffix else f"{name}.txt")


def _source(file: UploadedFile) -> str:
    """What identifies an upload: all of its name, so that it replaces its earlier self and nothing else."""
    return f"upload:{_whole_name(file)}"


def _whole_name(file: UploadedFile) -> str:
    # One name in whatever form a system writes its accents; what is not seen is spelt out, as two may differ by it.
    name = unicodedata.normalize("NFC", file.name.replace("\\", "/")).strip("/ ")
    return spelt_out(name) or "article"


def _shown(name: str) -> str:
    return re.sub(r"[^\w .,()-]", "?", name)[:NAME_CHARACTERS]


def _unseen(done: int, of: int, chunks: int) -> None:
    """Progress of an upload is not shown."""
