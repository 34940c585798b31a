"""Makes light Markdown of the lines of a PDF: headings, rows and paragraphs, without what runs along on each page."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from index.text.article import Page
from index.text.formats.html_table import markdown_table
from index.text.formats.pdf_lines import Line

EDGE_LINES = 2
"""Lines at the top and bottom of a page that may be a running header or footer."""
RUNNING_SHARE = 0.4
"""Share of pages on which a line must come back, whatever its figures, to run along."""
RUNNING_PAGES = 3
HEADING_SIZE = 1.15
"""A heading's size, in parts of the body's."""
MAX_HEADING_CHARACTERS = 200
MAX_LEVEL = 4
NEW_PARAGRAPH = 1.35
"""A larger step than this many times the usual one begins a paragraph."""
MAX_ROW_STEP = 3.0
INDENT = 0.8
MAX_WORD_CHARACTERS = 60
COLUMN_POINTS = 108
BULLET = re.compile(r"[•◦▪●■‣]\s*|[·–—*-]\s+")
MARKER = re.compile(rf"(?:{BULLET.pattern}|\(?(?:\d{{1,3}}|[a-z])[.)]\s+)(?=\S)")
SENTENCE_END = re.compile(r"[.!?:;。！？：…][\"'”’»)\]]*$")
PAGE_NUMBER = re.compile(
    r"(?:page|seite|p\.)?\s?[-–—]?\s?\d{1,4}\s?[-–—]?(?:\s?(?:of|von|/)\s?\d{1,4})?", re.IGNORECASE
)
PAGE_OF = re.compile(
    r"(?:page|seite)\s?\d{1,4}(?:\s?(?:of|von|/)\s?\d{1,4})?|\d{1,4}\s?(?:of|von|/)\s?\d{1,4}", re.IGNORECASE
)
"""A page's number that says that it is one, in a document of a single page."""
PRINTED_FROM = re.compile(r"(?:https?|file)://\S{1,500} \d{1,4}/\d{1,4}")
PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d{2}(?: ?[AP]M)? .{1,300}")
"""What a browser prints below a page, and above it: time and title."""
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
"""Scripts that put no blank between words, so that none stands for a line's end."""


@dataclass(slots=True)
class _Block:
    kind: str
    """heading, paragraph, item or table."""
    lines: list[tuple[int, Line]]
    """With the number of the page."""


@dataclass(frozen=True, slots=True)
class _Measures:
    """What is usual in the document."""

    size: float
    """Of the body's font."""
    step: float
    """From line to line."""
    levels: dict[float, int]
    """Of headings by size."""


def text_of(pages: Sequence[Sequence[Line]]) -> tuple[str, tuple[Page, ...]]:
    """The text of the lines of pages, and where in it each page with text stands."""
    measures = _measured(pages)
    pages = _without_running(pages, measures)
    blocks: list[_Block] = []
    for number, lines in enumerate(pages, 1):
        rights = _rights(lines)
        for place, line in enumerate(lines):
            before = lines[place - 1] if place else None
            right = rights[_column(before or line)]
            _add(blocks, line, before, number=number, right=right, measures=measures)
    return _Writer(pages, measures).write(blocks)


def _without_running(pages: Sequence[Sequence[Line]], measures: _Measures) -> list[list[Line]]:
    """The pages without lines that come back at their top or bottom, such as page numbers and titles."""

    def edges(lines: Sequence[Line]) -> set[int]:
        by_height = sorted(range(len(lines)), key=lambda at: lines[at].y)
        return set(by_height[:EDGE_LINES] + by_height[-EDGE_LINES:])

    def shape(line: Line) -> str:
        # "Chapter 2" above a page's text is no running title of "Chapter 1".
        is_large = _rounded(line.size) in measures.levels
        return line.text if is_large else re.sub(r"\d+", "#", line.text.lower())

    def is_printed(line: Line, outer: Sequence[Line]) -> bool:
        if len(pages) == 1 and PAGE_OF.fullmatch(line.text):
            return True
        by_browser = any(PRINTED_FROM.fullmatch(one.text) for one in outer)
        return by_browser and (PRINTED_FROM.fullmatch(line.text) or PRINTED_AT.fullmatch(line.text)) is not None

    counts = Counter(one for lines in pages for one in {shape(lines[at]) for at in edges(lines)})
    least = max(RUNNING_PAGES, RUNNING_SHARE * sum(map(bool, pages)))
    kept = []
    for lines in pages:
        outer = edges(lines)
        kept.append(
            [
                line
                for at, line in enumerate(lines)
                if at not in outer
                or not (
                    counts[shape(line)] >= least
                    or (len(pages) > 1 and PAGE_NUMBER.fullmatch(line.text))
                    or is_printed(line, [lines[one] for one in outer])
                )
            ]
        )
    return kept if any(kept) else [list(lines) for lines in pages]


def _measured(pages: Sequence[Sequence[Line]]) -> _Measures:
    sizes: Counter[float] = Counter()
    steps: list[float] = []
    full: list[float] = []  # After lines that fill their column: between paragraphs the step is often larger.
    for lines in pages:
        rights = _rights(lines)
        for before, line in zip([None, *lines], lines, strict=False):
            sizes[_rounded(line.size)] += len(line.text)
            if before is not None and 0 < before.y - line.y < 3 * line.size:
                steps.append(before.y - line.y)
                short = rights[_column(before)] - before.right > 0.1 * (before.right - before.left)
                if not short and len(before.cells) == 1 and before.size == line.size:
                    full.append(before.y - line.y)
    size = sizes.most_common(1)[0][0] if sizes else 1.0
    larger = sorted((one for one in sizes if one >= HEADING_SIZE * size), reverse=True)
    levels = {one: min(level, MAX_LEVEL) for level, one in enumerate(larger, 1)}
    return _Measures(size, median(full or steps or [size]), levels)


def _rights(lines: Sequence[Line]) -> dict[int, float]:
    """How far to the right the lines of each column of a page reach."""
    rights: dict[int, float] = {}
    for line in lines:
        rights[_column(line)] = max(rights.get(_column(line), 0.0), line.right)
    return rights


def _column(line: Line) -> int:
    """Which column of the page a line begins in, roughly: indented lines stay in theirs."""
    return int(line.left // COLUMN_POINTS)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _add(
    blocks: list[_Block], line: Line, before: Line | None, *, number: int, right: float, measures: _Measures
) -> None:
    """Add a line to the last block, or begin one."""
    last = blocks[-1] if blocks else None
    kind = _kind(line, measures)
    if last is not None and _continues(last, kind, line, before, right, measures):
        last.lines.append((number, line))
    else:
        blocks.append(_Block(kind, [(number, line)]))


def _kind(line: Line, measures: _Measures) -> str:
    if len(line.cells) > 1:
        return "table"
    if _rounded(line.size) in measures.levels and len(line.text) <= MAX_HEADING_CHARACTERS:
        return "heading"
    return "item" if MARKER.match(line.text) else "paragraph"


def _continues(last: _Block, kind: str, line: Line, before: Line | None, right: float, measures: _Measures) -> bool:
    """Whether a line goes on with the block before it."""
    previous = last.lines[-1][1]
    if before is None:  # The first of a page: a sentence may go on from the page before.
        return kind == "paragraph" and last.kind in ("paragraph", "item") and not SENTENCE_END.search(previous.text)
    step = previous.y - line.y
    usual = measures.step * max(1.0, line.size / measures.size)
    if kind == "table" or last.kind == "table":
        return kind == last.kind and len(line.cells) == len(previous.cells) and 0 < step < MAX_ROW_STEP * usual
    if not 0 < step <= NEW_PARAGRAPH * usual:
        # A new column begins above; a sentence may go on there.
        return step < 0 and kind == last.kind == "paragraph" and not SENTENCE_END.search(previous.text)
    if kind == "heading" or last.kind == "heading":
        return kind == last.kind and abs(line.size - previous.size) < 0.5
    if kind == "item" or previous.bold != line.bold or abs(line.size - previous.size) > 0.08 * line.size:
        return False
    ends = SENTENCE_END.search(previous.text) is not None
    if last.kind == "paragraph" and line.left > previous.left + INDENT * line.size and ends:
        return False
    return not (ends and previous.right < right - 0.2 * (right - previous.left))


class _Writer:
    """Writes blocks, and notes where pages begin."""

    def __init__(self, pages: Sequence[Sequence[Line]], measures: _Measures) -> None:
        self.pages = pages
        self.measures = measures
        self.parts: list[str] = []
        self.length = 0
        self.starts: list[tuple[int, int]] = []

    def write(self, blocks: Sequence[_Block]) -> tuple[str, tuple[Page, ...]]:
        for place, block in enumerate(blocks):
            if place:
                together = block.kind == "item" and blocks[place - 1].kind == "item"
                self._put("\n" if together else "\n\n")
            self._block(block)
        self._put("\n")
        ends = [start for _, start in self.starts[1:]] + [self.length]
        pages = tuple(Page(number=n, start=s, end=end) for (n, s), end in zip(self.starts, ends, strict=True))
        return "".join(self.parts), pages

    @cached_property
    def _words(self) -> Counter[str]:
        """How often each word of the document occurs, for the case that one is divided."""
        lines = " ".join(line.text for page in self.pages for line in page)
        return Counter(re.findall(r"\w+(?:-\w+)*", lines.lower()))

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def _block(self, block: _Block) -> None:
        first = block.lines[0][1]
        if block.kind == "table" and len(block.lines) > 1:
            self._begin(block.lines[0][0])
            self._put(markdown_table([line.cells for _, line in block.lines]))
            return
        if block.kind == "heading":
            self._begin(block.lines[0][0])
            self._put("#" * self.measures.levels[_rounded(first.size)] + " ")
        whole = " ".join(line.text for _, line in block.lines)
        bold = block.kind == "paragraph" and all(line.bold for _, line in block.lines) and len(whole) <= 200
        for place, (number, line) in enumerate(block.lines):
            text = BULLET.sub("- ", line.text, count=1) if block.kind == "item" and not place else line.text
            if place:
                self._join(block.lines[place - 1][1], line)
            self._begin(number)
            self._put(("**" if bold and not place else "") + text)
        self._put("**" if bold else "")

    def _begin(self, number: int) -> None:
        """Note that a page begins here, if it does."""
        if not self.starts or self.starts[-1][0] < number:
            self.starts.append((number, self.length if self.starts else 0))

    def _join(self, line: Line, following: Line) -> None:
        """Write what stands between two lines of a paragraph: a blank, nothing, or a hyphen that is the word's own."""
        hyphenated = line.hyphen or re.search(r"\w-$", line.text) is not None
        if not hyphenated:
            joined = UNSPACED.match(line.text[-1]) and UNSPACED.match(following.text[0])
            self._put("" if joined else " ")
            return
        start = re.search(r"[\w-]*$", line.text.removesuffix("-")[-MAX_WORD_CHARACTERS:])
        end = re.match(r"\w+", following.text)
        halves = (start[0] if start else "").lower(), (end[0] if end else "").lower()
        is_compound = self._words["-".join(halves)] > self._words["".join(halves)]
        keeps = is_compound or not following.text[0].islower()
        if not keeps and self.parts[-1].endswith("-"):
            self.parts[-1] = self.parts[-1][:-1]
            self.length -= 1
        elif keeps and not self.parts[-1].endswith("-"):
            self._put("-")
