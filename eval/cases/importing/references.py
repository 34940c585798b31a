"""Make facts of a reference answer in prose.

A fact is matched as a wording without gaps, so that a long answer, as other tools compare it by a model,
would never be stated to the letter. What a right answer cannot do without are its figures, dates and names.
"""

import re
from dataclasses import dataclass

from assistant.language.values import read, states, values_of

SHORT_WORDS = 8
"""Words up to which an answer is one fact as it stands."""

_LETTER = "[0-9A-Za-zÀ-ÖØ-öø-ɏ]"  # Latin ones: Chinese has no capitals, and no spaces around a name either.
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_NAME = re.compile(rf"{_LETTER}*{_CAPITAL}{_LETTER}*(?:[-'’&.]{_LETTER}+)*")
_JOINED = re.compile(r"\s(?:(?:of|the|de|van|von|der)\s){0,2}|\s&\s")
_CODE = re.compile(rf"{_LETTER}*{_CAPITAL}[A-Za-z]*-?\d{_LETTER}*")
"""A name with figures in it, such as COVID-19 and G20."""
_TITLES = frozenset("dr mr mrs ms prof sir st".split())
_OPENERS = frozenset(
    "a all also although an and another any as at based because before both but by despite during each either every "
    "few first for from had has have he her here his how however i if in instead is it its later many moreover most "
    "no none not of on once one only or other our overall over second several she since so some such than that the "
    "their then there these they third this those through thus to under unlike until was we were what when where "
    "which while who why with without yes you your according additionally finally furthermore".split()
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What was made of a reference answer."""

    facts: tuple[tuple[str, ...], ...]
    derived: bool
    """Whether they were taken out of a long answer, so that a person should look them over."""


def facts_of(reference: str, question: str) -> Facts:
    """The facts of a reference answer: itself where it is short, else its figures, dates and names.

    What the question states already is no fact of an answer to it.
    """
    plain = " ".join(reference.split()).strip(" .;:")
    tokens = read(plain)
    if not tokens:
        return Facts(facts=(), derived=False)
    if len(plain.split()) <= SHORT_WORDS and len(tokens) <= 2 * SHORT_WORDS:  # Chinese is written without spaces.
        return Facts(facts=((plain,),), derived=False)
    spans = sorted({*_values(plain), *_names(plain)})
    wordings = [plain[start:end] for start, end in spans]
    told = [one for one in wordings if read(one) and states(plain, one) and not states(question, one)]
    distinct = [one for at, one in enumerate(told) if not _covered(one, at, told)]
    return Facts(facts=tuple((wording,) for wording in distinct), derived=True)


def _covered(wording: str, at: int, wordings: list[str]) -> bool:
    """Whether another wording says this one too; of two that say the same the first stays."""
    return any(
        states(other, wording) and (place < at or not states(wording, other))
        for place, other in enumerate(wordings)
        if place != at
    )


def _values(text: str) -> list[tuple[int, int]]:
    """Figures and dates; not "one", "first" and other ordinals in words, the verb "may" or the 19 of COVID-19."""
    found = []
    codes = [match.span() for match in _CODE.finditer(text)]
    for token in values_of(text):
        written = text[token.start : token.end]
        spelled = not any(character.isdigit() for character in written)
        small = token.figure is not None and (token.figure.ordinal or token.figure.value == 1)
        bare = token.figure is None or token.figure.unit is None  # RMB5 is a sum, COVID-19 is not.
        inside = any(start < token.end and token.start < end for start, end in codes)
        if not ((inside and bare) or (spelled and (small or token.word is not None))):
            found.append((token.start, token.end))
    return found


def _names(text: str) -> list[tuple[int, int]]:
    """Runs of capitalised words; one at the start of a sentence needs another sign that it is a name."""
    taken = _values(text)
    found: list[tuple[int, int]] = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        if any(a < end and start < b for a, b in taken):
            continue
        word = re.sub(r"['’]s$", "", match.group())
        end = start + len(word)
        if word.lower() in _OPENERS | _TITLES or len(word) == 1:
            continue
        if found and _JOINED.fullmatch(text[found[-1][1] : start]):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return [span for span in found if _is_name(text, *span)]


def _is_name(text: str, start: int, end: int) -> bool:
    name = text[start:end]
    opens = start == 0 or re.search(r"[.!?:;•\-*]\s*[\"“(]?$", text[:start]) is not None
    single = not re.search(r"\s", name)
    if not opens or not single or re.search(r".[A-Z0-9]", name):
        return True
    return re.search(rf"[a-z,]\s{re.escape(name)}\b", text) is not None
