"""What a sentence of an article holds, whatever is asked of it; kept from one question to the next."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from assistant.language.values import read
from assistant.language.vocabulary import NEGATIONS, SUPERLATIVES, VERB
from index.text.sentences import is_heading
from index.text.terms import stem, stems

KEPT_SENTENCES = 4_096
"""Together they take some 25 MB."""

BEHIND_FIGURE = 4
"""So many words after a figure may be what it counts."""


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
    negates: bool
    superlatives: frozenset[str]
    heading: bool
    """It names what follows and states nothing."""
    verb: bool
    """Whether it has something like a verb."""


@lru_cache(maxsize=KEPT_SENTENCES)
def taken_apart(text: str) -> TakenApart:
    """The parts of a sentence."""
    terms = tuple(stems(text))
    return TakenApart(
        terms=terms,
        counts=Counter(terms),
        pairs=frozenset(pairwise(terms)),
        places=tuple((match.start(), stem(match.group())) for match in re.finditer(r"[^\W_]+", text)),
        counted=frozenset(_counted(text)),
        negates=negates(text),
        superlatives=superlatives(text),
        heading=is_heading(text),
        verb=VERB.search(text) is not None,
    )


def negates(text: str) -> bool:
    """Whether a text has a word that negates."""
    words = (token.word for token in read(text) if token.word)
    return any(word in NEGATIONS or word.endswith("n't") for word in words)


def superlatives(text: str) -> frozenset[str]:
    """The words of a text that single out one of many."""
    return SUPERLATIVES.intersection(re.findall(r"[a-z]+", text.lower()))


def _counted(text: str) -> list[str]:
    tokens = read(text)
    return [
        stem(word)
        for place, token in enumerate(tokens)
        if token.figure is not None
        for other in tokens[place + 1 : place + 1 + BEHIND_FIGURE]
        if (word := other.word) is not None
    ]
