"""Measure quality on a public test set by half: retrieval, quoted sentences, refusals and receipts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.answer.answer import Reason
from assistant.answer.receipts import Standing, check_quote
from assistant.chain.assistant import MAX_QUESTION_CHARACTERS, Assistant, Trace
from assistant.language.markdown import plain
from assistant.reading.reader import Reading
from assistant.settings.settings import Settings
from eval.bench.observe import holds_answer, ranked_documents
from eval.bench.sets import BenchQuestion, BenchSet, article_of, load_set
from eval.measures.formulas import area_under_roc, ndcg, recall, risk_coverage
from eval.runs.indexes import bench_index
from index.encoding.encoders import open_encoder
from index.search.embedded import embedded_opener
from index.storage.preparing import Meter

RETRIEVED = 100
"""Passages retrieved for recall and nDCG; several of one document count once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A measured value, the number of questions behind it, and what to compare it with."""

    name: str
    value: float
    count: int
    compare: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    """The result of one question."""

    asked: BenchQuestion
    ranked: list[str]
    confidence: float
    refused: Reason | None
    first_holds: bool
    any_holds: bool
    sentences: int
    receipts: int
    broken: int


def run_bench(
    folder: Path, *, limit: int | None, note: Callable[[str], None], meter: Callable[[str, int, int], None]
) -> dict[str, list[Figure]]:
    """Measure a test set, by half: "development" and "held-out".

    Args:
        folder: of the set.
        limit: most questions of each half and kind (answerable or not); None for all.
        note: takes messages.
        meter: takes progress: the step, how much of it is done, and the total.
    """
    bench = load_set(folder)
    with bench_assistant(bench, note, lambda done, of, chunks, at: meter("indexing", done, of)) as assistant:
        figures = {}
        for name, half in (("development", True), ("held-out", False)):
            questions = bench.half(development=half)
            asked = [q for kind in (True, False) for q in [q for q in questions if q.answerable is kind][:limit]]
            outcomes = []
            for place, question in enumerate(asked, 1):
                outcomes.append(_ask(question, assistant))
                meter(name, place, len(asked))
            figures[name] = _figures(bench, outcomes, note)
    return figures


def _figures(bench: BenchSet, outcomes: Sequence[_Outcome], note: Callable[[str], None]) -> list[Figure]:
    answerable = [o for o in outcomes if o.asked.answerable]
    figures = _retrieval([o for o in answerable if any(g > 0 for g in o.asked.relevant.values())])
    with_answers = [o for o in answerable if o.asked.answers]
    if with_answers:
        figures += [
            _share("first quoted sentence holds the answer", [o.first_holds for o in with_answers]),
            _share("quoted sentences hold the answer", [o.any_holds for o in with_answers]),
            _mean("sentences quoted", [o.sentences for o in with_answers]),
            _share("answerable refused", [o.refused is not None for o in with_answers]),
        ]
    near = [o for o in outcomes if not o.asked.answerable]
    if near and with_answers:
        figures += _refusal(with_answers, near)
    if with_answers and article_of(next(iter(bench.documents))) is not None:
        figures += _off_topic(bench, [o.asked for o in with_answers], note)
    checked = sum(o.receipts for o in outcomes)
    figures.append(_count("answers with receipts", sum(o.receipts > 0 for o in outcomes), len(outcomes)))
    figures.append(_count("receipts that do not hold", sum(o.broken for o in outcomes), checked))
    return figures


def _ask(asked: BenchQuestion, assistant: Assistant) -> _Outcome:
    text = asked.text[:MAX_QUESTION_CHARACTERS]
    graded = any(grade > 0 for grade in asked.relevant.values())
    ranked = ranked_documents(assistant.search(text, k=RETRIEVED)) if graded else []
    trace = assistant.trace(text)
    reading = trace.parts[0][1]
    first, some = _holds(asked, reading, trace, assistant)
    engine = assistant.engine
    checks = [
        check_quote(one.number, one, lambda id_: engine.text(id_) if id_ in engine.articles else None)
        for one in trace.answer.citations
    ]
    return _Outcome(
        asked=asked,
        ranked=ranked,
        confidence=reading.confidence,
        refused=reading.reason,
        first_holds=first,
        any_holds=some,
        sentences=sum(len(quote.sentences) for quote in [*reading.quotes, *reading.withheld]),
        receipts=len(checks),
        broken=sum(check.standing is not Standing.HOLDS for check in checks),
    )


def _holds(asked: BenchQuestion, reading: Reading, trace: Trace, assistant: Assistant) -> tuple[bool, bool]:
    """Whether the best sentence contains an accepted answer, and whether any quoted sentence does.

    Refused questions count by what would have been quoted, since refusals are measured separately.
    """
    held = []
    for quote in [*reading.quotes, *reading.withheld]:
        document = quote.article.source.removeprefix("bench:")
        text = assistant.engine.text(quote.article.article_id)
        relevant = asked.relevant.get(document, 0) > 0
        for sentence in quote.sentences:
            found = relevant and holds_answer(plain(text[sentence.start : sentence.end]), asked.answers)
            held.append((sentence == quote.best, found))
    first = next((found for is_best, found in held if is_best), False)
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


def _off_topic(bench: BenchSet, asked: Sequence[BenchQuestion], note: Callable[[str], None]) -> list[Figure]:
    """Ask answerable questions of the other half's articles, which do not answer them."""
    own = {article_of(document) for question in asked for document in question.relevant}
    others = {article for id_ in bench.documents if (article := article_of(id_)) and article not in own}
    with bench_assistant(bench.part(others), note, lambda done, of, chunks, at: None) as assistant:
        reasons = [assistant.ask(question.text[:MAX_QUESTION_CHARACTERS]).reason for question in asked]
    return [
        _share("off-topic refused", [reason is not None for reason in reasons]),
        _share("off-topic said to be not_found", [reason is Reason.NOT_FOUND for reason in reasons]),
    ]


@contextmanager
def bench_assistant(bench: BenchSet, note: Callable[[str], None], meter: Meter) -> Iterator[Assistant]:
    """Open an assistant over a test set's documents."""
    root = bench_index(bench, note=note, meter=meter)
    engines = embedded_opener(root, lambda s: open_encoder(s.encoder_hash, s.encoder_name, note=note), note=note)
    assistant = Assistant(engines, Settings(), note=note)
    try:
        yield assistant
    finally:
        assistant.close()


def _share(name: str, values: Sequence[bool]) -> Figure:
    return Figure(name=name, value=float(np.mean(values)) if len(values) else float("nan"), count=len(values))


def _mean(name: str, values: Sequence[float]) -> Figure:
    return Figure(name=name, value=float(np.mean(values)), count=len(values))


def _count(name: str, value: int, count: int) -> Figure:
    return Figure(name=name, value=float(value), count=count)
