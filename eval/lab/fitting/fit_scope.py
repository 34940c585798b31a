"""Fit the classifier of scopes: `python -m eval.lab.fitting.fit_scope FOLDER`, the public training sets in FOLDER.

Written examples (`scopes.toml`) are filled and written as people type. Questions of public reading sets are ordinary
ones; a part of them is held out, and so is each fifth phrasing of every scope, to measure. The threshold is the least
at which so few of the held-out ordinary questions are taken for others. What ships is fitted on all phrasings.
"""

import gzip
import json
import random
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.question.scope import SCOPE_PATH, Scope, frame_of, grams_of, words_of
from index.encoding.encoder import Encoder
from index.encoding.encoders import DEFAULT_ENCODER, find_encoder

EXAMPLES_PATH = Path(__file__).parent / "scopes.toml"
SETS = (
    "squad1_part squad2_part squad2_dev_even squadshifts_wiki squadshifts_amazon squadshifts_reddit nq_part covid_qa "
    "quoref_part qed_part qamr"
).split()
"""Of the reading sets those that may be trained on."""
ORDINARY = 9_000
"""Ordinary questions to fit on, and as many that are held out."""
FILLED = 8
"""Fillings of each phrasing that has places for them."""
PHRASINGS = 2
"""An n-gram counts if it stands in so many phrasings."""
HELD_OUT = 0.2
TAKEN = 0.0015
"""Share of held-out ordinary questions that the threshold may take for others."""
THRESHOLDS = tuple(round(0.5 + 0.05 * n, 2) for n in range(10))
GRAMS_SCALE, VECTOR_SCALE = 0.7, 5.0
"""Scales of the two kinds of features; the larger, the less the penalty holds their weights down."""
_PLACE = re.compile(r"\{(\w)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question of a known scope."""

    text: str
    scope: Scope
    phrasing: str
    """As written, with its places; empty for a question of a public set."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fitted:
    """A regression with the features that it was fitted on."""

    grams: dict[str, int]
    """Column of each n-gram."""
    weights: NDArray[np.float64]
    """(features, scopes), scales multiplied in."""
    bias: NDArray[np.float64]

    def to_json(self, threshold: float) -> dict[str, object]:
        """What ships of it."""
        rounded = np.round(self.weights, 2).tolist()
        return {
            "threshold": threshold,
            "bias": np.round(self.bias, 2).tolist(),
            "grams": {gram: rounded[column] for gram, column in self.grams.items()},
            "vector": rounded[len(self.grams) :],
        }


def written(content: Mapping[str, Any]) -> list[Example]:
    """The written examples, filled."""
    rng = random.Random("scopes")
    found: dict[str, Example] = {}
    for scope, phrasings in content["scopes"].items():
        for phrasing in dict.fromkeys(phrasings):
            for _ in range(FILLED if _PLACE.search(phrasing) else 1):
                text = _PLACE.sub(lambda match: rng.choice(content["fillings"][match[1]]), phrasing)
                text = _as_typed(text, rng.random())
                found.setdefault(text, Example(text=text, scope=Scope(scope), phrasing=phrasing))
    return list(found.values())


def _as_typed(text: str, chance: float) -> str:
    """A question without capitals, or without the mark at its end, as people also type it."""
    if chance < 0.25:
        return text.lower()
    return text.rstrip("?.! ") if chance < 0.4 else text


def ordinary(folder: Path) -> list[str]:
    """Questions of the public sets, each once, shuffled."""
    found = set()
    for name in SETS:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8", newline="\n") as lines:
            found |= {json.loads(line)["question"] for line in lines}
    shuffled = sorted(found)
    random.Random("ordinary").shuffle(shuffled)
    return shuffled


def frame_words(content: Mapping[str, Any]) -> dict[Scope, list[str]]:
    """The words of each scope's phrasings outside of their places."""
    return {
        Scope(scope): sorted({word.text for one in phrasings for word in words_of(_PLACE.sub(" , ", one))})
        for scope, phrasings in content["scopes"].items()
    }


class Features:
    """Frames and vectors of questions, each worked out once."""

    def __init__(self, known: frozenset[str], encoder: Encoder, texts: Sequence[str]) -> None:
        self._frames = {text: grams_of(frame_of(words_of(text), known)) for text in texts}
        ordered = sorted(self._frames, key=len)
        self._vectors: dict[str, NDArray[np.float32]] = {}
        for at in range(0, len(ordered), 32):
            part = ordered[at : at + 32]
            for text, vectors in zip(part, encoder.encode_questions(part), strict=True):
                self._vectors[text] = vectors.text

    def grams(self, examples: Sequence[Example]) -> dict[str, int]:
        """Columns of the n-grams that stand in `PHRASINGS` phrasings."""
        phrasings = defaultdict(set)
        for one in examples:
            for gram in self._frames[one.text] if one.phrasing else ():
                phrasings[gram].add(one.phrasing)
        kept = sorted(gram for gram, found in phrasings.items() if len(found) >= PHRASINGS)
        return {gram: column for column, gram in enumerate(kept)}

    def rows(self, texts: Sequence[str], grams: Mapping[str, int], *, vector: bool) -> Any:  # noqa: ANN401 - scipy
        """(texts, features) sparse."""
        from scipy.sparse import csr_matrix, hstack

        places = [(n, grams[gram]) for n, text in enumerate(texts) for gram in self._frames[text] if gram in grams]
        at = np.asarray(places).reshape(-1, 2).T
        found = csr_matrix((np.full(len(places), GRAMS_SCALE), (at[0], at[1])), shape=(len(texts), len(grams)))
        if not vector:
            return found
        return hstack([found, csr_matrix(VECTOR_SCALE * np.stack([self._vectors[text] for text in texts]))]).tocsr()


def fit(examples: Sequence[Example], features: Features, *, vector: bool) -> Fitted:
    """Fit one regression."""
    from sklearn.linear_model import LogisticRegression

    grams = features.grams(examples)
    rows = features.rows([one.text for one in examples], grams, vector=vector)
    model = LogisticRegression(C=1.0, max_iter=500, tol=1e-3)
    # An ordinary question that is taken for another is the worse error.
    weights = [1.0 if one.phrasing else 2.0 for one in examples]
    model.fit(rows, [list(Scope).index(one.scope) for one in examples], sample_weight=weights)
    scales = np.full(rows.shape[1], VECTOR_SCALE)
    scales[: len(grams)] = GRAMS_SCALE
    return Fitted(grams=grams, weights=model.coef_.T * scales[:, None], bias=model.intercept_)


def measured(
    examples: Sequence[Example], held: Sequence[Example], features: Features, *, vector: bool
) -> tuple[float, dict[str, object]]:
    """The threshold, and what a fit without the held-out examples reaches on them."""
    fitted = fit(examples, features, vector=vector)
    scales = np.full(len(fitted.weights), VECTOR_SCALE)
    scales[: len(fitted.grams)] = GRAMS_SCALE
    scores = features.rows([one.text for one in held], fitted.grams, vector=vector) @ (fitted.weights / scales[:, None])
    scores = np.exp(scores + fitted.bias)
    shares = scores / scores.sum(axis=1, keepdims=True)
    scopes = list(Scope)
    for threshold in THRESHOLDS:
        told = [scopes[row.argmax()] if row.max() >= threshold else Scope.PASSAGE for row in shares]
        pairs = list(zip(held, told, strict=True))
        strangers = [found is not Scope.PASSAGE for one, found in pairs if not one.phrasing]
        if np.mean(strangers) <= TAKEN:
            break
    own = [(one.scope, found) for one, found in pairs if one.phrasing and one.scope is not Scope.PASSAGE]
    return threshold, {
        "ordinary questions taken for others": round(float(np.mean(strangers)), 5),
        "of unseen phrasings recognised": round(float(np.mean([a is b for a, b in own])), 3),
        "of unseen phrasings taken for another scope": round(
            float(np.mean([a is not b and b is not Scope.PASSAGE for a, b in own])), 3
        ),
        "unseen phrasings recognised, by scope": {
            scope: round(float(np.mean([found is scope for wanted, found in own if wanted is scope])), 2)
            for scope in scopes
            if scope is not Scope.PASSAGE
        },
    }


def main(folder: Path) -> None:
    """Fit on the sets in `folder` and write `assistant/question/scope.json`."""
    content = tomllib.loads(EXAMPLES_PATH.read_text(encoding="utf-8"))
    asking = frame_words(content)
    known = frozenset(word for words in asking.values() for word in words)
    examples = written(content)
    questions = ordinary(folder)
    own, others = (
        [Example(text=text, scope=Scope.PASSAGE, phrasing="") for text in part]
        for part in (questions[:ORDINARY], questions[ORDINARY : 2 * ORDINARY])
    )
    encoder = find_encoder(DEFAULT_ENCODER, note=lambda text: print(text, file=sys.stderr))
    features = Features(known, encoder, [one.text for one in (*examples, *own, *others)])
    rng = random.Random("held out")
    held = {phrasing for phrasing in dict.fromkeys(one.phrasing for one in examples) if rng.random() < HELD_OUT}
    seen = [one for one in examples if one.phrasing not in held]
    unseen = [one for one in examples if one.phrasing in held]
    data: dict[str, object] = {
        "fitted_on": f"{len(examples)} written questions and {len(own)} of public sets",
        "scopes": list(Scope),
        "encoder": encoder.hash,
    }
    for name, vector in (("with_vector", True), ("by_frame", False)):
        threshold, figures = measured([*seen, *own], [*unseen, *others], features, vector=vector)
        data[f"figures_{name}"] = figures
        print(name, threshold, json.dumps(figures, indent=1))
        data[name] = fit([*examples, *own], features, vector=vector).to_json(threshold)
    data["known"] = sorted(known)
    data["asking"] = asking
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("],", "],\n")
    SCOPE_PATH.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {SCOPE_PATH}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
