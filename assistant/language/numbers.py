"""The grammar of numbers: in digits, words and ideographs, with sign, fraction, power of ten, scale and unit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from assistant.language.lexemes import IDEOGRAPH, NUMERAL, SIGN, WORD, Lexeme, Line, phrases
from assistant.language.vocabulary import (
    CARDINALS,
    CLASSIFIERS_CJK,
    CURRENCIES_BEFORE,
    DIGITS_CJK,
    GLUED,
    LABELS,
    MONTHS,
    ORDINAL_ENDS,
    ORDINALS,
    PARTS,
    PARTS_PLURAL,
    POWERS,
    SCALES,
    SCALES_CJK,
    TIME_ZONES,
    UNITS,
)

_UNITS = phrases((written, unit) for unit, writings in UNITS.items() for written in writings)
_NUMBER_WORDS = frozenset((*CARDINALS, *POWERS, *ORDINALS))
_LONGEST = 40
"""No number below a quadrillion has more words, or digits."""
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_VULGAR = {
    "½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4),
    "⅕": Fraction(1, 5), "⅖": Fraction(2, 5), "⅗": Fraction(3, 5), "⅘": Fraction(4, 5), "⅙": Fraction(1, 6),
    "⅚": Fraction(5, 6), "⅛": Fraction(1, 8), "⅜": Fraction(3, 8), "⅝": Fraction(5, 8), "⅞": Fraction(7, 8),
}  # fmt: skip
DENOMINATORS = frozenset((2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 24, 32, 50, 64, 100, 1000))
BEFORE_MONTHS = frozenset("in by since until during".split())
"""Words behind which a month has no day: "In May 14 300 guests came"."""
_CONTINENTAL = frozenset(
    "der die das und ist sind hat haben eine einen mit für von wurde wurden les des est une sont avec dans el los las "
    "una con por il gli della sono het een zijn".split()
)
"""Words of languages that write a point between groups of digits and a comma before decimals."""
DASHES = "-–—−‐‑~"
CLOCK = "clock"
"""Unit of a time of day, in minutes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """A number with its sign, scale and unit, before qualifier and range are looked at."""

    value: Fraction
    unit: str | None = None
    ordinal: bool = False
    zeros: int = 0
    plain: bool = False
    """Whether it is nothing but digits, as a year is."""
    scale: int = 0
    """The power of ten that its scale multiplies by."""
    minutes: int | None = None
    half_day: bool = False
    digits: bool = True
    """Whether it is written in digits."""


def amount_at(line: Line, at: int) -> tuple[Amount, int] | None:
    """The number that begins at a lexeme, with sign and unit, and the place behind it."""
    begun, sign = at, 1
    lexeme = line[at]
    if lexeme.kind == SIGN and lexeme.text in "-−–+" and line.opens(at) and line.glued(at):
        sign, at = (1 if lexeme.text == "+" else -1), at + 1
        if line[at].kind != NUMERAL and line[at].text not in UNITS:
            return None
    elif lexeme.low in {"minus", "negative"} and (line[at + 1].kind == NUMERAL or line[at + 1].low in CARDINALS):
        sign, at = -1, at + 1
    unit, at = _currency(line, at)
    found = _number(line, at, currency=unit is not None)
    if found is None or (begun != at and found[0].ordinal):
        return None
    amount, at = found
    if unit is None:
        unit, at = _unit(line, at)
    if unit is None and line[at].low in {"degree", "degrees"} and line[at + 1].low == "below":
        sign = -1 if line[at + 2].low in {"zero", "freezing"} else sign
    plain = amount.plain and begun + 1 == at
    return replace(amount, value=sign * amount.value, unit=amount.unit or unit, plain=plain), at


def _currency(line: Line, at: int) -> tuple[str | None, int]:
    """The currency before a sum, and the place behind it."""
    lexeme = line[at]
    if lexeme.text == "百" and line[at + 1].text == "分" and line[at + 2].text == "之":
        return "%", at + 3
    if lexeme.kind == SIGN or lexeme.low in CURRENCIES_BEFORE:
        unit, behind = line.phrase(at, _UNITS)
        word = lexeme.kind == WORD and behind == at + 1 and len(lexeme.low) < 3
        if unit and unit not in {"%", "‰"} and not word and line.near(behind - 1):
            return (unit, behind) if line[behind].kind == NUMERAL or line[behind].text in _VULGAR else (None, at)
    return None, at


def _unit(line: Line, at: int) -> tuple[str | None, int]:
    """The unit behind a figure, and the place behind it."""
    place = at + (line[at].text == "-" and line.glued(at - 1) and line.glued(at))
    if not line.near(place - 1):
        return None, at
    unit, behind = line.phrase(place, _UNITS)
    if not unit:
        return None, at
    sign = line[behind - 1]
    if sign.kind == SIGN and sign.text in "$€£¥₹" and line.near(behind - 1) and line[behind].kind == NUMERAL:
        return None, at  # It is the next sum's.
    return unit, behind


def _number(line: Line, at: int, *, currency: bool) -> tuple[Amount, int] | None:
    lexeme = line[at]
    if lexeme.kind == NUMERAL:
        return _in_digits(line, at, currency=currency)
    if lexeme.kind == IDEOGRAPH:
        return _in_ideographs(line, at)
    if lexeme.text in _VULGAR:
        return _scaled(line, at + 1, Amount(value=_VULGAR[lexeme.text]), currency=currency)
    return _in_words(line, at) if lexeme.kind == WORD else None


def _in_digits(line: Line, at: int, *, currency: bool) -> tuple[Amount, int] | None:
    if (clock := _clock(line, at)) is not None:
        return clock
    read = numeral_at(line, at)
    if read is None:
        return None
    value, zeros, behind = read
    mark = line[behind]
    if mark.kind == SIGN and line.glued(behind - 1) and line.glued(behind) and line[behind + 1].kind == NUMERAL:
        if mark.text in "/⁄":
            part = _over(line, at, behind)
            return None if part is None else _scaled(line, behind + 2, Amount(value=part), currency=currency)
        if mark.text in ":." or (mark.text in DASHES and chained(line, behind + 2)):
            return None
    if mark.kind == WORD and line.glued(behind - 1):
        if mark.low in ORDINAL_ENDS:
            return Amount(value=value, ordinal=True), behind + 1
        if not _may_be_glued(mark, currency=currency):
            return None
    plain = behind == at + 1
    minutes = _as_clock(line, at, behind)
    amount = Amount(value=value, zeros=zeros, plain=plain, minutes=minutes, half_day=bool(minutes and minutes < 780))
    return _scaled(line, behind, amount, currency=currency)


def _may_be_glued(word: Lexeme, *, currency: bool) -> bool:
    """Whether a word right behind digits is a scale, a power or a measure; else both are a name, as in 5G."""
    low = word.low
    if low in SCALES or low in {"k", "x", "x10"} or low in _VULGAR or word.text == "M" or (currency and low in "mb"):
        return True
    if low[0] == "e":
        return low == "e" or low[1:].isdecimal() or low in _UNITS
    raised = word.text.translate(_RAISED) != word.text
    return raised or low in _UNITS or (low in GLUED and word.text not in {"G", "H", "L", "W", "T"})


def numeral_at(line: Line, at: int) -> tuple[Fraction, int, int] | None:
    """A number in digits, with groups and decimals: its value, zeros at its end, the place behind it.

    None where digits are no number: with a zero in front, as "007".
    """
    first = line[at].text
    digits, behind, mark = first, at + 1, ""
    if len(first) <= 3 and first[0] != "0":
        mark = _group_mark(line, at)
        while mark and len(digits) < _LONGEST and grouped(line, behind, mark):
            digits += line[behind].text if mark == " " else line[behind + 1].text
            behind += 1 if mark == " " else 2
    if (len(first) > 1 and first[0] == "0") or len(first) > _LONGEST:
        return None
    point = line[behind].text
    if point and point in ".," and point != mark and line.glued(behind - 1) and line.glued(behind):
        decimals = line[behind + 1]
        if decimals.kind == NUMERAL and len(decimals.text) < _LONGEST and _is_decimal(line, behind, point):
            zeros = len(decimals.text) - len(decimals.text.rstrip("0"))
            return Fraction(f"{digits}.{decimals.text}"), zeros, behind + 2
    return Fraction(int(digits)), 0, behind


def _group_mark(line: Line, at: int) -> str:
    """The mark between the groups of digits that follow; "" if none does."""
    mark = line[at + 1]
    if mark.kind == NUMERAL:  # Only a space may lie between.
        named = line[at - 1].low in LABELS or _is_day(line, at)
        return " " if not named and grouped(line, at + 1, " ") else ""
    if mark.text not in {",", "'", "’", "_", "."} or not grouped(line, at + 1, mark.text):
        return ""
    if mark.text == "." and not grouped(line, at + 3, ".") and not _continental(line, at):
        return ""
    return mark.text


def grouped(line: Line, at: int, mark: str) -> bool:
    """Whether one more group of digits follows, behind its mark."""
    if mark == " ":
        return line.spaced(at - 1) and line[at].kind == NUMERAL and len(line[at].text) == 3
    if line[at].text != mark or not (line.glued(at - 1) and line.glued(at)) or line[at + 1].kind != NUMERAL:
        return False
    if len(line[at + 1].text) == 2 and mark == ",":  # Indian: 2,45,000.
        last = at + 10
        while line[at].text == mark and len(line[at + 1].text) == 2 and line.glued(at) and at < last:
            at += 2
        return line[at].text == mark and line.glued(at) and len(line[at + 1].text) == 3 and line[at + 1].kind == NUMERAL
    return len(line[at + 1].text) == 3


def _is_day(line: Line, at: int) -> bool:
    """Whether a number behind a month is its day, so that another figure follows: "On May 12 400 people came"."""
    return line[at - 1].low in MONTHS and line[at - 2].low not in BEFORE_MONTHS


def _is_decimal(line: Line, at: int, point: str) -> bool:
    further = line[at + 2]
    more = further.text in {".", ","} and line.glued(at + 1) and line.glued(at + 2) and line[at + 3].kind == NUMERAL
    if point == ".":
        return not (more and further.text == ".")
    if more:
        return False
    size = len(line[at + 1].text)
    return size < 3 or size > 3 or line[at - 1].text == "0" or _continental(line, at)


def _continental(line: Line, at: int) -> bool:
    """Whether the words around are of a language with a comma before decimals."""
    return sum(line[i].low in _CONTINENTAL for i in range(max(0, at - 30), min(line.size, at + 30))) > 1


def _over(line: Line, at: int, behind: int) -> Fraction | None:
    """The fraction of two numbers around a stroke, if they are one."""
    above, below = line[behind - 1].text, line[behind + 1].text
    if behind != at + 1 or len(above) > 4 or len(below) > 4 or chained(line, behind + 2):
        return None
    numerator, denominator = int(above), int(below)
    if not 0 < numerator < denominator or denominator not in DENOMINATORS or (below[0] == "0"):
        return None
    return Fraction(numerator, denominator)


def _scaled(line: Line, at: int, amount: Amount, *, currency: bool) -> tuple[Amount, int]:
    """The number with the fraction, the power of ten and the scale behind it."""
    part, at = _part_behind(line, at, amount)
    power, behind = _power(line, at, currency=currency)
    if (part or behind == at) and not power:
        power, behind = _power(line, at, currency=currency)
    if not part and power:
        part, behind = _part_behind(line, behind, amount)
    value = (amount.value + part) * Fraction(10) ** power
    changed = power or part
    return replace(
        amount,
        value=value,
        zeros=0 if changed else amount.zeros,
        plain=amount.plain and not changed,
        minutes=None if changed else amount.minutes,
        scale=power,
    ), behind


def _part_behind(line: Line, at: int, amount: Amount) -> tuple[Fraction, int]:
    """The fraction that a number goes on with, 0 if none: "7½", "3 1/2", "one and a half"."""
    lexeme = line[at]
    if amount.value.denominator != 1 or not line.near(at - 1):
        return Fraction(0), at
    if lexeme.text in _VULGAR:
        return _VULGAR[lexeme.text], at + 1
    if lexeme.kind == NUMERAL and line.spaced(at - 1) and line[at + 1].text in {"/", "⁄"} and line.glued(at):
        part = _over(line, at, at + 1) if line.glued(at + 1) and line[at + 2].kind == NUMERAL else None
        return (part, at + 3) if part else (Fraction(0), at)
    if lexeme.low == "and":
        one = line[at + 1].low
        if one in {"a", "one"} and line[at + 2].low in {"half", "quarter", "third"}:
            return Fraction(1, PARTS[line[at + 2].low]), at + 3
        if one in {"two", "three"} and line[at + 2].low in {"thirds", "quarters"}:
            return Fraction(CARDINALS[one], PARTS_PLURAL[line[at + 2].low]), at + 3
    return Fraction(0), at


def _power(line: Line, at: int, *, currency: bool) -> tuple[int, int]:
    """The power of ten behind a number, 0 if none, and the place behind it."""
    lexeme = line[at]
    if lexeme.text in {"×", "x", "X", "*", "·", "x10", "X10"}:
        joined = len(lexeme.text) > 1
        power, behind = _of_ten(line, at if joined else at + 1, joined=joined)
        return (power, behind) if power else (0, at)
    glued = line.glued(at - 1)
    if glued and lexeme.low[:1] == "e" and 1 < len(lexeme.low) < 4 and lexeme.low[1:].isdecimal():
        return int(lexeme.low[1:]), at + 1
    if glued and lexeme.low == "e" and line[at + 1].text in {"-", "−", "+"} and line[at + 2].kind == NUMERAL:
        size = int(line[at + 2].text[:2])
        return (size if line[at + 1].text == "+" else -size), at + 3
    if lexeme.text == "^" and glued and line[at - 1].text == "10" and line[at + 1].kind == NUMERAL:
        return (int(line[at + 1].text) - 1, at + 2) if len(line[at + 1].text) < 3 else (0, at)
    if glued and line[at - 1].text == "10" and (raised := lexeme.text.translate(_RAISED)) != lexeme.text:
        return (int(raised) - 1, at + 1) if raised.isdecimal() and len(raised) < 3 else (0, at)
    return _scale(line, at, currency=currency)


def _of_ten(line: Line, at: int, *, joined: bool) -> tuple[int, int]:
    """The exponent of "10^6", "10⁶" or "10,000", and the place behind it."""
    if not joined:
        read = numeral_at(line, at) if line[at].kind == NUMERAL else None
        written = str(read[0]) if read else ""
        if read and 3 < len(written) < 14 and set(written[1:]) == {"0"} and written[0] == "1":
            return len(written) - 1, read[2]
        if written != "10":
            return 0, at
    behind = at + 1
    if line[behind].text == "^":
        minus = line[behind + 1].text in {"-", "−"}
        exponent = line[behind + 1 + minus]
        if exponent.kind == NUMERAL and len(exponent.text) < 3:
            return (-1 if minus else 1) * int(exponent.text), behind + 2 + minus
        return 0, at
    raised = line[behind].text.translate(_RAISED)
    if raised != line[behind].text and raised.lstrip("-").isdecimal() and len(raised) < 4:
        return int(raised), behind + 1
    return 0, at


def _scale(line: Line, at: int, *, currency: bool) -> tuple[int, int]:
    """The power of ten of "million", "k" or "万" behind a number."""
    lexeme, glued = line[at], line.glued(at - 1)
    if lexeme.kind == IDEOGRAPH and line.near(at - 1):
        for size in (2, 1):
            written = "".join(line[at + i].text for i in range(size))
            if written in SCALES_CJK and not (written == "千" and line[at + 1].text in "米克瓦"):
                return SCALES_CJK[written], at + size
        return 0, at
    if glued and (lexeme.low == "k" or lexeme.text == "M" or (currency and lexeme.low in {"m", "b"})):
        return {"k": 3, "m": 6, "b": 9}[lexeme.low], at + 1
    place = at + (lexeme.text == "-" and glued)
    if line[place].low not in SCALES or not line.near(place - 1):
        return 0, at
    power, place = SCALES[line[place].low], place + 1
    if line[place - 1].low in {"mio", "mrd"} and line[place].text == "." and line.glued(place - 1):
        place += 1
    if POWERS.get(line[place].low, 0) > 2 and line.near(place - 1):
        return power + POWERS[line[place].low], place + 1
    return power, place


# Times of day.


def _clock(line: Line, at: int) -> tuple[Amount, int] | None:
    """A time of day: "12:30", "5 p.m.", "18 Uhr", "10:30 GMT"."""
    hour, colon = line[at].text, line[at + 1]
    if len(hour) > 2 or int(hour) > 24:
        return None
    minutes, behind = 0, at + 1
    told = False
    if colon.text in {":", "."} and line.glued(at) and line.glued(at + 1) and line[at + 2].kind == NUMERAL:
        written = line[at + 2].text
        if len(written) != 2 or int(written) > 59:
            return None
        minutes, behind, told = int(written), at + 3, colon.text == ":"
        while line[behind].text in {":", "."} and line.glued(behind - 1) and line.glued(behind) and told:
            if line[behind + 1].kind != NUMERAL:
                break
            if len(line[behind + 1].text) != 2 and line[behind].text == ":":
                return None
            behind += 2
    half, behind = _half_of_day(line, behind)
    if not half and not told:
        return None
    total = int(hour) % 24 * 60 + minutes
    if half in {"am", "pm"}:
        total = total % 720 + (720 if half == "pm" else 0)
    zone = line[behind].low in TIME_ZONES and line.near(behind - 1)
    behind += zone or (line[behind].text == "Z" and line.glued(behind - 1))
    known = half in {"am", "pm", "uhr"} or int(hour) > 12
    return Amount(value=Fraction(total), unit=CLOCK, minutes=total, half_day=not known), behind


def _half_of_day(line: Line, at: int) -> tuple[str, int]:
    """What behind a number says that it is a time."""
    low = line[at].low
    if not line.near(at - 1):
        return "", at
    if low in {"am", "pm"} or low in {"uhr", "o'clock", "o’clock"}:
        return low, at + 1
    if low in {"a", "p"} and line[at + 1].text == "." and line[at + 2].low == "m" and line.glued(at + 1):
        return f"{low}m", at + 3 + (line[at + 3].text == "." and line.glued(at + 2))
    return "", at


def _as_clock(line: Line, at: int, behind: int) -> int | None:
    """Minutes of what may be a time written with a point."""
    if behind != at + 3 or line[at + 1].text != "." or len(line[at + 2].text) != 2 or len(line[at].text) > 2:
        return None
    hour, minute = int(line[at].text), int(line[at + 2].text)
    return hour * 60 + minute if hour < 25 and minute < 60 else None


# Numbers in words.


def _in_words(line: Line, at: int) -> tuple[Amount, int] | None:
    low, second, third = line[at].low, line[at + 1].low, line[at + 2].low
    if low == "half":
        if second in {"a", "an"} and (third in POWERS or third == "dozen"):
            value = Fraction(6) if third == "dozen" else Fraction(10) ** POWERS[third] / 2
            return Amount(value=value, digits=False), at + 3
        return (Amount(value=Fraction(1, 2), digits=False), at + 1) if second in {"of", "the"} else None
    if low in {"a", "an"}:
        if second in {"third", "quarter", "half", "fifth", "tenth", "sixth", "eighth"} and third == "of":
            return Amount(value=Fraction(1, PARTS[second]), digits=False), at + 2
        if second == "dozen":
            return Amount(value=Fraction(12), digits=False), at + 2
        if second not in POWERS:
            return None
    elif low not in CARDINALS and low not in ORDINALS:
        return None
    words, ends = _number_words(line, at)
    taken, count, ordinal = _one_number(words)
    if not taken:
        return None
    behind = ends[taken - 1]
    amount = Amount(value=Fraction(count), ordinal=ordinal, digits=False)
    if ordinal:
        return amount, behind
    place = behind + (line[behind].text == "-" and line.glued(behind))
    part = line[place].low
    if part in PARTS_PLURAL or (count == 1 and part in PARTS and part != "half" and line[place + 1].low != "party"):
        denominator = PARTS_PLURAL.get(part) or PARTS[part]
        return Amount(value=Fraction(count, denominator), digits=False), place + 1
    if count == 1 and part == "half":
        return Amount(value=Fraction(1, 2), digits=False), place + 1
    if part == "dozen":
        return Amount(value=Fraction(12 * count), digits=False), place + 1
    addition, behind = _part_behind(line, behind, amount)
    if addition:
        power, behind = _scale(line, behind, currency=False)
        amount = replace(amount, value=(amount.value + addition) * Fraction(10) ** power)
    return replace(amount, scale=POWERS.get(line[behind - 1].low, 0)), behind


def _number_words(line: Line, at: int) -> tuple[list[str], list[int]]:
    """Number words side by side, and the place behind each."""
    words, ends = ["one" if line[at].low in {"a", "an"} else line[at].low], [at + 1]
    place = at + 1
    while len(words) < _LONGEST:
        place += line[place].text == "-" and line.glued(place - 1) and line.glued(place)
        low = line[place].low
        joined = low == "and" and line[place + 1].low in _NUMBER_WORDS
        if not (low in _NUMBER_WORDS or joined) or not line.near(place - 1):
            break
        words.append(low)
        ends.append(place + 1)
        place += 1
    return words, ends


def _one_number(words: Sequence[str]) -> tuple[int, int, bool]:
    """How many of `words` make up the first number, its value, and whether it is an ordinal."""
    total, current, below, taken = 0, 0, 99, 0
    for at, written in enumerate(words):
        if written == "and":
            if not taken or words[at - 1] not in POWERS:
                break
            continue
        word = ORDINALS.get(written, written)
        value = CARDINALS.get(word)
        if value is not None:
            room = 100 if value >= 10 else 10
            if taken and (value == 0 or current % room or (room == 10 and current % 100 == 10)):
                break
            current += value
        elif word == "hundred":
            if not 0 < current < 100:
                break
            current *= 100
        elif current and POWERS[word] < below:
            below = POWERS[word]
            total, current = total + current * 10**below, 0
        else:
            break
        taken = at + 1
        if written != word:
            return taken, total + current, True
        if words[0] == "zero":
            break
    return taken, total + current, False


def _in_ideographs(line: Line, at: int) -> tuple[Amount, int] | None:
    """A number in ideographs: "三十", "第十", "两千万", and "三个" of a single numeral before what it counts."""
    if line[at].text == "第":
        if line[at + 1].kind == NUMERAL:
            return Amount(value=Fraction(int(line[at + 1].text[:18])), ordinal=True), at + 2
        value, behind = _cjk_number(line, at + 1)
        return (Amount(value=Fraction(value), ordinal=True, digits=False), behind) if behind > at + 1 else None
    value, behind = _cjk_number(line, at)
    size = behind - at
    if size == 0 or (size == 1 and (line[at].text == "一" or line[behind].text not in CLASSIFIERS_CJK)):
        return None
    if size > 1 and not any(line[i].text in "十百千万亿萬億" for i in range(at, behind)):
        return None
    return Amount(value=Fraction(value), digits=False), behind


def _cjk_number(line: Line, at: int) -> tuple[int, int]:
    """The value of the numerals from a place on, and the place behind them."""
    total, section, digit = 0, 0, None
    begun = at
    while at - begun < 20:
        sign = line[at].text
        if sign in DIGITS_CJK and len(sign) == 1:
            if digit and line[at - 1].text in DIGITS_CJK:
                break
            digit = DIGITS_CJK[sign]
        elif sign and sign in "十百千":
            if digit is None and (sign != "十" or at != begun):
                break
            section += (1 if digit is None else digit) * {"十": 10, "百": 100, "千": 1000}[sign]
            digit = None
        elif sign and sign in "万亿萬億" and (section or digit):
            total = (total + section + (digit or 0)) * (10**4 if sign in "万萬" else 10**8)
            section, digit = 0, None
        else:
            break
        at += 1
    return total + section + (digit or 0), at


def name_with_digits(line: Line, at: int) -> int:
    """The place behind a name, version, score or telephone number that begins with digits; `at` if none does."""
    behind = at + 1
    while True:
        mark = line[behind]
        if line.glued(behind - 1) and mark.kind in {NUMERAL, WORD}:
            behind += 1
        elif (
            mark.text
            and mark.text in "-–/:."
            and line.glued(behind - 1)
            and line.glued(behind)
            and (line[behind + 1].kind == NUMERAL)
        ):
            behind += 2
        else:
            return behind


def chained(line: Line, at: int) -> bool:
    """Whether more digits hang on a number by a mark: 978-3-16."""
    mark = line[at]
    return bool(
        mark.text and mark.text in "-–/:" and line.glued(at - 1) and line.glued(at) and line[at + 1].kind == NUMERAL
    )
