"""Find names by their capitals, whole: with particles, initials, titles and suffixes."""

from assistant.language.lexemes import NUMERAL, WORD, Line
from assistant.language.vocabulary import HONORIFICS, NAME_ENDS, PARTICLES

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
