"""Word functions shared by the making of examples and the scoring."""

import re
import string
from collections import Counter

_WORD = re.compile(r"\w+", re.UNICODE)
STOP_WORDS = frozenset(
    "a an the of in on at to for from by with about as is are was were be been being do does did has have had and or "
    "that this these those it its what which who whom whose when where why how many much there their his her he she "
    "they you your i we can could should would will may might must not no if than then into during".split()
)


def words(text: str) -> list[str]:
    """Split `text` into lower-case words."""
    return _WORD.findall(text.lower())


def content_words(text: str) -> set[str]:
    """Return the lower-case words of `text` without stop words."""
    return set(words(text)) - STOP_WORDS


def normalised(text: str) -> str:
    """Normalise `text` as SQuAD's official script: lower case, no punctuation, no articles, single spaces."""
    text = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def token_f1(answer: str, reference: str) -> float:
    """Compute SQuAD's official token F1 of `answer` and `reference`, both normalised."""
    given, wanted = normalised(answer).split(), normalised(reference).split()
    if not given or not wanted:
        return float(given == wanted)
    shared = sum((Counter(given) & Counter(wanted)).values())
    return 2 * shared / (len(given) + len(wanted))
