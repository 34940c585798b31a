"""Quality on a public test set: retrieval, quoted sentences, refusals and receipts, halves apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.answer import Reason
from assistant.ask import Assistant, Trace
from assistant.compose import plain
from assistant.extractive import ExtractiveReader
from assistant.question import analyse
from assistant.receipts import Standing, check_answer
from assistant.reader import Reading
from assistant.settings import Settings
from assistant.weights import load_weights
from eval.collections import bench_index
from eval.measures import area_under_roc, ndcg, recall, risk_coverage
from eval.observe import WIDE, document_of, normalise, ranked_documents
from eval.sets import BenchQuestion, BenchSet, article_of, load_set
from index.encoders import open_encoder
from index.search import Filters

RETRIEVED = 100
"""Passages retrieved for figures of retrieval; several of one document count once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A measured figure, the number of questions behind it, and what to compare it with."""

    name: str
    value: float
    count: int
    compare: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """What came of one question."""

    asked: BenchQuestion
    ranked: list[str]
    confidence: float
    refused: Reason | None
    first_holds: bool
    any_holds: bool
    receipts: int
    broken: int


def run_bench(
    folder: Path, *, limit: int | None, note: Callable[[str], None], meter: Callable[[str, int, int], None]
) -> dict[str, list[Figure]]:
    """Measure one set, by half: "development" and "held-out".

    Args:
        folder: of the set.
        limit: questions of each half and kind at most; None for all.
        note: told what is made.
        meter: told what is done, how much of it, and of how much.
    """
    bench = load_set(folder)
    root = bench_index(bench, note=note, meter=lambda done, of, chunks: meter("indexing", done, of))
    assistant = Assistant(
        root, lambda s: open_encoder(s.encoder_hash, s.encoder_name, note=note), Settings(), note=note
    )
    try:
        return {
            name: _measure(
                bench, bench.half(development=half), assistant, limit, lambda done, of, n=name: meter(n, done, of)
            )
            for name, half in (("development", True), ("held-out", False))
        }
    finally:
        assistant.close()


def _measure(
    bench: BenchSet,
    questions: Sequence[BenchQuestion],
    assistant: Assistant,
    limit: int | None,
    meter: Callable[[int, int], None],
) -> list[Figure]:
    asked = [q for kind in (True, False) for q in [q for q in questions if q.answerable is kind][:limit]]
    outcomes = []
    for place, question in enumerate(asked):
        outcomes.append(_ask(question, assistant, retrieval=any(g > 0 for g in question.relevant.values())))
        meter(place + 1, len(asked))
    answerable = [o for o in outcomes if o.asked.answerable]
    figures = _retrieval([o for o in answerable if any(g > 0 for g in o.asked.relevant.values())])
    with_answers = [o for o in answerable if o.asked.answers]
    if with_answers:
        figures += [
            _share("first quoted sentence holds the answer", [o.first_holds for o in with_answers]),
            _share("quoted sentences hold the answer", [o.any_holds for o in with_answers]),
            _share("answerable refused", [o.refused is not None for o in with_answers]),
        ]
    near = [o for o in outcomes if not o.asked.answerable]
    if near and with_answers:
        figures += _refusal(with_answers, near)
    if with_answers and article_of(next(iter(bench.documents))) is not None:
        figures += _off_topic([o.asked for o in with_answers], assistant)
    checked = sum(o.receipts for o in outcomes)
    figures.append(
        Figure(name="answers with receipts", value=float(sum(o.receipts > 0 for o in outcomes)), count=len(outcomes))
    )
    figures.append(
        Figure(name="receipts that do not hold", value=float(sum(o.broken for o in outcomes)), count=checked)
    )
    return figures


def _ask(asked: BenchQuestion, assistant: Assistant, *, retrieval: bool) -> _Outcome:
    ranked = ranked_documents(assistant.search(asked.text[:2000], k=RETRIEVED)) if retrieval else []
    trace = assistant.trace(asked.text[:2000])
    reading = trace.parts[0][1]
    first, some = _holds(asked, reading, trace, assistant)
    rows = {row.article_id: row for row in assistant.snapshot.articles.values()}
    checks = check_answer(
        trace.answer.to_json() | {"citations": [c for c in trace.answer.to_json()["citations"]]},
        lambda id_: assistant.snapshot.text(rows[id_].number) if id_ in rows else None,
    )
    return _Outcome(
        asked=asked,
        ranked=ranked,
        confidence=reading.confidence,
        refused=reading.reason,
        first_holds=first,
        any_holds=some,
        receipts=len(checks),
        broken=sum(check.standing is not Standing.HOLDS for check in checks),
    )


def _holds(asked: BenchQuestion, reading: Reading, trace: Trace, assistant: Assistant) -> tuple[bool, bool]:
    """Whether the best sentence, and whether any quoted sentence, holds an accepted answer.

    Refused questions are judged by what would have been quoted, so that refusing is measured apart.
    """
    accepted = [normalise(answer) for answer in asked.answers]
    texts = {row.number: row for row in assistant.snapshot.articles.values()}
    held = []
    for quote in [*reading.quotes, *reading.withheld]:
        document = texts[quote.article.number].source.removeprefix("bench:")
        text = assistant.snapshot.text(quote.article.number)
        relevant = asked.relevant.get(document, 0) > 0
        for sentence in quote.sentences:
            found = relevant and any(a in normalise(plain(text[sentence.start : sentence.end])) for a in accepted)
            held.append((sentence == quote.best, found))
    first = next((found for best, found in held if best), False)
    return first, any(found for _, found in held)


def _retrieval(outcomes: Sequence[_Outcome]) -> list[Figure]:
    if not outcomes:
        return []
    relevant = [[id_ for id_, grade in o.asked.relevant.items() if grade > 0] for o in outcomes]
    graded = [(o.asked.relevant, o.ranked) for o in outcomes]
    return [
        _mean("recall@1", [recall(r, o.ranked, 1) for r, o in zip(relevant, outcomes, strict=True)]),
        _mean("recall@5", [recall(r, o.ranked, 5) for r, o in zip(relevant, outcomes, strict=True)]),
        _mean("recall@10", [recall(r, o.ranked, 10) for r, o in zip(relevant, outcomes, strict=True)]),
        _mean("ndcg@10", [ndcg(grades, ranked, 10) for grades, ranked in graded]),
    ]


def _refusal(answerable: Sequence[_Outcome], near: Sequence[_Outcome]) -> list[Figure]:
    outcomes = [*answerable, *near]
    curve = risk_coverage([o.confidence for o in outcomes], [o.any_holds for o in outcomes])
    figures = [
        Figure(
            name="area under ROC, answerable against near-topic",
            value=area_under_roc([o.confidence for o in answerable], [o.confidence for o in near]),
            count=len(outcomes),
        ),
        _share("near-topic refused", [o.refused is not None for o in near]),
    ]
    answered = [o for o in outcomes if o.refused is None]
    figures.append(_share("coverage: questions answered", [o.refused is None for o in outcomes]))
    figures.append(_share("risk: answered without the answer", [not o.any_holds for o in answered]))
    for share in (0.25, 0.5, 0.75):
        _, coverage, risk = min(curve, key=lambda point: abs(point[1] - share))
        figures.append(Figure(name=f"risk at coverage {share:.0%}", value=risk, count=round(coverage * len(outcomes))))
    return figures


def _off_topic(asked: Sequence[BenchQuestion], assistant: Assistant) -> list[Figure]:
    """Answerable questions asked while their own article is withheld."""
    reader = ExtractiveReader(load_weights())
    reasons = []
    for question in asked:
        retrieved = assistant.engine.search(question.text, k=WIDE, filters=Filters())
        own = {article_of(document) for document in question.relevant}
        passages = [p for p in retrieved.passages if article_of(document_of(p)) not in own][: Settings().passages]
        reading = reader.read(
            analyse(retrieved.question), replace(retrieved, passages=tuple(passages)), assistant.engine
        )
        reasons.append(reading.reason)
    return [
        _share("off-topic (own article withheld) refused", [reason is not None for reason in reasons]),
        _share("off-topic said to be not_found", [reason is Reason.NOT_FOUND for reason in reasons]),
    ]


def _share(name: str, values: Sequence[bool]) -> Figure:
    return Figure(name=name, value=float(np.mean(values)) if len(values) else float("nan"), count=len(values))


def _mean(name: str, values: Sequence[float]) -> Figure:
    return Figure(name=name, value=float(np.mean(values)), count=len(values))
