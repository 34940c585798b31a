"""Rows in other forms: question pages, speaker turns, lists, letters, and pages with furniture around the text."""

import random
from collections.abc import Sequence

from eval.lab.reader.examples import Example, Row, plain_example
from eval.lab.reader.making.lines import Line, answering, asked_plainly, example, plain
from eval.lab.reader.making.templates import FORMS, FURNITURE, HEADINGS, Field, Form
from eval.lab.reader.making.values import MONTHS, WEEKDAYS, Values


def lines_of(row: Row) -> list[Line]:
    """Convert the row's sentences to lines; the first answer is marked if it is within one sentence."""
    whole = plain_example(row)
    span = whole.span if whole.span and whole.span.first == whole.span.last else None
    return [
        Line(
            text=block,
            answers=number in whole.answering,
            answer=(span.start, span.end) if span and span.first == number else None,
        )
        for number, block in enumerate(whole.blocks)
    ]


def _without_answers(lines: Sequence[Line]) -> list[Line]:
    return [Line(text=line.text) for line in lines]


def _behind(prefix: str, line: Line) -> Line:
    moved = (line.answer[0] + len(prefix), line.answer[1] + len(prefix)) if line.answer else None
    return Line(text=prefix + line.text, answers=line.answers, answer=moved)


def question_page(rows: Sequence[Row], asked: int, rng: random.Random, *, left_out: bool = False) -> Example | None:
    """Make a page of questions on one subject, each with its answering sentence; only row `asked`'s line answers.

    With `left_out`, that question and its answer are missing, so nothing answers.
    """
    layout = rng.choice(
        ("Q: {q}\nA: ", "## {q}\n", "{q}\n", "- {q} ", "{n}. {q}\n", "Question: {q}\nAnswer: ", "**{q}** ")
    )
    lines: list[Line] = []
    for number, row in enumerate(rows):
        found = next((line for line in lines_of(row) if line.answers), None)
        if found is None or (number == asked and left_out):
            continue
        kept = found if number == asked else Line(text=found.text)
        *heading, prefix = layout.format(q=row.question, n=number + 1).split("\n")
        lines += [*plain(*heading), _behind(prefix, kept)]
    if not left_out and not any(line.answers for line in lines):
        return None
    question = rows[asked].question if rng.random() < 0.5 else asked_plainly(rows[asked].question, rng)
    header = rng.choice(
        (rows[asked].title, "Frequently asked questions", f"{rows[asked].title} | FAQ", "Questions and answers")
    )
    return example("question page left out" if left_out else "question page", question, header, lines)


def speaker_turns(row: Row, values: Values, rng: random.Random) -> Example:
    """Make speaker turns of the row's sentences, for two or three people and a host."""
    names = values.several("person", rng.randint(2, 3), rng)
    shown = rng.choice(
        (str, str.upper, lambda name: name.split()[0], lambda name: "".join(part[0] for part in name.split()))
    )
    joint = rng.choice((": ", ": ", " – ", " (host): "))
    remarks = (
        "Thank you.",
        "Good question.",
        "Tell us more.",
        "And then?",
        "I see.",
        "Let us go on.",
        "Right.",
        "What came next?",
    )
    lines: list[Line] = []
    for line in lines_of(row):
        if rng.random() < 0.25:
            lines += plain(f"{shown(names[0])}{joint}{rng.choice(remarks)}")
        lines.append(_behind(f"{shown(rng.choice(names))}{joint.replace(' (host)', '')}", line))
    return example("speaker turns", row.question, _header(row, rng), lines)


def listed(row: Row, rng: random.Random) -> Example:
    """Make a list of the row's sentences, numbered or not."""
    mark = rng.choice(("- ", "* ", "• ", "{n}. ", "{n}) ", "Step {n}: "))
    lines = [_behind(mark.format(n=number + 1), line) for number, line in enumerate(lines_of(row))]
    return example("listed", row.question, _header(row, rng), [*plain(rng.choice(HEADINGS)), *lines])


def with_furniture(row: Row, values: Values, rng: random.Random) -> Example:
    """Put the row between bylines, datelines, credits, headings and other page furniture."""
    lines = lines_of(row)
    for field in rng.sample(FURNITURE, k=rng.randint(1, 4)):
        place = rng.choice((0, 0, len(lines), rng.randint(0, len(lines))))
        lines[place:place] = plain(_furnish(field, values, rng)[0])
    if rng.random() < 0.3:
        lines.insert(rng.randint(0, len(lines)), Line(text=rng.choice(("", "## ", "# ")) + rng.choice(HEADINGS)))
    # A heading in the question's words misleads a reader that only matches words.
    if rng.random() < 0.3:
        topic = " ".join(row.question.rstrip("?").split()[2:])
        lines.insert(0, Line(text=rng.choice(("", "## ", "# ")) + topic[:1].upper() + topic[1:]))
    return example(
        "furniture" if any(line.answers for line in lines) else "furniture near", row.question, _header(row, rng), lines
    )


def about_furniture(row: Row, values: Values, rng: random.Random) -> Example:
    """Ask about a line of furniture, such as the byline; two times in five it is missing."""
    field = rng.choice([field for field in FURNITURE if field.questions])
    others = [other for other in FURNITURE if other.kind != field.kind]
    lines = plain(*(_furnish(other, values, rng)[0] for other in rng.sample(others, k=rng.randint(1, 3))))
    there = rng.random() < 0.6
    if there:
        text, value = _furnish(field, values, rng)
        lines.insert(rng.randint(0, len(lines)), answering(text, value))
    body = _without_answers(lines_of(row))[:5]
    lines = [*lines, *body] if rng.random() < 0.7 else [*body, *lines]
    kind = "about furniture" if there else "about furniture left out"
    return example(kind, asked_plainly(rng.choice(field.questions), rng), _header(row, rng), lines)


def _furnish(field: Field, values: Values, rng: random.Random) -> tuple[str, str]:
    value = values.draw(field.kind, rng)
    return rng.choice(field.labels).format(v=value, d=values.draw("date", rng)), value


def letterhead(row: Row, values: Values, rng: random.Random) -> Example:
    """Put the head of minutes, an e-mail or a report above the row's sentences.

    The question is for one of its lines, for a missing line, or the row's own.
    """
    form = rng.choice(FORMS)
    fields = rng.sample(form.fields, k=rng.randint(3, len(form.fields) - 1))
    # Most documents keep the order of the form.
    fields = sorted(fields, key=form.fields.index) if rng.random() < 0.7 else fields
    roll = rng.random()
    if roll < 0.3:
        head = [_labelled(field, values, rng, asked=False) for field in fields]
        return example(
            f"{form.name} body",
            row.question,
            _header(row, rng),
            [*plain(rng.choice(form.titles)), *head, *lines_of(row)],
        )
    asked = rng.choice(fields)
    kept = fields if roll < 0.75 else [field for field in fields if field is not asked]
    head = [_labelled(field, values, rng, asked=field is asked) for field in kept]
    body = _without_answers(lines_of(row))[: rng.randint(1, 5)]
    question = rng.choice(asked.questions).format(e=rng.choice(form.subject))
    lines = _arranged(form, head, body, rng)
    kind = f"{form.name} line" if asked in kept else f"{form.name} line left out"
    header = rng.choice((row.title, rng.choice(form.titles), f"{rng.choice(form.titles)} | {values.draw('date', rng)}"))
    return example(kind, asked_plainly(question, rng), header, lines)


def _arranged(form: Form, head: list[Line], body: list[Line], rng: random.Random) -> list[Line]:
    last = head[-1:] if form.name == "minutes" and rng.random() < 0.3 else []
    return [*plain(rng.choice(form.titles)), *head[: len(head) - len(last)], *body, *last]


def _labelled(field: Field, values: Values, rng: random.Random, *, asked: bool) -> Line:
    layout = rng.choice(("{l}: {v}", "{l}: {v}", "**{l}:** {v}", "- {l}: {v}", "| {l} | {v} |", "{l} {v}", "{l} – {v}"))
    label, value = rng.choice(field.labels), values.draw(field.kind, rng)
    text = layout.format(l=label, v=value)
    return answering(text, value, after=text.index(label) + len(label)) if asked else Line(text=text)


def thread(rows: Sequence[Row], values: Values, rng: random.Random) -> Example | None:
    """Make a thread of messages, each with its own head lines above a row's sentences.

    The question is for the sender or the date of one of them, by what stands in it or who wrote it, for a message that
    the thread lacks, or a row's own.
    """
    people = values.several("person", len(rows), rng)
    if len(people) < len(rows):
        return None
    dates = [_stamp(values, rng) for _ in rows]
    asked, roll = rng.randrange(len(rows)), rng.random()
    topic, name = rows[asked].title, rng.choice((str, lambda name: name.split()[0]))(people[asked])
    body, by_date, missing = roll < 0.3, roll < 0.7, roll > 0.85
    lines: list[Line] = []
    for number, row in enumerate(rows):
        wanted = number == asked and not body
        if wanted and missing:
            continue
        sender, date = f"From: {people[number]}", f"{rng.choice(('Date: ', 'Sent: '))}{dates[number]}"
        head = [
            answering(sender, people[number]) if wanted and not by_date else Line(text=sender),
            answering(date, dates[number]) if wanted and by_date else Line(text=date),
        ]
        head[1:1] = plain(f"To: {people[number - 1]}") if rng.random() < 0.5 else []
        kept = lines_of(row)[: rng.randint(1, 3) if not (body and number == asked) else None]
        lines += [*head, *(kept if body and number == asked else _without_answers(kept))]
    questions = (
        (
            f"When did {name} write?",
            f"When was the message about {topic} sent?",
            f"What day did {name} write about {topic}?",
        )
        if by_date
        else (
            f"Who wrote about {topic}?",
            f"Who is the sender of the message about {topic}?",
            f"Who sent the mail on {topic}?",
        )
    )
    question = rows[asked].question if body else rng.choice(questions)
    kind = "thread body" if body else "thread line left out" if missing else "thread line"
    return example(kind, asked_plainly(question, rng), rng.choice(("", "Re: " + topic, topic)), lines)


def _stamp(values: Values, rng: random.Random) -> str:
    """A date as mail programs write it, often with a time."""
    time = f" {rng.randint(0, 23):02}:{rng.randint(0, 59):02}" if rng.random() < 0.7 else ""
    day, month = rng.randint(1, 28), rng.choice(MONTHS)[:3]
    if rng.random() < 0.3:
        return values.draw("date", rng) + time
    return f"{rng.choice(WEEKDAYS)[:3]}, {day} {month} {rng.randint(2001, 2029)}{time}"


def _header(row: Row, rng: random.Random) -> str:
    return f"{row.title} | {rng.choice(HEADINGS)}" if row.title and rng.random() < 0.3 else row.title
