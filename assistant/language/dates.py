"""Read dates by value: "6 March 2022", "March 6, 2022", "2022-03-06" and "2022年3月6日" are one day."""

import re
from dataclasses import dataclass

from assistant.language.figures import END

_MONTHS = "January February March April May June July August September October November December".split()
_NUMBER_OF = {month[:3].lower(): n for n, month in enumerate(_MONTHS, 1)}
_FULL = "|".join((*_MONTHS, *map(str.upper, _MONTHS)))
_SHORT = "|".join(month[:3] for month in _MONTHS)
_MONTH = rf"(?:(?:{_FULL}|Sept|SEPT){END}|(?:{_SHORT}|{_SHORT.upper()}|Sept)(?:\.|{END}))"
_YEAR = r"(?:1\d\d\d|20\d\d|2100)(?!\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_NUMBER = r"(?:0?[1-9]|1[0-2])(?!\d)"
_NOT_A_SUM = r"(?![.,]\d|\s?%|[\s-](?:per\s?cent|percent|hundred|thousand|million|billion|trillion|[mbt]n)\b)"
_ORD = rf"(?:st|nd|rd|th){END}"

_FORMS = (
    rf"(?P<day>{_DAY})(?:{_ORD})?(?:\sof)?\s(?P<month>(?i:{_MONTH}))(?:\sof\s|,\s?|\s)(?P<year>{_YEAR})",
    rf"(?P<month>(?i:{_MONTH}))\s(?P<day>{_DAY})(?:{_ORD})?(?:,\s?|\s)(?P<year>{_YEAR})",
    rf"(?P<month>(?i:{_MONTH}))(?:\sof\s|,\s|\s)(?P<year>{_YEAR}){_NOT_A_SUM}",
    rf"(?P<day>{_DAY})(?:{_ORD})?(?:\sof)?\s(?P<month>{_MONTH})",
    rf"(?P<month>{_MONTH})\s(?P<day>{_DAY})(?:{_ORD})?{_NOT_A_SUM}",
    *(rf"(?P<year>{_YEAR}){sign}(?P<month>{_NUMBER}){sign}(?P<day>{_DAY})(?!\.\d)" for sign in ("-", "/", r"\.")),
    rf"(?P<day>{_DAY})\.(?P<month>{_NUMBER})\.(?P<year>{_YEAR})(?!\.\d)",
    rf"(?P<day>1[3-9]|2\d|3[01])/(?P<month>{_NUMBER})/(?P<year>{_YEAR})",
    rf"(?P<month>{_NUMBER})/(?P<day>1[3-9]|2\d|3[01])/(?P<year>{_YEAR})",
    rf"(?P<year>{_YEAR})\s?年(?:\s?(?P<month>{_NUMBER})\s?月(?:\s?(?P<day>{_DAY})\s?[日号])?)?",
    rf"(?P<month>{_NUMBER})\s?月(?:\s?(?P<day>{_DAY})\s?[日号])?",
    rf"(?P<month>{_FULL}){END}",
)
"""Each way of writing; the earlier counts. "06/03/2022" is none: readers differ on which is the month."""
_EITHER = "|".join(re.sub(r"\(\?P<\w+>", "(?:", form) for form in _FORMS)
DATE = rf"(?=[\djfmasond])(?-i:{_EITHER})"
"""Matches a date, whole or partial, at least a month or a written-out year. Needs `re.IGNORECASE`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Date:
    """A day, a month, a year, or a day or month of no stated year."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def agrees(self, found: "Date") -> bool:
        """Whether every part of this one is also `found`'s: "March 2020" agrees with "26 March 2020"."""
        pairs = ((self.year, found.year), (self.month, found.month), (self.day, found.day))
        return all(own is None or own == other for own, other in pairs)


def parse_date(text: str) -> Date:
    """The date of what `DATE` matched."""
    match = next(found for form in _FORMS if (found := re.fullmatch(form, text)))
    parts = match.groupdict()
    month = parts.get("month")
    return Date(
        year=int(parts["year"]) if parts.get("year") else None,
        month=None if not month else int(month) if month.isdigit() else _NUMBER_OF[month[:3].lower()],
        day=int(parts["day"]) if parts.get("day") else None,
    )


def bare_year(digits: str) -> Date | None:
    """The year that four plain digits may be, from 1000 to 2100."""
    return Date(year=int(digits)) if re.fullmatch(_YEAR, digits) else None
