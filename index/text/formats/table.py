"""Which module reads which files."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol, cast

from index.text.formats.extracted import Extracted

FORMATS: dict[str, str] = {
    ".md": "text",
    ".markdown": "text",
    ".txt": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".eml": "eml",
    ".csv": "csv_table",
    ".jsonl": "jsonl",
}
"""Module of this folder by suffix in lower case. A new format is one entry here."""

SEVERAL = (".csv", ".jsonl")
"""Formats of which a file may hold several articles."""

PAGED = (".pdf",)
"""Formats with pages, whose files are kept so that these can be shown."""


class Read(Protocol):
    """Reads the bytes of a file of one format.

    Raises `ArticleUnreadable` for bytes that are not of the format. Any other exception counts as that too, so a
    reader catches only what it has a better message for.
    """

    def __call__(self, data: bytes, source: str) -> Sequence[Extracted]:
        """Read `data`, of the file named `source` in messages; at least one article."""
        ...


def reader_for(suffix: str) -> Read:
    """The reader for files that end in `suffix`, one of `FORMATS`.

    Imported when the first such file is met, since most collections are of one format, and asking needs none.
    """
    return cast(Read, import_module(f"index.text.formats.{FORMATS[suffix]}").read)


@cache
def is_current(extractor: str) -> bool:
    """Whether a text that `extractor` ("selectolax 1.0.2") made would be made by the same version today."""
    name, _, made_by = extractor.rpartition(" ")
    try:
        return not name or version(name) == made_by
    except PackageNotFoundError:
        return False


def listed() -> str:
    """The suffixes as a sentence has them: ".md, .txt or .pdf"."""
    *most, last = FORMATS
    return f"{', '.join(most)} or {last}"
