"""Extract facts from a reference answer in prose.

A fact is matched as a contiguous wording, which a sentence never would be (other tools compare it with a model). Of a
sentence that has one figure, date or name, of the kind that is asked for, this is what a right answer must state;
docs/gold.md says how often that rule is right.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.denial import states
from assistant.language.names import names
from assistant.language.values import Token, read, values_of
from assistant.language.vocabulary import AUXILIARIES, HONORIFICS, OPENERS, PRONOUNS
from assistant.question.kinds import Kind
from assistant.question.question import analyse
from index.text.terms import STOP_WORDS

PHRASE_WORDS = 6
"""Most words, articles not counted, of a reference that is a fact as a whole; half of them if it ends as a sentence."""
_DECIDING = frozenset("yes no true false correct incorrect right wrong".split())
"""Words that answer a question of yes or no; an answer of quotes does not use them."""
_BY_KIND = {
    Kind.QUANTITY: "figure",
    Kind.DATE: "date",
    Kind.PERSON: "name",
    Kind.PLACE: "name",
    Kind.NAME: "name",
}
"""What a right answer to each kind of question must state of a sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The facts of a reference answer."""

    facts: tuple[tuple[str, ...], ...]
    derived: bool
    """Whether they were extracted from a sentence, and need review by a person."""


def facts_of(reference: str, question: str) -> Facts:
    """Extract the facts: the answer itself if it is a phrase, else what the question asks for.

    Of a sentence this is its one figure, date or name, by the kind of the question. If the question asks for something
    else, or the sentence has several, only a judge can compare it, and it gives no fact; nor does a mere yes or no.
    What the question already states is left out.
    """
    plain = " ".join(reference.split()).strip(" .;:")
    tokens = read(plain)
    if not tokens:
        return Facts(facts=(), derived=False)
    if tokens[0].word in _DECIDING and (len(tokens) == 1 or plain[tokens[0].end] in ".,;:!"):
        plain = plain[tokens[1].start :] if len(tokens) > 1 else ""
        if not plain:
            return Facts(facts=(), derived=True)
    elif _is_phrase(reference, tokens):
        return Facts(facts=((plain,),), derived=False)
    wanted = _BY_KIND.get(analyse(question).kind)
    found = _distinct([span for span, kind in _parts(plain) if kind == wanted], plain, question)
    return Facts(facts=tuple((wording,) for wording in found) if len(found) == 1 else (), derived=True)


def _is_phrase(reference: str, tokens: Sequence[Token]) -> bool:
    """Whether a reference is a phrase rather than a sentence: few words, no verb that a sentence is built with."""
    words = [token.word for token in tokens]
    if any(word in AUXILIARIES or (word or "").endswith("ed") for word in words):
        return False
    if len(words) > 2 and words[0] in PRONOUNS:
        return False
    telling = [word for word in words if word not in STOP_WORDS]
    return len(telling) <= PHRASE_WORDS // 2 or (len(words) <= PHRASE_WORDS and reference.strip()[-1] not in ".!?。")


def _parts(text: str) -> list[tuple[tuple[int, int], str]]:
    """Spans of figures, dates and names, each with what it is, in order."""
    return sorted([*_values(text), *((span, "name") for span in _names(text))])


def _distinct(spans: Sequence[tuple[int, int]], plain: str, question: str) -> list[str]:
    """Wordings of spans, without those that the question or another of them states."""
    wordings = [plain[start:end] for start, end in dict.fromkeys(spans)]
    told = [one for one in wordings if read(one) and states(plain, one) and not states(question, one)]
    return [one for at, one in enumerate(told) if not _covered(one, at, told)]


def _covered(wording: str, at: int, wordings: list[str]) -> bool:
    """Whether another wording includes this one; of two equal ones, only the second is covered."""
    return any(
        states(other, wording) and (place < at or not states(wording, other))
        for place, other in enumerate(wordings)
        if place != at
    )


def _values(text: str) -> list[tuple[tuple[int, int], str]]:
    """Spans of figures and dates; not "one", ordinals in words, the verb "may" or the 19 of COVID-19."""
    found = []
    for token in values_of(text):
        written = text[token.start : token.end]
        spelled = not any(character.isdigit() for character in written)
        small = token.figure is not None and (token.figure.ordinal or token.figure.value == 1)
        named = token.figure is not None and token.figure.glued
        if not (named or (spelled and (small or token.word is not None))):
            found.append(((token.start, token.end), "figure" if token.date is None else "date"))
    return found


def _names(text: str) -> list[tuple[int, int]]:
    """Spans of names, without openers and titles; a name that opens a sentence needs further evidence."""
    taken = [span for span, _ in _values(text)]
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
