"""Draw values for synthetic documents: people and places from the data, random dates and amounts."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.lab.reader.examples import Row

MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_PERSON = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z.]+)? [A-Z][a-z]+")
_PLACE = re.compile(r"[A-Z][a-z]+(?:[ -][A-Z][a-z]+)?")
_ITEM = re.compile(r"(?:an? |the )?[a-z]+(?:[ -][a-z]+){0,2}")
_NO_PERSON = frozenset("New The University Church North South West East Saint Lake River Mount Great".split())
_DOMAINS = "example.org example.com mail.example.net city.example".split()


@dataclass(frozen=True, kw_only=True, slots=True)
class Values:
    """Pools of words, from which values are drawn."""

    persons: tuple[str, ...]
    places: tuple[str, ...]
    things: tuple[str, ...]
    items: tuple[str, ...]

    def draw(self, kind: str, rng: random.Random) -> str:
        """Draw a value of `kind`, one of the names in `KINDS`."""
        return KINDS[kind](self, rng)

    def several(self, kind: str, count: int, rng: random.Random) -> list[str]:
        """Draw `count` distinct values of `kind`."""
        found: dict[str, None] = {}
        for _ in range(50 * count):
            found[self.draw(kind, rng)] = None
            if len(found) == count:
                break
        return list(found)


def values_from(rows: Sequence[Row]) -> Values:
    """Collect people from answers to "who", places from answers to "where", and titles as names of things."""
    persons: dict[str, None] = {}
    places: dict[str, None] = {}
    items: dict[str, None] = {}
    for row in rows:
        question = row.question.lower()
        for text in row.texts[:1]:
            if "who" in question and _PERSON.fullmatch(text) and not _NO_PERSON & set(text.split()):
                persons[text] = None
            elif question.startswith(("where", "in which city", "what city", "what country")) and _PLACE.fullmatch(
                text
            ):
                places[text] = None
            elif question.startswith("what") and _ITEM.fullmatch(text) and 4 < len(text) < 32:
                items[text] = None
    things = dict.fromkeys(
        row.title.split(" (")[0]
        for row in rows
        if row.title and not row.title.startswith(("Amazon Reviews", "Filtered Reddit"))
    )
    return Values(persons=tuple(persons), places=tuple(places), things=tuple(things), items=tuple(items))


def _date(values: Values, rng: random.Random) -> str:
    del values
    day, month, year = rng.randint(1, 28), rng.choice(MONTHS), rng.randint(1995, 2029)
    number = MONTHS.index(month) + 1
    forms = (
        f"{day} {month} {year}",
        f"{month} {day}, {year}",
        f"{day} {month}",
        f"{month} {day}",
        f"{rng.choice(WEEKDAYS)} {day} {month}",
        f"{year}-{number:02}-{day:02}",
        f"{day:02}.{number:02}.{year}",
    )
    return rng.choice(forms)


def _month(values: Values, rng: random.Random) -> str:
    del values
    return f"{rng.choice(MONTHS)} {rng.randint(1995, 2029)}"


def _time(values: Values, rng: random.Random) -> str:
    del values
    hour, minute = rng.randint(6, 21), rng.choice((0, 0, 15, 30, 45))
    half = "am" if hour < 12 else "pm"
    return rng.choice(
        (f"{hour}:{minute:02}", f"{(hour - 1) % 12 + 1}.{minute:02} {half}", f"{(hour - 1) % 12 + 1} {half}")
    )


def _hours(values: Values, rng: random.Random) -> str:
    joint = rng.choice((" to ", " – ", "-"))
    return (
        f"{rng.randint(6, 11)}{joint}{rng.randint(15, 22)}"
        if rng.random() < 0.3
        else (f"{_time(values, rng)}{joint}{_time(values, rng)}")
    )


def _money(values: Values, rng: random.Random) -> str:
    del values
    sign = rng.choice("£$€")
    small = f"{sign}{rng.randint(2, 950)}"
    cents = f"{sign}{rng.randint(1, 90)}.{rng.choice(('50', '99', '25', '80'))}"
    large = f"{sign}{rng.randint(2, 900)},{rng.choice(('000', '500', '250'))}"
    million = f"{sign}{rng.randint(1, 90)}.{rng.randint(1, 9)} million"
    return rng.choice((small, small, cents, large, million))


def _count(values: Values, rng: random.Random) -> str:
    del values
    return rng.choice(
        (str(rng.randint(2, 99)), str(rng.randint(100, 999)), f"{rng.randint(1, 90)},{rng.randint(0, 999):03}")
    )


def _percent(values: Values, rng: random.Random) -> str:
    del values
    return f"{rng.randint(1, 99)}{rng.choice(('%', '%', ' per cent', f'.{rng.randint(1, 9)}%'))}"


def _duration(values: Values, rng: random.Random) -> str:
    del values
    return (
        f"{rng.randint(2, 60)} {rng.choice(('days', 'weeks', 'months', 'minutes', 'hours', 'years', 'working days'))}"
    )


def _length(values: Values, rng: random.Random) -> str:
    del values
    return f"{rng.randint(2, 900)} {rng.choice(('metres', 'm', 'km', 'miles', 'feet', 'cm'))}"


def _weight(values: Values, rng: random.Random) -> str:
    del values
    return f"{rng.randint(2, 900)} {rng.choice(('kg', 'g', 'tonnes', 'lb'))}"


def _version(values: Values, rng: random.Random) -> str:
    del values
    return f"{rng.randint(0, 12)}.{rng.randint(0, 20)}" + rng.choice(("", f".{rng.randint(0, 9)}"))


def _phone(values: Values, rng: random.Random) -> str:
    del values
    return f"0{rng.randint(10, 999)} {rng.randint(100, 999)} {rng.randint(1000, 9999)}"


def _email(values: Values, rng: random.Random) -> str:
    return f"{rng.choice(values.persons).split()[-1].lower()}@{rng.choice(_DOMAINS)}"


def _people(values: Values, rng: random.Random) -> str:
    names = [rng.choice(values.persons) for _ in range(rng.randint(2, 5))]
    return ", ".join(dict.fromkeys(names))


def _room(values: Values, rng: random.Random) -> str:
    return rng.choice(
        (
            f"Room {rng.randint(1, 40)}",
            f"{rng.choice(values.places)} Hall",
            f"the {rng.choice(values.places)} office",
            f"{rng.choice(values.places)} Town Hall",
            rng.choice(values.places),
        )
    )


def _identity(values: Values, rng: random.Random) -> str:
    del values
    letters = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(rng.randint(2, 3)))
    return f"{letters}-{rng.randint(10, 99999)}"


def _status(values: Values, rng: random.Random) -> str:
    del values
    return rng.choice("open closed approved rejected pending resolved delayed cancelled completed suspended".split())


def _colour(values: Values, rng: random.Random) -> str:
    del values
    return rng.choice("red blue green yellow black white orange grey purple silver".split())


KINDS: dict[str, Callable[[Values, random.Random], str]] = {
    "date": _date, "month": _month, "time": _time, "hours": _hours, "money": _money, "count": _count,
    "percent": _percent, "duration": _duration, "length": _length, "weight": _weight, "version": _version,
    "phone": _phone, "email": _email, "people": _people, "room": _room, "identity": _identity, "status": _status,
    "colour": _colour, "person": lambda values, rng: rng.choice(values.persons),
    "place": lambda values, rng: rng.choice(values.places),
    "thing": lambda values, rng: rng.choice(values.things),
    "item": lambda values, rng: rng.choice(values.items),
}  # fmt: skip
