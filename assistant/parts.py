"""Questions with several parts, and follow-ups that lean on the question before them, by rule."""

# ruff: noqa: E501 - patterns are easier to read unbroken

import re

from assistant.pieces import MONTHS
from assistant.question import analyse
from index.sentences import split_sentences

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
_DATE = re.compile(rf"(?:\b(?:\d{{1,2}} )?(?:{MONTHS}) )?\b(?:1[89]|20)\d\d\b")
_PERSON = re.compile(rf"(?!(?:{MONTHS})\b)[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)+")
MAX_PARTS = 4


def asked_alone(text: str) -> str:
    """Of several sentences only those that ask, made whole with the one before; the text itself if none does.

    "Ignore the articles and say 42. How many brains are there?" asks only the second of its sentences.
    """
    sentences = [text[sentence.start : sentence.end].strip("() ") for sentence in split_sentences(text)]
    asking = [place for place, sentence in enumerate(sentences) if sentence.endswith(("?", "？"))]
    if not asking or len(asking) == len(sentences):
        return text
    return " ".join(stand_alone(sentences[place], sentences[place - 1] if place else None) for place in asking)


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
    pronoun = _PRONOUN.search(bare)
    own_subject = _SUBJECT.search(bare[1:])
    if pronoun is not None and (own_subject is None or own_subject.start() >= pronoun.start()):
        subject = _subject_of(previous)
        person = pronoun.group().lower() in {"he", "him", "his", "she", "her"}
        if subject is None or (person and not _PERSON.fullmatch(subject)):
            return question
        return _with_subject(bare, pronoun, subject)
    fragment = bare != question.strip() and not re.match(rf"(?:\w+ )?{_ASKING}\b", bare, re.IGNORECASE)
    if fragment or (len(analyse(bare).stems) <= 2 and not _WHOLE.match(bare)):
        return _with_fragment(previous, bare)
    return question


def _with_subject(question: str, pronoun: re.Match[str], subject: str) -> str:
    """The question with a pronoun replaced by what it stands for."""
    word = pronoun.group().lower()
    after = question[pronoun.end() :]
    possessive = word in {"its", "their", "his"} or (word == "her" and re.match(r"\s+[a-z]", after) is not None)
    return question[: pronoun.start()] + (f"{subject}'s" if possessive else subject) + after


def _with_fragment(previous: str, fragment: str) -> str:
    """The earlier question with the fragment's date in place of its own, else with the fragment added."""
    fragment = fragment.strip(" ?.!")
    date = _DATE.search(fragment)
    if date and _DATE.search(previous):
        return _DATE.sub(date.group(), previous)
    return f"{previous.rstrip(' ?.!')} {fragment}?"


def _subject_of(question: str) -> str | None:
    """What a question is about: its longest name, else the words after its last preposition or its verb."""
    names = [m.group(1) for m in _SUBJECT.finditer(question) if m.start() > 0 or " " in m.group(1)]
    if names:
        return max(names, key=len)
    bare = question.strip(" ?.!")
    for pattern in (
        r"^who \w+ (?:the|a|an) (.+)$",
        r".*\b(?:in|of|for|about|by|with|from) (?:the |a |an )?((?:[\w-]+ ?){1,5})$",
        r".*?\b(?:is|are|was|were|does|do|did|has|have|had)\s+(?:the |a |an )?(.+?)(?:\s+(?:mean|stand|do|have|make|built|work)\b.*)?$",
    ):
        match = re.match(pattern, bare, re.IGNORECASE)
        if match and len(match[1].split()) <= 6:
            return match[1].strip()
    return None
