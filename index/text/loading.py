"""Loads articles: a format's reader makes text of a file's bytes, and here it becomes an `Article`."""

import hashlib
import re
from collections.abc import Container
from itertools import chain, count
from pathlib import Path

from index.errors import ArticleUnreadable, ConfigurationError
from index.text.article import Article
from index.text.formats.characters import clean
from index.text.formats.extracted import Extracted
from index.text.formats.table import FORMATS, SEVERAL, listed, reader_for
from index.text.metadata import complete_from_text

MAX_CHARACTERS = 50_000_000
"""A longer text is refused, as a larger file is: what a small file unpacks to counts like a large file."""

MAX_NAME_CHARACTERS = 120
"""Of a name only this much becomes part of an id, which stands in addresses."""

MAX_METADATA_CHARACTERS = 300
"""A longer title, name or address is cut: it is shown on one line."""


def load(path: Path, data: bytes) -> list[Article]:
    """Load the articles in `data`, the bytes of the file at `path`: one, for most formats.

    Raises:
        ArticleUnreadable: it is of no format that can be read, or no file of the format that its name says.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise ArticleUnreadable(f"{path}: {suffix or 'extensionless'} files cannot be read", f"supported: {listed()}")
    if not data:
        raise ArticleUnreadable(f"{path}: the file is empty", "leave it out, or copy it again if it should not be")
    if any("\ud800" <= character <= "\udfff" for character in str(path)):  # As Python shows bytes that are no text.
        raise ArticleUnreadable(f"{path}: its name is not UTF-8", "rename it")
    try:
        return [_article(path, data, extracted) for extracted in reader_for(suffix)(data, str(path))]
    except (ArticleUnreadable, ConfigurationError):
        raise
    except MemoryError as error:
        raise ArticleUnreadable(f"{path}: needs too much memory to be read", "split it") from error
    except Exception as error:  # noqa: BLE001  # Of a library, on bytes that it did not expect: never the others' fault.
        reason = " ".join(str(error).split())[:200]
        raise ArticleUnreadable(
            f"{path}: cannot be read as {suffix} ({type(error).__name__}{': ' if reason else ''}{reason})",
            "open it in its own program and save it again, or leave it out",
        ) from error


def load_text(data: bytes, path: Path) -> Article:
    """Load a file that holds one article."""
    return load(path, data)[0]


def _article(path: Path, data: bytes, extracted: Extracted) -> Article:
    fragment = f"#{extracted.fragment}" if extracted.fragment else ""
    if not extracted.text.strip():
        raise ArticleUnreadable(f"{path}{fragment}: no text in it", "leave it out or write the article")
    if len(extracted.text) > MAX_CHARACTERS:
        raise ArticleUnreadable(
            f"{path}{fragment}: {len(extracted.text) / 1e6:.0f} million characters are more than the "
            f"{MAX_CHARACTERS / 1e6:.0f} million an article may have",
            "split it",
        )
    known = complete_from_text(extracted.metadata, extracted.text)
    problems = [*known.problems, *extracted.problems]
    # One of several articles is unchanged as long as itself is, whatever became of the others.
    told = (known.title, known.published, known.publisher, known.url, known.language, known.authors)
    stated = "\n".join(map(str, (*told, extracted.text)))
    content = stated.encode("utf-8", "replace") if fragment else data
    return Article(
        source=f"{path}{fragment}",
        name=path.stem[:MAX_NAME_CHARACTERS] + (f"-{extracted.fragment}" if extracted.fragment else ""),
        text=extracted.text,
        title=_short("title", known.title, problems),
        published=known.published,
        publisher=_short("publisher", known.publisher, problems),
        url=_short("address", known.url, problems),
        language=_short("language", known.language, problems),
        authors=tuple(filter(None, (_short("author", name, problems) for name in known.authors))),
        source_sha256=hashlib.sha256(content).hexdigest(),
        extractor=extracted.extractor,
        pages=extracted.pages,
        problems=tuple(problems),
    )


def _short(what: str, value: str | None, problems: list[str]) -> str | None:
    """A value of metadata as it may be stored and shown: of one line, in characters that are seen, not too long."""
    if value is None:
        return None
    line = " ".join(clean(value).split())
    if len(line) > MAX_METADATA_CHARACTERS:
        problems.append(f"its {what} of {len(line):,} characters was cut to {MAX_METADATA_CHARACTERS}")
        line = line[: MAX_METADATA_CHARACTERS - 1].rstrip() + "…"
    return line or None


def file_of(source: str) -> Path:
    """The file of an article's source, which for one of several articles is "path#fragment"."""
    match = re.fullmatch(rf"(.*(?:{'|'.join(map(re.escape, SEVERAL))}))#[^/]*", source, re.IGNORECASE | re.DOTALL)
    return Path(match[1] if match else source)


def article_slug(name: str) -> str:
    """Make a readable, stable id from a file's name: letters and digits of any script, joined by "-"."""
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-") or "article"


def free_id(slug: str, taken: Container[str]) -> str:
    """`slug`, with the lowest number from 2 on that makes it one not taken."""
    return next(one for one in chain([slug], (f"{slug}-{n}" for n in count(2))) if one not in taken)
