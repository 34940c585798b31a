"""Find names by their capitals, whole: with particles, initials, titles and suffixes."""

from collections.abc import Set

from assistant.language.lexemes import NUMERAL, WORD, Line
from assistant.language.vocabulary import (
    BODIES,
    HONORIFICS,
    IMPERATIVES,
    MONTHS,
    NAME_ENDS,
    NO_NAMES,
    OPENERS,
    PARTICLES,
    ROLES,
    WEEKDAYS,
)

Span = tuple[int, int]


def names(text: str) -> list[Span]:
    """Runs of words with a capital, as characters of `text`: "Ludwig van der Meer Jr.", "J. R. Smith".

    Any word with a capital counts, one at the start of a sentence too.
    """
    line = Line(text)
    found: list[Span] = []
    at = 0
    while at < line.size:
        if not _capital(line, at):
            at += 1
            continue
        start, last = line[at].start, at
        while (following := _following(line, last)) is not None:
            last = following
        end = line[last].end
        if text[:end].endswith(("'s", "’s")):
            end -= 2
        at = last + 1
        if line[last].low in {"jr", "sr", "esq"} and line[at].text == "." and line.glued(last):
            end, at = line[at].end, at + 1
        found.append((start, end))
    return found


def proper_names(text: str) -> list[Span]:
    """Names without the words that only open the sentence or the name: "Oldwater Dam" of "Does the Oldwater Dam"."""
    found = (without_openers(text, span, NO_NAMES | IMPERATIVES) for span in names(text))
    return [(start, end) for start, end in found if start < end and text[start:end].lower() not in OPENERS]


def people(text: str) -> list[Span]:
    """Names of two to four words, particles, titles and roles aside, that name no month and no body."""
    long = [word for word in text.split() if len(word) > 3 and word[0].isalpha()]
    closed = text.rstrip("\"'”’) ").endswith((".", "!", "?"))
    if not closed and len(long) > 3 and sum(word[0].isupper() for word in long) > 0.7 * len(long):
        return []  # A title, which has capitals everywhere.
    spans = []
    for span in names(text):
        start, end = without_openers(text, span, NO_NAMES | WEEKDAYS)
        words = text[slice(*without_openers(text, (start, end), ROLES))].split()
        titled = NAME_ENDS | HONORIFICS
        bare = [word for word in words if word not in PARTICLES and word.lower().strip(".,") not in titled]
        another_s = "'s " in text[start:end] or "’s " in text[start:end]
        quoted = another_s or text[:start].endswith(('"', "“", "‘", "'", "《"))
        other = any(word.lower() in BODIES or word.lower() in MONTHS for word in words)
        if 2 <= len(bare) <= 4 and "of" not in words and not quoted and not other:
            spans.append((start, end))
    return spans


def without_openers(text: str, span: Span, openers: Set[str]) -> Span:
    """A name without the words at its beginning that are among `openers`, in lower case."""
    start, end = span
    rest = text[start:end]
    while (words := rest.split(maxsplit=1)) and words[0].lower() in openers:
        rest = words[1] if len(words) > 1 else ""
    return end - len(rest), end


def bare_word(word: str) -> str:
    """A word without the marks around it and without a possessive 's."""
    letters = [at for at, character in enumerate(word) if character.isalnum()]
    bare = word[letters[0] : letters[-1] + 1] if letters else ""
    return bare.removesuffix("'s").removesuffix("’s")


def _capital(line: Line, at: int) -> bool:
    """Whether a word has a capital: "Berg", "iPhone", "d'Arc"."""
    return line[at].kind == WORD and line[at].text.lower() != line[at].text


def _following(line: Line, at: int) -> int | None:
    """The next word of a name that a word is part of."""
    word, place = line[at], at + 1
    if line[place].text == "." and line.glued(at) and (len(word.low) == 1 or word.low in HONORIFICS):
        place += 1
        if line.glued(place - 1) and len(line[place].text) == 1 and _capital(line, place):
            return place  # "U.K.".
    elif line[place].text == "&" and _spaced(line, at):
        place += 1
    elif line[place].text in {"-", "‐", "‑"} and line.glued(at) and line.glued(place):
        return place + 1 if line[place + 1].kind in {WORD, NUMERAL} else None
    elif line[place].text == "," and line[place + 1].low in NAME_ENDS:
        place += 1
    if not _spaced(line, place - 1):
        return None
    for _ in range(3):
        if _capital(line, place):
            return place
        if line[place].low in PARTICLES and line[place + 1].text == "-" and _capital(line, place + 2):
            return place + 2  # "al-Amin".
        if line[place].low not in PARTICLES or not _spaced(line, place):
            return None
        place += 1
    return None


def _spaced(line: Line, at: int) -> bool:
    """Whether only white space stands before the next lexeme, a point right before it aside."""
    between = line.text[line[at].end : line[at + 1].start] if line[at + 1].kind else ""
    return bool(between) and not between.strip()
