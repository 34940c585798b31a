"""Make synthetic lists and steps: all items answer together, or none does."""

import random
from collections.abc import Sequence

from eval.lab.reader.examples import Example
from eval.lab.reader.making.lines import Line, asked_plainly, example, plain
from eval.lab.reader.making.templates import DEEDS, HEADINGS, LISTS, NOUNS, STEPS
from eval.lab.reader.making.values import Values

_MARKS = ("- ", "- ", "* ", "• ", "{n}. ", "")


def list_of_items(values: Values, rng: random.Random) -> Example:
    """Make one or two lists with their leads; the question is for one of them, or for a missing list."""
    shown = rng.sample(LISTS, k=rng.randint(1, 3))
    asked = rng.randrange(len(shown))
    filled = {"e": values.draw("thing", rng), "n": rng.choice(NOUNS)}
    missing = rng.random() < 0.25
    lines: list[Line] = []
    question = rng.choice(shown[asked].questions).format(**filled)
    for number, listed in enumerate(shown):
        if number == asked and missing and len(shown) > 1:
            continue
        kind = "person" if any(word in listed.lead for word in ("Members", "Winners", "Speakers")) else "item"
        items = values.several(kind, rng.randint(2, 6), rng)
        answers = number == asked and not missing
        lines += plain(_lead(listed.lead.format(**filled), rng))
        lines += _items(items, rng, answers=answers)
    if missing and len(shown) == 1:
        question = rng.choice(rng.choice([kind for kind in LISTS if kind not in shown]).questions).format(**filled)
    return example(
        "list missing" if missing else "list", asked_plainly(question, rng), _heading(values, filled["e"], rng), lines
    )


def steps(values: Values, rng: random.Random) -> Example:
    """Make a procedure, alone or beside another; "how do I" asks for its steps, not for the other's."""
    deeds = rng.sample(DEEDS, k=rng.randint(1, 2))
    things = values.several("thing", 2, rng)
    named = [
        deed.format(e=rng.choice((thing, "the " + values.draw("item", rng).split()[-1])))
        for deed, thing in zip(deeds, things, strict=False)
    ]
    missing = rng.random() < 0.25
    wanted = rng.choice([deed for deed in DEEDS if deed not in deeds]).format(e=things[0]) if missing else named[0]
    order = list(range(len(named)))
    rng.shuffle(order)
    lines: list[Line] = []
    for number in order:
        lines += plain(_lead(rng.choice(("How to {d}", "To {d}:", "{d}")).format(d=named[number]), rng))
        made = [_step(values, rng) for _ in range(rng.randint(2, 6))]
        lines += _items(made, rng, answers=number == 0 and not missing)
    question = rng.choice(
        (
            "How do I {d}?",
            "How can I {d}?",
            "how to {d}",
            "What are the steps to {d}?",
            "How does one {d}?",
            "What must I do to {d}?",
        )
    ).format(d=wanted)
    return example(
        "steps missing" if missing else "steps", asked_plainly(question, rng), _heading(values, things[0], rng), lines
    )


def _step(values: Values, rng: random.Random) -> str:
    item = values.draw("item", rng).removeprefix("the ").removeprefix("a ").removeprefix("an ")
    template: str = rng.choice(STEPS)
    return template.format(i=item, p=values.draw("person", rng), d=values.draw("duration", rng))


def _items(items: Sequence[str], rng: random.Random, *, answers: bool) -> list[Line]:
    mark = rng.choice(_MARKS)
    return [Line(text=mark.format(n=number + 1) + item, answers=answers) for number, item in enumerate(items)]


def _lead(text: str, rng: random.Random) -> str:
    return rng.choice(("", "## ", "**", "")) + text[0].upper() + text[1:]


def _heading(values: Values, thing: str, rng: random.Random) -> str:
    return rng.choice((thing, values.draw("thing", rng), f"{thing} | {rng.choice(HEADINGS)}"))
