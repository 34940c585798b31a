"""Tells whether a sentence sets one thing against another, so that its likeliest words may answer for the other one."""

import re
from itertools import pairwise

from assistant.language.figures import Figure
from assistant.language.names import Span, people, proper_names
from assistant.language.sentence import parse
from assistant.language.values import figures
from assistant.question.kinds import Kind
from assistant.question.question import Question
from index.text.terms import stem, stems

_OPPOSITES = tuple(
    (stem(one), stem(other))
    for one, _, other in (
        pair.partition("/")
        for pair in (
            "allow/forbid allow/forbidden allow/ban allow/prohibit permit/forbid permit/forbidden permit/ban "
            "permit/prohibit buy/sell buy/sold bought/sold win/lose won/lost beat/lost open/close open/shut open/lock "
            "arrive/leave arrive/depart rise/fall rose/fell start/end begin/end praise/criticise accept/reject "
            "accept/refuse appoint/dismiss borrow/lend include/exclude admit/exclude born/die"
        ).split()
    )
)
_EITHER_WAY = (*_OPPOSITES, *((other, one) for one, other in _OPPOSITES))
_LEFT_OUT = re.compile(r"\b(?:except|excluding|unlike|apart from|other than|instead of|rather than)\b", re.IGNORECASE)
_SUFFERS = re.compile(r"who (?:is|are|was|were|got|has been|had been) (\w+)", re.IGNORECASE)
_RUNS_ON = re.compile(
    r"\b(?:and|but|or) (?:not|never|was|were|is|had|has|[a-z]+ed|[a-z]+ by)\b|, (?:and )?not\b|\bnever\b"
)
_APART = re.compile(r";|,? (?:and|but|while|whereas|or|than)\b|, ")
WORDS_BETWEEN = 3
"""Two figures that stand further apart are of two things."""


def contrasted(question: Question, text: str, start: int, end: int) -> bool:
    """Whether something in `text` tells that its characters from `start` to `end` answer for something else."""
    lead = text[start:end]
    return bool(
        (parse(question.text).negates and (not parse(text).negates or _LEFT_OUT.search(text)))
        or _is_opposite(question, text)
        or any(found.end() <= start for found in _LEFT_OUT.finditer(text))
        or _RUNS_ON.search(lead)
        or (question.kind is Kind.QUANTITY and _counts_twice(lead))
        or (question.kind is Kind.PERSON and (_does_it(question, text, end) or _does_something_else(question, text)))
        or _tells_of_another(question, text, start, end)
    )


def _is_opposite(question: Question, text: str) -> bool:
    """Whether the question asks for what is allowed, and the text says what is forbidden, and the like."""
    asked, said = set(stems(question.text)), set(stems(text))
    return any(one in asked and other in said and one not in said for one, other in _EITHER_WAY)


def _counts_twice(lead: str) -> bool:
    found = figures(lead)
    gaps = (lead[one.end : other.start] for one, other in pairwise(found))
    return any(len(gap.split()) > WORDS_BETWEEN or re.search(r",.*[a-z]", gap) for gap in gaps)


def _does_it(question: Question, text: str, end: int) -> bool:
    """Whether who is asked for suffers what the lead does: "Who was sent off?", "Jo Lind sent off …"."""
    asked, behind = _SUFFERS.match(question.text), re.match(r"\s+(\w+)", text[end:])
    return asked is not None and behind is not None and stem(asked[1]) == stem(behind[1].lower())


def _does_something_else(question: Question, text: str) -> bool:
    """Whether `text` has of a question for a person the names alone, and not what they are asked about."""
    named = {stem for name in question.names for stem in stems(name)}
    said = set(question.stems) - named
    return bool(named and said) and said.isdisjoint(stems(text))


def _tells_of_another(question: Question, text: str, start: int, end: int) -> bool:
    """Whether the name or figure asked about stands in another part of the sentence, beside another that may answer."""
    asked = {stem for name in question.names for stem in stems(name)}
    sorts = {_sort(token) for token in figures(text[start:end])}
    parts = _parts(text)
    own = set(stems(" ".join(text[a:b] for a, b in parts if a < end and start < b)))
    for a, b in parts:
        other, theirs = text[a:b], set(stems(text[a:b]))
        if (a < end and start < b) or not asked & theirs - own:
            continue
        if (set(question.stems) if sorts else asked) & own - theirs:
            continue  # It is told of itself, too.
        person = people(text[start:end])
        named = people(other) if person else proper_names(other) if question.kind is Kind.PERSON else []
        rivals = [set(stems(other[slice(*span)])) for span in named]
        elliptic = a >= end and len(other.split()) <= WORDS_BETWEEN
        if sorts & {_sort(token) for token in figures(other)} or any(not one <= asked for one in rivals) or elliptic:
            return True
    return False


def _sort(figure: Figure) -> tuple[str | None, bool]:
    """What a figure is of, and whether it only numbers."""
    return figure.unit, figure.ordinal or figure.label


def _parts(text: str) -> list[Span]:
    edges = [0, *(edge for found in _APART.finditer(text) for edge in found.span()), len(text)]
    return [(edges[n], edges[n + 1]) for n in range(0, len(edges), 2)]
