"""Compare texts by what they say: words as spelled, figures and dates by their value."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.language.dates import DATE, Date, bare_year, parse_date
from assistant.language.figures import (
    END,
    FIGURE,
    ORDINAL_FIGURE,
    SPELLED,
    Figure,
    parse_figure,
    parse_ordinal,
    parse_spelled,
)

_CJK = (
    r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"  # As index.text.terms, which imports tantivy.
)
_LETTERS = rf"[^\W\d_{_CJK}](?:[^\W_{_CJK}]|[\u0300-\u036f])*+"
_TOKEN = (
    rf"(?=[\w$€£¥−-])(?:(?P<date>{DATE})|(?P<version>(?:\d++(?:\.\d++){{2,}}+|\d++s{END}))|(?P<ordinal>{ORDINAL_FIGURE})"
    rf"|(?P<figure>{FIGURE})|(?P<spelled>{SPELLED})|(?P<ideograph>[{_CJK}])|(?P<word>{_LETTERS}(?:['’ʼ]{_LETTERS})*+))"
)
_pattern = cache(lambda: re.compile(_TOKEN, re.IGNORECASE))  # Compiling takes longer than all other imports here.
_ARTICLES = frozenset(("a", "an", "the"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A word, a figure or a date of a text. A bare year is figure and date, a month's name word and date."""

    start: int
    """First character in the text it was read from."""
    end: int
    """One past the last."""
    word: str | None = None
    """In one spelling: NFKC, case folded, straight apostrophes, no possessive 's."""
    figure: Figure | None = None
    date: Date | None = None


def agrees(expected: Token, found: Token) -> bool:
    """Whether `found` says what `expected` does.

    Words agree when equal; figures in value, kind and, where both have one, unit; a date when every
    part that `expected` has is also `found`'s, so that "March 2020" agrees with a found
    "26 March 2020", and not the reverse.
    """
    if expected.word is not None and expected.word == found.word:
        return True
    if expected.figure and found.figure and expected.figure.agrees(found.figure):
        return True
    return bool(expected.date and found.date and expected.date.agrees(found.date))


def states(text: str, wording: str) -> bool:
    """Whether the tokens of `wording` stand side by side in `text`, each agreeing.

    Raises:
        ValueError: `wording` has no word, figure or date.
    """
    wanted = read(wording)
    if not wanted:
        raise ValueError(f"no word, figure or date in the wording {wording!r}")
    held = read(text)
    return any(
        all(agrees(expected, held[at + i]) for i, expected in enumerate(wanted))
        for at in range(len(held) - len(wanted) + 1)
    )


def values_of(text: str) -> tuple[Token, ...]:
    """The figures and dates of `text`, in order."""
    return tuple(token for token in read(text) if token.figure or token.date)


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Token, ...]:
    """The words, figures and dates of `text`, in order.

    Hyphens and punctuation split words, an apostrophe between letters does not ("don't"); the
    articles a, an and the are left out; each Chinese or Japanese character is a word. A unit behind
    its figure belongs to the figure where it is a percentage or a currency and is a word otherwise.
    """
    flat, starts, ends = _normalised(text)
    found: list[Token] = []
    for match in _pattern().finditer(flat):
        found += [token if starts is None else _moved(token, starts, ends) for token in _tokens(match)]
    return tuple(found)


def _tokens(match: re.Match[str]) -> list[Token]:
    start, end, text = match.start(), match.end(), match.group()
    if match["figure"] is not None:
        figure = parse_figure(match)
        return [Token(start=start, end=end, figure=figure, date=bare_year(text))]
    if match["spelled"] is not None:
        return [
            Token(start=a, end=b, figure=one, word=None if one else match.string[a:b].casefold())
            for a, b, one in parse_spelled(match)
        ]
    if match["date"] is not None:
        return [Token(start=start, end=end, date=parse_date(text), word=text.casefold() if text.isalpha() else None)]
    if match["ordinal"] is not None:
        return [Token(start=start, end=end, figure=parse_ordinal(text))]
    word = unicodedata.normalize("NFKC", re.sub("[’ʼ]", "'", text).casefold())
    if word.endswith("'s"):
        word, end = word[:-2], end - 2
    return [] if word in _ARTICLES else [Token(start=start, end=end, word=word)]


def _moved(token: Token, starts: list[int], ends: list[int]) -> Token:
    return Token(
        start=starts[token.start], end=ends[token.end - 1], word=token.word, figure=token.figure, date=token.date
    )


def _normalised(text: str) -> tuple[str, list[int] | None, list[int]]:
    """`text` in NFKC, and for each of its characters where in `text` it begins and ends; None when unchanged.

    What would fall apart into several words or change its meaning stays as it is: "㍿", and raised
    digits, which NFKC lowers ("10²" is not 102).
    """
    if unicodedata.is_normalized("NFKC", text):
        return text, None, []
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        if text[at] < "\x80" and text[end : end + 1] < "\u0300":  # No mark below this one: the fast way.
            out.append(text[at])
            starts.append(at)
            ends.append(end)
            at = end
            continue
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        cluster = text[at:end]
        flat = unicodedata.normalize("NFKC", cluster)
        if unicodedata.category(text[at]) == "No" or (len(flat) > len(cluster) and not _one_word(flat)):
            flat = cluster
        out.append(flat)
        starts += [at] * len(flat)
        ends += [end] * len(flat)
        at = end
    return "".join(out), starts, ends


def _one_word(flat: str) -> bool:
    return flat[0].isalpha() and flat.isalnum() and not re.search(f"[{_CJK}]", flat)
