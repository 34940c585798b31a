"""What a sentence of an article holds, whatever is asked of it; kept from one question to the next."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.language.vocabulary import FIGURE, NUMBER_WORDS, VERB
from index.text.sentences import is_heading
from index.text.terms import stem, stems

KEPT_SENTENCES = 4_096
"""Together they take some 25 MB."""

NEGATIONS = frozenset(
    "not no never n't without neither nor none cannot hardly unable fail failed refuse refused lack lacked except "
    "excluding wasn didn isn doesn weren don couldn wouldn hasn haven t".split()
)
SUPERLATIVES = frozenset(
    "first last only most least largest smallest highest lowest best worst oldest youngest longest shortest main "
    "primary second third final earliest latest".split()
)
BEHIND_FIGURE = 4
"""So many words after a figure may be what it counts."""

_NUMBERED = re.compile(rf"{FIGURE.pattern}|[^\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TakenApart:
    """A sentence taken apart."""

    terms: tuple[str, ...]
    """Stems in order."""
    counts: Mapping[str, int]
    """How often each of them stands there."""
    pairs: frozenset[tuple[str, str]]
    """Stems side by side."""
    places: tuple[tuple[int, str], ...]
    """Where each word starts, and its stem."""
    counted: frozenset[str]
    """Stems of the words right after a figure."""
    negations: frozenset[str]
    superlatives: frozenset[str]
    heading: bool
    """It names what follows and states nothing."""
    verb: bool
    """Whether it has something like a verb."""


@lru_cache(maxsize=KEPT_SENTENCES)
def taken_apart(text: str) -> TakenApart:
    """The parts of a sentence."""
    terms = tuple(stems(text))
    letters = runs_of_letters(text)
    return TakenApart(
        terms=terms,
        counts=Counter(terms),
        pairs=frozenset(pairwise(terms)),
        places=tuple((match.start(), stem(match.group())) for match in re.finditer(r"[^\W_]+", text)),
        counted=frozenset(_counted(text)),
        negations=letters & NEGATIONS,
        superlatives=letters & SUPERLATIVES,
        heading=is_heading(text),
        verb=VERB.search(text) is not None,
    )


def runs_of_letters(text: str) -> frozenset[str]:
    """Runs of Latin letters, in lower case."""
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def _counted(text: str) -> list[str]:
    tokens = _NUMBERED.findall(text)
    return [
        stem(word)
        for place, token in enumerate(tokens)
        if token[-1].isdigit() or token.lower() in NUMBER_WORDS
        for word in tokens[place + 1 : place + 1 + BEHIND_FIGURE]
    ]
