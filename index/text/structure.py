"""The structure of an article: its blocks, and what says what each of them is about."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

HEADING = re.compile(r"(#{1,6})(?:[ \t]|$)")
TIMED = re.compile(r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?[\])]?[ \t]+(?=\S)")
"""A time in front of a speaker's words."""
_MARKS = re.compile(r"^[ \t]*(?:>[ \t]?)*(?:#{1,6}[ \t]+|[-*+•·][ \t]+)?", re.MULTILINE)
PATH = " > "
"""Between the parts of a heading path."""


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    QUESTION = "question"
    """A question that the blocks under it answer; a heading that asks is a heading."""
    PARAGRAPH = "paragraph"
    ITEM = "item"
    HEADER_ROW = "header row"
    ROW = "row"
    CAPTION = "caption"
    """Introduces a table or a list: its caption, or the line before it that ends with a colon."""
    TURN = "turn"
    """Words of a speaker, the speaker's name in front."""
    FIELD = "field"
    """A labelled line, as in the head of an e-mail or of minutes: "Present: Ada Holm"."""
    CODE = "code"
    FOOTNOTE = "footnote"
    BOILERPLATE = "boilerplate"
    """Furniture of a page: copyright, sharing, subscribing."""


TITLES = frozenset({Kind.TITLE, Kind.HEADING, Kind.QUESTION, Kind.HEADER_ROW, Kind.CAPTION})
"""Kinds that say what other blocks are about, and state little themselves."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A run of an article's text, `text[start:end]`, that no sentence leaves."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    """Of a heading, 1 the highest; of an item, how deep it is nested, 1 the outermost."""
    quoted: int = 0
    """How deep in quotations (`>`) it stands."""
    ordinal: int | None = None
    """Number of a numbered item."""
    group: int | None = None
    """Number of the list or table that an item or a row is of; none is used twice in an article."""
    parent: int | None = None
    """Place of the block that says what this one is about, earlier among the article's blocks."""


class Structure:
    """The blocks of one text, in reading order."""

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.text = text
        self.blocks = tuple(blocks)
        self._starts = [block.start for block in self.blocks]

    def place(self, offset: int) -> int | None:
        """Place of the block that holds the character at `offset`; None outside all blocks."""
        place = bisect_right(self._starts, offset) - 1
        return place if place >= 0 and offset < self.blocks[place].end else None

    def path(self, place: int) -> list[Block]:
        """The blocks that say what the one at `place` is about, the outermost first."""
        path = []
        at = self.blocks[place].parent
        while at is not None:
            path.append(self.blocks[at])
            at = self.blocks[at].parent
        return path[::-1]

    def words(self, block: Block) -> str:
        """A block's text on one line, without the marks of its structure."""
        return plain_words(self.text[block.start : block.end])

    def subjects(self, place: int) -> list[str]:
        """What the block at `place` is about, the outermost first, the title left out: headings, question, speaker."""
        return [self._subject(block) for block in self.path(place) if block.kind is not Kind.TITLE]

    def context(self, place: int) -> str:
        """The same on one line."""
        return PATH.join(self.subjects(place))

    def _subject(self, block: Block) -> str:
        """What a block says about those under it: of a speaker's turn the speaker, or the question it ends with."""
        words = self.words(block)
        if block.kind is not Kind.TURN:
            return words
        if words.endswith(("?", "？")):
            return re.split(r"[.!?。！？:：] ?", words[:-1])[-1].strip() + words[-1]
        return re.split(r"[:：](?= |[^\d ])", TIMED.sub("", words), maxsplit=1)[0]

    def group(self, number: int) -> list[Block]:
        """The items of a list, or the rows of a table."""
        return [block for block in self.blocks if block.group == number]


def plain_words(text: str) -> str:
    """`text` on one line without the marks of headings, items, quotations, emphasis and table cells."""
    words = _MARKS.sub("", text).replace("**", "").replace("__", "")
    if words.startswith("|"):
        words = " | ".join(cell for cell in cells_of(words) if cell)
    return " ".join(words.split()).rstrip("#").rstrip()


def cells_of(row: str) -> list[str]:
    r"""The cells of a table's row, without white space around them; `\|` is a mark inside a cell."""
    inner = row.strip().removeprefix("|")
    cells = re.split(r"(?<!\\)\|", inner)
    if not cells[-1].strip():
        cells.pop()
    return [cell.strip() for cell in cells]


def is_heading(text: str) -> bool:
    """Whether a sentence is a Markdown heading: it names what follows and states nothing."""
    return HEADING.match(text.lstrip(" \t>")) is not None
