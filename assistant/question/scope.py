"""Recognises questions about the whole collection, or about the assistant, by a trained classifier.

A question is reduced to its frame: the words in which people ask for an overview, a list or a comparison stay, each
run of other words becomes one mark. "Give me a timeline of the bridge works" is "give me a timeline of *". The
classifier is a multinomial logistic regression over the frame's n-grams and the encoder's vector of the question;
`python -m eval.lab.fitting.fit_scope` fits it on written examples and on questions of public sets, and writes
`scope.json` beside this module. With another encoder than the one it was fitted for it goes by the frame alone.
"""

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.language.vocabulary import MONTHS, NO_NAMES
from index.text.article import Matrix
from index.text.terms import CJK, STOP_WORDS

SCOPE_PATH = Path(__file__).parent / "scope.json"
FILLING = "*"
"""Stands in a frame for a run of words that say what a question is about."""
DATED = "#"
"""The same for a run that holds a year or a month."""
START, END = "^", "$"
LONGEST = 3
"""Words of the longest n-gram."""
_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:['’.-][^\W_{CJK}]+)*")
_SOLID = re.compile(r"\d{4}(?:-\d{2}){0,2}")
_TIMES = MONTHS.keys() | frozenset("spring summer autumn winter".split())


class Scope(StrEnum):
    """How much of the collection a question asks for."""

    PASSAGE = "passage"
    """Something particular, which a passage answers; most questions."""
    ABOUT = "about"
    """What all articles are about."""
    SUMMARY = "summary"
    """What an article, or a subject, is in short."""
    TIMELINE = "timeline"
    LIST_ALL = "list_all"
    """Every mention of a kind of thing."""
    EVERYTHING = "everything"
    """All that is said about a subject."""
    COMPARE = "compare"
    CATALOG = "catalog"
    """What the articles of a publisher, a date or an author say."""
    LISTING = "listing"
    """Which articles there are."""
    ABILITIES = "abilities"
    """What the assistant is and does."""
    GREETING = "greeting"


_MOST_OF_TOPIC = {Scope.ABOUT: 1, Scope.ABILITIES: 0, Scope.GREETING: 1}
"""Words of a topic that such questions may have; one with more asks for something else."""
_ASKED_ANYWHERE = frozenset({Scope.COMPARE, Scope.CATALOG})
"""Scopes whose words may stand inside: "A versus B", "What did the Courier report in June?"."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word of a question, with its place."""

    text: str
    """In lower case, with straight apostrophes."""
    start: int
    end: int


def words_of(question: str) -> list[Word]:
    """The words of a question in order; each Chinese or Japanese character is one."""
    return [
        Word(text=match.group().lower().replace("’", "'"), start=match.start(), end=match.end())
        for match in _WORD.finditer(question)
    ]


def stripped(words: Sequence[Word], known: Set[str]) -> Sequence[Word]:
    """Words without the known ones at both ends."""
    while words and words[0].text in known:
        words = words[1:]
    while words and words[-1].text in known:
        words = words[:-1]
    return words


def frame_of(words: Sequence[Word], known: frozenset[str]) -> list[str]:
    """The frame of a question: its known words, and a mark for each run of others."""
    frame = [START]
    for word in words:
        if _SOLID.fullmatch(word.text) or word.text in _TIMES:
            mark = DATED
        else:
            mark = word.text if word.text in known else FILLING
        if mark in {FILLING, DATED} and frame[-1] in {FILLING, DATED}:
            frame[-1] = DATED if DATED in {mark, frame[-1]} else FILLING
        else:
            frame.append(mark)
    return [*frame, END]


def grams_of(frame: Sequence[str]) -> set[str]:
    """The n-grams of a frame up to `LONGEST` words."""
    return {" ".join(frame[at : at + n]) for n in range(1, LONGEST + 1) for at in range(len(frame) - n + 1)}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ScopeModel:
    """Weights of one multinomial logistic regression."""

    grams: Mapping[str, NDArray[np.float64]]
    """(scopes,) for each n-gram."""
    vector: NDArray[np.float64]
    """(dimension, scopes); (0, scopes) where it goes by the frame alone."""
    bias: NDArray[np.float64]
    """(scopes,)."""
    threshold: float
    """Least probability of another scope than `PASSAGE`."""

    def probabilities(self, frame: Sequence[str], vector: Matrix) -> NDArray[np.float64]:
        """(scopes,) in the order of `Scope`; `vector` is (dimension,) of length 1."""
        scores = self.bias + sum((self.grams[gram] for gram in grams_of(frame) if gram in self.grams), start=0.0)
        if len(self.vector):
            scores = scores + vector @ self.vector
        exponentials = np.exp(scores - scores.max())
        divided: NDArray[np.float64] = exponentials / exponentials.sum()
        return divided


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ScopeClassifier:
    """Tells the scope of a question, and what it is about."""

    known: frozenset[str]
    """Words of the frames."""
    asking: Mapping[Scope, frozenset[str]]
    """Words in which each scope is asked for."""
    encoder: str
    """Hash of the encoder that `with_vector` was fitted for."""
    with_vector: ScopeModel
    by_frame: ScopeModel

    def scope(self, question: str, vector: Matrix, encoder: str) -> Scope:
        """The scope of a question; `PASSAGE` where in doubt.

        Args:
            question: that stands alone.
            vector: (dimension,) of the question.
            encoder: hash of the encoder that gave the vector.
        """
        model = self.with_vector if encoder == self.encoder else self.by_frame
        found = model.probabilities(frame_of(words_of(question), self.known), vector)
        best = int(found.argmax())
        scope = list(Scope)[best]
        if found[best] < model.threshold:
            return Scope.PASSAGE
        return scope if self._is_asked(question, scope) else Scope.PASSAGE

    def _is_asked(self, question: str, scope: Scope) -> bool:
        """Whether a question has a word that asks for the scope, in front of its topic or behind it."""
        topic = self.topic(question, scope)
        if scope in _MOST_OF_TOPIC:
            return topic != question and len(words_of(topic)) <= _MOST_OF_TOPIC[scope]
        if not topic or scope in _ASKED_ANYWHERE:
            return True
        before, _, behind = question.partition(topic)
        telling = self.asking[scope] - STOP_WORDS | {"about"}
        return any(word.text in telling for word in words_of(f"{before} {behind}"))

    def topic(self, question: str, scope: Scope) -> str:
        """What a question of this scope is about: the words that ask are cut off its ends; empty if none is left."""
        words = stripped(words_of(question), self.asking[scope] | NO_NAMES)
        return question[words[0].start : words[-1].end] if words else ""


@lru_cache(maxsize=1)
def load_classifier() -> ScopeClassifier:
    """The classifier that ships with the program."""
    data = json.loads(SCOPE_PATH.read_text(encoding="utf-8"))
    if data["scopes"] != list(Scope):
        raise ValueError(f"{SCOPE_PATH} has the scopes {data['scopes']}; fit it again")
    return ScopeClassifier(
        known=frozenset(data["known"]),
        asking={scope: frozenset(data["asking"].get(scope, ())) for scope in Scope},
        encoder=data["encoder"],
        with_vector=_model(data["with_vector"]),
        by_frame=_model(data["by_frame"]),
    )


def _model(data: Mapping[str, Any]) -> ScopeModel:
    return ScopeModel(
        grams={gram: np.asarray(weights) for gram, weights in data["grams"].items()},
        vector=np.asarray(data["vector"]).reshape(-1, len(Scope)),
        bias=np.asarray(data["bias"]),
        threshold=data["threshold"],
    )
