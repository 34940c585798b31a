"""Split text into sentences that carry their own offsets.

Own code, since libraries either lose offsets or look them up afterwards with `find`, which points
to the wrong place in repetitive text. Nothing is ever dropped: every character that is not white
space belongs to exactly one sentence.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from index.text.article import Sentence

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon sr jr st mt ft gen col lt sgt capt cmdr adm maj gov sen rep pres "
    "no nos vol vols fig figs eq ch sec pp p ed eds est dept univ assn bros inc ltd co corp "
    "vs etc cf al approx ca jan feb mar apr jun jul aug sep sept oct nov dec "
    "e.g i.e u.s u.k u.n a.m p.m ph.d d.c b.c a.d".split()
)
"""Abbreviations, in lower case and without their stop: a stop after them need not end a sentence."""

ALWAYS_GO_ON = frozenset("mr mrs ms dr prof rev hon gen col lt sgt capt cmdr adm maj gov sen rep".split())
"""Titles (abbreviated): a name follows them, so a capital letter after them begins no sentence."""

TERMINATOR = re.compile(r"""(?<![.!?…])[.!?…]++["'”’)\]»]*+(?=\s|$)|[。！？；]+["'”’）】》」』]*""")
"""A run of closing punctuation with the quotes and brackets that close with it.

Matched from its first mark and never given back, or a long row of dots would take for ever.
"""

GLUED = re.compile(r"(?<=[a-z]{2})[.!?](?=[A-Z][a-z]+[ ,])")
"""A stop without a space after it ("fall behind.Encourage the"), common in translations."""

BREAK = re.compile(r"\n[^\S\n]*\n\s*|\n(?=[^\S\n]*(?:[-*+•·|>]|#{1,6}\s|\d{1,3}[.)、]\s))")
"""An empty line, or a line that opens a heading, list item, quotation or table row."""

HEADING = re.compile(r"[^\S\n]*#{1,6}\s")
WRAPPED_LINE = (55, 100)
"""Length in characters of the lines of a text that was wrapped by hand."""


def split_sentences(text: str) -> list[Sentence]:
    """Split `text` into sentences in reading order, without the white space around them.

    Returns:
        Sentences that do not overlap, none of them empty, which together hold every character of
        `text` that is not white space.
    """
    wrapped = _is_wrapped(text)
    return [
        sentence for start, end in _blocks(text, wrapped=wrapped) for sentence in _sentences_of_block(text, start, end)
    ]


def is_heading(text: str) -> bool:
    """Whether a sentence is a Markdown heading: it names what follows and states nothing."""
    return HEADING.match(text) is not None


def _is_wrapped(text: str) -> bool:
    """Whether the text is hard-wrapped: most line ends stand inside sentences."""
    lines = [line.rstrip() for line in text.split("\n")]
    inner = [line for line, after in pairwise(lines) if line.strip() and after.strip()]
    low, high = WRAPPED_LINE
    return len(inner) >= 3 and sum(low <= len(line) <= high for line in inner) > 0.6 * len(inner)


def _blocks(text: str, *, wrapped: bool) -> Iterator[tuple[int, int]]:
    """Split into blocks that no sentence crosses: paragraphs, headings, list items."""
    cuts = {match.start() for match in BREAK.finditer(text)}
    if wrapped:
        cuts |= {line.end() for line in re.finditer(r"[^\n]+", text) if HEADING.match(text, line.start())}
    else:
        cuts |= {match.start() for match in re.finditer("\n", text)}
    start = 0
    for cut in [*sorted(cuts), len(text)]:
        if text[start:cut].strip():
            yield start, cut
        start = cut


def _sentences_of_block(text: str, start: int, end: int) -> Iterator[Sentence]:
    at = start
    for stop in _stops(text, start, end):
        sentence = _trimmed(text, at, stop)
        if sentence is not None:
            yield sentence
        at = stop
    sentence = _trimmed(text, at, end)
    if sentence is not None:
        yield sentence


def _stops(text: str, start: int, end: int) -> list[int]:
    stops = {match.end() for match in TERMINATOR.finditer(text, start, end) if _ends_sentence(text, start, match, end)}
    stops |= {match.end() for match in GLUED.finditer(text, start, end)}
    return sorted(stops)


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    after = text[match.end() : min(end, match.end() + 40)].lstrip()
    if not after or mark[0] in "。！？；":
        return True
    opening = after.lstrip("\"'“‘([«*_")[:1]
    if mark != ".":
        return not opening.islower()
    before = text[max(start, match.start() - 20) : match.start()]
    word = re.split(r"[\s(\[“\"'‘]", before)[-1].lower()
    if word in ALWAYS_GO_ON or re.fullmatch(r"(?:[a-z]\.)*[a-z]", word):
        # A title, an initial or dotted letters: "J. Smith" goes on, "the U.S. It" does not.
        return word in {"u.s", "u.k", "u.n", "d.c"} and re.match(r"(?:The|It|In|He|She|They|This)\b", after) is not None
    if word in ABBREVIATIONS:
        return not (opening.islower() or opening.isdigit() or word in {"no", "nos", "vs", "st", "mt", "ft"})
    if re.fullmatch(r"\d{1,2}", before.strip()) and before.strip() == text[start : match.start()].strip():
        return False  # The number of a list item, "1. Build".
    return not opening.islower()


def _trimmed(text: str, start: int, end: int) -> Sentence | None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return None if right <= left else Sentence(start=start + left, end=start + right)
