"""Ask one gold case and score what comes of it."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Protocol

from assistant.answer.answer import Answer, Status
from assistant.answer.receipts import Standing, check_answer
from assistant.chain.assistant import Assistant, Trace
from assistant.language.markdown import plain
from assistant.models.recording import occasion
from assistant.question.followups import Turn
from eval.cases.anchors import Span, anchor
from eval.cases.case import GoldCase
from eval.measures.registry import CUTS, DEPTH, METRICS
from eval.measures.retrieval import find_articles, find_quotes
from eval.runs.results import DIGITS, CaseResult, Outcome, Score, Usage
from eval.runs.scoring import _answer_scores, _cited, _right, citation_scores
from eval.runs.stating import answer_pieces


class Judgement(Protocol):
    """What a judge says of an answer."""

    @property
    def verdicts(self) -> dict[str, tuple[bool, ...]]:
        """Verdicts of the repeats that could be read, by measure."""

    @property
    def scores(self) -> tuple[Score, ...]:
        """The share of yes among them, by measure; unscored where a repeat failed or could not be read."""

    @property
    def usage(self) -> Usage:
        """What the judging took."""


class Judge(Protocol):
    """Judges an answer beyond what rules can; never sees which run it belongs to."""

    def judge(self, case: GoldCase, answer: Answer) -> Judgement:
        """Judge an answer to an answerable case; never raises for what the model does."""


Price = Callable[[int, int], float | None]


class Examiner:
    """Asks cases of one assistant."""

    def __init__(self, assistant: Assistant, *, judge: Judge | None = None, price: Price | None = None) -> None:
        """Make an examiner.

        Args:
            assistant: is asked.
            judge: judges answers beyond what rules can.
            price: what so many tokens of prompts and of replies cost; None where a model's tokens have no price.
        """
        self._assistant = assistant
        self._judge = judge
        self._price = price or (lambda prompt, reply: None)

    def examine(self, case: GoldCase) -> CaseResult:
        """Ask a case and score it; an error becomes a failed case that names it."""
        started = time.perf_counter()
        try:
            with occasion(case.id):
                result = self._examine(case, started)
        except Exception as error:  # noqa: BLE001 - one case's failure is a result, and the others go on
            seconds = round(time.perf_counter() - started, 4)
            told = " ".join(str(error).split()).encode("utf-8", "backslashreplace").decode()  # A run file is text.
            result = CaseResult(
                case=case, outcome=Outcome.FAILED, error=f"{type(error).__name__}: {told}", seconds=seconds
            )
        return result

    def _examine(self, case: GoldCase, started: float) -> CaseResult:
        history, before = self._history(case)
        trace = self._assistant.trace(case.question, previous=history, depth=DEPTH)
        seconds = round(time.perf_counter() - started, 4)
        answer = trace.answer
        pieces = answer_pieces(answer)
        would_be = pieces if answer.status is Status.ANSWERED else self._withheld(trace)
        broken = sum(check.standing is not Standing.HOLDS for check in check_answer(answer.to_json(), self._text))
        judgement = self._judge.judge(case, answer) if self._judge and case.facts else None
        return CaseResult(
            case=case,
            outcome=Outcome(answer.status.value),
            reason=answer.reason.value if answer.reason else None,
            searched=answer.searched,
            text=answer.text,
            citations=tuple(_cited(answer)),
            broken_receipts=broken,
            confidence=answer.confidence,
            would_be_right=_right(case, would_be),
            scores=_ordered(
                [
                    *_answer_scores(case, answer, pieces, broken=broken),
                    *self._evidence_scores(case, trace),
                    *(judgement.scores if judgement else ()),
                ]
            ),
            judgements=judgement.verdicts if judgement else {},
            degraded=answer.writing.degraded_reason if answer.writing else None,
            usage=_together(self._usage([*before, answer]), judgement.usage if judgement else None),
            seconds=seconds,
        )

    def _history(self, case: GoldCase) -> tuple[tuple[Turn, ...], list[Answer]]:
        """The turns of the conversation, made whole and answered; and the answers."""
        history: tuple[Turn, ...] = ()
        answers = []
        for turn in case.turns:
            answer = self._assistant.ask(turn, previous=history, written=False)
            history = (*history, Turn(question=answer.searched, answer=answer.text))
            answers.append(answer)
        return history, answers

    def _usage(self, answers: Sequence[Answer]) -> Usage | None:
        """What a model was used for answers; None where none was asked for anything."""
        taken = [answer.usage for answer in answers if answer.usage]
        if not taken:
            return None
        prompt = sum(one.prompt_tokens for one in taken)
        reply = sum(one.completion_tokens for one in taken)
        return Usage(
            calls=sum(one.calls for one in taken),
            prompt_tokens=prompt,
            completion_tokens=reply,
            cost=self._price(prompt, reply),
            estimated=any(one.estimated for one in taken),
        )

    def _evidence_scores(self, case: GoldCase, trace: Trace) -> list[Score]:
        if not case.evidence:
            return []
        anchors = anchor(case, self._text)
        lost = [part for part, spans in anchors.items() if not spans]
        names = [m.name for m in METRICS if m.group in {"citations", "retrieval"}]
        if lost:
            reason = (
                f"the evidence of part {', '.join(lost)} does not stand in the articles; see `assistant eval doctor`"
            )
            return [Score(name=name, value=None, reason=reason) for name in names]
        passages = _passages(trace)
        quotes, articles = find_quotes(anchors, passages), find_articles(anchors, passages)
        precision, recall = citation_scores(anchors, trace.answer)
        values = {
            "citation_precision": precision,
            "citation_recall": recall,
            **{f"quote_recall@{k}": quotes.recall(k) for k in CUTS},
            "quote_mrr": quotes.reciprocal_rank(),
            "quote_ndcg@10": quotes.ndcg(10),
            **{f"article_recall@{k}": articles.recall(k) for k in CUTS},
            "article_mrr": articles.reciprocal_rank(),
            "article_ndcg@10": articles.ndcg(10),
        }
        return [Score(name=name, value=value) for name, value in values.items()]

    def _withheld(self, trace: Trace) -> list[str]:
        """What a refusal would have quoted."""
        return [
            plain(self._assistant.engine.text(quote.article.article_id)[quote.start : quote.end])
            for _, reading in trace.parts
            for quote in reading.withheld
        ]

    def _text(self, article_id: str) -> str | None:
        engine = self._assistant.engine
        return engine.text(article_id) if article_id in engine.articles else None


def _together(writing: Usage | None, judging: Usage | None) -> Usage | None:
    """What both models took; a part of the cost is not the cost."""
    if writing is None or judging is None:
        return writing or judging
    known = [one.cost for one in (writing, judging) if one.calls]
    return Usage(
        calls=writing.calls + judging.calls,
        prompt_tokens=writing.prompt_tokens + judging.prompt_tokens,
        completion_tokens=writing.completion_tokens + judging.completion_tokens,
        cost=math.fsum(cost or 0.0 for cost in known) if known and None not in known else None,
        estimated=writing.estimated or judging.estimated,
    )


def _passages(trace: Trace) -> list[Span]:
    """The best passages, those for the parts of a question in turn."""
    in_turn = [passage for row in zip_longest(*trace.ranked) for passage in row if passage is not None]
    spans = [Span(article_id=p.article.article_id, start=p.start, end=p.end) for p in in_turn]
    return list(dict.fromkeys(spans))[:DEPTH]


def _ordered(scores: Sequence[Score]) -> tuple[Score, ...]:
    """In the order of the measures, and as exact as a run file keeps them."""
    order = {metric.name: place for place, metric in enumerate(METRICS)}
    rounded = [s if s.value is None else replace(s, value=round(s.value, DIGITS)) for s in scores]
    return tuple(sorted(rounded, key=lambda score: order[score.name]))
