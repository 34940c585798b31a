"""Find what a claim states and sentences of an article do not: another figure, date or name, a negation, a reversal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.dates import Date
from assistant.naming import Aliases, Surroundings, unnamed, unquoted
from assistant.statements import Statement, Value
from assistant.values import agrees
from index.glossary import Glossary

_PERCENTAGES = frozenset(("%", "percentage points"))
_BEHIND_PRONOUN = frozenset("of another can who that which is was".split()) | {None}
_BEFORE_PRONOUN = frozenset("no any every each this that which only new not".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """Something that the claim states and the sentences do not."""

    kind: str
    """"figure", "date", "name", "quotation", "negation" or "direction"."""
    reason: str
    """In words, for a person."""


def conflicts(
    claim: Statement, run: Sequence[Statement], around: Surroundings, glossary: Glossary, *, core: int
) -> list[Conflict]:
    """What of the claim the sentences do not bear out, empty if nothing.

    Args:
        claim: the sentence to be checked.
        run: sentences of a passage that follow one another.
        around: the passage that they are from.
        glossary: other names of the same things.
        core: which of the sentences has most of the claim; the others help to understand it.
    """
    aliases = Aliases.between(claim, run, glossary)
    found = list(_values(claim, run, run[core], around, aliases.places))
    if (name := unnamed(claim, run, run[core], around, aliases)) is not None:
        found.append(Conflict(kind="name", reason=f"the name {name} does not stand in it"))
    found += [
        Conflict(kind="quotation", reason=f"the words “{quoted}” do not stand in it")
        for quoted in unquoted(claim, run, around, aliases)
    ]
    return [*found, *_negations(claim, run), *_directions(claim, run)]


# Figures and dates.


def _values(
    claim: Statement, run: Sequence[Statement], core: Statement, around: Surroundings, covered: frozenset[int]
) -> Iterable[Conflict]:
    held = [value for one in run for value in one.values]
    strangers = [own for own in core.values if not any(_touches(value, own) for value in claim.values)]
    for value in claim.values:
        if value.place in covered or (value.pronoun and _is_pronoun(claim, value.place)):
            continue
        if any(_bears_out(value, own) for own in core.values):
            continue
        elsewhere = any(_bears_out(value, own) for own in held)
        if elsewhere and not any(_alike(value, own) for own in strangers):
            continue  # A neighbour supplies it, and the core has none of its own in its place.
        if not (value.token.date is not None and not elsewhere and _dated(value, held, around)):
            yield _missing(value, held)


def _missing(value: Value, held: Sequence[Value]) -> Conflict:
    if value.token.date is not None:
        return Conflict(kind="date", reason=f"the date {value.text} does not stand in it")
    figure = value.token.figure
    if figure and any(own.token.figure and own.token.figure.value == figure.value for own in held):
        return Conflict(kind="figure", reason=f"the figure {value.text} does not stand in it as the sentence has it")
    return Conflict(kind="figure", reason=f"the figure {value.text} does not stand in it")


def _is_pronoun(claim: Statement, at: int) -> bool:
    before = claim.tokens[at - 1].word if at > 0 else ""
    after = claim.tokens[at + 1].word if at + 1 < len(claim.tokens) else None
    return after in _BEHIND_PRONOUN or before in _BEFORE_PRONOUN


def _touches(value: Value, own: Value) -> bool:
    """Whether the claim says a value of the core, in full or in part."""
    return agrees(value.token, own.token) or agrees(own.token, value.token)


def _alike(value: Value, own: Value) -> bool:
    """Whether one could stand in the other's place."""
    if value.token.date is not None and own.token.date is not None:
        return _comparable(own.token.date, value.token.date)
    a, b = value.token.figure, own.token.figure
    return a is not None and b is not None and a.ordinal == b.ordinal and a.unit == b.unit


def _bears_out(value: Value, own: Value) -> bool:
    """Whether a figure or date of the sentences is the claim's, its unit and measure too."""
    if not agrees(value.token, own.token):
        return False
    if value.token.figure and own.token.figure:
        unit, found = value.token.figure.unit, own.token.figure.unit
        if (unit and not found) or (found in _PERCENTAGES and not unit):
            return False
        return value.measure is None or own.measure is None or value.measure == own.measure
    return True


def _dated(value: Value, held: Sequence[Value], around: Surroundings) -> bool:
    """Whether the surroundings supply what the sentences leave out of a date, contradicted by none of theirs."""
    wanted = value.token.date
    if wanted is None:
        return False
    own = [one.token.date for one in held if one.token.date is not None]
    partly = [one for one in own if _partly(wanted, one)]
    if not partly and any(_comparable(one, wanted) for one in own):
        return False
    known = [one.token.date for held_ in around.statements for one in held_.values if one.token.date]
    if around.published is not None:
        known.append(Date(year=around.published.year, month=around.published.month, day=around.published.day))
    left = wanted
    for one in partly:
        left = Date(
            year=None if one.year else left.year,
            month=None if one.month else left.month,
            day=None if one.day else left.day,
        )
    return any(left.agrees(one) for one in known)


def _comparable(one: Date, other: Date) -> bool:
    """Whether both say a year, a month or a day: they then can differ."""
    return bool((one.year and other.year) or (one.month and other.month) or (one.day and other.day))


def _partly(wanted: Date, one: Date) -> bool:
    """Whether no part that both have differs, and there is one."""
    pairs = ((wanted.year, one.year), (wanted.month, one.month), (wanted.day, one.day))
    return _comparable(one, wanted) and all(a is None or b is None or a == b for a, b in pairs)


# Negations and reversals.


def _negations(claim: Statement, run: Sequence[Statement]) -> Iterable[Conflict]:
    negated = frozenset(own for one in run for scope in one.negations for own in scope)
    plainly = {own for one in run for own in one.stems if own and not any(own in scope for scope in one.negations)}
    for scope in claim.negations:
        if not any(one.negations for one in run) or (scope and scope[0] in plainly and not negated & set(scope)):
            yield Conflict(kind="negation", reason="it does not deny what the sentence denies")
            return
    if not claim.negations and (negated & set(claim.stems)) - plainly:
        yield Conflict(kind="negation", reason="it denies what the sentence states")


def _directions(claim: Statement, run: Sequence[Statement]) -> Iterable[Conflict]:
    held = frozenset[tuple[int, int, str]]().union(*(one.directions for one in run))
    for pair, side, beside in claim.directions:
        if (pair, 1 - side, beside) in held and (pair, side, beside) not in held:
            yield Conflict(kind="direction", reason="it says the reverse")
            return
