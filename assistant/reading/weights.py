"""Fitted weights: which sentence answers best, and whether the articles answer at all.

Fitted by `python -m eval.lab.fitting.fit` on the development half of SQuAD 2.0 and written to `weights.json`
beside this module; see docs/benchmarks.md for what they reach on the other half.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.question.kinds import Kind
from assistant.question.question import Question
from assistant.reading.evidence import FEATURES, Candidate

WEIGHTS_PATH = Path(__file__).parent / "weights.json"
ANSWERABILITY_FEATURES = (
    *(f"top_{name}" for name in FEATURES),
    *(f"max_{name}" for name in FEATURES),
    "top_score",
    "top_share",
    "margin",
    "entropy",
    "asked_words",
    "asked_names",
    *(f"kind_{kind.value}" for kind in Kind),
)
"""What tells whether a question is answered: its best sentence, the best of all, and how sure the ranking is."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Linear:
    """A linear score of standardised features."""

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weight: NDArray[np.float64]
    bias: float

    def score(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores of rows (n, features), (n,) float64."""
        scores: NDArray[np.float64] = ((rows - self.mean) / self.scale) @ self.weight + self.bias
        return scores

    def to_json(self) -> dict[str, object]:
        """By feature: [mean, scale, weight], and the bias."""
        table = zip(self.names, self.mean, self.scale, self.weight, strict=True)
        return {"bias": round(self.bias, 5), "features": {n: [round(float(v), 5) for v in row] for n, *row in table}}

    @classmethod
    def from_json(cls, data: Mapping[str, object], names: Sequence[str]) -> "Linear":
        """From `to_json`.

        Raises:
            ValueError: the features are not those in `names`.
        """
        features = data["features"]
        if not isinstance(features, dict) or tuple(features) != tuple(names):
            raise ValueError("the weights were fitted on other features; fit them again by eval.lab.fitting")
        table = np.asarray(list(features.values()), dtype=np.float64)
        return cls(
            names=tuple(names), mean=table[:, 0], scale=table[:, 1], weight=table[:, 2], bias=float(str(data["bias"]))
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """All that was fitted."""

    ranking: Linear
    answerability: Linear
    about: Linear
    """Tells a question whose subject is in the collection from one whose subject is not."""
    threshold: float
    """Answers are given from this probability on."""
    about_threshold: float
    """Below this probability of being about the collection a refusal says `not_found`."""


@lru_cache(maxsize=1)
def load_weights() -> Weights:
    """The weights that ship with the program."""
    data = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    return Weights(
        ranking=Linear.from_json(data["ranking"], FEATURES),
        answerability=Linear.from_json(data["answerability"], ANSWERABILITY_FEATURES),
        about=Linear.from_json(data["about"], ANSWERABILITY_FEATURES),
        threshold=data["threshold"],
        about_threshold=data["about_threshold"],
    )


def rank(found: Sequence[Candidate], weights: Weights) -> NDArray[np.float64]:
    """A score for each candidate; the exponentials of scores are proportional to chances of answering."""
    return weights.ranking.score(np.stack([candidate.features for candidate in found]))


def shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Softmax: each candidate's share of the chance that one of them answers."""
    exponentials = np.exp(scores - scores.max())
    divided: NDArray[np.float64] = exponentials / exponentials.sum()
    return divided


def answerability_row(
    features: NDArray[np.float64], scores: NDArray[np.float64], question: Question
) -> NDArray[np.float64]:
    """The features in `ANSWERABILITY_FEATURES` from (candidates, features) and their scores."""
    order = np.argsort(-scores, kind="stable")
    share = shares(scores)
    margin = scores[order[0]] - scores[order[min(1, len(order) - 1)]]
    entropy = -float((share * np.log(share + 1e-12)).sum())
    kinds = [float(question.kind is one) for one in Kind]
    sizes = [len(question.stems), len(question.names)]
    return np.concatenate(
        [features[order[0]], features.max(axis=0), [scores[order[0]], share[order[0]], margin, entropy], sizes, kinds]
    )


def logit(probability: float) -> float:
    """The inverse of the logistic function, finite for 0 and 1."""
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))


def probability(score: float) -> float:
    """The logistic function."""
    return float(1 / (1 + np.exp(-score)))
