"""Uploaded articles: loaded as on the command line; a client's file name never becomes a path."""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from assistant.service.errors import ServiceError
from assistant.service.options import Options
from index.encoding.encoder import Encoder
from index.storage.changes import Outcome, add_articles, known_articles, remove_articles
from index.storage.incoming import Incoming
from index.storage.sketches import known_sketches
from index.text.formats.characters import spelt_out
from index.text.formats.table import FORMATS
from index.text.loading import file_of

NAME_CHARACTERS = 80
"""Of a file's name in a message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UploadedFile:
    """A file as it came."""

    name: str
    """The client's name for it, by which it is known; it is never opened."""
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class FileOutcome:
    """What became of a file of an upload."""

    file: str
    """The client's name for it."""
    status: Literal["added", "changed", "unchanged", "failed"]
    articles: tuple[str, ...]
    """Ids of its articles."""
    detail: str | None
    """Why it failed or was left as it is, or what of it was not understood."""


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

    def add(self, files: Sequence[UploadedFile], *, there: int) -> tuple[Outcome, list[FileOutcome]]:
        """Add files to an index with `there` articles; each replaces the earlier one of the same name.

        Returns:
            What became of the articles, and of each file in the order given; one that cannot be taken rejects no other.

        Raises:
            ServiceError: too many files; or each is too large or of an unsupported type.
            IndexBusy: another process is changing the index.
        """
        refused = self._refused(files, there)
        taken = [file for file in files if file.name not in refused]
        known = known_articles(self._root)
        there_before = {str(file_of(source)) for source in known}
        taken.sort(key=lambda file: _source(file) not in there_before)  # As `add_paths` does.
        incoming = Incoming.beside(known.values(), sketches=known_sketches(self._root))
        told: dict[str, str] = {}
        # Read before the lock is taken: a file that keeps its parser busy keeps nobody else's upload waiting.
        articles = list(incoming.uploads(_noting(taken, incoming, told)))
        with self._lock:
            outcome = add_articles(self._root, articles, self._encoder(), note=self._note, meter=_unseen)
        outcome.failed[:0] = [*refused.values(), *incoming.failed, *incoming.duplicates]
        outcome.problems = incoming.problems
        ids = {source: row.article_id for source, row in known_articles(self._root).items()}
        return outcome, [
            _outcome(file, outcome, incoming, ids, refused.get(file.name) or told.get(_source(file))) for file in files
        ]

    def remove(self, article_id: str) -> None:
        """Remove an article that is in the index.

        Raises:
            IndexBusy: another process is changing the index.
            UserError: it is not in it any more.
        """
        with self._lock:
            remove_articles(self._root, [article_id], note=self._note)

    def _refused(self, files: Sequence[UploadedFile], there: int) -> dict[str, str]:
        """Why files are not read, by their names."""
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
        errors = {file.name: error for file in files if (error := _fault(file, options.file_bytes)) is not None}
        if len(errors) == len({file.name for file in files}):
            raise next(iter(errors.values()))
        stated = {name: error.body.error for name, error in errors.items()}
        return {name: f"{error.message}; {error.remedy}" for name, error in stated.items()}


def _fault(file: UploadedFile, most_bytes: int) -> ServiceError | None:
    """Why a file is not read at all."""
    if _path(file).suffix.lower() not in FORMATS:
        message = f"{_shown(file.name)!r} cannot be read"
        return ServiceError(415, "file_type_not_supported", message, f"send {' '.join(FORMATS)} files")
    if len(file.data) > most_bytes:
        message = f"{_shown(file.name)} has {len(file.data):,} bytes; at most {most_bytes:,} are taken"
        return ServiceError(413, "file_too_large", message, "split it")
    return None


def _noting(
    files: Sequence[UploadedFile], incoming: Incoming, told: dict[str, str]
) -> Iterator[tuple[Path, bytes, str]]:
    """Files as `Incoming.uploads` takes them; what it says of each is noted in `told` once the next is asked for."""
    for file in files:
        lists = (incoming.failed, incoming.duplicates, incoming.problems)
        before = [len(one) for one in lists]
        yield _path(file), file.data, _source(file)
        said = [line for one, count in zip(lists, before, strict=True) for line in one[count:]]
        if said:
            told[_source(file)] = "; ".join(said)


def _outcome(
    file: UploadedFile, outcome: Outcome, incoming: Incoming, ids: Mapping[str, str], detail: str | None
) -> FileOutcome:
    sources = incoming.loaded.get(_source(file), set())
    articles = tuple(sorted(ids[one] for one in (incoming.places.get(s, s) for s in sources) if one in ids))
    status: Literal["added", "changed", "unchanged", "failed"] = "failed" if not articles else "unchanged"
    if not set(articles).isdisjoint(outcome.changed):
        status = "changed"
    if not set(articles).isdisjoint(outcome.added) and not sources <= set(incoming.places):
        status = "added"
    return FileOutcome(file=file.name[:NAME_CHARACTERS], status=status, articles=articles, detail=detail)


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


def _unseen(done: int, of: int, chunks: int, at: str) -> None:
    """Progress of an upload is not shown."""
