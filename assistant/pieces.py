"""Pieces of a sentence that could be what a question asks for: figures, dates, names, reasons, lists."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re
from collections.abc import Sequence

from assistant.kinds import Kind
from assistant.question import Question

NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions "
    "billion billions trillion dozen dozens half third quarter twice once double triple several percent".split()
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
FIGURE = re.compile(r"[$£€¥]?\d[\d,.]*\d%?|[$£€¥]?\d%?")
DATE = re.compile(
    rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{MONTHS})\b(?! (?:have|be|not))|\bcentur(?:y|ies)\b|\b\d+ (?:BC|AD|BCE|CE)\b|\d年"
)
CAPITALISED = re.compile(r"(?<![\w])[A-Z][\w'’-]*(?:\s+(?:of |de |the |von |van )?[A-Z][\w'’-]*)*")
PLACE = re.compile(
    r"\b(?:in|at|from|to|near|of|into|across|through|outside|around|on)\s+(?:the\s+)?(?:\w+\s+)?([A-Z][\w'’-]+)"
    r"|\b(?:north|south|east|west|border|coast|located|situated|capital)\w*\b"
)
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
VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|be|been|will|would|can|could|may|must|should|do|does|did|said|says|"
    r"\w{2,}(?:ed|es|ing))\b",
    re.IGNORECASE,
)


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
