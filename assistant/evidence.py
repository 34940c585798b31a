"""How well one sentence of a passage answers a question: features, and a fitted score.

Everything here is computed from vectors and terms that the index already has, so that scoring the
sentences of a handful of passages costs about a millisecond.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.question import Kind, Question
from index.article import Matrix
from index.terms import stems, words

Idf = Callable[[str], float]
"""Inverse document frequency of a stem; 0 for a stem that stands in every chunk."""

FEATURES = (
    "cosine",
    "cosine_above_mean",
    "passage_score",
    "passage_first",
    "passage_lead",
    "coverage",
    "coverage_with_neighbour",
    "coverage_of_passage",
    "rarest_term",
    "pairs",
    "sentence_bm25",
    "names",
    "names_of_passage",
    "span",
    "kind_held",
    "kind_missed",
    "kind_near",
    "unit_beside_figure",
    "new_words",
    "first_sentence",
    "short",
    "long",
    "fragment",
)
"""Names of the features in the order of their columns."""

NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million millions "
    "billion billions trillion dozen dozens half third quarter twice once double triple several percent".split()
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_FIGURE = re.compile(r"[$£€¥]?\d[\d,.]*\d%?|[$£€¥]?\d%?")
_DATE = re.compile(rf"\b(?:1\d{{3}}|20\d\d)s?\b|\b(?:{MONTHS})\b(?! (?:have|be|not))|\bcentur(?:y|ies)\b|\b\d+ (?:BC|AD|BCE|CE)\b|\d年")
_CAPITALISED = re.compile(r"(?<![\w])[A-Z][\w'’-]*(?:\s+(?:of |de |the |von |van )?[A-Z][\w'’-]*)*")
_PLACE = re.compile(r"\b(?:in|at|from|to|near|of|into|across|through|outside|around|on)\s+(?:the\s+)?(?:\w+\s+)?([A-Z][\w'’-]+)|\b(?:north|south|east|west|border|coast|located|situated|capital)\w*\b")
_REASON = re.compile(r"\b(?:because|due to|owing to|since|so that|in order to|thanks to|caused?|led to|leads? to|result(?:s|ed|ing)?|therefore|reasons?|as a means|so as to|to (?:avoid|prevent|help|make|allow|protect|reduce))\b", re.IGNORECASE)
_DEFINING = re.compile(r"\b(?:is|are|was|were) (?:an?|the|one)\b|\b(?:refers?|means?|meaning|known as|called|stands? for|defined|consists?|i\.e\.|short for|denotes?)\b|[(—–]", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|be|been|will|would|can|could|may|must|should|do|does|did|said|says|\w{2,}(?:ed|es|ing))\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A sentence that could answer, with what surrounds it."""

    text: str
    previous: str
    """The sentence before it in its passage, or empty."""
    passage: int
    """Position of its passage in the ranking, 0 the best."""
    position: int
    """Position in its passage, 0 the first."""
    vector: Matrix
    """(dimension,) float32 of length 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RankedPassage:
    """What scoring needs to know of a passage beyond its sentences."""

    text: str
    """With its title."""
    score: float
    """The fused retrieval score."""


def holds(kind: Kind, text: str, question: Question) -> list[str]:
    """Pieces of `text` of the kind that is asked for and that the question does not already have."""
    asked = question.text.lower()

    def fresh(found: Sequence[str]) -> list[str]:
        return [piece for piece in found if piece.lower() not in asked]

    match kind:
        case Kind.QUANTITY:
            number_words = [w for w in re.findall(r"[a-z]+", text.lower()) if w in NUMBER_WORDS]
            return fresh([m for m in _FIGURE.findall(text)]) + fresh(number_words)
        case Kind.DATE:
            return fresh(_DATE.findall(text))
        case Kind.PERSON | Kind.NAME:
            return fresh([m.group() for m in _CAPITALISED.finditer(text) if m.start() > 0 or " " in m.group()])
        case Kind.PLACE:
            return fresh([m.group(1) or m.group() for m in _PLACE.finditer(text)])
        case Kind.REASON:
            return _REASON.findall(text)
        case Kind.DEFINITION:
            return _DEFINING.findall(text)
        case Kind.LIST:
            return [","] * text.count(",") + re.findall(r"\band\b", text)
        case _:
            return []


def features(
    question: Question,
    vector: Matrix,
    passages: Sequence[RankedPassage],
    candidates: Sequence[Candidate],
    idf: Idf,
) -> NDArray[np.float64]:
    """Describe candidates in numbers.

    Args:
        question: analysed.
        vector: (dimension,) float32, the question's.
        passages: best first.
        candidates: sentences of those passages.
        idf: of the collection.

    Returns:
        (candidates, features) float64, columns as in `FEATURES`.
    """
    if not candidates:
        return np.zeros((0, len(FEATURES)))
    weights = _weights(question, idf)
    total = sum(weights.values()) or 1.0
    pairs = _pairs(question.stems)
    cosines = np.stack([c.vector for c in candidates]) @ vector
    passage_stems = [set(stems(p.text)) for p in passages]
    name_words = [set(words(name)) for name in question.names]
    top = max(p.score for p in passages)
    second = sorted((p.score for p in passages), reverse=True)[min(1, len(passages) - 1)]
    mean_length = np.mean([len(c.text) for c in candidates])
    rows = []
    for candidate, cosine in zip(candidates, cosines, strict=True):
        here = stems(candidate.text)
        own = set(here)
        near = own | set(stems(candidate.previous))
        exact = set(words(candidate.text))
        covered = sum(w for stem, w in weights.items() if stem in own)
        rarest = max(weights, key=lambda stem: weights[stem], default="")
        found = holds(question.kind, candidate.text, question)
        known = question.kind not in {Kind.OTHER, Kind.CHANGE}
        in_passage = passage_stems[candidate.passage]
        norm = 1.2 * (0.25 + 0.75 * len(candidate.text) / mean_length)
        score = passages[candidate.passage].score
        rows.append(
            [
                cosine,
                cosine - cosines.mean(),
                score - top,
                candidate.passage == 0,
                (top - second) if candidate.passage == 0 else 0.0,
                covered / total,
                sum(w for stem, w in weights.items() if stem in near) / total,
                sum(w for stem, w in weights.items() if stem in in_passage) / total,
                rarest in own,
                len(pairs & _pairs(here)) / max(1, len(pairs)),
                sum(w * 2.2 * here.count(s) / (here.count(s) + norm) for s, w in weights.items()) / total,
                sum(n <= exact for n in name_words) / max(1, len(name_words)),
                sum(n <= set(words(passages[candidate.passage].text)) for n in name_words) / max(1, len(name_words)),
                _span(here, weights),
                known and bool(found),
                known and not found,
                _nearness(question, candidate.text, found, weights) if known and found else 0.0,
                _unit_beside_figure(question, candidate.text),
                min(1.0, sum(idf(s) > 0 for s in own - set(question.stems)) / 20),
                candidate.position == 0,
                len(candidate.text) < 40,
                min(3.0, len(candidate.text) / 200),
                _VERB.search(candidate.text) is None,
            ]
        )
    return np.asarray(rows, dtype=np.float64)


def _weights(question: Question, idf: Idf) -> dict[str, float]:
    return {stem: max(0.05, idf(stem)) for stem in question.stems}


def _pairs(terms: Sequence[str]) -> set[tuple[str, str]]:
    return set(zip(terms, terms[1:], strict=False))


def _span(here: Sequence[str], weights: Mapping[str, float]) -> float:
    """How close together the question's terms stand, 1 for side by side."""
    places = [i for i, stem in enumerate(here) if stem in weights]
    return len(set(here[i] for i in places)) / (places[-1] - places[0] + 1) if len(places) > 1 else 0.0


def _nearness(question: Question, text: str, found: Sequence[str], weights: Mapping[str, float]) -> float:
    """Nearness of a piece of the asked kind to the question's terms: 1 beside them, 0 far away."""
    marks = [m.start() for m in re.finditer(r"[^\W_]+", text) if set(stems(m.group())) & weights.keys()]
    if not marks:
        return 0.0
    best = 1e9
    for piece in set(found):
        at = text.find(piece)
        if at >= 0:
            best = min(best, min(abs(mark - at) for mark in marks))
    return float(np.exp(-best / 40))


def _unit_beside_figure(question: Question, text: str) -> float:
    """For quantities: whether a figure stands right before the thing that is counted."""
    if not question.unit:
        return 0.0
    tokens = re.findall(r"[$£€¥]?\d[\d,.]*%?|[^\W_]+", text)
    for i, token in enumerate(tokens):
        if token[0].isdigit() or token.lower() in NUMBER_WORDS:
            after = {stem for word in tokens[i + 1 : i + 5] for stem in stems(word)}
            if question.unit[-1] in after or set(question.unit) <= after:
                return 1.0
    return 0.0
