"""What a format's reader makes of a file's bytes."""

from dataclasses import dataclass, field

from index.text.article import Page
from index.text.metadata import Metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class Extracted:
    """Text and metadata of one article of a file.

    The text is what receipts refer to. Structure is written as in Markdown, whatever the format: `#` headings,
    `- ` and `1. ` items, `| a | b |` rows under a `|---|---|` line, `> ` quotations, fences around code, an empty
    line between paragraphs. `index.text.blocks` reads the structure from there. What a reader of the source does not
    see (comments, hidden elements, struck-out words, data URLs) is not in it.
    """

    text: str
    metadata: Metadata = field(default_factory=Metadata)
    """As the source states it; what it lacks is completed from the text."""
    pages: tuple[Page, ...] = ()
    fragment: str = ""
    """Which article of the file it is, where a file holds several; stays the same when others are added or removed."""
    extractor: str = ""
    """The library that extracted the text, with its version; empty where there is none."""
    problems: tuple[str, ...] = ()
    """What was not understood, a line each, without the file's name."""
