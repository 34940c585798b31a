"""Extract facts from a reference answer in prose.

A fact is matched as a contiguous wording, which a long reference answer never would be (other tools compare it with
a model). Its figures, dates and names are what a right answer must state.
"""

import re
from dataclasses import dataclass

from assistant.language.denial import states
from assistant.language.names import names
from assistant.language.values import read, values_of
from assistant.language.vocabulary import HONORIFICS, OPENERS

SHORT_WORDS = 8
"""Most words of a reference answer that is one fact as a whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The facts of a reference answer."""

    facts: tuple[tuple[str, ...], ...]
    derived: bool
    """Whether they were extracted from a long answer, and need review by a person."""


def facts_of(reference: str, question: str) -> Facts:
    """Extract the facts: the answer itself if it is short, else its figures, dates and names.

    What the question already states is left out.
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
    """Whether another wording includes this one; of two equal ones, only the second is covered."""
    return any(
        states(other, wording) and (place < at or not states(wording, other))
        for place, other in enumerate(wordings)
        if place != at
    )


def _values(text: str) -> list[tuple[int, int]]:
    """Spans of figures and dates; not "one", ordinals in words, the verb "may" or the 19 of COVID-19."""
    found = []
    for token in values_of(text):
        written = text[token.start : token.end]
        spelled = not any(character.isdigit() for character in written)
        small = token.figure is not None and (token.figure.ordinal or token.figure.value == 1)
        named = token.figure is not None and token.figure.glued
        if not (named or (spelled and (small or token.word is not None))):
            found.append((token.start, token.end))
    return found


def _names(text: str) -> list[tuple[int, int]]:
    """Spans of names, without openers and titles; a name that opens a sentence needs further evidence."""
    taken = _values(text)
    found: list[tuple[int, int]] = []
    for start, end in names(text):
        run: list[tuple[int, int]] = []
        for match in re.finditer(r"\S+", text[start:end]):
            owner = match.group().endswith(("'s", "’s"))
            word = (start + match.start(), start + match.end() - 2 * owner)
            plain = match.group().strip(".,").lower()
            if any(a < word[1] and word[0] < b for a, b in taken):
                run = []
            elif run:
                run[-1] = (run[-1][0], word[1])
            elif plain not in OPENERS | HONORIFICS and len(plain) > 1:
                run = [word]
                found.append(word)
            if run:
                found[-1] = run[0]
            run = [] if owner else run
    return [span for span in found if _is_name(text, *span)]


def _is_name(text: str, start: int, end: int) -> bool:
    name = text[start:end]
    opens = start == 0 or re.search(r"[.!?:;•\-*]\s*[\"“(]?$", text[:start]) is not None
    single = not re.search(r"\s", name)
    if not opens or not single or re.search(r".[A-Z0-9]", name):
        return True
    return re.search(rf"[a-z,]\s{re.escape(name)}\b", text) is not None
