"""Read a text's words, figures and dates, and compare them: words as spelled, figures and dates by their value."""

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.language.dates import FIRST_YEAR, LAST_YEAR, Date, bare_year, date_at
from assistant.language.figures import BEGINNINGS, Figure, figure_at, qualifier_at
from assistant.language.lexemes import NUMERAL, SIGN, WORD, Line, normalised
from assistant.language.numbers import name_with_digits
from assistant.language.vocabulary import ACRONYMS, ERAS, LETTERED, MONTHS, ORDINALS, WEEKDAYS
from index.text.terms import STOP_WORDS

_ARTICLES = frozenset(("a", "an", "the"))
_DATE_BEGINNINGS = frozenset((*MONTHS, *WEEKDAYS, *ERAS, *ORDINALS, "公", "二", "一"))
_VALUE_BEGINNINGS = _DATE_BEGINNINGS | BEGINNINGS


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


def places(text: str, wording: str) -> list[tuple[int, int]]:
    """Where the tokens of `wording` stand side by side in `text`, each agreeing: tokens of `text`, end exclusive.

    A qualifier before a figure ("about 30") does not matter where the figure comes first in `wording`.

    Raises:
        ValueError: `wording` has no word, figure or date.
    """
    wanted = read(wording)
    if not wanted:
        raise ValueError(f"no word, figure or date in the wording {wording!r}")
    held = read(text)
    size = len(wanted)
    return [
        (at, at + size)
        for at in range(len(held) - size + 1)
        if all(_fits(expected, held[at + i], first=i == 0) for i, expected in enumerate(wanted))
    ]


def _fits(expected: Token, found: Token, *, first: bool) -> bool:
    if first or expected.figure is None or found.figure is None:
        return agrees(expected, found)
    figure = replace(found.figure, label=True, glued=False)  # "Covid 19" is COVID-19.
    return agrees(expected, replace(found, figure=figure)) and expected.figure.bound == figure.bound


def holds(text: str, wording: str) -> bool:
    """Whether the tokens of `wording` stand side by side in `text`; raises as `places` does."""
    return bool(places(text, wording))


def values_of(text: str) -> tuple[Token, ...]:
    """The figures and dates of `text`, in order."""
    return tuple(token for token in read(text) if token.figure or token.date)


def figures(text: str) -> tuple[Figure, ...]:
    """The figures of `text`, in order; bare years are among them."""
    return tuple(token.figure for token in read(text) if token.figure)


def dates(text: str) -> tuple[Date, ...]:
    """The dates of `text`, in order."""
    return tuple(token.date for token in read(text) if token.date)


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Token, ...]:
    """The words, figures and dates of `text`, in order.

    Hyphens and punctuation split words, an apostrophe between letters does not ("don't"); the
    articles a, an and the are left out, and a letter that is a name stays ("Plan A"); so do the marks
    of C++ and C#, and the capitals of "US". Each Chinese or Japanese character is a word. A unit behind
    its figure belongs to the figure where it is a percentage or a currency and is a word otherwise.
    """
    flat, starts, ends = normalised(text)
    line = Line(flat)
    found: list[Token] = []
    at = 0
    while at < line.size:
        token, at = _token(line, at)
        if token is not None:
            found.append(token if starts is None else _moved(token, starts, ends))
    return tuple(found)


def _token(line: Line, at: int) -> tuple[Token | None, int]:
    """What begins at a lexeme, None for a mark or an article, and the place behind it."""
    lexeme = line[at]
    if lexeme.kind == WORD and lexeme.low not in _VALUE_BEGINNINGS:
        return _word(line, at)
    if (lexeme.kind == NUMERAL or lexeme.low in _DATE_BEGINNINGS) and (dated := date_at(line, at)) is not None:
        return _dated(line, at, *dated), dated[1]
    if lexeme.kind == NUMERAL or lexeme.low in BEGINNINGS:
        bound, first = qualifier_at(line, at)
        found = None if bound and date_at(line, first) else figure_at(line, at)
        if found is not None:
            figure, behind = found
            return Token(start=figure.start, end=figure.end, figure=figure, date=_years(line, figure, behind)), behind
        if lexeme.kind == NUMERAL:
            behind = name_with_digits(line, at)
            end = line[behind - 1].end
            word = line.text[lexeme.start : end].casefold()
            return Token(start=lexeme.start, end=end, word=word.replace("–", "-")), behind
    if lexeme.kind == SIGN:
        degrees = lexeme.text == "°"
        return (Token(start=lexeme.start, end=lexeme.end, word="degrees") if degrees else None), at + 1
    return _word(line, at)


def _dated(line: Line, at: int, date: Date, behind: int) -> Token:
    start, end = line[at].start, line[behind - 1].end
    alone = behind == at + 1 and line[at].kind == WORD
    figure = None
    if date.until and not date.month and (found := figure_at(line, at)) is not None and found[1] == behind:
        figure = found[0]
    return Token(start=start, end=end, date=date, figure=figure, word=line[at].low if alone else None)


def _years(line: Line, figure: Figure, behind: int) -> Date | None:
    """The year or the span of years that a figure may be."""
    last = bare_year(line[behind - 1].text)
    if last is None or figure.unit or figure.zeros or figure.value.denominator != 1 or figure.value < 0:
        return None
    if figure.high is None:
        return replace(last, start=figure.start, end=figure.end) if figure.value == last.year else None
    counts = line[behind].kind == WORD and line[behind].text.islower() and line[behind].low not in STOP_WORDS
    if figure.high != last.year or not FIRST_YEAR <= figure.value <= LAST_YEAR or (counts and line.near(behind - 1)):
        return None
    return Date(year=int(figure.value), until=last, start=figure.start, end=figure.end)


def _word(line: Line, at: int) -> tuple[Token | None, int]:
    lexeme, behind = line[at], at + 1
    end, word = lexeme.end, lexeme.low
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word.replace("’", "'").replace("ʼ", "'"))
    if word.endswith("'s"):
        word, end = word[:-2], end - 2
    elif lexeme.kind == WORD and line.glued(at) and line[behind].text in {"+", "#"}:
        behind, word = _with_marks(line, at, word)
        end = line[behind - 1].end
    elif lexeme.text in ACRONYMS and not _shouted(line, at):
        word = lexeme.text
    if word in _ARTICLES and not (lexeme.text == "A" and _is_letter(line, at)):
        return None, behind
    return Token(start=lexeme.start, end=end, word=word), behind


def _with_marks(line: Line, at: int, word: str) -> tuple[int, str]:
    """The place behind the marks that end a name ("C++", "C#"), and the name; the word alone if they do not."""
    behind = at + 1
    while behind < at + 3 and line[behind].text in {"+", "#"} and line.glued(behind - 1):
        behind += 1
    joined = line.glued(behind - 1) and (line[behind].kind != SIGN or line[behind].text in {"+", "#"})
    if joined or (line[at + 1].text == "#" and len(word) > 2):
        return at + 1, word
    return behind, word + "".join(line[i].text for i in range(at + 1, behind))


def _shouted(line: Line, at: int) -> bool:
    """Whether a word beside one is in capitals too, so that they say nothing."""
    return any(
        len(word.text) > 1 and word.kind == WORD and word.text.isupper() for word in (line[at - 1], line[at + 1])
    )


def _is_letter(line: Line, at: int) -> bool:
    """Whether a capital A is a name and no article."""
    before, behind = line[at - 1], line[at + 1]
    followed = behind.kind in {WORD, NUMERAL} and line.near(at) and not line.glued(at)
    if before.kind == WORD and line.near(at - 1):
        return before.low in LETTERED or not followed or (behind.text[0].islower() and before.low not in STOP_WORDS)
    return not followed and not (at == 0 and behind.kind not in {SIGN, ""})


def _moved(token: Token, starts: list[int], ends: list[int]) -> Token:
    start, end = starts[token.start], ends[token.end - 1]
    return replace(
        token,
        start=start,
        end=end,
        figure=token.figure and replace(token.figure, start=start, end=end),
        date=token.date and replace(token.date, start=start, end=end),
    )
