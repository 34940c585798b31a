"""Find conflicts of a claim with an article's sentences: figures, dates, names, negations, reversals."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.checking.names import Aliases, Mentions, Surroundings, unnamed, unquoted
from assistant.language.dates import Date
from assistant.language.numbers import CLOCK
from assistant.language.sentence import ParsedSentence
from assistant.language.statements import Value, denied_by_prefix
from assistant.language.values import agrees
from assistant.language.vocabulary import ABOUT, AT_LEAST, AT_MOST, LESS, MORE, NEARLY
from index.text.terms import stem

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
_BEHIND_PRONOUN = frozenset("of another can who that which is was".split()) | {None}
_BEFORE_PRONOUN = frozenset("no any every each this that which only new not".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """A statement of the claim that the sentences do not support."""

    kind: str
    """"figure", "date", "name", "quotation", "negation", "direction" or "words"."""
    reason: str
    """In words, for a person."""


def conflicts(
    claim: ParsedSentence, run: Sequence[ParsedSentence], around: Surroundings, mentions: Mentions, *, core: int
) -> list[Conflict]:
    """Find the conflicts of a claim with sentences; empty if there are none.

    Args:
        claim: the sentence to check.
        run: consecutive sentences of a passage.
        around: their passage.
        mentions: names in the claim that have aliases.
        core: index of the sentence with most of the claim; the others are its context.
    """
    aliases = Aliases.between(claim, run, mentions)
    found = list(_values(claim, run, run[core], around, aliases.places))
    if (name := unnamed(claim, run, run[core], around, aliases)) is not None:
        found.append(Conflict(kind="name", reason=f"the name {name} does not stand in it"))
    found += [
        Conflict(kind="quotation", reason=f"the words “{quoted}” do not stand in it")
        for quoted in unquoted(claim, run, around, aliases)
    ]
    found += [*_negations(claim, run, run[core]), *_directions(claim, run)]
    if not found and not aliases.places and not _has_any(claim, run):
        found.append(Conflict(kind="words", reason="nothing that it says stands in it"))
    return found


def _has_any(claim: ParsedSentence, run: Sequence[ParsedSentence]) -> bool:
    """Whether the sentences have any content word, figure or date of the claim."""
    if any(claim.telling & set(one.stems) for one in run):
        return True
    return any(agrees(value.token, own.token) for value in claim.values for one in run for own in one.values)


# Figures and dates.


def _values(
    claim: ParsedSentence,
    run: Sequence[ParsedSentence],
    core: ParsedSentence,
    around: Surroundings,
    covered: frozenset[int],
) -> Iterable[Conflict]:
    held = [value for one in run for value in one.values]
    strangers = _strangers(claim, core)
    for value in claim.values:
        if value.place in covered or _counts_nothing(claim, value, run):
            continue
        if (misplaced := _misplaced(value, held)) is not None:
            yield misplaced
            continue
        if _of_a_part(claim, value, run):
            yield Conflict(kind="figure", reason=f"only a part of the {value.text} is meant there")
            continue
        times = sum(
            other.token.figure == value.token.figure and other.token.date == value.token.date for other in claim.values
        )
        if sum(_bears_out(value, own) for own in core.values) >= (times if strangers else 1):
            continue
        elsewhere = any(_bears_out(value, own) for own in held)
        if elsewhere and not any(_alike(value, own) for own in strangers):
            continue  # A neighbour supplies it, and the core has none of its own in its place.
        if not (value.token.date is not None and not elsewhere and _dated(value, core, held, around)):
            yield _missing(value, held)


def _counts_nothing(claim: ParsedSentence, value: Value, run: Sequence[ParsedSentence]) -> bool:
    """Whether a number word states no number: "one of them", "one day" for a day, "first"."""
    if value.pronoun:
        return _is_pronoun(claim, value.place) or any(_single(value, one) for one in run)
    if value.text.lower() == "first":
        return re.search(r"(?:^|[,:;]\s)$", claim.text[: value.token.start]) is not None
    if value.text.lower() == "two":
        both = {"both", "either", "neither"}
        return any(token.word in both for one in run for token in one.tokens)
    return False


def _single(value: Value, own: ParsedSentence) -> bool:
    """Whether a sentence has the noun that "one" counts, without a number."""
    if not value.heads or value.heads[0] not in own.stems:
        return False
    return not any(value.heads[0] in other.heads for other in own.values)


def _of_a_part(claim: ParsedSentence, value: Value, run: Sequence[ParsedSentence]) -> bool:
    """Whether the claim states of a whole what the sentences state of a part: the 40 of "half of the 40 are women"."""
    if value.token.figure is None or value.token.figure.whole:
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
    if not same or not value.heads or any(set(value.heads) & set(own.heads) for own in same):
        return None
    rivals = [own for own in held if own not in same and own.token.figure and own.token.date is None]
    if any(own.heads[:1] == value.heads[:1] for own in rivals):
        return Conflict(kind="figure", reason=f"the figure {value.text} counts something else there")
    return None


def _strangers(claim: ParsedSentence, core: ParsedSentence) -> list[Value]:
    """List values of the core that the claim does not state, with multiplicity."""
    left = list(core.values)
    for value in claim.values:
        said = next((own for own in left if _touches(value, own)), None)
        if said is not None:
            left.remove(said)
    return left


def _missing(value: Value, held: Sequence[Value]) -> Conflict:
    if value.token.date is not None:
        return Conflict(kind="date", reason=f"the date {value.text} does not stand in it")
    figure = value.token.figure
    if figure and any(own.token.figure and own.token.figure.value == figure.value for own in held):
        return Conflict(kind="figure", reason=f"the figure {value.text} does not stand in it as the sentence has it")
    return Conflict(kind="figure", reason=f"the figure {value.text} does not stand in it")


def _is_pronoun(claim: ParsedSentence, at: int) -> bool:
    before = claim.tokens[at - 1].word if at > 0 else ""
    after = claim.tokens[at + 1].word if at + 1 < len(claim.tokens) else None
    return after in _BEHIND_PRONOUN or before in _BEFORE_PRONOUN


def _touches(value: Value, own: Value) -> bool:
    """Whether the claim states a value of the core, in full or in part."""
    return _equal(value, own) or _equal(own, value)


def _equal(value: Value, own: Value) -> bool:
    """Whether two values are equal, ignoring bounds."""
    token = value.token
    if token.figure is not None and token.figure.bound:
        token = replace(token, figure=replace(token.figure, bound=None))
    return agrees(token, own.token)


def _alike(value: Value, own: Value) -> bool:
    """Whether two values are of the same kind, so that one may replace the other."""
    if value.token.date is not None and own.token.date is not None:
        return _comparable(own.token.date, value.token.date)
    a, b = value.token.figure, own.token.figure
    return a is not None and b is not None and a.ordinal == b.ordinal and a.unit == b.unit


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


def _dated(value: Value, core: ParsedSentence, held: Sequence[Value], around: Surroundings) -> bool:
    """Whether the passage supplies the parts of a date that the sentences omit, without contradiction."""
    wanted = value.token.date
    if wanted is None or wanted.until or wanted.years > 1:
        return False
    own = [one.token.date for one in held if one.token.date is not None]
    partly = [one for one in own if _partly(wanted, one)]
    rivals = [one.token.date for one in core.values if one.token.date is not None]
    if any(_comparable(one, wanted) for one in (rivals if partly else own) if one not in partly):
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


# Negations and reversals.


def _negations(claim: ParsedSentence, run: Sequence[ParsedSentence], core: ParsedSentence) -> Iterable[Conflict]:
    negated = _negated(run)
    plainly = _plainly(run)
    for scope in claim.negations:
        denied = core.negations or negated & set(scope)  # A negation in a neighbour is about something else.
        if not denied or (scope and scope[0] in plainly - negated):
            yield Conflict(kind="negation", reason="it does not deny what the sentence denies")
            return
    if not claim.negations and (
        (negated & set(claim.stems)) - plainly or (_negated([core]) & set(claim.stems)) - _plainly([core])
    ):
        yield Conflict(kind="negation", reason="it denies what the sentence states")
    if (word := _turned(claim, run)) is not None:
        yield Conflict(kind="negation", reason=f"it has the contrary of “{word}”")


def _negated(run: Sequence[ParsedSentence]) -> frozenset[str]:
    return frozenset(own for one in run for scope in one.negations for own in scope)


def _plainly(run: Sequence[ParsedSentence]) -> set[str]:
    return {own for one in run for own in one.stems if own and not any(own in scope for scope in one.negations)}


def _turned(claim: ParsedSentence, run: Sequence[ParsedSentence]) -> str | None:
    """Find a word of the claim that the sentences have only with a negating prefix, or only without its prefix."""
    said = {token.word for token in claim.tokens if token.word}
    held = {token.word for one in run for token in one.tokens if token.word}
    held_stems = {own for one in run for own in one.stems}
    denied = {stem(base) for word in held if (base := denied_by_prefix(word)) is not None}
    for word in sorted(said):
        base = denied_by_prefix(word)
        if base is not None and stem(word) not in held_stems and stem(base) in held_stems:
            return word
        if stem(word) in denied and stem(word) not in held_stems:
            return word
    return None


def _directions(claim: ParsedSentence, run: Sequence[ParsedSentence]) -> Iterable[Conflict]:
    held = frozenset[tuple[int, int, str]]().union(*(one.directions for one in run))
    for pair, side, beside in claim.directions:
        if (pair, 1 - side, beside) in held and (pair, side, beside) not in held:
            yield Conflict(kind="direction", reason="it says the reverse")
            return
