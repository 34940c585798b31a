"""Fit the support check's weights: `python -m eval.lab.fitting.fit_support FOLDER`, with WiCE in FOLDER.

Weights are fitted on WiCE's development claims. The threshold maximises F0.5 there, and is lowered if it would lose
too many true paraphrases of the default collection's development half (`eval.lab.support_check.paraphrases`).
"""

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.checking.similarity import FEATURES
from assistant.checking.support import WEIGHTS_PATH, FittedScorer, SupportCheck
from assistant.reading.weights import Linear, probability
from eval.lab.fitting.fit import fit_logistic
from eval.lab.support_check.labelled_claims import DEVELOPMENT, best_cut, claims_with_passages
from eval.lab.support_check.pairs import load_pairs, pairs_set
from eval.lab.support_check.planted_claims import OTHER_WORDS, written_claims
from eval.runs.indexes import bench_engine, default_engine

ROUNDS = 4
"""Fits, each of which chooses the best run of each claim anew; the choices converge by then."""
LOST = 0.05
"""Share of true sentences without conflicts that the threshold may lose."""

Rows = NDArray[np.float64]


def fit_weights(claims: Sequence[tuple[Rows, NDArray[np.bool_], bool]]) -> Linear:
    """Fit a logistic regression on the best run of each claim, preferring runs without conflicts.

    Args:
        claims: for each the features of its runs, (runs, features); which runs have no conflict; whether it is
            supported.
    """
    labels = np.asarray([right for _, _, right in claims])
    chosen = [int(np.argmax(rows[:, 0] + clear)) for rows, clear, _ in claims]
    for _ in range(ROUNDS):
        best = np.stack([rows[place] for (rows, _, _), place in zip(claims, chosen, strict=True)])
        linear = fit_logistic(best, labels, FEATURES)
        chosen = [_best(linear, rows, clear) for rows, clear, _ in claims]
    return linear


def fit_cut(linear: Linear, claims: Sequence[tuple[Rows, NDArray[np.bool_], bool]], own: Sequence[Rows]) -> float:
    """Find the threshold of the best F0.5 on the claims, lowered if it would lose more than `LOST` of `own`."""
    scores = []
    for rows, clear, _ in claims:
        place = _best(linear, rows, clear)
        scores.append(probability(float(linear.score(rows[place : place + 1])[0])) if clear[place] else 0.0)
    wanted = best_cut(scores, [right for _, _, right in claims])
    kept = sorted(probability(float(linear.score(rows).max())) for rows in own)
    return math.floor(min(wanted, kept[int(LOST * len(kept))]) * 1e5) / 1e5


def _best(linear: Linear, rows: Rows, clear: NDArray[np.bool_]) -> int:
    return int(np.argmax(linear.score(rows) + 1000 * clear))


def _pairs(folder: Path) -> list[tuple[Rows, NDArray[np.bool_], bool]]:
    pairs = load_pairs(folder / f"{DEVELOPMENT}.jsonl")
    found = []
    with bench_engine(pairs_set(f"wice-{DEVELOPMENT}", pairs)) as engine:
        check = SupportCheck(engine, scorer=_NONE)
        for pair, claim, passages in claims_with_passages(pairs, engine):
            runs = [one for length in check.considered(claim, passages) for one in length]
            if runs:
                clear = np.asarray([not one.conflicts for one in runs])
                found.append((np.stack([one.similarity.row(one.run) for one in runs]), clear, pair.supported))
    return found


def _own() -> list[Rows]:
    """Compute features of the runs without conflicts for the true paraphrases of the development half."""
    found = []
    with default_engine() as engine:
        check = SupportCheck(engine, scorer=_NONE)
        for claim in written_claims(engine, development=True):
            if claim.group == OTHER_WORDS and claim.made.kind == "as written":
                runs = [o for held in check.considered(engine.encode(claim.made.text), claim.passages) for o in held]
                if rows := [one.similarity.row(one.run) for one in runs if not one.conflicts]:
                    found.append(np.stack(rows))
    return found


_ZERO = np.zeros(len(FEATURES))
_NONE = FittedScorer(Linear(names=FEATURES, mean=_ZERO, scale=_ZERO + 1, weight=_ZERO, bias=0.0), 0.5)
"""Scores nothing, for a check that only selects runs."""


def main(folder: Path) -> None:
    """Fit on WiCE in `folder` and write `assistant/support.json`."""
    claims = _pairs(folder)
    linear = fit_weights(claims)
    threshold = fit_cut(linear, claims, _own())
    data = {"fitted_on": "WiCE, development claims", "threshold": threshold, "support": linear.to_json()}
    WEIGHTS_PATH.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"wrote {WEIGHTS_PATH}, threshold {threshold}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
