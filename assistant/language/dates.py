"""Read dates by value: "6 March 2022", "March 6, 2022", "2022-03-06" and "2022年3月6日" are one day."""

from dataclasses import dataclass, field, replace

from assistant.language.lexemes import NUMERAL, SIGN, WORD, Line
from assistant.language.numbers import BEFORE_MONTHS, grouped, numeral_at
from assistant.language.vocabulary import (
    CARDINALS,
    DIGITS_CJK,
    ERAS,
    ERAS_BEFORE,
    MONTHS,
    MONTHS_ELSEWHERE,
    ORDINAL_ENDS,
    ORDINALS,
    SCALES,
    WEEKDAYS,
)

FIRST_YEAR, LAST_YEAR = 1000, 2100
"""Four plain digits between them may be a year."""
DECADE, CENTURY = 10, 100
_DASHES = "-–—−‐‑"
_NO_DAY = frozenset(("%", *SCALES, "per", "percent", "percentage"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Date:
    """A day, a month, a year, a day or month of no stated year, or a span of days or years."""

    year: int | None = None
    """Negative before the common era."""
    month: int | None = None
    day: int | None = None
    until: "Date | None" = None
    """The end of a span that begins with the other parts: "1914–1918"."""
    years: int = 1
    """`DECADE` or `CENTURY` where it is one, which begins with `year`."""
    either: tuple[int, int] | None = None
    """Day and month of "06/03/2022", which readers order differently."""
    weekday: str | None = field(default=None, compare=False)
    start: int = field(default=0, compare=False)
    """First character in the text it was read from."""
    end: int = field(default=0, compare=False)
    """One past the last."""

    def agrees(self, found: "Date") -> bool:
        """Whether every part of this one is also `found`'s: "March 2020" agrees with "26 March 2020".

        The ends of a span of years are stated with it, a decade's years are not.
        """
        if self.until or found.until:
            if self.until and found.until:
                return self._same(found) and self.until._same(found.until)
            ends = [replace(found, until=None), found.until] if found.until else []
            return any(self._same(end) for end in ends if end)
        return self._same(found)

    def _same(self, found: "Date") -> bool:
        if self.either != found.either and self.either is not None:
            return False
        if self.years != found.years and not self._within(found):
            return False
        pairs = (
            (self.year if self.years == found.years else None, found.year),
            (self.month, found.month),
            (self.day, found.day),
        )
        return all(own is None or own == other for own, other in pairs)

    def _within(self, found: "Date") -> bool:
        """Whether `found` is a year, or a decade, of this decade or century."""
        if self.year is None or found.year is None:
            return False
        return self.years > found.years and 0 <= found.year - self.year < self.years


def bare_year(digits: str) -> Date | None:
    """The year that four plain digits may be."""
    if len(digits) != 4 or not digits.isdecimal() or not FIRST_YEAR <= int(digits) <= LAST_YEAR:
        return None
    return Date(year=int(digits))


def date_at(line: Line, at: int) -> tuple[Date, int] | None:
    """The date that begins at a lexeme, at least a month or a year that is written out, and the place behind it."""
    first, weekday = at, None
    if line[at].low in WEEKDAYS:
        weekday, first = line[at].low, at + 1
        first += line[first].text == "."
        first += line[first].text == ","
        first += line[first].low in {"the", "den", "dem", "der"}
    found = _span(line, first)
    if found is None or (weekday and found[0].day is None):
        return None
    date, behind = found
    return replace(date, weekday=weekday, start=line[at].start, end=line[behind - 1].end), behind


def _span(line: Line, at: int) -> tuple[Date, int] | None:
    """A date, or two that are the ends of a span: "6–9 March 2022", "30 March to 2 April"."""
    found = _single(line, at)
    joint = (line[at].kind == NUMERAL and _joint(line, at + 1)) if found is None else _joint(line, found[1])
    if not joint:
        return found
    if found is None:
        day, year, last = _day(line, at), numeral_at(line, at), _single(line, joint)
        if last is None:
            return None
        if day and last[0].day and day[0] < last[0].day:
            return replace(last[0], day=day[0], until=last[0]), last[1]
        if year and last[0].year and last[0].year < 0 and last[0] == Date(year=last[0].year):  # "300–250 BC".
            return Date(year=-int(year[0]), until=last[0]), last[1]
        return None
    begin, behind = found
    if begin.day and not begin.year and begin.month and line[behind - 1].kind == NUMERAL:  # "March 6–9, 2022".
        day = _day(line, joint)
        if day and day[0] > begin.day and _single(line, joint) is None:
            begin_year, end = _year_behind(line, day[1])
            begin = replace(begin, year=begin_year)
            return replace(begin, until=replace(begin, day=day[0])), end
    last = _single(line, joint)
    if last is None or begin.years != last[0].years or bool(begin.month) != bool(last[0].month):
        return found
    until, end = last
    if until.year is not None and begin.year is None:
        begin = replace(begin, year=until.year)
    if until.year is not None and until.year < 0 and begin.year is not None and begin.year > 0:
        begin = replace(begin, year=-begin.year)
    return replace(begin, until=until), end


def _joint(line: Line, at: int) -> int:
    """The place behind what joins the ends of a span; 0 if nothing does."""
    if line[at].low in {"to", "until", "till", "through", "bis", "至"}:
        return at + 1
    if line[at].text and line[at].text in _DASHES:
        tight = line.glued(at - 1) and line.glued(at)
        return at + 1 if tight or (line.spaced(at - 1) and line.spaced(at) and line[at].text in "–—") else 0
    return 0


def _single(line: Line, at: int) -> tuple[Date, int] | None:
    lexeme = line[at]
    if lexeme.kind == NUMERAL:
        return _numeric(line, at) or _day_first(line, at) or _cjk(line, at) or _era(line, at) or _years(line, at)
    if lexeme.low in MONTHS:
        return _month_first(line, at)
    if lexeme.low in ERAS and line[at + 1].kind == NUMERAL and lexeme.text.isupper():
        return _era(line, at + 1)
    if lexeme.low in ORDINALS:
        return _century(line, at + 1, CARDINALS.get(ORDINALS[lexeme.low], 0))
    if lexeme.text in {"公", "二", "一"}:
        return _cjk(line, at)
    return None


def _day(line: Line, at: int) -> tuple[int, int] | None:
    """A day of the month, and the place behind it."""
    lexeme = line[at]
    if lexeme.kind != NUMERAL or len(lexeme.text) > 2 or not 1 <= int(lexeme.text) <= 31:
        return None
    return int(lexeme.text), at + 1 + (line[at + 1].low in ORDINAL_ENDS and line.glued(at))


def _year(line: Line, at: int) -> int | None:
    year = bare_year(line[at].text)
    return year.year if year and not _hangs_on(line, at + 1) else None


def _hangs_on(line: Line, at: int) -> bool:
    """Whether digits, or a word that makes another figure of those before, follow without a space."""
    return line.glued(at - 1) and (line[at].kind == WORD or (line[at].text in {".", ","} and _number_next(line, at)))


def _number_next(line: Line, at: int) -> bool:
    return line.glued(at) and line[at + 1].kind == NUMERAL


def _year_behind(line: Line, at: int) -> tuple[int | None, int]:
    """The year behind a day or month, and the place behind it; `at` if none is there."""
    place = at + (line[at].text == "," or line[at].low in {"of", "de", "del"})
    if not line.near(place - 1):
        return None, at
    year = _year(line, place)
    if year is None or (place == at and _makes_sum(line, place + 1)):
        return None, at
    era, behind = _era_behind(line, place + 1)
    return (-year if era in ERAS_BEFORE else year), behind


def _makes_sum(line: Line, at: int) -> bool:
    """Whether what stands behind digits tells that they are no day or year: "March 20 million"."""
    low = line[at].low
    return low in _NO_DAY and line.near(at - 1)


def _behind_month(line: Line, at: int) -> int:
    """The place behind a month's name and the stop of an abbreviation."""
    short = len(line[at].low) < 5 and line[at].low not in {"may", "june", "july"}
    return at + 1 + (short and line[at + 1].text == "." and line.glued(at))


def _day_first(line: Line, at: int) -> tuple[Date, int] | None:
    """Day first: "6 March 2022", "6th of March", "6-Mar-2022", "3. Mai 2021"."""
    day = _day(line, at)
    if day is None:
        return None
    number, place = day
    mark = line[place]
    if (mark.kind == SIGN and mark.text in "-./–" and line.glued(place - 1)) or mark.low in {"of", "de"}:
        place += 1
    month = MONTHS.get(line[place].low) or MONTHS_ELSEWHERE.get(line[place].low, 0)
    if not month or not line.near(place - 1):
        return None
    behind = _behind_month(line, place)
    if line[behind].text in {"-", "/", ".", "–"} and line.glued(behind - 1) and line.glued(behind):
        year, end = _year(line, behind + 1), behind + 2
        if year is not None:
            return Date(year=year, month=month, day=number), end
    year, end = _year_behind(line, behind)
    if year is None and line[place].text == line[place].low and line[place].low in {"may", "mar", "mai", "march"}:
        return None  # "the 3 may".
    return Date(year=year, month=month, day=number), end


def _month_first(line: Line, at: int) -> tuple[Date, int] | None:
    month, behind = MONTHS[line[at].low], _behind_month(line, at)
    full = len(line[at].low) > 3
    written = line[at].text[0].isupper()
    year, end = _year_behind(line, behind)
    if year is not None and (written or full):
        return Date(year=year, month=month), end
    figure = line[at - 1].low in BEFORE_MONTHS and grouped(line, behind + 1, " ")
    day = _day(line, behind) if line.near(behind - 1) and not figure else None
    if day is not None and not _hangs_on(line, day[1]) and not _makes_sum(line, day[1]):
        year, end = _year_behind(line, day[1])
        if year is not None or written:
            return Date(year=year, month=month, day=day[0]), end
    if not written or not (full or line[at].low == "may") or (line[at].text.isupper() and len(line[at].text) < 4):
        return None
    return Date(month=month), at + 1


def _numeric(line: Line, at: int) -> tuple[Date, int] | None:
    """Read "2022-03-06", "2022/3/6", "06.03.2022", "16/03/2022", "2022-03"."""
    mark = line[at + 1]
    if not mark.text or mark.text not in "-/.‐‑–" or not (line.glued(at) and _number_next(line, at + 1)):
        return None
    first, second = line[at].text, line[at + 2].text
    if line[at + 3].text == mark.text and line.glued(at + 2) and _number_next(line, at + 3):
        return _three(line, at, mark.text, first, second, line[at + 4].text)
    if _hangs_on(line, at + 3) or (line.glued(at + 2) and line[at + 3].text and line[at + 3].text in "-/–"):
        return None
    year = bare_year(first)
    if year is None or year.year is None or mark.text == "." or len(second) not in {2, 4}:
        return None
    if len(second) == 4:
        last = bare_year(second)
        return (replace(year, until=last), at + 3) if last and (last.year or 0) > year.year else None
    if (int(second) - year.year) % 100 == 1 or int(second) > 12:  # "2021-22".
        last_year = year.year // 100 * 100 + int(second)
        return (replace(year, until=Date(year=last_year)), at + 3) if last_year > year.year else None
    return (Date(year=year.year, month=int(second)), at + 3) if mark.text != "/" and int(second) else None


def _three(line: Line, at: int, mark: str, *written: str) -> tuple[Date, int] | None:
    if any(len(one) > 4 for one in written) or (line[at + 5].text == "." and _number_next(line, at + 5)):
        return None
    first, second, third = map(int, written)
    behind = at + 5
    if len(written[0]) == 4:
        if not (FIRST_YEAR <= first <= LAST_YEAR and 1 <= second <= 12 and 1 <= third <= 31):
            return None
        return Date(year=first, month=second, day=third), _behind_time(line, behind)
    if len(written[2]) != 4 or not FIRST_YEAR <= third <= LAST_YEAR or not (0 < first < 32 and 0 < second < 32):
        return None
    if mark == "." or first > 12:
        return (Date(year=third, month=second, day=first), behind) if second < 13 else None
    if second > 12:
        return Date(year=third, month=first, day=second), behind
    return Date(year=third, either=(first, second)), behind


def _behind_time(line: Line, at: int) -> int:
    """The place behind the time of an ISO date: "2022-03-06T10:30:00Z"."""
    low = line[at].low
    if not (line.glued(at - 1) and low[:1] == "t" and low[1:].isdecimal()):
        return at
    at += 1
    while line[at].text in {":", "."} and line.glued(at - 1) and _number_next(line, at):
        at += 2
    return at + (line[at].low == "z" and line.glued(at - 1))


def _cjk(line: Line, at: int) -> tuple[Date, int] | None:
    """Read "2022年3月6日", "3月6日", "20世纪", "公元前221年", "二〇二一年"."""
    before = line[at].text == "公"
    if before:
        at += 2 + (line[at + 2].text == "前")
        if line[at].kind != NUMERAL:
            return None
    if line[at].kind == NUMERAL:
        number, place = (int(line[at].text) if len(line[at].text) < 5 else 0), at + 1
    else:
        number, place = 0, at
        while place < at + 4 and len(line[place].text) == 1 and line[place].text in DIGITS_CJK:
            number, place = number * 10 + DIGITS_CJK[line[place].text], place + 1
    sign = line[place].text
    if sign == "世" and line[place + 1].text in {"纪", "紀"} and 0 < number < 22:
        return Date(year=100 * number - 99, years=CENTURY), place + 2
    if sign == "年" and (before or (FIRST_YEAR <= number <= LAST_YEAR)):
        year = -number if before and line[at - 1].text == "前" else number
        found = _cjk_month(line, place + 1)
        return (replace(found[0], year=year), found[1]) if found else (Date(year=year), place + 1)
    return _cjk_month(line, at)


def _cjk_month(line: Line, at: int) -> tuple[Date, int] | None:
    month, day = line[at], line[at + 2]
    if month.kind != NUMERAL or len(month.text) > 2 or not 0 < int(month.text) < 13 or line[at + 1].text != "月":
        return None
    if day.kind == NUMERAL and len(day.text) < 3 and 0 < int(day.text) < 32 and line[at + 3].text in {"日", "号", "號"}:
        return Date(month=int(month.text), day=int(day.text)), at + 4
    return Date(month=int(month.text)), at + 2


def _era_behind(line: Line, at: int) -> tuple[str, int]:
    """The era behind a year, "" if none, and the place behind it: "BC", "B.C.", "v. Chr."."""
    if not line.near(at - 1):
        return "", at
    low = line[at].low
    if low in ERAS and line[at].text.isupper():
        return low, at + 1
    if line[at].text in {"B", "A", "C"} and line[at + 1].text == "." and line.glued(at + 1):
        letters = line[at].low + line[at + 2].low
        if letters in {"bc", "ad", "ce"} and line[at + 2].text.isupper():
            return letters, at + 3 + (line[at + 3].text == "." and line.glued(at + 2))
    if low in {"v", "n"} and line[at + 1].text == "." and line[at + 2].low == "chr":
        return ("bc" if low == "v" else "ad"), at + 3 + (line[at + 3].text == ".")
    return "", at


def _era(line: Line, at: int) -> tuple[Date, int] | None:
    """Read "1250 BC", "79 AD", and a year behind "AD"."""
    read = numeral_at(line, at)
    if read is None or read[0].denominator != 1:
        return None
    era, behind = _era_behind(line, read[2])
    if era:
        return Date(year=int(read[0]) * (-1 if era in ERAS_BEFORE else 1)), behind
    joined = line[at - 1].low in ERAS and line[at - 1].text.isupper()
    return (Date(year=int(read[0])), read[2]) if joined else None


def _years(line: Line, at: int) -> tuple[Date, int] | None:
    """Read "1990s", "14th century"."""
    lexeme, end = line[at], line[at + 1]
    if not line.glued(at) or (end.kind != WORD and end.text not in {"'", "’", "."}):
        return None
    if len(lexeme.text) == 4 and lexeme.text[3] == "0":
        quoted = end.text in {"'", "’"} and line[at + 2].low == "s" and line.glued(at + 1)
        if end.low == "s" or quoted:
            return Date(year=int(lexeme.text), years=DECADE), at + 2 + quoted
    if end.low in ORDINAL_ENDS or end.text == ".":
        return _century(line, at + 2, int(lexeme.text) if len(lexeme.text) < 3 else 0)
    return None


def _century(line: Line, at: int, number: int) -> tuple[Date, int] | None:
    at += line[at].text == "-" and line.glued(at)
    if line[at].low not in {"century", "centuries", "jahrhundert", "jahrhunderts"} or not 0 < number < 31:
        return None
    era, behind = _era_behind(line, at + 1)
    return Date(year=-100 * number if era in ERAS_BEFORE else 100 * number - 99, years=CENTURY), behind
