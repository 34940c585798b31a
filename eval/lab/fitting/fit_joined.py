"""Fit what joins the network with the ranking: `python -m eval.lab.fitting.fit_joined FOLDER`, SQuAD 2.0 dev in FOLDER.

Two sources are used that the network is never trained on: six articles of SQuAD's development half, and the held-out
ones of the documents written for training. They are asked in collections of 1 to 1,200 articles, since a probability
has to mean the same in each: own questions, near-topic ones, own questions without the article that answers them, and
questions of other articles. Sentences are ranked by a softmax over the sentences of each question; whether the
collection answers is a logistic regression. Figures come from a fit to one half of the questions, on the other half.
"""

import json
import random
import sys
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.language.sentence import Sentences
from assistant.language.values import holds
from assistant.question.question import Question, analyse
from assistant.reading.evidence import Evidence
from assistant.reading.extractive import NEAR
from assistant.reading.joined import (
    ANSWER_FEATURES,
    JOINED_PATH,
    LEAD_FEATURES,
    SENTENCE_FEATURES,
    Seen,
    WindowReader,
    answer_row,
    lead_row,
    sentence_rows,
)
from assistant.reading.leading import leading_span
from assistant.reading.network import shared_network
from assistant.reading.weights import Linear, answerability_row, load_weights, logit, probability, rank
from eval.bench.calibrate import fit_threshold
from eval.bench.observe import document_of, labels
from eval.bench.sets import BenchQuestion, BenchSet, article_of, load_set
from eval.lab.fitting.fit import PASSAGES, REFUSED_ANSWERABLE, fit_logistic, fit_ranking
from eval.lab.reader.examples import ARTICLES_FOR_THRESHOLDS
from eval.lab.written.documents import Document, WrittenQuestion, read_documents
from eval.measures.formulas import area_under_roc
from eval.runs.indexes import bench_engine
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Passage

SIZES = ((1, 150), (3, 150), (20, 200), (0, 300))
"""Articles of a collection, 0 for all, and how many own questions are asked of collections of that size."""
AMONG_ALL = 200
"""Own questions asked of the whole of SQuAD 2.0 dev."""
MOST_CALIBRATED = 10
"""Bins of the calibration error."""
LEAST_SURE_TO_LEAD = 0.65
"""Probability from which on a short answer is put in front: a wrong one is worse than none."""
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
    source: str
    question: str
    sort: str
    """"own", "near", "removed" or "off"."""
    asked: Question
    texts: Sequence[str]
    """(candidates,)."""
    seen: Sequence[Seen]
    """(candidates,)."""
    short: Sequence[str]
    """Wordings of the short answer; empty if there is none or it is not known."""

    @property
    def collection(self) -> str:
        """Its source and, in round numbers, its size."""
        return f"{self.source} {next((size for size in (1, 3, 20, 300) if self.articles <= size), 1200)}"

    def row(self, sentence: Linear) -> NDArray[np.float64]:
        """(`ANSWER_FEATURES`,)."""
        return answer_row(
            self.features,
            sentence.score(self.features),
            fitted=self.fitted,
            passages=self.passages,
            articles=self.articles,
        )

    def lead(self, sentence: Linear, confidence: float) -> tuple[NDArray[np.float64], bool] | None:
        """(`LEAD_FEATURES`,) of the short answer that may be put in front, and whether it is right; None without."""
        order = np.argsort(-sentence.score(self.features), kind="stable")
        best, others = order[0], order[1:NEAR]
        words = self.seen[best].words
        span = leading_span(self.asked, self.texts[best], words, [self.texts[n] for n in others])
        if words is None or span is None:
            return None
        said = self.texts[best][slice(*span)]
        agrees = any(agree(said, short) for short in self.short)
        right = bool(self.sort == "own" and self.answers[best] and agrees)
        return lead_row(confidence, words, self.seen[best].span), right


def agree(said: str, short: str) -> bool:
    """Whether one of two wordings holds the other, by words, figures and dates."""
    try:
        return holds(said, short) or holds(short, said)
    except ValueError:  # No word in one.
        return False


def joinings(squad: BenchSet) -> Iterator[Joining]:
    """Ask collections of each size."""
    rng = random.Random("joined")
    own = {id_: row for id_, row in squad.documents.items() if _title(id_) in ARTICLES_FOR_THRESHOLDS}
    six = BenchSet(name="squad-joined", documents=own, questions=_about(squad.questions, own))
    others = [q for q in squad.half(development=True) if q.answerable and not set(q.relevant) & set(own)]
    reader = WindowReader(shared_network())
    yield from _asked(replace(six, documents=squad.documents), AMONG_ALL, reader, [], rng)
    for source in (six, written_set()):
        for size, count in SIZES:
            asked = 0
            while asked < count:
                documents = rng.sample(sorted(source.documents), size) if size else [*source.documents]
                part = BenchSet(
                    name=source.name,
                    documents={id_: source.documents[id_] for id_ in documents},
                    questions=_about(source.questions, documents),
                )
                most = min(count - asked, 6 if size in {1, 3} else 30 if size else count, len(part.questions))
                yield from _asked(part, most, reader, others, rng)
                asked += max(1, most)


def written_set() -> BenchSet:
    """The held-out ones of the written documents, their sentences as the answers."""
    documents = [one for one in read_documents() if one.held_out]
    return BenchSet(
        name="written-joined",
        documents={one.title: (one.title, one.text) for one in documents},
        questions=tuple(
            BenchQuestion(
                id=id_,
                text=asked.text,
                answers=asked.sentences,
                answerable=bool(asked.sentences),
                relevant={document.title: int(bool(asked.sentences))},
                development=True,
            )
            for id_, document, asked in _by_id(documents)
        ),
    )


@cache
def short_answers() -> dict[str, tuple[str, ...]]:
    """Of the questions of `written_set`, by id; empty for a question that is answered by whole sentences."""
    return {id_: (asked.answer,) if asked.answer else () for id_, _, asked in _by_id(read_documents())}


def _by_id(documents: Sequence[Document]) -> Iterator[tuple[str, Document, WrittenQuestion]]:
    """Each question with its id and its document."""
    for document in documents:
        for number, asked in enumerate(document.questions):
            yield f"{document.title} {number}", document, asked


def _about(questions: Sequence[BenchQuestion], documents: Collection[str]) -> tuple[BenchQuestion, ...]:
    return tuple(q for q in questions if set(q.relevant) & set(documents))


def _asked(
    part: BenchSet, most: int, reader: WindowReader, others: Sequence[BenchQuestion], rng: random.Random
) -> Iterator[Joining]:
    """Ask a collection: own and near-topic questions, some without their article, and some of `others`."""
    questions = rng.sample(part.questions, min(most, len(part.questions)))
    asked_of = [(q, "own" if q.answerable else "near") for q in questions]
    asked_of += [(q, "off") for q in rng.sample(others, min(len(others), max(1, int(OFF_TOPIC * len(questions)))))]
    if len(part.documents) > 1:
        answerable = [q for q in questions if q.answerable]
        asked_of += [(q, "removed") for q in answerable[: int(REMOVED * len(answerable))]]
    with bench_engine(part) as engine:
        kept = Sentences(engine.idf, engine.highest_idf)
        for question, sort in asked_of:
            found = _joining(question, engine, reader, kept, source=part.name, sort=sort)
            if found is not None:
                yield found


def _title(document: str) -> str:
    return (article_of(document) or "").replace("_", " ")


def _joining(
    asked: BenchQuestion, engine: EmbeddedSearch, reader: WindowReader, kept: Sentences, *, source: str, sort: str
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
    answers = labels(asked, found) if sort == "own" else np.zeros(len(found), dtype=bool)
    if sort == "own" and not answers.any():
        return None  # What answers was not found, or is told in other sentences too: it teaches nothing.
    seen = reader.read(question.text, found, scores)
    return Joining(
        features=sentence_rows(scores, seen),
        answers=answers,
        fitted=float(weights.answerability.score(row)),
        passages=retrieved.passages,
        articles=len(engine.articles),
        source=source,
        question=asked.id,
        sort=sort,
        asked=question,
        texts=[one.text for one in found],
        seen=seen,
        short=short_answers().get(asked.id, asked.answers),
    )


def fitted(observed: Sequence[Joining]) -> dict[str, object]:
    """Fit all weights; returns the content of `joined.json`."""
    sentence, answer = _fit(observed)
    sure, own = _sure(observed, sentence, answer)
    calibration = fit_threshold(sure, own, refuse=REFUSED_ANSWERABLE)
    lead = _fit_lead(observed, sentence, sure)
    halves: list[list[Joining]] = [[], []]
    for one in observed:
        halves[zlib.crc32(one.question.encode()) % 2].append(one)
    probabilities: dict[str, list[tuple[float, str]]] = {}
    led: list[tuple[float, bool, bool]] = []
    for fitted_on, held in (halves, halves[::-1]):
        weights = _fit(fitted_on)
        fitted_lead = _fit_lead(fitted_on, weights[0], _sure(fitted_on, *weights)[0])
        found, _ = _sure(held, *weights)
        rows, right, own_leads = _leads(held, weights[0], found)
        scores = [probability(score) for score in fitted_lead.score(rows)]
        led += zip(scores, right.tolist(), own_leads.tolist(), strict=True)
        for one, value in zip(held, found, strict=True):
            probabilities.setdefault(one.collection, []).append((value, one.sort))
    return {
        "fitted_on": f"six articles of SQuAD 2.0 dev and held-out written documents, {len(observed)} questions",
        "figures": {name: _figures(found) for name, found in sorted(probabilities.items())},
        "threshold": calibration.threshold,
        "calibration": str(calibration),
        "sentence": sentence.to_json(),
        "answer": answer.to_json(),
        "lead": lead.to_json(),
        "lead_threshold": LEAST_SURE_TO_LEAD,
        "lead_figures": _lead_figures(led),
    }


def _fit(observed: Sequence[Joining]) -> tuple[Linear, Linear]:
    sentence = fit_ranking(observed, SENTENCE_FEATURES)
    rows = np.stack([one.row(sentence) for one in observed])
    balanced = fit_logistic(rows, np.asarray([one.sort == "own" for one in observed]), ANSWER_FEATURES)
    return sentence, replace(balanced, bias=balanced.bias + logit(ANSWERABLE))


def _leads(
    observed: Sequence[Joining], sentence: Linear, sure: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows, (leads, `LEAD_FEATURES`), whether each is right, and whether its question is answerable, (leads,)."""
    found = [(one, lead) for one, value in zip(observed, sure, strict=True) if (lead := one.lead(sentence, value))]
    return (
        np.stack([row for _, (row, _) in found]),
        np.asarray([right for _, (_, right) in found]),
        np.asarray([one.sort == "own" for one, _ in found]),
    )


def _fit_lead(observed: Sequence[Joining], sentence: Linear, sure: Sequence[float]) -> Linear:
    rows, right, own = _leads(observed, sentence, sure)
    balanced = fit_logistic(rows, right, LEAD_FEATURES)
    return replace(balanced, bias=balanced.bias + logit(ANSWERABLE * float(right[own].mean())))


def _lead_figures(led: Sequence[tuple[float, bool, bool]]) -> dict[str, int]:
    """How many short answers of answerable and of other questions stand in front, and how many are wrong."""
    figures = {}
    for name, kind in (("answerable", True), ("unanswerable", False)):
        found = [(value >= LEAST_SURE_TO_LEAD, right) for value, right, own in led if own is kind]
        figures[f"{name}_questions"] = len(found)
        figures[f"{name}_led"] = sum(given for given, _ in found)
        figures[f"{name}_led_wrong"] = sum(given and not right for given, right in found)
    return figures


def _sure(observed: Sequence[Joining], sentence: Linear, answer: Linear) -> tuple[list[float], list[bool]]:
    """The probability that each is answerable, and whether it is."""
    scores = answer.score(np.stack([one.row(sentence) for one in observed]))
    return [probability(score) for score in scores], [one.sort == "own" for one in observed]


def _figures(found: Sequence[tuple[float, str]]) -> dict[str, float]:
    """Of one collection: areas under ROC against each sort, and what is refused where 5% of own questions are."""
    own = [value for value, sort in found if sort == "own"]
    least = float(np.quantile(own, REFUSED_ANSWERABLE))
    figures = {"questions": float(len(found)), "calibration_error": _calibration_error(found)}
    for other in ("near", "removed", "off"):
        values = [value for value, sort in found if sort == other]
        if values:
            figures[f"{other}_area"] = round(area_under_roc(own, values), 3)
            figures[f"{other}_refused"] = round(float(np.mean(np.asarray(values) < least)), 3)
    return figures


def _calibration_error(found: Sequence[tuple[float, str]]) -> float:
    """Expected calibration error, `ANSWERABLE` of the questions answerable, in bins of as many questions each."""
    values = np.asarray([value for value, _ in found])
    own = np.asarray([sort == "own" for _, sort in found])
    weights = np.where(own, ANSWERABLE / own.sum(), (1 - ANSWERABLE) / (~own).sum())
    bins = np.array_split(np.argsort(values), MOST_CALIBRATED)
    return round(float(sum(abs((weights[one] * (values[one] - own[one])).sum()) for one in bins)), 3)


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
