"""Make tables and statements about things with fields, with superseded, negated and missing values."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from eval.lab.reader.examples import Example
from eval.lab.reader.making.lines import Line, answering, asked_plainly, example, plain
from eval.lab.reader.making.templates import DOMAINS, HEADINGS, LATER, PREFIXES, SUFFIXES, Field
from eval.lab.reader.making.values import Values


@dataclass(frozen=True, kw_only=True, slots=True)
class Records:
    """Things of one sort, with values of some fields: `cells[thing][field]`."""

    domain: str
    things: tuple[str, ...]
    fields: tuple[Field, ...]
    cells: tuple[tuple[str, ...], ...]

    def named(self, thing: int) -> str:
        """Return the thing's name for a cell or the start of a line, without "the"."""
        return self.things[thing].removeprefix("the ")


def draw_records(values: Values, rng: random.Random, *, most_things: int = 6) -> Records:
    """Draw two to `most_things` things of one sort with two to five fields, with distinct values in a column."""
    domain = rng.choice(tuple(DOMAINS))
    fields = rng.sample(DOMAINS[domain], k=min(len(DOMAINS[domain]), rng.randint(2, 5)))
    count = rng.randint(2, most_things)
    names = values.several(rng.choice(("thing", "place", "thing")), count, rng)
    pattern, suffix = rng.choice(PREFIXES), rng.choice(SUFFIXES[domain])
    mixed = rng.random() < 0.5
    things = [pattern + name + (rng.choice(SUFFIXES[domain]) if mixed else suffix) for name in names]
    columns = [values.several(field.kind, len(things), rng) for field in fields]
    # There are few statuses and colours; a short pool starts again.
    cells = tuple(tuple(column[number % len(column)] for column in columns) for number in range(len(things)))
    return Records(domain=domain, things=tuple(things), fields=tuple(fields), cells=cells)


def table(values: Values, rng: random.Random) -> Example:
    """Make a table, and a question for a cell, for the thing with a value, or for something missing."""
    records = draw_records(values, rng)
    thing, column = rng.randrange(len(records.things)), rng.randrange(len(records.fields))
    roll = rng.random()
    backwards = roll > 0.85 and [row[column] for row in records.cells].count(records.cells[thing][column]) == 1
    asked = None if 0.55 < roll < 0.8 else (thing, column)
    kind, hidden = "table", -1
    question = rng.choice(records.fields[column].questions).format(e=records.things[thing])
    if backwards:
        label = rng.choice(records.fields[column].labels).lower()
        noun = records.domain
        question = rng.choice(
            (
                f"Which {noun} has the {label} {{v}}?",
                f"which {noun} has {label} {{v}}",
                f"What {noun} is listed with {label} {{v}}?",
            )
        ).format(v=records.cells[thing][column])
        kind, column = "table backwards", -1
        asked = (thing, -1)
    elif asked is None:
        question, hidden, kind = _missing(records, thing, values, rng)
    lines = _table_lines(records, asked, rng, hidden=hidden)
    return example(kind, asked_plainly(question, rng), _heading(values, rng), lines)


def _missing(records: Records, thing: int, values: Values, rng: random.Random) -> tuple[str, int, str]:
    """Make a question that the table cannot answer: for a hidden row, another thing, or another field."""
    unused = [field for field in DOMAINS[records.domain] if field not in records.fields]
    if unused and rng.random() < 0.45:
        return rng.choice(rng.choice(unused).questions).format(e=records.things[thing]), -1, "table no column"
    field = rng.choice(records.fields)
    if rng.random() < 0.5 and len(records.things) > 2:
        return rng.choice(field.questions).format(e=records.things[thing]), thing, "table no row"
    other = values.draw("thing", rng) + rng.choice(SUFFIXES[records.domain])
    return rng.choice(field.questions).format(e=other), -1, "table no row"


def _table_lines(records: Records, asked: tuple[int, int] | None, rng: random.Random, *, hidden: int) -> list[Line]:
    joint, edge = rng.choice(
        ((" | ", True), (" | ", True), (" | ", False), ("\t", False), ("; ", False), (", ", False))
    )
    labelled = rng.random() < 0.2
    names = [field.labels[0] for field in records.fields]
    head = [rng.choice(("Name", records.domain.capitalize(), "Item", "")), *names]
    lines = plain(_row_text(head, joint, edge)[0])
    if edge and rng.random() < 0.7:
        lines += plain("|" + " --- |" * len(head))
    if labelled:
        lines = []
    for number in range(len(records.things)):
        if number == hidden:
            continue
        cells = [records.named(number), *records.cells[number]]
        if labelled:
            cells = [cells[0], *(f"{name}: {cell}" for name, cell in zip(names, cells[1:], strict=True))]
        text, starts = _row_text(cells, joint, edge)
        if asked and asked[0] == number:
            at = starts[asked[1] + 1]
            value = records.named(number) if asked[1] < 0 else records.cells[number][asked[1]]
            lines.append(answering(text, value, after=at))
        else:
            lines += plain(text)
    return lines


def _row_text(cells: Sequence[str], joint: str, edge: bool) -> tuple[str, list[int]]:  # noqa: FBT001
    text, starts = "| " if edge else "", []
    for number, cell in enumerate(cells):
        text += joint if number else ""
        starts.append(len(text))
        text += cell
    return text + (" |" if edge else ""), starts


def statements(values: Values, rng: random.Random) -> Example:
    """Make sentences or labelled lines about a few things; the question is for one of them, or a missing one."""
    records = draw_records(values, rng, most_things=3)
    thing, column = rng.randrange(len(records.things)), rng.randrange(len(records.fields))
    missing = rng.random() < 0.35
    as_lines = rng.random() < 0.4
    lines: list[Line] = []
    for number, name in enumerate(records.things):
        if as_lines:
            lines += plain(rng.choice(("", "## ", "**")) + records.named(number))
        facts = [
            _stated(records, number, place, rng, as_line=as_lines, asked=(number, place) == (thing, column))
            for place in range(len(records.fields))
            if not (missing and (number, place) == (thing, column))
        ]
        lines += facts
        if not as_lines and rng.random() < 0.2:
            lines += plain(f"More about {name} is to follow.")
    if not as_lines and rng.random() < 0.6:
        rng.shuffle(lines)
    question = rng.choice(records.fields[column].questions).format(e=records.things[thing])
    kind = ("labelled lines" if as_lines else "statements") + (" missing" if missing else "")
    return example(kind, asked_plainly(question, rng), _heading(values, rng), lines)


def _stated(records: Records, thing: int, column: int, rng: random.Random, *, as_line: bool, asked: bool) -> Line:
    field, value, name = records.fields[column], records.cells[thing][column], records.things[thing]
    if as_line:
        label = rng.choice(field.labels)
        text, after = f"{rng.choice(('', '- '))}{label}: {value}", len(label)
    else:
        template = rng.choice(field.statements)
        text = template.format(e=name, v=value)
        text = text[0].upper() + text[1:]
        after = len(template.split("{v}")[0].format(e=name)) if value in text else 0
    return answering(text, value, after=after) if asked else Line(text=text)


def superseded(values: Values, rng: random.Random) -> Example:
    """Make an old and a new value of a field among other statements: only the valid one answers.

    Some questions ask for the old one by its time, and for some a value is only negated.
    """
    records = draw_records(values, rng, most_things=3)
    thing, column = rng.randrange(len(records.things)), rng.randrange(len(records.fields))
    field, name = records.fields[column], records.things[thing]
    old, new = (values.several(field.kind, 2, rng) * 2)[:2]
    filled = {
        "e": name,
        "E": name[0].upper() + name[1:],
        "l": field.labels[0].lower(),
        "old": old,
        "new": new,
        "y": str(rng.randint(1995, 2025)),
    }
    question = rng.choice(field.questions).format(e=name)
    roll = rng.random()
    kind = "superseded"
    if roll < 0.35:
        lines = [_filled(rng.choice(LATER.in_one_sentence), filled, "new")]
    elif roll < 0.65:
        first, second = rng.choice(LATER.in_two_sentences)
        lines = [*plain(first.format(**filled)), _filled(second, filled, "new")]
    elif roll < 0.75:
        lines = [_filled(rng.choice(LATER.in_one_sentence[3:4]), filled, "old")]
        question, kind = f"What was the {filled['l']} of {name} until {filled['y']}?", "superseded, then"
    else:
        lines, kind = plain(rng.choice(LATER.denied).format(**filled)), "denied"
    others = [
        _stated(records, number, place, rng, as_line=False, asked=False)
        for number in range(len(records.things))
        for place in range(len(records.fields))
        if (number, place) != (thing, column)
    ]
    rng.shuffle(others)
    cut = rng.randint(0, min(4, len(others)))
    return example(
        kind, asked_plainly(question, rng), _heading(values, rng), [*others[:cut], *lines, *others[cut : cut + 3]]
    )


def _filled(template: str, filled: dict[str, str], valid: str) -> Line:
    before = template.split("{" + valid + "}")[0].format(**filled)
    return answering(template.format(**filled), filled[valid], after=len(before))


def _heading(values: Values, rng: random.Random) -> str:
    parts = [values.draw("thing", rng)]
    if rng.random() < 0.3:
        parts.append(values.draw("date", rng))
    if rng.random() < 0.3:
        parts.append(rng.choice(HEADINGS))
    return " | ".join(parts)
