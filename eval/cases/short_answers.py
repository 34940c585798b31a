"""Exact match and token F1 by the official rules of SQuAD (Rajpurkar et al., 2016)."""

import re
import string
from collections import Counter
from collections.abc import Sequence

_PUNCTUATION = frozenset(string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalise(text: str) -> str:
    """Normalise as SQuAD: lower case, no punctuation, no articles, single spaces."""
    text = "".join(c for c in text.lower() if c not in _PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def exact_match(predicted: str, accepted: Sequence[str]) -> float:
    """Return 1.0 if the answer is an accepted one after normalisation, else 0.0."""
    return float(normalise(predicted) in _normalised(accepted))


def token_f1(predicted: str, accepted: Sequence[str]) -> float:
    """Compute the highest word F1 with an accepted answer."""
    return max(_f1(normalise(predicted).split(), one.split()) for one in _normalised(accepted))


def _normalised(accepted: Sequence[str]) -> list[str]:
    """Normalise accepted answers and drop empty ones; only an empty one if all are, as in SQuAD's rules."""
    return [left for one in accepted if (left := normalise(one))] or [""]


def _f1(predicted: Sequence[str], accepted: Sequence[str]) -> float:
    if not predicted or not accepted:
        return float(predicted == accepted)  # As SQuAD 2.0 scores an empty answer.
    same = sum((Counter(predicted) & Counter(accepted)).values())
    return 2 * same / (len(predicted) + len(accepted))
