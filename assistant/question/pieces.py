"""Finds answer candidates in a sentence: figures, dates, names, reasons, lists."""

import re
from collections.abc import Sequence

from assistant.language.names import names
from assistant.language.values import read
from assistant.language.vocabulary import PLACE
from assistant.question.kinds import Kind
from assistant.question.question import Question

REASON = re.compile(
    r"\b(?:because|due to|owing to|since|so that|in order to|thanks to|caused?|led to|leads? to|result(?:s|ed|ing)?|"
    r"therefore|reasons?|as a means|so as to|to (?:avoid|prevent|help|make|allow|protect|reduce))\b",
    re.IGNORECASE,
)
DEFINING = re.compile(
    r"\b(?:is|are|was|were) (?:an?|the|one)\b|\b(?:refers?|means?|meaning|known as|called|stands? for|defined|"
    r"consists?|i\.e\.|short for|denotes?)\b|[(—–]",
    re.IGNORECASE,
)
LISTING = re.compile(r",|\band\b")


def asked_for(question: Question, text: str) -> list[str]:
    """Find the pieces of `text` of the kind that is asked for, without those that the question has already."""
    asked = question.text.lower()

    def fresh(found: Sequence[str]) -> list[str]:
        return [piece for piece in found if piece.lower() not in asked]

    match question.kind:
        case Kind.QUANTITY:
            return fresh([text[token.start : token.end] for token in read(text) if token.figure])
        case Kind.DATE:
            return fresh([text[token.start : token.end] for token in read(text) if token.date])
        case Kind.PERSON | Kind.NAME:
            found = [text[start:end] for start, end in names(text)]
            # A single capital at the very start may be the sentence's, not a name's.
            return fresh([name for at, name in enumerate(found) if at or " " in name or not text.startswith(name)])
        case Kind.PLACE:
            return fresh([m.group(1) or m.group() for m in PLACE.finditer(text)])
        case Kind.REASON:
            return REASON.findall(text)
        case Kind.DEFINITION:
            return DEFINING.findall(text)
        case Kind.LIST:
            return LISTING.findall(text)
        case _:
            return []


def says_what_is_asked(question: Question, texts: Sequence[str]) -> bool:
    """Whether one of the texts has a figure, date or name, if the question asks for one."""
    if question.kind not in {Kind.QUANTITY, Kind.DATE, Kind.PERSON}:
        return True
    return any(asked_for(question, text) for text in texts)
