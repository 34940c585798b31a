"""Measure how well the support check tells supported claims from others.

It is compared with word overlap and with the encoder's cosine; thresholds are chosen on `pairs_dev.jsonl`, and the
figures reported are those of the other files. What the check makes of a claim is also weighed together (`SIGNS`), with
weights from the development file, to rank claims by how well a whole text supports them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from assistant.checking.support import SupportCheck, Verdict
from eval.lab.support_check.pairs import Pair, load_pairs, pairs_set
from eval.measures.formulas import area_under_roc
from eval.runs.indexes import bench_engine
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Passage
from index.search.query import Query
from index.text.terms import stems

PASSAGES = 6
"""Passages of its text that are retrieved for a claim, as for a question."""
DEVELOPMENT = "pairs_dev"
HELD_OUT = ("pairs", "pairs_oracle_chunks")

SIGNS = ("coverage", "conflicts", "log-odds")
"""What the check makes of a claim: the most of its words that a run of sentences has, the fewest conflicts with one,
and what the network thinks of the best run without."""
PENALTY = 0.1
"""Inverse strength of the regularisation of the weights of `SIGNS`."""
LEAST = 1e-4
"""Probabilities nearer to 0 or 1 are taken for this near."""

Meter = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A labelled claim, with the score of each method."""

    pair: Pair
    overlap: float
    """Share of the claim's distinct stems that the text has."""
    cosine: float
    """Highest cosine of the claim with a sentence of the passages."""
    verdict: Verdict
    signs: tuple[float, ...]
    """As `SIGNS` lists them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Quality of one method as a classifier of supported claims."""

    method: str
    precision: float
    """Share of the claims called supported that are."""
    recall: float
    """Share of the supported claims that are called so."""
    area: float
    """Area under ROC."""
    called: int
    """Number of claims called supported."""


def claims_with_passages(
    pairs: Sequence[Pair], engine: EmbeddedSearch
) -> Iterator[tuple[Pair, Query, tuple[Passage, ...]]]:
    """Yield each claim, encoded, with the passages of its own text that a search finds."""
    ids = {row.source.removeprefix("bench:"): row.article_id for row in engine.articles.values()}
    for pair in pairs:
        filters = Filters(articles=(ids[pair.id],))
        yield pair, engine.encode(pair.claim), engine.search(pair.claim, k=PASSAGES, filters=filters).passages


def judge(pairs: Sequence[Pair], engine: EmbeddedSearch, meter: Meter) -> list[Judged]:
    """Score labelled claims by word overlap, cosine and the check."""
    check = SupportCheck(engine)
    found = []
    for done, (pair, claim, passages) in enumerate(claims_with_passages(pairs, engine), 1):
        own = set(claim.stems)
        cosines = [float((engine.sentence_vectors(passage) @ claim.vector).max()) for passage in passages]
        verdict = check.check(claim, passages)
        runs = [run for considered in check.considered(claim, passages) for run in considered]
        probability = min(max(verdict.score, LEAST), 1 - LEAST)
        found.append(
            Judged(
                pair=pair,
                overlap=len(own & set(stems(pair.text))) / max(1, len(own)),
                cosine=max(cosines, default=0.0),
                verdict=verdict,
                signs=(
                    max((run.coverage for run in runs), default=0.0),
                    min((len(run.conflicts) for run in runs), default=len(own)),
                    float(np.log(probability / (1 - probability))),
                ),
            )
        )
        meter(done, len(pairs))
    return found


def best_cut(scores: Sequence[float], right: Sequence[bool]) -> float:
    """Find the threshold of the best F0.5, since a wrong sentence costs more than a lost one."""
    good = np.asarray(right, dtype=bool)
    values = np.asarray(scores, dtype=float)

    def f_half(cut: float) -> float:
        called = values >= cut
        return 1.25 * float((called & good).sum()) / float(called.sum() + 0.25 * good.sum())

    return max(map(float, np.unique(values)), key=f_half)


def compare(development: Sequence[Judged], reported: Sequence[Judged]) -> list[Telling]:
    """Compare the methods on `reported`; all but the check itself are fitted on `development`."""
    right = [one.pair.supported for one in reported]
    known = [one.pair.supported for one in development]
    weighed = make_pipeline(StandardScaler(), LogisticRegression(C=PENALTY)).fit(_signs(development), known)
    methods: dict[str, Callable[[Sequence[Judged]], list[float]]] = {
        "word overlap": lambda claims: [one.overlap for one in claims],
        "encoder cosine": lambda claims: [one.cosine for one in claims],
        "signs, weighed": lambda claims: weighed.decision_function(_signs(claims)).tolist(),
    }
    rows = []
    for method, scored in methods.items():
        cut, scores = best_cut(scored(development), known), scored(reported)
        rows.append(_telling(method, scores, [score >= cut for score in scores], right))
    scores = [one.verdict.score for one in reported]
    return [*rows, _telling("support check", scores, [one.verdict.supported for one in reported], right)]


def _signs(claims: Sequence[Judged]) -> NDArray[np.float64]:
    """The signs of claims, (claims, signs)."""
    return np.asarray([one.signs for one in claims], dtype=float)


def _telling(method: str, scores: Sequence[float], called: Sequence[bool], right: Sequence[bool]) -> Telling:
    both = sum(a and b for a, b in zip(called, right, strict=True))
    return Telling(
        method=method,
        precision=both / max(1, sum(called)),
        recall=both / max(1, sum(right)),
        area=area_under_roc(
            [s for s, good in zip(scores, right, strict=True) if good],
            [s for s, good in zip(scores, right, strict=True) if not good],
        ),
        called=sum(called),
    )


def report(folder: Path, *, meter: Meter) -> Iterator[str]:
    """Yield the comparison of the methods for each file of WiCE in `folder`.

    Raises:
        UserError: a file is missing or malformed.
    """
    judged = {}
    for name in (DEVELOPMENT, *HELD_OUT):
        pairs = load_pairs(folder / f"{name}.jsonl")
        with bench_engine(pairs_set(f"wice-{name}", pairs)) as engine:
            judged[name] = judge(pairs, engine, meter)
    for name in HELD_OUT:
        right = sum(one.pair.supported for one in judged[name])
        yield f"{name}: {len(judged[name])} claims, {right} supported"
        yield f"  {'':14} precision  recall  area under ROC  called supported"
        for row in compare(judged[DEVELOPMENT], judged[name]):
            yield f"  {row.method:14} {row.precision:9.3f} {row.recall:7.3f} {row.area:15.3f} {row.called:17}"
