"""Analyses a question by rule: its kind, content words, names and figures."""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.question.kinds import KINDS_BY_PATTERN, Kind
from index.text.terms import STOP_WORDS, indexable, stems


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A question as analysed before anything is searched."""

    text: str
    kind: Kind
    stems: tuple[str, ...]
    """Its terms in order without stop words; all of its terms if there are only stop words."""
    names: tuple[str, ...]
    """Capitalised words, years and other figures in it, as written: what the evidence must share."""
    unit: tuple[str, ...] = ()
    """For quantities: stems of the noun that is counted ("how many *industrial brains*")."""


_UNIT = re.compile(
    r"\bhow (?:many|much)\s+(?:more |other |different |new |of (?:the|its|their) )?((?:[\w'-]+\s*){1,3}?)"
    r"(?=\s*(?:\b(?:did|do|does|has|have|had|is|are|was|were|can|could|will|would|should|in|on|of|at|by|for|to|from|that|were)\b|[?,.]|$))",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![\w])(?:[A-Z][\w'’&.-]*[\w]|[A-Z]|\d[\d,.]*\w*)(?!\w)")
_OPENERS = frozenset(
    "what which who whom whose when where why how is are was were do does did has have had can could will would should "
    "in on at by for from to of the a an and name list tell give define explain describe please according since until "
    "during if as after before under with about i we my our".split()
)


_CHANGE_WORDS = re.compile(
    r"\b(?:how (?:has|have|had|did|does|is|are|was|were)|(?:has|have) changed|"
    r"what (?:has |have )?changed (?:in|about|with)?|chang(?:e|ed|es|ing)|"
    r"develop(?:ed|s)?|evolv(?:e|ed)|over (?:time|the years))\b",
    re.IGNORECASE,
)


_MEANING = re.compile(
    r"^what (?:does|do|did) (?:the (?:term|word|name|abbreviation|acronym|number|figure|phrase) )?"
    r"(.+?) (?:stand for|mean|refer to|signify)\b.*$"
    r"|^what is (?:meant by|the meaning of) (.+?)[?.\s]*$",
    re.IGNORECASE,
)


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
    terms = tuple(stems(text))
    content = tuple(stem for word in _words(text) if word not in STOP_WORDS for stem in stems(word))
    unit = _UNIT.search(text) if kind is Kind.QUANTITY else None
    return Question(
        text=text,
        kind=kind,
        stems=content or terms,
        names=_names(text),
        unit=tuple(s for s in stems(unit[1]) if s not in STOP_WORDS) if unit else (),
    )


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", indexable(text).lower())


def _names(text: str) -> tuple[str, ...]:
    """Find figures, and capitalised words except the first of the sentence."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group().removesuffix("'s").removesuffix("’s").strip(".,")
        first = not text[: match.start()].strip("\"'“‘( ")
        if name.lower() in _OPENERS or (first and name.lower() in STOP_WORDS):
            continue
        found.append(name)
    return tuple(dict.fromkeys(found))
