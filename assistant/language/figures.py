"""Read figures by value: "11.27 million", "11,270,000", "1127万" and "1,127 × 10,000" are one figure.

A grammar over the lexemes of a text. The longest reading counts, and none cuts a figure at the mark between its
groups of digits, its sign, its range, its fraction or its power of ten. A number that is part of a name, a version,
a telephone number or a score is no figure but a word.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from assistant.language.lexemes import NUMERAL, SIGN, WORD, Line, phrases
from assistant.language.numbers import CLOCK, DASHES, DENOMINATORS, Amount, amount_at, chained
from assistant.language.vocabulary import (
    CARDINALS,
    CURRENCIES_BEFORE,
    GENERIC_UNITS,
    LABELS,
    MEASURES,
    ORDINALS,
    PORTIONS,
    QUALIFIERS,
    QUALIFIERS_BEHIND,
)

_QUALIFIERS = phrases(QUALIFIERS.items())
_BEHIND = phrases(QUALIFIERS_BEHIND.items())
BEGINNINGS = frozenset(
    (*CARDINALS, *ORDINALS, *_QUALIFIERS, *CURRENCIES_BEFORE, *"a an half minus negative between zwischen".split())
) | set("$€£¥₹₽₩-−–+½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞第百一二三四五六七八九十两零〇")
"""Words and signs with which a figure may begin; digits besides."""
_SHARES = range(1, 10)
_OPEN_PREFIXES = frozenset("mid pre post early late sub over under ex non about circa".split())
_DETERMINERS = frozenset("the its their his her our these those all my your".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A figure by its value."""

    start: int = field(default=0, compare=False)
    """First character in the text it was read from, of its qualifier where it has one."""
    end: int = field(default=0, compare=False)
    """One past the last."""
    value: Fraction
    """Exact; the lower end of a range."""
    high: Fraction | None = None
    """The upper end of a range."""
    bound: str | None = None
    """One of `vocabulary`'s MORE, AT_LEAST, ABOUT, AT_MOST, LESS and NEARLY; None where it is exact."""
    ordinal: bool = False
    """"tenth" rather than "ten"."""
    unit: str | None = None
    """Of `vocabulary.UNITS`, or `CLOCK`; None when none is written."""
    zeros: int = 0
    """Zeros at the end of its decimals, as in "platform 2.0"; 0 where a scale follows ("2.0 million")."""
    minutes: int | None = None
    """What it is as a time of day, "10.30" too."""
    half_day: bool = False
    """Whether a time is told on a clock of twelve hours, and not which half of the day is meant."""
    whole: bool = field(default=False, compare=False)
    """Whether only a part of it is meant: the 40 of "half of the 40 singers"."""
    label: bool = field(default=False, compare=False)
    """Whether it may be a name and count nothing: "room 12"."""
    glued: bool = field(default=False, compare=False)
    """Whether it is part of a name for certain: "COVID-19"."""

    def agrees(self, found: "Figure") -> bool:
        """Equal in value and kind and, where both have one, in unit; a bound of its own is also `found`'s.

        A bare "2.0" is another figure than "2", as versions and scores are written; with a unit on
        both sides zeros at the end say nothing ("2.0%" is "2%").
        """
        if (self.glued and not found.label) or (found.glued and not self.label):
            return False
        if self.bound not in {None, found.bound}:
            return False
        if CLOCK in {self.unit, found.unit}:
            return self._same_time(found)
        if (self.value, self.high, self.ordinal) != (found.value, found.high, found.ordinal):
            return False
        if self.unit is None or found.unit is None:
            return self.zeros == found.zeros
        return (
            self.unit == found.unit
            or found.unit in GENERIC_UNITS.get(self.unit, ())
            or self.unit in GENERIC_UNITS.get(found.unit, ())
        )

    def _same_time(self, found: "Figure") -> bool:
        if self.minutes is None or found.minutes is None:
            return False
        day = 720 if self.half_day or found.half_day else 1440
        return (self.minutes - found.minutes) % day == 0


def figure_at(line: Line, at: int) -> tuple[Figure, int] | None:
    """The figure that begins at a lexeme, and the place behind it."""
    bound, first = qualifier_at(line, at)
    between = line[first].low in {"between", "zwischen"}
    begins = first + between
    found = amount_at(line, begins)
    if found is None:
        return None
    low, behind = found
    high = None
    low, behind = _out_of(line, low, behind)
    if (ranged := _range(line, begins, low, behind, between=between)) is not None:
        low, high, behind = ranged
    elif between or (low.plain and _tied(line, behind)):
        return None
    if not bound:
        bound, further = line.phrase(behind, _BEHIND)
        if bound == "at least" and line[behind].low == "+" and (not line.glued(behind - 1) or line.glued(behind)):
            bound, further = "", behind
        behind = further
    glued = _glued(line, at)
    return Figure(
        start=line[at].start,
        end=line[behind - 1].end,
        value=low.value,
        high=high,
        bound=bound or None,
        ordinal=low.ordinal,
        unit=low.unit,
        zeros=low.zeros,
        minutes=low.minutes,
        half_day=low.half_day,
        whole=_whole(line, at),
        label=glued or _label(line, at),
        glued=glued,
    ), behind


def qualifier_at(line: Line, at: int) -> tuple[str, int]:
    """What bounds a figure from a lexeme on, "" if nothing does, and the place of the figure."""
    bound, first = line.phrase(at, _QUALIFIERS)
    article = bound and line[first].low in {"a", "an", "the"} and amount_at(line, first) is None
    return bound, first + 1 if article else first


def _tied(line: Line, at: int) -> bool:
    """Whether a dash ties more digits to a number, so that both are a score or a telephone number."""
    mark = line[at].text
    return bool(mark) and mark in DASHES and line.glued(at - 1) and line.glued(at) and line[at + 1].kind == NUMERAL


def _glued(line: Line, at: int) -> bool:
    """Whether a hyphen ties a number to a name before it."""
    if at < 2 or line[at - 1].text not in "-‐‑–" or not (line.glued(at - 1) and line.glued(at - 2)):
        return False
    return line[at - 2].kind == WORD and line[at - 2].low not in _OPEN_PREFIXES and line[at - 3].text != "°"


def _label(line: Line, at: int) -> bool:
    before = line[at - 1]
    if before.text in {"#", "№"}:
        return line.glued(at - 1)
    if before.text == "." and line[at - 2].low in LABELS:
        before = line[at - 2]
    if before.kind != WORD or line[at].kind != NUMERAL:
        return False
    mixed = before.text != before.low and not before.text.isupper() and not before.text[1:].islower()
    return before.low in LABELS or (mixed and len(before.text) > 1)


def _whole(line: Line, at: int) -> bool:
    place = at - 1
    while line[place].low in _DETERMINERS and at - place < 3:
        place -= 1
    if line[place].low != "of":
        return False
    before = line[place - 1]
    if place < 1 or before.kind == SIGN:
        return True
    return before.kind == NUMERAL or before.low in PORTIONS or before.low in {"out", "percent", "cent", *CARDINALS}


def _out_of(line: Line, low: Amount, behind: int) -> tuple[Amount, int]:
    """The share that "one in ten" is; the number as it stands if it is none."""
    found = amount_at(line, behind + 1) if line[behind].low == "in" and low.value in _SHARES else None
    if found is None or low.unit or found[0].unit or low.digits != found[0].digits or line[found[1]].low in MEASURES:
        return low, behind
    below = found[0].value
    if below not in DENOMINATORS or low.value >= below:
        return low, behind
    return replace(low, value=low.value / below, plain=False), found[1]


# Ranges.


def _range(line: Line, begins: int, low: Amount, behind: int, *, between: bool) -> tuple[Amount, Fraction, int] | None:
    """The range that a number opens: its lower end, its upper end, and the place behind."""
    joint = _joint(line, begins, behind, between=between)
    found = amount_at(line, joint) if joint else None
    if found is None or low.ordinal or found[0].ordinal or CLOCK in {low.unit, found[0].unit}:
        return None
    high, end = found
    if line[joint - 1].text in {"±"}:
        return replace(low, value=low.value - high.value, unit=low.unit or high.unit), low.value + high.value, end
    if low.digits != high.digits or (low.unit and high.unit and low.unit != high.unit):
        return None
    start = low.value
    if high.scale and not low.scale and start * Fraction(10) ** high.scale < high.value:
        start *= Fraction(10) ** high.scale
    years = 1000 <= low.value <= 2100 and low.plain
    if start >= high.value or (years and not high.plain):
        return None
    if low.plain and high.plain and line[joint - 1].kind == SIGN and chained(line, end):
        return None
    changed = line[joint - 1].low == "to" and line[begins - 1].low in {"from", "von"}
    if changed and not (years and 1000 <= high.value <= 2100):
        return None  # "It rose from 10 to 15": each stands for itself.
    return replace(low, value=start, unit=low.unit or high.unit, plain=low.plain and high.plain), high.value, end


def _joint(line: Line, begins: int, behind: int, *, between: bool) -> int:
    """The place behind what joins the ends of a range; 0 if nothing does."""
    joint = line[behind]
    if between:
        return behind + 1 if joint.low in {"and", "und"} else 0
    if joint.low in {"to", "bis", "至", "到", "±"}:
        return behind + 1
    if joint.text and joint.text in DASHES:
        tight = line.glued(behind - 1) and line.glued(behind)
        apart = joint.text in "–—" and line.spaced(behind - 1) and line.spaced(behind)
        return behind + 1 if tight or (apart and not 1000 <= _plain_value(line, behind - 1) <= 2100) else 0
    return 0


def _plain_value(line: Line, at: int) -> int:
    return int(line[at].text) if line[at].kind == NUMERAL and len(line[at].text) < 9 else 0
