"""Split text into sentences that carry their own offsets.

Own code, since libraries lose offsets or miss more ends (docs/decisions/sentences.md has the figures). A sentence never
leaves its block, and every letter and digit of a block belongs to exactly one sentence.
"""

import re
from collections.abc import Iterator

from index.text.article import Sentence
from index.text.blocks import find_blocks
from index.text.structure import Block, Kind
from index.text.terms import STOP_WORDS

ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof rev hon sr jr st mt ft gen col lt sgt capt cmdr adm maj gov sen rep pres "
    "no nos vol vols fig figs eq ch sec pp p ed eds est dept univ assn bros inc ltd co corp "
    "vs etc cf al approx ca jan feb mar apr jun jul aug sep sept oct nov dec "
    "e.g i.e u.s u.k u.n a.m p.m ph.d d.c b.c a.d "
    "bzw nr str abs art usw vgl ggf evtl inkl mio mrd tel geb gest hr fr sog z.b d.h u.a z.t s.o "
    "mme mlle m.m sra srta ud".split()
)
"""Abbreviations, in lower case and without their stop: a stop after them need not end a sentence."""

ALWAYS_GO_ON = frozenset("mr mrs ms dr prof rev hon gen col lt sgt capt cmdr adm maj gov sen rep hr fr z.b d.h".split())
"""Titles (abbreviated) and the like: a capital letter after them begins no sentence."""

_CLOSING = r"""["'”’)\]»*_]*+(?:\[\^?\w{1,4}\]|[¹²³⁰⁴-⁹]++)*+["'”’)\]»*_]*+"""
TERMINATOR = re.compile(rf"(?<![.!?…])[.!?…]++{_CLOSING}(?=\s|$)|[。！？；።။។]+[\"'”’）】》」』]*|[।॥۔؟]+{_CLOSING}")
"""A run of closing punctuation with the quotes, brackets, emphasis and footnote marks that close with it.

Matched from its first mark and never given back, or a long row of dots would take for ever.
"""

GLUED = re.compile(r"(?<![^\s(\"'“‘])[A-Za-z]+(?<=[a-z]{2})[.!?](?=[A-Z][a-z]+[ ,])")
"""A stop without a space after it ("fall behind.Encourage the"), common in translations."""

_RUN_IN = re.compile(
    r"(?:[-+•] |\d{1,3}[.)] )?(\*\*|__)(?!(?:it|he|she|they|we|you|i|this|that|there)\b)"
    r"[^\s*_]{1,30}(?: [^\s*_]{1,30}){0,5}[.:!]\1",
    re.IGNORECASE,
)
"""A heading in bold at the start of a paragraph, "**Cause.** The pump had failed": a part of the sentence behind it."""

_GERMANIC = frozenset("am vom zum im beim bis seit ab den dem der des die das und til på fra".split())
"""Words after which a number with a stop is an ordinal in German and the Nordic languages ("am 14. Juni")."""
_MONTHS = frozenset(
    "januar jänner februar feber märz mai juni juli oktober dezember marts mars maj desember jahrhundert".split()
)
"""Words before which it is one, those left out that are English too."""


def split_sentences(text: str) -> list[Sentence]:
    """Split `text` into sentences in reading order, without the white space around them.

    Returns:
        Sentences that do not overlap, none of them empty, which together hold every letter and digit of the
        blocks of `text`.
    """
    return [sentence for block in find_blocks(text) for sentence in sentences_of(text, block)]


def sentences_of(text: str, block: Block) -> list[Sentence]:
    """The sentences of one block of `text`; a row of a table, a heading and code are one sentence each."""
    if block.kind in {Kind.ROW, Kind.HEADER_ROW, Kind.CODE, Kind.HEADING, Kind.TITLE}:
        return [Sentence(start=block.start, end=block.end)]
    return list(_sentences(text, block.start, block.end))


def _sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    at = start
    for stop in [*_stops(text, start, end), end]:
        piece = text[at:stop]
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if right > left:
            yield Sentence(start=at + left, end=at + right)
        at = stop


def _stops(text: str, start: int, end: int) -> list[int]:
    stops = {match.end() for match in TERMINATOR.finditer(text, start, end) if _ends_sentence(text, start, match, end)}
    stops |= {match.end() for match in GLUED.finditer(text, start, end)}
    return sorted(stops)


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    mark = match.group()
    after = text[match.end() : min(end, match.end() + 40)].lstrip()
    if after and _RUN_IN.fullmatch(text, start, match.end()):
        return False
    if not after or mark[0] in "。！？；።။។।॥۔؟":
        return True
    opening = after.lstrip("\"'“‘([«*_")
    if mark[0] != "." or mark.startswith(".."):
        return not opening[:1].islower()
    words = re.split(r"[\s(\[“\"'‘*_]", text[max(start, match.start() - 40) : match.start()])
    word = words[-1].lower()
    earlier = words[-2] if len(words) > 1 else ""
    opener = re.match(r"[A-Z][a-z]*\b", opening)
    opens = opener is not None and opener[0].lower() in STOP_WORDS
    if word in ALWAYS_GO_ON:
        return False
    if re.fullmatch(r"[^\W\d_]", word):
        # An initial, "by J. Smith", or a letter that is a name, "vitamin C. The crew".
        initial = not earlier or earlier[:1].isupper() or earlier.endswith(".") or earlier.lower() in STOP_WORDS
        return not opening[:1].islower() and (opens if initial else True)
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word):
        return opens  # "The U.S. Navy" goes on, "in the U.S. It" does not.
    if word in ABBREVIATIONS:
        return not (opening[:1].islower() or opening[:1].isdigit() or word in {"no", "nos", "vs", "st", "mt", "ft"})
    if re.fullmatch(r"\d{1,2}", word):
        before = text[start : match.start()].strip("*_> \t")
        follows = re.split(r"\W", opening, maxsplit=1)[0].lower()
        # The number of a list item, "1. Build", or an ordinal.
        if before == word or earlier.lower() in _GERMANIC or follows in _MONTHS:
            return False
    return not opening[:1].islower()
