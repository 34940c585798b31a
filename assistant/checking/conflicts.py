"""Find what a claim says by value, in names or in quotation marks, and the sentences do not."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from assistant.checking.names import Mentions, Surroundings, aliased, unnamed, unquoted
from assistant.language.dates import Date
from assistant.language.figures import Figure
from assistant.language.numbers import CLOCK
from assistant.language.sentence import ParsedSentence
from assistant.language.statements import Value
from assistant.language.values import agrees
from assistant.language.vocabulary import ABOUT, AT_LEAST, AT_MOST, LESS, MORE, NEARLY, REPORTS

_PERCENTAGES = frozenset(("%", "percentage points"))
_BORNE_OUT: dict[str | None, set[str | None]] = {
    None: {None, ABOUT, NEARLY},
    ABOUT: {None, ABOUT, NEARLY, MORE, LESS},
    MORE: {MORE},
    AT_LEAST: {AT_LEAST, MORE, None},
    LESS: {LESS, NEARLY},
    NEARLY: {NEARLY, LESS},
    AT_MOST: {AT_MOST, LESS, NEARLY, None},
}
"""Bounds of an article's figure that support a claim's, by the claim's bound ("about", "at least" …)."""
_EXISTS = frozenset("has have had there number numbers total totals count counts comprise comprises".split())
"""Words of a claim that states only a count."""
_SMALLER = {
    "week": ("day", 7), "day": ("hour", 24), "hour": ("minute", 60), "minute": ("second", 60), "year": ("month", 12),
    "century": ("decade", 10), "decade": ("year", 10), "kilometre": ("metre", 1000), "metre": ("centimetre", 100),
    "centimetre": ("millimetre", 10), "tonne": ("kilogram", 1000), "kilogram": ("gram", 1000),
}  # fmt: skip
"""The next smaller measure, and how many of it make one."""
_TIMES = {"once": 1, "twice": 2, "thrice": 3}
_BELOW = frozenset("below under beneath minus less lower negative loss deficit short fewer down fell".split())
"""Words with which a positive figure tells of a negative one: "seven degrees below zero"."""
_SMALL = range(1, 6)
_SOURCE = re.compile(r"(?:^\W*|[,;(–—] ?)according to\b", re.IGNORECASE)
"""At either end of a statement; what is built "according to plan" is nobody's word."""
_DEFINITE = re.compile(r"\b(?:the|these|those|only|its|their|his|her|our)\s+$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """A statement of the claim that the sentences do not support."""

    kind: str
    """"figure", "date", "name", "quotation", "source" or "words"."""
    reason: str
    """In words, for a person."""


def conflicts(
    claim: ParsedSentence, run: Sequence[ParsedSentence], around: Surroundings, mentions: Mentions
) -> list[Conflict]:
    """Find the conflicts of a claim with sentences; empty if there are none.

    Which of several things a figure, date or name is told of is a matter of meaning, and not judged here.

    Args:
        claim: the sentence to check.
        run: consecutive sentences of a passage.
        around: their passage.
        mentions: names in the claim that have aliases.
    """
    covered = aliased(claim, run, mentions)
    found = list(_values(claim, run, around, covered))
    if (name := unnamed(claim, run, around, covered)) is not None:
        found.append(Conflict(kind="name", reason=f"the name {name} does not stand in it"))
    found += [
        Conflict(kind="quotation", reason=f"the words “{quoted}” do not stand in it")
        for quoted in unquoted(claim, run, around, covered)
    ]
    if _unattributed(claim, run):
        found.append(Conflict(kind="source", reason="it is what a source says there"))
    if not found and not covered and not _has_any(claim, run):
        found.append(Conflict(kind="words", reason="nothing that it says stands in it"))
    return found


def _unattributed(claim: ParsedSentence, run: Sequence[ParsedSentence]) -> bool:
    """Whether the sentences give only as the word of a source what the claim tells as a fact."""
    if _SOURCE.search(claim.text) or any(token.word in REPORTS for token in claim.tokens):
        return False
    telling = [one for one in run if claim.telling & set(one.stems)]
    return bool(telling) and all(_SOURCE.search(one.text) for one in telling)


def _has_any(claim: ParsedSentence, run: Sequence[ParsedSentence]) -> bool:
    """Whether the sentences have any content word, figure or date of the claim."""
    if any(claim.telling & set(one.stems) for one in run):
        return True
    return any(agrees(value.token, own.token) for value in claim.values for one in run for own in one.values)


# Figures and dates.


def _values(
    claim: ParsedSentence, run: Sequence[ParsedSentence], around: Surroundings, covered: frozenset[int]
) -> Iterable[Conflict]:
    held = [value for one in run for value in one.values]
    for value in claim.values:
        if value.place in covered:
            continue
        stands = any(_bears_out(value, own) for own in held)
        if not stands and (_counts_nothing(claim, value, run, held) or _derived(claim, value, run, held)):
            continue
        if (misplaced := _misplaced(value, held)) is not None:
            yield misplaced
        elif stands:
            if _of_a_part(claim, value, run):
                yield Conflict(kind="figure", reason=f"only a part of the {value.text} is meant there")
        elif value.token.date is None or not _dated(value, held, around):
            yield _missing(value, held)


def _counts_nothing(claim: ParsedSentence, value: Value, run: Sequence[ParsedSentence], held: Sequence[Value]) -> bool:
    """Whether a number states none of its own: "the older one", "the two lakes", "below zero", "per second"."""
    figure = value.token.figure
    before = claim.tokens[value.place - 1].word if value.place else ""
    if figure is None or figure.unit or value.text[:1].isdigit():
        return False
    if before == "per" or (figure.value == 0 and value.text.endswith("zero")):
        return True
    if figure.value not in _SMALL or figure.bound:
        return False
    said = [other.token.figure.value for other in claim.values if other.token.figure]
    rivals = [
        own
        for own in held
        if own.token.figure
        and own.token.date is None
        and own.token.figure.ordinal == figure.ordinal
        and own.token.figure.value not in said
    ]
    if figure.ordinal:
        return not rivals
    if figure.value == 2 and any(token.word in {"both", "either", "neither"} for one in run for token in one.tokens):
        return True
    counted = set(value.heads[:1])
    definite = _DEFINITE.search(claim.text, 0, value.token.start) is not None
    return (figure.value == 1 or definite) and not any(counted & set(own.heads[:1]) for own in rivals)


def _derived(claim: ParsedSentence, value: Value, run: Sequence[ParsedSentence], held: Sequence[Value]) -> bool:
    """Whether a figure follows from those of the sentences: a share, another measure, a bound, a number of times."""
    figure = value.token.figure
    if figure is None or value.token.date is not None or figure.ordinal:
        return False
    if figure.high is not None:
        return any(
            (low.token.figure.value, high.token.figure.value) == (figure.value, figure.high)
            for low, high in pairwise(held)
            if low.token.figure and high.token.figure and low.token.figure.high is None
        )
    wanted = _share(value)
    if wanted is not None and any(share == (wanted, figure.bound) for share in _shares(run, held)):
        return True
    told = {token.word for one in run for token in one.tokens if token.word}
    if value.heads[:1] == ("time",) and any(_TIMES.get(word) == figure.value for word in told):
        return True
    measured = _measured(value.measure, figure.value)
    if measured and any(_measured(large, Fraction(1)) == measured for large in _SMALLER if large in told):
        return True  # "A week" are seven days.
    return any(_follows(claim, value, figure, own, held) for own in held) or (
        value.measure == "year" and _between_years(figure.value, held)
    )


def _follows(claim: ParsedSentence, value: Value, figure: Figure, own: Value, held: Sequence[Value]) -> bool:
    """Whether the claim's figure follows from one of the sentences'."""
    other = own.token.figure
    if other is None or other.ordinal:
        return False
    alike = _unit(value) == _unit(own) and (_unit(value) is not None or bool(set(value.heads) & set(own.heads)))
    if alike and other.bound is None and _within(figure, other):
        return True
    if other.high is not None:
        return False
    if other.bound in _BORNE_OUT[figure.bound]:
        amounts = _measured(value.measure, figure.value), _measured(own.measure, other.value)
        if amounts[0] == amounts[1] is not None:
            return True
        # The unit stands at another figure: "5 million euros for the hall and 750,000 for the roof".
        units = {one.token.figure.unit for one in held if one.token.figure}
        counts = bool(own.heads) or not own.text[:1].isdigit()  # "One visit, £9" states no £1.
        if other.unit is None and not counts and other.value == figure.value and figure.unit in units - {None}:
            return True
    if other.value == -figure.value < 0 and any(token.word in _BELOW for token in claim.tokens):
        return True
    # Half of the 40 are 20.
    shares = (_share(part) for part in held)
    return other.whole and figure.unit is None and any(s * other.value == figure.value for s in shares if s is not None)


def _within(figure: Figure, other: Figure) -> bool:
    """Whether a bounded figure is borne out by a figure, or both ends of a range, within its bound."""
    low, high = other.value, other.value if other.high is None else other.high
    if figure.bound == MORE:
        return low > figure.value
    if figure.bound == AT_LEAST:
        return low >= figure.value
    if figure.bound == LESS:
        return high < figure.value
    return figure.bound == AT_MOST and high <= figure.value


def _unit(value: Value) -> str | None:
    return (value.token.figure.unit if value.token.figure else None) or value.measure


def _between_years(years: Fraction, held: Sequence[Value]) -> bool:
    """Whether so many years lie between two years of the sentences."""
    told = [one.token.date for one in held if one.token.date is not None]
    found = {date.year for date in told if date.year} | {date.until.year for date in told if date.until}
    return any(later and earlier and later - earlier == years for later in found for earlier in found)


def _share(value: Value) -> Fraction | None:
    """The share that a percentage or a fraction states; None if it states none. "A tenth" reads as an ordinal."""
    figure = value.token.figure
    if figure is None or figure.high is not None:
        return None
    if figure.unit == "%":
        return figure.value / 100
    if figure.unit is not None:
        return None
    if figure.ordinal and not value.heads and figure.value > 2:
        return 1 / figure.value
    return figure.value if 0 < figure.value < 1 else None


def _shares(run: Sequence[ParsedSentence], held: Sequence[Value]) -> Iterator[tuple[Fraction, str | None]]:
    """The shares that sentences state, each with its bound; also as a part and its whole: "72 of 90"."""
    for value in held:
        if (share := _share(value)) is not None and value.token.figure:
            yield share, value.token.figure.bound
    for one in run:
        for own, whole in pairwise(one.values):
            part, of = own.token.figure, whole.token.figure
            between = {token.word for token in one.tokens[own.place + 1 : whole.place]}
            if part and of and (of.whole or "of" in between) and of.value > 0 and not part.unit and part.high is None:
                yield part.value / of.value, part.bound
        if any(token.word in {"most", "majority"} for token in one.tokens):
            yield Fraction(1, 2), MORE


def _measured(measure: str | None, amount: Fraction) -> tuple[str, Fraction] | None:
    """An amount in the smallest measure that it can be told in; None without a measure."""
    while measure in _SMALLER:
        measure, count = _SMALLER[measure]
        amount *= count
    return None if measure is None else (measure, amount)


def _of_a_part(claim: ParsedSentence, value: Value, run: Sequence[ParsedSentence]) -> bool:
    """Whether the claim states of a whole what the sentences state of a part: the 40 of "half of the 40 are women"."""
    parted = any("of" in {t.word for t in claim.tokens[other.place : value.place]} for other in claim.values)
    every = any(token.word in {"none", "all", "every", "each"} for one in run for token in one.tokens)
    if value.token.figure is None or value.token.figure.whole or parted or every:
        return False
    same = [(one, own) for one in run for own in one.values if _equal(value, own)]
    if not same or not all(own.token.figure and own.token.figure.whole for _, own in same):
        return False
    one, own = same[0]
    said = {term for term in one.stems[own.place + 1 :] if term in one.telling}
    return not any(token.word in _EXISTS for token in claim.tokens) or said <= set(claim.stems)


def _misplaced(value: Value, held: Sequence[Value]) -> Conflict | None:
    """Find why an equal figure does not support: it counts something else, or is bounded the other way."""
    if value.token.figure is None or value.token.date is not None:
        return None
    same = [own for own in held if _equal(value, own)]
    bound = value.token.figure.bound
    if same and not any(own.token.figure and own.token.figure.bound in _BORNE_OUT[bound] for own in same):
        return Conflict(kind="direction", reason=f"the figure {value.text} is bounded otherwise there")
    if not same or not value.heads or value.token.figure.ordinal:
        return None
    # One that counts what another before it does has no noun of its own: "in 2020 it had 78 firms, in 1849 6".
    if any(not own.heads or set(value.heads) & set(own.heads) for own in same):
        return None
    rivals = [own for own in held if own not in same and own.token.figure and own.token.date is None]
    if any(own.heads[:1] == value.heads[:1] for own in rivals):
        return Conflict(kind="figure", reason=f"the figure {value.text} counts something else there")
    return None


def _missing(value: Value, held: Sequence[Value]) -> Conflict:
    if value.token.date is not None:
        return Conflict(kind="date", reason=f"the date {value.text} does not stand in it")
    figure = value.token.figure
    if figure and any(own.token.figure and own.token.figure.value == figure.value for own in held):
        return Conflict(kind="figure", reason=f"the figure {value.text} does not stand in it as the sentence has it")
    return Conflict(kind="figure", reason=f"the figure {value.text} does not stand in it")


def _equal(value: Value, own: Value) -> bool:
    """Whether two values are equal, ignoring bounds."""
    token = value.token
    if token.figure is not None and token.figure.bound:
        token = replace(token, figure=replace(token.figure, bound=None))
    return agrees(token, own.token)


def _bears_out(value: Value, own: Value) -> bool:
    """Whether a figure or date of the sentences supports the claim's, including unit and measure."""
    if not _equal(value, own):
        return False
    if value.token.figure and own.token.figure:
        unit, found = value.token.figure.unit, own.token.figure.unit
        if (unit not in {None, CLOCK} and not found) or (found in _PERCENTAGES and not unit):
            return False
        return value.measure is None or own.measure is None or value.measure == own.measure
    return True


def _dated(value: Value, held: Sequence[Value], around: Surroundings) -> bool:
    """Whether the passage supplies the parts of a date that the sentences omit, without contradiction."""
    wanted = value.token.date
    if wanted is None or wanted.until or wanted.years > 1:
        return False
    own = [one.token.date for one in held if one.token.date is not None]
    partly = [one for one in own if _partly(wanted, one)]
    if not partly and any(_comparable(one, wanted) for one in own):
        return False
    known = [one.token.date for other in around.statements for one in other.values if one.token.date is not None]
    if around.published is not None:
        known.append(Date(year=around.published.year, month=around.published.month, day=around.published.day))
    left = wanted
    for one in partly:
        left = Date(
            year=None if one.year else left.year,
            month=None if one.month else left.month,
            day=None if one.day else left.day,
        )
    return any(left.agrees(one) and _partly(wanted, one) for one in known)


def _comparable(one: Date, other: Date) -> bool:
    """Whether both have a year, a month or a day, and so can differ."""
    return bool((one.year and other.year) or (one.month and other.month) or (one.day and other.day))


def _partly(wanted: Date, one: Date) -> bool:
    """Whether they share a part, and no shared part differs."""
    pairs = ((wanted.year, one.year), (wanted.month, one.month), (wanted.day, one.day))
    return _comparable(one, wanted) and all(a is None or b is None or a == b for a, b in pairs)
