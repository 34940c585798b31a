"""Cut a text into numerals, words, ideographs and signs, for the grammars of figures and dates."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from assistant.language.visible import UNSEEN

CJK = (
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"  # As index.text.terms, which imports tantivy.
)
_LETTERS = rf"[^\W\d_{CJK}](?:[^\W_{CJK}]|[\u0300-\u036f])*+"
_LEXEME = re.compile(
    rf"(\d+)|((?:RMB|CNY|USD|HKD|AUD|CAD|EUR|GBP|JPY|INR|CHF)(?=\d)|{_LETTERS}(?:['’ʼ]{_LETTERS})*+)|([{CJK}])|(\S)"
)
NUMERAL, WORD, IDEOGRAPH, SIGN, NOTHING = "n", "w", "c", "s", ""
_KINDS = (NOTHING, NUMERAL, WORD, IDEOGRAPH, SIGN)


class Lexeme(NamedTuple):
    """A run of digits, a word, an ideograph or a sign."""

    kind: str
    text: str
    low: str
    """In lower case."""
    start: int
    end: int


_END = [Lexeme(kind=NOTHING, text="", low="", start=-1, end=-2)] * 12


class Line(list[Lexeme]):
    """The lexemes of a text; whatever lies before the first or shortly behind the last is of no kind.

    A list, so that looking at a lexeme, which the grammars do dozens of times a sentence, costs no call.
    """

    def __init__(self, text: str) -> None:
        lowered = str.lower if text.isascii() else str.casefold
        super().__init__(
            [
                Lexeme(_KINDS[match.lastindex or 0], match.group(), lowered(match.group()), match.start(), match.end())
                for match in _LEXEME.finditer(text)
            ]
        )
        self.text = text
        self.size = len(self)
        self += _END

    def glued(self, at: int) -> bool:
        """Whether the next lexeme follows without a space."""
        return self[at].end == self[at + 1].start

    def spaced(self, at: int) -> bool:
        """Whether the next lexeme follows after one space."""
        one, other = self[at], self[at + 1]
        return one.end + 1 == other.start and self.text[one.end] == " "

    def near(self, at: int) -> bool:
        """Whether nothing but white space, two characters at most, lies before the next lexeme."""
        return 0 <= self[at + 1].start - self[at].end <= 2

    def opens(self, at: int) -> bool:
        """Whether a lexeme stands at the beginning, after white space or after an opening bracket."""
        return at == 0 or not self.glued(at - 1) or self[at - 1].text in "([{“\"'‘=:"

    def phrase(self, at: int, phrases: "Phrases") -> tuple[str, int]:
        """The longest of some phrases that begins here, and the place behind it; "" and `at` if none does."""
        for lows, name in phrases.get(self[at].low, ()):
            if all(self[at + i].low == low for i, low in enumerate(lows)):
                return name, at + len(lows)
        return "", at


Phrases = dict[str, list[tuple[tuple[str, ...], str]]]
"""Phrases as the lexemes that they are made of, under the first, the longest first; each with its name."""


def phrases(listed: Iterable[tuple[str, str]]) -> Phrases:
    """Phrases, each with a name, to be looked up by `Line.phrase`."""
    found: Phrases = {}
    lines = [(Line(phrase), name) for phrase, name in listed]
    for line, name in sorted(lines, key=lambda pair: -pair[0].size):
        found.setdefault(line[0].low, []).append((tuple(line[i].low for i in range(line.size)), name))
    return found


def normalised(text: str) -> tuple[str, list[int] | None, list[int]]:
    """`text` in NFKC without what shows nothing, and where in `text` each character begins and ends.

    The places are None where nothing changes. What would fall apart into several words or change its meaning
    stays as it is: "㍿", and raised digits and fractions, which NFKC lowers ("10²" is not 102).
    """
    if unicodedata.is_normalized("NFKC", text) and not UNSEEN.search(text):
        return text, None, []
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        if "\x20" <= text[at] < "\x7f" and text[end : end + 1] < "\u0300":  # No mark below this one: the fast way.
            flat = text[at]
        else:
            while end < len(text) and unicodedata.combining(text[end]):
                end += 1
            flat = _flat(text[at:end])
        out.append(flat)
        starts += [at] * len(flat)
        ends += [end] * len(flat)
        at = end
    return "".join(out), starts, ends


def _flat(cluster: str) -> str:
    if cluster[0] != "\n" and UNSEEN.fullmatch(cluster[0]):
        return cluster[1:]
    flat = unicodedata.normalize("NFKC", cluster)
    apart = len(flat) > len(cluster) and not _one_word(flat)
    return cluster if apart or unicodedata.category(cluster[0]) == "No" else flat


def _one_word(flat: str) -> bool:
    return flat[0].isalpha() and flat.isalnum() and not re.search(f"[{CJK}]", flat)
