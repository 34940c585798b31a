"""Questions with several parts, and follow-ups that lean on the question before them, by rule."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re

from assistant.question import analyse

_ASKING = r"(?:who|whom|whose|what|which|when|where|why|how)"
_SPLIT = re.compile(
    rf"\?\s+(?=\S)|(?:,|;)?\s+and\s+(?=(?:(?:in|by|since|at|on|to|from|for|of) )?{_ASKING}\b)", re.IGNORECASE
)
_PRONOUN = re.compile(
    r"\b(?:it(?! (?:true|possible|likely|known|clear|certain|necessary|important) (?:that|to)\b)|its|they|their"
    r"|them|he|his|him|she|her|this|those|these|(?<!is )(?<!are )(?<!was )(?<!were )there|then"
    r"|that(?=\W*$)|(?<=\bis )that|(?<=\bwas )that|(?<=\bdid )that|(?<=\bdoes )that)\b",
    re.IGNORECASE,
)
"""Words that stand for something named before; "are there" and "the dam that" say nothing of the kind."""
_OPENING = re.compile(r"^(?:and|but|so|also|then|what about|how about|or)\b[ ,]*", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?:the |a |an )?([A-Z][\w'’-]*(?:\s+(?:of |the )?[A-Z][\w'’-]*)+|[A-Z]{2,}|\"[^\"]+\"|“[^”]+”|\d+(?:\+\d+)? (?:system|framework))"
)
_WHOLE = re.compile(
    rf"(?:\w+ )?{_ASKING}\b|(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|must|"
    r"define|explain|describe|name|list|tell|give|show)\b",
    re.IGNORECASE,
)
"""How a question opens that has a verb of its own, however short it is."""
MAX_PARTS = 4


def split_parts(question: str) -> list[str]:
    """The questions in a question: "How many X and when did Y?" is two; most are one.

    A part that lacks a subject takes over that of the part before it.
    """
    pieces = [piece.strip(" ,;") for piece in _SPLIT.split(question.strip())]
    pieces = [piece if piece.endswith(("?", "？", ".")) else f"{piece}?" for piece in pieces if len(piece.split()) > 1]
    if not 2 <= len(pieces) <= MAX_PARTS:
        return [question]
    parts = [pieces[0]]
    for piece in pieces[1:]:
        parts.append(stand_alone(piece, parts[0]))
    return parts


def stand_alone(question: str, previous: str | None) -> str:
    """A follow-up made whole with the subject of the question before it; other questions as they are.

    Without a model this is a rule: a pronoun is replaced by the earlier question's subject, and a
    fragment ("And in 2022?") takes over the earlier question's words.
    """
    if previous is None:
        return question
    bare = _OPENING.sub("", question.strip())
    content = [word for word in analyse(bare).stems]
    fragment = bare != question.strip() and not re.match(rf"(?:\w+ )?{_ASKING}\b", bare, re.IGNORECASE)
    if fragment or (len(content) <= 2 and not _WHOLE.match(bare)):
        return _with_fragment(previous, bare)
    pronoun = _PRONOUN.search(bare)
    own_subject = _SUBJECT.search(bare[1:])
    if pronoun is None or (own_subject is not None and own_subject.start() < pronoun.start()):
        return question
    subject = _subject_of(previous)
    if subject is None:
        return question
    possessive = pronoun.group().lower() in {"its", "their", "his"} or (
        pronoun.group().lower() == "her" and re.match(r"\s+[a-z]", bare[pronoun.end() :]) is not None
    )
    replacement = f"{subject}'s" if possessive else subject
    return bare[: pronoun.start()] + replacement + bare[pronoun.end() :]


def _with_fragment(previous: str, fragment: str) -> str:
    """The earlier question with a year or a place of the fragment in place of its own."""
    fragment = fragment.strip(" ?.!")
    year = re.search(r"\b(?:1[89]|20)\d\d\b", fragment)
    if year and re.search(r"\b(?:1[89]|20)\d\d\b", previous):
        return re.sub(r"\b(?:1[89]|20)\d\d\b", year.group(), previous)
    return f"{previous.rstrip(' ?.!')} {fragment}?"


def _subject_of(question: str) -> str | None:
    """What a question is about: its longest name, else the words after its verb."""
    names = [m.group(1) for m in _SUBJECT.finditer(question) if m.start() > 0 or " " in m.group(1)]
    if names:
        return max(names, key=len)
    match = re.search(
        r"\b(?:is|are|was|were|does|do|did|has|have|had)\s+(?:the |a |an )?(.+?)(?:\s+(?:mean|stand|do|have|make|built|work)\b.*)?[?.]*$",
        question,
    )
    match = match or re.match(
        rf"(?:who|what|(?:what|which) \w+) \w+ (?:the |a |an )?(?!{_ASKING}\b)(.+?)[?.]*$", question, re.I
    )
    return match[1].strip() if match and len(match[1].split()) <= 6 else None
