"""Analyses a question by rule: its kind, content words, names and figures."""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.language.names import bare_word
from assistant.language.vocabulary import AUXILIARIES, NO_NAMES, OPENERS, QUESTION_WORDS, alternatives
from assistant.question.kinds import KINDS_BY_PATTERN, Kind
from index.text.sentences import split_sentences
from index.text.terms import QUESTION_WORDS_ABROAD, STOP_WORDS, content_stems, stems, words


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question as analysed before anything is searched."""

    text: str
    kind: Kind
    stems: tuple[str, ...]
    """Its terms in order without stop words; all of its terms if there are only stop words."""
    names: tuple[str, ...]
    """Capitalised words, years and other figures in it, as written: what the evidence must share."""
    asked: str = ""
    """The question as asked, where `text` is only what it is about."""
    unit: tuple[str, ...] = ()
    """For quantities: stems of the noun that is counted ("how many *industrial brains*")."""


_UNIT = re.compile(
    r"\bhow (?:many|much)\s+(?:more |other |different |new |of (?:the|its|their) )?((?:[\w'-]+\s*){1,3}?)"
    rf"(?=\s*(?:\b(?:{alternatives(AUXILIARIES)}|in|on|of|at|by|for|to|from|that|along|under|over|with|within|across|among|who|which)\b|[?,.]|$))",
    re.IGNORECASE,
)
_CHANGE_WORDS = re.compile(
    r"\b(?:how (?:has|have|had|did|does|is|are|was|were)|(?:has|have) changed|"
    r"what (?:has |have )?changed (?:in|about|with)?|chang(?:e|ed|es|ing)|"
    r"develop(?:ed|s)?|evolv(?:e|ed)|over (?:time|the years))\b",
    re.IGNORECASE,
)

_ASKS = re.compile(
    rf"(?:[^,]*, )?(?:(?:\w+ )?(?:{alternatives(QUESTION_WORDS)})|{alternatives(AUXILIARIES)})\b", re.IGNORECASE
)


_MEANING = re.compile(
    r"^what (?:does|do|did) (?:the (?:term|word|name|abbreviation|acronym|number|figure|phrase) )?"
    r"(.+?) (?:stand for|mean|refer to|signify)\b.*$"
    r"|^what is (?:meant by|the meaning of) (.+?)[?.\s]*$",
    re.IGNORECASE,
)


def punctuated(text: str) -> str:
    """A question with a question mark and anything else without, so that it is read alike however it was typed."""
    bare = text.rstrip(" ?？")
    last = next(iter(split_sentences(text)[-1:]), None)
    start = max(last.start, text.rfind(": ") + 1) if last else 0
    if _ASKS.match(text[start:].lstrip()):
        return f"{bare.rstrip(' .!')}?"
    return text if last and last.start else bare


def names_nothing(text: str) -> bool:
    """Whether a question is of question words, small letters and the like alone: "What is x?"; "WHO?" may be a name."""
    if re.search(r"\b[A-Z]{2,}\b", text):
        return False
    plain = (word for word in text.split() if not re.fullmatch(r"[a-z]\W*", word))
    return set(words(" ".join(plain))) <= STOP_WORDS | QUESTION_WORDS_ABROAD


def topic(question: Question) -> str:
    """What to search for: what changed, or what is to be explained; articles rarely use such questions' words."""
    if question.kind is Kind.CHANGE:
        rest = " ".join(_CHANGE_WORDS.sub(" ", question.text).split())
        return rest if len(rest) > 3 else question.text
    meaning = _MEANING.match(question.text) if question.kind is Kind.DEFINITION else None
    return (meaning[1] or meaning[2]) if meaning else question.text


@lru_cache(maxsize=256)
def analyse(text: str) -> Question:
    """Analyse a question: its kind, terms, names and figures."""
    text = " ".join(text.split())
    kind = next((kind for kind, pattern in KINDS_BY_PATTERN if pattern.search(text)), Kind.OTHER)
    unit = _UNIT.search(text) if kind is Kind.QUANTITY else None
    return Question(
        text=text,
        kind=kind,
        stems=tuple(content_stems(text)) or tuple(stems(text)),
        names=_names(text),
        unit=tuple(content_stems(unit[1])) if unit else (),
    )


def _names(text: str) -> tuple[str, ...]:
    """Find figures, and words with a capital that is not merely that of the opening word."""
    bare = [bare_word(word) for word in text.split()]
    named = [word for word in bare if word[:1].isdigit() or word[:1].isupper()]
    if named and named[0] == bare[0] and bare[0].lower() in OPENERS:
        named = named[1:]
    return tuple(dict.fromkeys(word for word in named if word.lower() not in NO_NAMES))
