"""Plant errors in true sentences, and make light paraphrases, to measure the support check."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from assistant.language.dates import Date
from assistant.language.sentence import parse
from assistant.language.statements import Name
from assistant.language.values import Token, read
from assistant.language.vocabulary import MONTH_NAMES
from index.text.glossary import Glossary
from index.text.terms import STOP_WORDS, stem

_LEAD_IN = re.compile(r"^(?:In|On|At|By|According to|During|For|With)\b[^,.;]{3,60}, (?=[A-Z“\"a-z])")
_NUMBER_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_NEGATION = re.compile(r"\b(?:not|never) |(?<=[a-z])n't\b")
_REVERSED = {
    "more": "less", "less": "more", "before": "after", "after": "before", "increased": "decreased", "rose": "fell",
    "higher": "lower", "first": "last", "above": "below", "grew": "shrank", "improve": "worsen", "faster": "slower",
    "largest": "smallest", "most": "least", "over": "under", "up": "down", "increase": "decrease",
    "strengthen": "weaken", "with": "without", "all": "none of the", "started": "ended", "opened": "closed",
}  # fmt: skip
_UNITS = {
    "%": " yuan", "percent": "yuan", "yuan": "dollars", "kilometres": "metres", "days": "hours", "hours": "days",
    "minutes": "hours", "years": "months", "months": "years", "metres": "miles", "tonnes": "kilograms", "weeks": "days",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Planted:
    """A sentence made from a true one."""

    kind: str
    text: str
    true: bool


Change = Callable[[str, random.Random], str | None]


def paraphrases(text: str, glossary: Glossary, chance: random.Random) -> Iterator[Planted]:
    """Yield `text` and light paraphrases of it."""
    yield Planted(kind="as written", text=text, true=True)
    changes: dict[str, Change] = {
        "date order": _date_order,
        "number format": _number_format,
        "lead-in dropped": _without_lead_in,
        "alias swapped": lambda text, chance: _other_alias(text, glossary, chance),
    }
    for kind, change in changes.items():
        changed = change(text, chance)
        if changed is not None and changed != text:
            yield Planted(kind=kind, text=changed, true=True)


def errors(
    text: str, names: Sequence[str], glossary: Glossary, chance: random.Random, *, words: Sequence[str] = ()
) -> Iterator[Planted]:
    """Yield variants of `text` with one error each.

    Args:
        text: a true sentence.
        names: names of the collection, as replacements.
        glossary: aliases, which do not replace each other.
        chance: chooses between the possible errors of a kind.
        words: words of the collection, as replacements.
    """
    changes: dict[str, Change] = {
        "digit changed": _digit_changed,
        "number word changed": _number_word_changed,
        "figures exchanged": lambda text, _: _figures_exchanged(text),
        "date moved": _date_moved,
        "name swapped": lambda text, chance: _name_swapped(text, names, glossary, chance),
        "negation dropped": lambda text, _: _negation_dropped(text),
        "reversed": lambda text, chance: _word_replaced(text, _REVERSED, chance),
        "unit changed": lambda text, chance: _unit_changed(text, chance),
        "word swapped": lambda text, chance: _word_swapped(text, words, chance),
    }
    for kind, change in changes.items():
        changed = change(text, chance)
        if changed is not None and changed != text:
            yield Planted(kind=kind, text=changed, true=False)


def names_in(texts: Sequence[str]) -> list[str]:
    """Return the names of a collection: runs of capitalised words that do not open a sentence."""
    found = set()
    for text in texts:
        one = parse(text)
        runs: list[list[Name]] = []
        for name in one.names:
            if runs and name.follows and name.place == runs[-1][-1].place + 1:
                runs[-1].append(name)
            else:
                runs.append([name])
        for run in runs:
            if len(run) > 1 or not run[0].opens:
                found.add(text[one.tokens[run[0].place].start : one.tokens[run[-1].place].end])
    return sorted(found)


def words_in(texts: Sequence[str]) -> list[str]:
    """Return the content words of a collection, without names."""
    return sorted({match.group() for text in texts for match in _telling(text)})


def _telling(text: str) -> list[re.Match[str]]:
    found = re.finditer(r"(?<![\w“\"-])[a-z]{5,}(?![\w-])", text)
    return [match for match in found if match.group() not in STOP_WORDS and match.group() not in _NUMBER_WORDS]


def _word_swapped(text: str, words: Sequence[str], chance: random.Random) -> str | None:
    """Replace one word by another with the same ending."""
    found, own = _telling(text), set(parse(text).stems)
    if not found:
        return None
    match = chance.choice(found)
    others = [word for word in words if _ending(word) == _ending(match.group()) and stem(word) not in own]
    return text[: match.start()] + chance.choice(others) + text[match.end() :] if others else None


def _ending(word: str) -> str:
    return next((end for end in ("ing", "ed", "ly", "tion", "ies", "s") if word.endswith(end)), "")


def _replaced(text: str, token: Token, by: str) -> str:
    return text[: token.start] + by + text[token.end :]


def _date_order(text: str, _: random.Random) -> str | None:
    for token in read(text):
        date = token.date
        if date and date.day and date.month and not date.until:
            end = f", {date.year}" if date.year else ""
            return _replaced(text, token, f"{MONTH_NAMES[date.month - 1]} {date.day}{end}")
    return None


def _number_format(text: str, _: random.Random) -> str | None:
    for token in read(text):
        figure = token.figure
        if figure is None or figure.ordinal or token.date is not None or figure.zeros or figure.high or figure.bound:
            continue
        written = text[token.start : token.end]
        if figure.unit == "%" and written.endswith("%"):
            return _replaced(text, token, f"{written[:-1]} percent")
        if figure.unit is None and figure.value >= 1000 and figure.value == int(figure.value):
            plain = f"{int(figure.value):,}"
            scaled = f"{Decimal(int(figure.value)).scaleb(-3).normalize():f} thousand"
            return _replaced(text, token, scaled if written == plain or written == str(figure.value) else plain)
    return None


def _without_lead_in(text: str, _: random.Random) -> str | None:
    match = _LEAD_IN.match(text)
    rest = text[match.end() :] if match else ""
    return rest[:1].upper() + rest[1:] if len(rest) > 30 else None


def _other_alias(text: str, glossary: Glossary, chance: random.Random) -> str | None:
    options = [
        (name, other)
        for name, group in glossary.found_in(text)
        for other in group
        if other.isascii() and other.lower() not in name.lower() and name.lower() not in other.lower()
    ]
    if not options:
        return None
    name, other = chance.choice(options)
    return text.replace(name, other, 1)


def _digit_changed(text: str, chance: random.Random) -> str | None:
    figures = [t for t in read(text) if t.figure and not t.date and any(c.isdigit() for c in text[t.start : t.end])]
    if not figures:
        return None
    token = chance.choice(figures)
    places = [i for i in range(token.start, token.end) if text[i].isdigit()]
    place = chance.choice(places)
    digit = chance.choice([d for d in "123456789" if d != text[place]])
    return text[:place] + digit + text[place + 1 :]


def _number_word_changed(text: str, chance: random.Random) -> str | None:
    found = [match for match in re.finditer(r"[A-Za-z]+", text) if match.group().lower() in _NUMBER_WORDS]
    if not found:
        return None
    match = chance.choice(found)
    written = match.group()
    other = chance.choice([word for word in _NUMBER_WORDS if word != written.lower()])
    return text[: match.start()] + (other.capitalize() if written[0].isupper() else other) + text[match.end() :]


def exchanged(text: str, first: Token, second: Token) -> str:
    """Exchange two tokens of `text`, the first before the second."""
    a, b = text[first.start : first.end], text[second.start : second.end]
    return text[: first.start] + b + text[first.end : second.start] + a + text[second.end :]


def _figures_exchanged(text: str) -> str | None:
    """Exchange two figures that count different things."""
    figures = [t for t in read(text) if t.figure and not t.date and not t.figure.ordinal]
    for first, second in pairwise(figures):
        a, b = first.figure, second.figure
        if a and b and a.value != b.value and a.unit == b.unit and text[second.end :].strip(" ."):
            return exchanged(text, first, second)
    return None


def _date_moved(text: str, chance: random.Random) -> str | None:
    dates = [
        t for t in read(text) if t.date and not (t.word and not t.date.year) and not t.date.until and t.date.years == 1
    ]
    if not dates:
        return None
    token = chance.choice(dates)
    date = token.date or Date()
    parts = [part for part in ("year", "month", "day") if getattr(date, part)]
    part = chance.choice(parts)
    if part == "year":
        moved = replace(date, year=(date.year or 0) + chance.choice([-2, -1, 1, 2]))
    elif part == "month":
        moved = replace(date, month=chance.choice([m for m in range(1, 13) if m != date.month]))
    else:
        moved = replace(date, day=chance.choice([d for d in range(1, 29) if d != date.day]))
    words = [str(moved.day or ""), MONTH_NAMES[moved.month - 1] if moved.month else "", str(moved.year or "")]
    return _replaced(text, token, " ".join(word for word in words if word))


def _name_swapped(text: str, names: Sequence[str], glossary: Glossary, chance: random.Random) -> str | None:
    own = names_in([text])
    same = {other.lower() for _, group in glossary.found_in(text) for other in group}
    others = [n for n in names if n.lower() not in text.lower() and n.lower() not in same and not n.isupper()]
    size = {name: len(name.split()) for name in own}
    if not own or not others:
        return None
    name = chance.choice(own)
    alike = [other for other in others if min(2, len(other.split())) == min(2, size[name])]
    return text.replace(name, chance.choice(alike or others), 1)


def _negation_dropped(text: str) -> str | None:
    return _NEGATION.sub("", text, count=1) if _NEGATION.search(text) else None


def _word_replaced(text: str, by: dict[str, str], chance: random.Random) -> str | None:
    found = [match for match in re.finditer(r"[A-Za-z]+", text) if match.group() in by]
    if not found:
        return None
    match = chance.choice(found)
    return text[: match.start()] + by[match.group()] + text[match.end() :]


def _unit_changed(text: str, chance: random.Random) -> str | None:
    pattern = r"(?<=\d)(?P<sign>%)|(?<=\d )(?P<word>" + "|".join(w for w in _UNITS if w != "%") + r")\b"
    found = list(re.finditer(pattern, text))
    if not found:
        return None
    match = chance.choice(found)
    return text[: match.start()] + _UNITS[match.group()] + text[match.end() :]
