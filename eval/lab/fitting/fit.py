"""Fit the extractive reader's weights: `python -m eval.lab.fitting.fit FOLDER`, with SQuAD 2.0 dev in FOLDER.

Only the development half of SQuAD 2.0 is used. Sentences are ranked by a softmax over the
sentences of each question; whether the articles answer is a logistic regression over answerable,
near-topic and off-topic questions.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.reading.evidence import FEATURES
from assistant.reading.weights import (
    ANSWERABILITY_FEATURES,
    WEIGHTS_PATH,
    Linear,
    answerability_row,
    probability,
)
from eval.bench.calibrate import fit_threshold
from eval.bench.observe import Observation, observe
from eval.bench.sets import article_of, load_set
from eval.runs.indexes import bench_engine

PASSAGES = 6
GROUPS = (3, 9)
"""Numbers of articles of a small collection (the text of a handful of long reports) and of a larger one. In more text,
some sentence comes nearer to a question that the text does not answer."""
L2 = 1e-3
"""Weight decay of both regressions, on standardised features."""
LEAST_DEVIATION = 1e-3
REFUSED_ANSWERABLE = 0.047
"""Share of answerable questions that the threshold may refuse; rules refuse a few more, and 5% in all is promised."""
ABOUT_MISSED = 0.03
"""Share of questions on the collection's subjects that may be refused as not_found."""


class Labelled(Protocol):
    """A question's candidates and which of them answer."""

    @property
    def features(self) -> NDArray[np.float64]:
        """(candidates, features)."""

    @property
    def answers(self) -> NDArray[np.bool_]:
        """(candidates,)."""


def fit_ranking(observed: Sequence[Labelled], names: Sequence[str] = FEATURES) -> Linear:
    """Fit weights that maximise the softmax share of the answering sentences of each question.

    Minimises the mean of -log(sum of the shares of the answering sentences) + L2 · |w|².
    """
    from scipy.optimize import minimize

    usable = [o for o in observed if o.answers.any()]
    rows = np.concatenate([o.features for o in usable])
    mean, scale = standards(rows)
    rows = (rows - mean) / scale
    right = np.concatenate([o.answers for o in usable]).astype(float)
    sizes = [len(o.features) for o in usable]
    group = np.repeat(np.arange(len(usable)), sizes)
    starts = np.cumsum([0, *sizes])[:-1]

    def loss(weight: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = rows @ weight
        raised = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        total = np.add.reduceat(raised, starts)
        good = np.add.reduceat(raised * right, starts) + 1e-12
        gradient = rows.T @ (raised / total[group] - raised * right / good[group]) / len(usable)
        return float((np.log(total) - np.log(good)).mean() + L2 * weight @ weight), gradient + 2 * L2 * weight

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return Linear(names=tuple(names), mean=mean, scale=scale, weight=found.x, bias=0.0)


def standards(rows: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute mean and standard deviation of each column; 1 for a constant column."""
    scale = rows.std(axis=0)
    return rows.mean(axis=0), np.where(scale < LEAST_DEVIATION, 1.0, scale)


def fit_logistic(rows: NDArray[np.float64], right: NDArray[np.bool_], names: Sequence[str]) -> Linear:
    """Fit a class-balanced, L2-regularised logistic regression on standardised features.

    Minimises the weighted mean of the log loss + 5 · L2 · |w|²; scikit-learn weighs the loss by C instead.
    """
    from sklearn.linear_model import LogisticRegression

    mean, scale = standards(rows)
    share = np.where(right, 0.5 / right.sum(), 0.5 / (~right).sum())
    model = LogisticRegression(C=1 / (2 * 5 * L2), tol=1e-8, max_iter=1000)
    model.fit((rows - mean) / scale, right, sample_weight=share)
    return Linear(names=tuple(names), mean=mean, scale=scale, weight=model.coef_[0], bias=float(model.intercept_[0]))


def main(folder: Path) -> None:
    """Fit on SQuAD 2.0 in `folder` and write `assistant/reading/weights.json`."""
    squad = load_set(folder)
    asked = squad.half(development=True)
    articles = sorted({article for q in asked for document in q.relevant if (article := article_of(document))})
    observed: list[Observation] = []
    with bench_engine(squad) as engine:
        observed += observe(asked, engine, passages=PASSAGES, about=True, meter=_meter)
    for size in GROUPS:
        groups = [squad.part(articles[i : i + size]) for i in range(0, len(articles), size)]
        for group, other in zip(groups, [*groups[1:], groups[0]], strict=True):
            with bench_engine(group) as engine:
                if size == GROUPS[0]:
                    own = group.half(development=True)
                    observed += observe(own, engine, passages=PASSAGES, about=True, meter=_meter)
                observed += observe(other.half(development=True), engine, passages=PASSAGES, about=False, meter=_meter)
    WEIGHTS_PATH.write_text(json.dumps(fitted(observed), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {WEIGHTS_PATH}")


def fitted(observed: Sequence[Observation]) -> dict[str, object]:
    """Fit all weights; returns the content of `weights.json`."""
    ranking = fit_ranking(observed)
    rows = np.stack([answerability_row(o.features, ranking.score(o.features), o.question) for o in observed])
    answerable = np.asarray([o.answerable for o in observed])
    about = np.asarray([o.about for o in observed])
    answering = fit_logistic(rows, answerable, ANSWERABILITY_FEATURES)
    abouting = fit_logistic(rows, about, ANSWERABILITY_FEATURES)
    sure = [probability(score) for score in answering.score(rows)]
    close = np.asarray([probability(score) for score in abouting.score(rows[about])])
    calibration = fit_threshold(sure, answerable.tolist(), refuse=REFUSED_ANSWERABLE)
    return {
        "fitted_on": "SQuAD 2.0 dev, development half, asked of the whole set and of a few articles at a time",
        "threshold": calibration.threshold,
        "calibration": f"on a public set, SQuAD 2.0, with many questions made unanswerable on purpose: {calibration}",
        "about_threshold": round(float(np.quantile(close, ABOUT_MISSED)), 5),
        "ranking": ranking.to_json(),
        "answerability": answering.to_json(),
        "about": abouting.to_json(),
    }


def _meter(done: int, of: int) -> None:
    if done % 500 == 0:
        print(f"{done} of {of}", file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
