"""Pieces of a sentence that could be what a question asks for: figures, dates, names, reasons, lists."""

import re
from collections.abc import Sequence

from assistant.language.vocabulary import CAPITALISED, DATE, FIGURE, NUMBER_WORDS, PLACE
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
    """Pieces of `text` of the kind that is asked for, those that the question already has left out."""
    asked = question.text.lower()

    def fresh(found: Sequence[str]) -> list[str]:
        return [piece for piece in found if piece.lower() not in asked]

    match question.kind:
        case Kind.QUANTITY:
            spelt = [word for word in re.findall(r"[a-z]+", text.lower()) if word in NUMBER_WORDS]
            return fresh(FIGURE.findall(text)) + fresh(spelt)
        case Kind.DATE:
            return fresh(DATE.findall(text))
        case Kind.PERSON | Kind.NAME:
            # A single capital at the very start may be the sentence's, not a name's.
            return fresh([m.group() for m in CAPITALISED.finditer(text) if m.start() > 0 or " " in m.group()])
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
    """Whether a figure, a date or a name stands in one of the texts where the question asks for one."""
    if question.kind not in {Kind.QUANTITY, Kind.DATE, Kind.PERSON}:
        return True
    return any(asked_for(question, text) for text in texts)
