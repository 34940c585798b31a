"""Splits questions that ask for several things by rule (decomposition); each part stands by itself."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re

from assistant.language.sentence import parse
from assistant.language.vocabulary import QUESTION_WORDS, alternatives
from assistant.question.followups import Turn, in_conversation

_SPLIT = re.compile(
    rf"\?\s+(?=\S)|(?:,|;)?\s+and\s+(?=(?:(?:in|by|since|at|on|to|from|for|of) )?(?:{alternatives(QUESTION_WORDS)})\b)",
    re.IGNORECASE,
)
_COMPARE = re.compile(r"compare (.+?) (?:with|and|to) (.+?): (.*\beach\b.*)", re.IGNORECASE)
"""Compare A with B: which parts has each?"""
_LISTED = re.compile(r"(?:compare|which|what)\b.*?: (the .+?) (?:and|or|with) (the .+)", re.IGNORECASE)
"""Which is larger: the A or the B?"""
_NAMED = re.compile(r"(?:name|list|give|state) (the .+?),? and (the .+)", re.IGNORECASE)
"""Name the A and the B."""
_PLURAL = re.compile(
    r"((?:\w+ )?(?:which|what) (?!(?:was|is|does|has)\b)\w+s (?:did|do|does|have|has|had) (?:\S+ )+?)(the .+?) and (the .+)",
    re.IGNORECASE,
)
"""On which days did N publish the A and the B?"""
_CHOICE = re.compile(
    r"((?i:which|what|who) (?=[^?]*\b(?:first|last|more|most|less|least|earlier|later|\w{3,}er|\w{3,}est)\b)[^,:]+?),?:? ((?:[A-Z]|the [A-Z])[^,]*?) or ((?:[A-Z]|the [A-Z])[^,?]*)"
)
"""Which was first, A or B?"""
_BOTH = re.compile(
    r"((?i:are|were|do|did|have)) (?:both )?((?:[A-Z]|the [A-Z]).*?) and ((?:[A-Z]|the [A-Z]).*?) (?:both|the same) (.+)"
)
"""Are A and B both film directors?"""
_NUMBER = frozenset("number larger largest more fewer smaller many reach".split())
_EACH = re.compile(r"\beach\b(?: of (?:them|the two))?", re.IGNORECASE)
MAX_PARTS = 4


def split_parts(question: str) -> list[str]:
    """Split a question: "How many X and when did Y?" gives two, most give one.

    So are "Compare A with B: how high is each?", "Which is larger: the A or the B?", "Name the A and
    the B", "On which days did N open the A and the B?" and "Are A and B both rivers?". A part that
    lacks a subject takes over that of the parts before it.
    """
    pieces = [piece.strip(" ,;") for piece in _SPLIT.split(question.strip())]
    pieces = [piece if piece.endswith(("?", "？", ".")) else f"{piece}?" for piece in pieces if len(piece.split()) > 1]
    if len(pieces) < 2:
        pieces = _of_two(question.strip(" ?.!"))
    if not 2 <= len(pieces) <= MAX_PARTS:
        return [question]
    parts: list[str] = []
    for piece in pieces:
        parts.append(in_conversation(piece, tuple(Turn(question=part) for part in parts)))
    return parts


def _of_two(question: str) -> list[str]:
    """Split a question about two things into two; empty if it is not of that kind."""
    if match := _COMPARE.fullmatch(question):
        return [_EACH.sub(lambda _, thing=thing: thing, match[3]) + "?" for thing in match.group(1, 2)]
    if match := _LISTED.fullmatch(question):
        counted = bool(_NUMBER & parse(question[: match.start(1)]).lower_words)
        return [_counted(thing) if counted else f"{thing}?" for thing in match.group(1, 2)]
    if match := _NAMED.fullmatch(question):
        verb = question.split()[0]
        return [_counted(t) if t.lower().startswith("the number of ") else f"{verb} {t}." for t in match.group(1, 2)]
    if match := _PLURAL.fullmatch(question):
        return [f"{match[1]}{thing}?" for thing in match.group(2, 3)]
    if match := _CHOICE.fullmatch(question):
        return [f"{match[1].strip()}, {thing.strip()}?" for thing in match.group(2, 3)]
    if match := _BOTH.fullmatch(question):
        return [f"{match[1]} {thing} {match[4]}?" for thing in match.group(2, 3)]
    return []


def _counted(thing: str) -> str:
    """How many there are of "the number of lanes of the bridge", or of "the lanes of the bridge"."""
    return f"How many {re.sub(r'^the (?:number of )?(?:the )?', '', thing, flags=re.IGNORECASE)}?"
