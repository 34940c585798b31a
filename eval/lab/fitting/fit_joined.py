"""Fit what joins the network with the ranking: `python -m eval.lab.fitting.fit_joined FOLDER`, SQuAD 2.0 dev in FOLDER.

Six articles of the development half are used, those that the network is never trained on. Their paragraphs are asked
in collections of 1, 3, 20 and all of them, since a probability has to mean the same in each: own questions, people's
near-topic ones, own questions without the paragraph that answers them, and questions of other articles. Sentences are
ranked by a softmax over the sentences of each question; whether the collection answers is a logistic regression.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.language.sentence import Sentences
from assistant.question.question import analyse
from assistant.reading.evidence import Evidence
from assistant.reading.joined import (
    ANSWER_FEATURES,
    JOINED_PATH,
    SENTENCE_FEATURES,
    WindowReader,
    answer_row,
    sentence_rows,
)
from assistant.reading.network import shared_network
from assistant.reading.weights import Linear, answerability_row, load_weights, logit, probability, rank
from eval.bench.calibrate import fit_threshold
from eval.bench.observe import document_of, labels
from eval.bench.sets import BenchQuestion, BenchSet, article_of, load_set
from eval.lab.fitting.fit import PASSAGES, REFUSED_ANSWERABLE, fit_logistic, fit_ranking
from eval.lab.reader.examples import ARTICLES_FOR_THRESHOLDS
from eval.measures.formulas import area_under_roc
from eval.runs.indexes import bench_engine
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Passage

SIZES = ((1, 260), (3, 260), (20, 300), (0, 420))
"""Paragraphs of a collection, 0 for all, and how many own questions are asked of collections of that size."""
ANSWERABLE = 0.8
"""Share of the questions people ask that their articles answer, as assumed; it turns scores into probabilities."""
REMOVED = 0.5
"""Answerable questions that are asked once more without the paragraph that answers them, for each of them."""
OFF_TOPIC = 0.25
"""Questions of other articles for each own one."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Joining:
    """A question with what ranking and network make of its candidates."""

    features: NDArray[np.float64]
    """(candidates, `SENTENCE_FEATURES`)."""
    answers: NDArray[np.bool_]
    """(candidates,) whether each one answers."""
    fitted: float
    passages: Sequence[Passage]
    articles: int
    size: int
    sort: str
    """"own", "near", "removed" or "off"."""

    def row(self, sentence: Linear) -> NDArray[np.float64]:
        """(`ANSWER_FEATURES`,)."""
        return answer_row(
            self.features,
            sentence.score(self.features),
            fitted=self.fitted,
            passages=self.passages,
            articles=self.articles,
        )


def joinings(squad: BenchSet) -> Iterator[Joining]:
    """Ask collections of each size."""
    rng = random.Random("joined")
    own = [id_ for id_ in squad.documents if _title(id_) in ARTICLES_FOR_THRESHOLDS]
    others = [q for q in squad.half(development=True) if q.answerable and not set(q.relevant) & set(own)]
    reader = WindowReader(shared_network())
    for size, count in SIZES:
        asked = 0
        while asked < count:
            documents = rng.sample(own, size) if size else own
            part = BenchSet(
                name="squad-joined",
                documents={id_: squad.documents[id_] for id_ in documents},
                questions=tuple(q for q in squad.questions if set(q.relevant) & set(documents)),
            )
            most = min(count - asked, 6 if size in {1, 3} else 30 if size else count)
            questions = rng.sample(part.questions, min(most, len(part.questions)))
            strangers = rng.sample(others, max(1, int(OFF_TOPIC * len(questions))))
            with bench_engine(part) as engine:
                kept = Sentences(engine.idf, engine.highest_idf)
                asked_of = [(q, "own" if q.answerable else "near") for q in questions]
                asked_of += [(q, "off") for q in strangers]
                if len(documents) > 1:
                    answerable = [q for q in questions if q.answerable]
                    asked_of += [(q, "removed") for q in answerable[: int(REMOVED * len(answerable))]]
                for question, sort in asked_of:
                    found = _joining(question, engine, reader, kept, size=size, sort=sort)
                    if found is not None:
                        yield found
            asked += max(1, len(questions))


def _title(document: str) -> str:
    return (article_of(document) or "").replace("_", " ")


def _joining(
    asked: BenchQuestion, engine: EmbeddedSearch, reader: WindowReader, kept: Sentences, *, size: int, sort: str
) -> Joining | None:
    retrieved = engine.search(asked.text, k=PASSAGES + (sort == "removed"), filters=Filters())
    if sort == "removed":
        kept_passages = [p for p in retrieved.passages if document_of(p.article) not in asked.relevant][:PASSAGES]
        retrieved = replace(retrieved, passages=tuple(kept_passages))
    question = analyse(retrieved.question)
    found = Evidence(question, retrieved.passages, engine, kept).candidates(retrieved.queries[0])
    if not found:
        return None
    weights = load_weights()
    scores = rank(found, weights)
    row = answerability_row(np.stack([one.features for one in found]), scores, question)
    return Joining(
        features=sentence_rows(scores, reader.read(question.text, found, scores)),
        answers=labels(asked, found) if sort == "own" else np.zeros(len(found), dtype=bool),
        fitted=float(weights.answerability.score(row)),
        passages=retrieved.passages,
        articles=len(engine.articles),
        size=size,
        sort=sort,
    )


def fitted(observed: Sequence[Joining]) -> dict[str, object]:
    """Fit all weights; returns the content of `joined.json`."""
    sentence = fit_ranking(observed, SENTENCE_FEATURES)
    rows = np.stack([one.row(sentence) for one in observed])
    own = np.asarray([one.sort == "own" for one in observed])
    balanced = fit_logistic(rows, own, ANSWER_FEATURES)
    answer = replace(balanced, bias=balanced.bias + logit(ANSWERABLE))
    scores = answer.score(rows)
    sure = [probability(score) for score in scores]
    calibration = fit_threshold(sure, own.tolist(), refuse=REFUSED_ANSWERABLE)
    return {
        "fitted_on": f"six articles of SQuAD 2.0 dev, {len(observed)} questions of collections of several sizes",
        "areas": {
            f"{size or 'all'} {sort}": round(
                area_under_roc(
                    [s for s, one in zip(scores, observed, strict=True) if one.size == size and one.sort == "own"],
                    [s for s, one in zip(scores, observed, strict=True) if one.size == size and one.sort == sort],
                ),
                3,
            )
            for size, _ in SIZES
            for sort in ("near", "removed", "off")
            if any(one.size == size and one.sort == sort for one in observed)
        },
        "threshold": calibration.threshold,
        "calibration": str(calibration),
        "sentence": sentence.to_json(),
        "answer": answer.to_json(),
    }


def main(folder: Path) -> None:
    """Fit on SQuAD 2.0 in `folder` and write `assistant/reading/joined.json`."""
    observed = []
    for one in joinings(load_set(folder)):
        observed.append(one)
        if len(observed) % 100 == 0:
            print(f"{len(observed)} questions", file=sys.stderr)
    JOINED_PATH.write_text(json.dumps(fitted(observed), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {JOINED_PATH}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
