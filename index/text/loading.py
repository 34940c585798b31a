"""Loads articles from files and folders: text and Markdown, one function per format."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from index.errors import ArticleUnreadable, UserError
from index.text.article import Article
from index.text.metadata import complete_from_text, split_front_matter

MAX_FILE_BYTES = 50_000_000
"""A larger file is refused: it is a data set, not an article."""

GLOSSARY_NAME = "glossary.toml"
"""The file of aliases that a folder of articles may hold; never an article itself."""

NOTICES = frozenset({"readme", "license"})
"""Names, in lower case without suffix, of files that describe a folder and are not articles."""


def read_text(data: bytes, source: str) -> str:
    """Decode the bytes of a text file: UTF-8, or UTF-16 with a byte order mark.

    Line ends become line feeds. Nothing else is changed, so that offsets stay meaningful.

    Raises:
        ArticleUnreadable: the bytes are not text in these encodings.
    """
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ArticleUnreadable(
            f"{source}: not UTF-8 text (byte {error.start} is 0x{data[error.start]:02x})", "convert it to UTF-8"
        ) from error
    if "\0" in text:
        raise ArticleUnreadable(f"{source}: binary data, not text", "leave it out or convert it to text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def load_text(data: bytes, path: Path) -> Article:
    """Load a text or Markdown file; front matter becomes metadata."""
    stated, text = split_front_matter(read_text(data, str(path)))
    if not text.strip():
        raise ArticleUnreadable(f"{path}: no text in it", "leave it out or write the article")
    known = complete_from_text(stated, text)
    return Article(
        source=str(path),
        name=path.stem,
        text=text,
        title=known.title,
        published=known.published,
        publisher=known.publisher,
        url=known.url,
        language=known.language,
        source_sha256=hashlib.sha256(data).hexdigest(),
    )


LOADERS: dict[str, Callable[[bytes, Path], Article]] = {
    ".md": load_text,
    ".markdown": load_text,
    ".txt": load_text,
    ".text": load_text,
}
"""Loader by suffix in lower case. A new format is one entry here."""


def read_bytes(path: Path) -> bytes:
    """Read the bytes of an article's file.

    Raises:
        ArticleUnreadable: it cannot be read, is no regular file, or is too large.
    """
    try:
        found = path.stat()
        size = found.st_size
        if not stat.S_ISREG(found.st_mode):  # Reading a pipe would wait for ever.
            raise ArticleUnreadable(f"{path}: a pipe, socket or device, not a file", "leave it out")
        if size > MAX_FILE_BYTES:
            raise ArticleUnreadable(
                f"{path}: {size / 1e6:.0f} MB is more than the {MAX_FILE_BYTES / 1e6:.0f} MB an article may have",
                "split it",
            )
        return path.read_bytes()
    except OSError as error:
        raise ArticleUnreadable(f"{path}: cannot be read ({error.strerror})", "check it and its rights") from error


def load(path: Path, data: bytes) -> Article:
    """Load the article in `data`, the bytes of the file at `path`."""
    loader = LOADERS.get(path.suffix.lower())
    if loader is None:
        raise ArticleUnreadable(f"{path}: {_suffix(path)} files cannot be read yet", f"supported: {' '.join(LOADERS)}")
    if any("\udc80" <= character <= "\udcff" for character in str(path)):  # As Python shows bytes that are no text.
        raise ArticleUnreadable(f"{path}: its name is not UTF-8", "rename it")
    return loader(data, path)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Files found under some paths: absolute, in order, without repeats."""

    files: list[Path]
    """Articles."""
    unsupported: list[Path]
    """Files of types that cannot be read."""
    set_aside: list[Path]
    """Files in folders whose names say that they are not articles: README, LICENSE, a glossary in a subfolder."""


def find_files(paths: Sequence[Path]) -> Found:
    """Find article files under `paths` (files, or folders searched recursively), and those passed over.

    Hidden files and folders are passed over without a trace; a file that was named itself is always taken.

    Raises:
        UserError: a path does not exist, or a folder cannot be listed.
    """
    found: dict[Path, None] = {}
    unsupported: dict[Path, None] = {}
    aside: dict[Path, None] = {}
    for path in paths:
        absolute = Path(os.path.abspath(path.expanduser()))
        if absolute.is_dir():
            for file in _walk(absolute):
                if file.name == GLOSSARY_NAME:
                    aside.update({file: None} if file.parent != absolute else {})
                elif file.suffix.lower() not in LOADERS:
                    unsupported[file] = None
                elif file.stem.lower() in NOTICES:
                    aside[file] = None
                else:
                    found[file] = None
        elif absolute.exists():
            found[absolute] = None
        else:
            raise UserError(f"no file or folder {str(path)!r}", "check the path")
    named = set(find_glossaries(paths))
    set_aside = [file for file in aside if file not in found and file not in named]
    return Found(files=list(found), unsupported=list(unsupported), set_aside=set_aside)


def find_glossaries(paths: Iterable[Path]) -> list[Path]:
    """Find glossary files directly in the folders among `paths`."""
    folders = (Path(os.path.abspath(path.expanduser())) for path in paths)
    return [folder / GLOSSARY_NAME for folder in folders if (folder / GLOSSARY_NAME).is_file()]


def article_slug(name: str) -> str:
    """Make a readable, stable id from a file's name: letters and digits of any script, joined by "-"."""
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-") or "article"


def free_id(slug: str, taken: Container[str]) -> str:
    """`slug`, with the lowest number from 2 on that makes it one not taken."""
    return next(one for one in chain([slug], (f"{slug}-{n}" for n in count(2))) if one not in taken)


def _walk(folder: Path) -> Iterator[Path]:
    def stop(error: OSError) -> None:
        raise UserError(f"folder {error.filename} cannot be listed ({error.strerror})", "check its rights")

    for root, folders, files in os.walk(folder, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root) / name for name in sorted(files) if not name.startswith("."))


def _suffix(path: Path) -> str:
    return path.suffix.lower() or "extensionless"
