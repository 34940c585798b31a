"""Asks an assistant one gold case, and scores the answer."""

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from assistant.answer.answer import Answer, ModelUse, Status
from assistant.answer.receipts import Standing, check_quote
from assistant.chain.assistant import Trace
from assistant.language.markdown import plain
from assistant.models.recording import occasion
from assistant.question.followups import Turn
from eval.cases.anchors import anchor
from eval.cases.case import GoldCase
from eval.measures.registry import DEPTH
from eval.runs.epochs import epoch, merged
from eval.runs.results import CaseResult, Cited, Outcome, Score
from eval.runs.scorers import NamedScorer, own_scores
from eval.runs.scoring import answer_scores, evidence_scores, in_order, total_use, would_be_right
from eval.runs.stating import answer_pieces
from index.errors import ReceiptBroken
from index.text.article import IndexedArticle


class Judgement(Protocol):
    """A judge's verdicts on an answer."""

    @property
    def verdicts(self) -> dict[str, tuple[bool, ...]]:
        """Verdicts of the repeats that could be parsed, by measure."""

    @property
    def scores(self) -> tuple[Score, ...]:
        """Share of yes by measure; unscored if a repeat failed or could not be parsed."""

    @property
    def usage(self) -> ModelUse:
        """Calls, tokens and cost of judging."""


class Judge(Protocol):
    """Judges answers; never sees which run they are from."""

    def judge(self, case: GoldCase, answer: Answer) -> Judgement:
        """Judge an answer to an answerable case; does not raise if the model fails."""


class Texts(Protocol):
    """The articles that receipts are checked against."""

    @property
    def articles(self) -> Mapping[str, IndexedArticle]:
        """By id."""

    def text(self, article_id: str) -> str:
        """The text of an article."""


class Askable(Protocol):
    """What an examiner asks: an assistant, or another system in its place."""

    @property
    def engine(self) -> Texts:
        """The articles."""

    def ask(self, question: str, *, previous: tuple[Turn, ...] = (), written: bool = True) -> Answer:
        """Answer a question after its conversation."""

    def trace(self, question: str, *, previous: tuple[Turn, ...] = (), depth: int = 0) -> Trace:
        """As `ask`, with what led to the answer."""


class Examiner:
    """Asks one assistant gold cases."""

    def __init__(
        self,
        assistant: Askable,
        *,
        judge: Judge | None = None,
        retrieves: bool = True,
        scorers: Sequence[NamedScorer] = (),
    ) -> None:
        """Make an examiner.

        Args:
            assistant: to ask.
            judge: adds judged measures.
            retrieves: whether it tells what it retrieved, so that retrieval can be measured.
            scorers: a person's own.
        """
        self._assistant = assistant
        self._judge = judge
        self._retrieves = retrieves
        self._scorers = [(one.measure, one.open()) for one in scorers]

    def examine(self, case: GoldCase, *, epochs: int = 1) -> CaseResult:
        """Ask a case so many times and score it; an error becomes a failed case that names it."""
        return merged([self._asked(case, number) for number in range(epochs)])

    def _asked(self, case: GoldCase, number: int) -> CaseResult:
        started = time.perf_counter()
        try:
            with occasion(f"{case.id} #{number + 1}" if number else case.id), epoch(number):
                return self._examine(case, started)
        except Exception as error:  # noqa: BLE001 - one case's failure is a result, and the others go on
            seconds = round(time.perf_counter() - started, 4)
            told = " ".join(str(error).split()).encode("utf-8", "backslashreplace").decode()  # Run files are UTF-8.
            return CaseResult(
                case=case, outcome=Outcome.FAILED, error=f"{type(error).__name__}: {told}", seconds=seconds
            )

    def _examine(self, case: GoldCase, started: float) -> CaseResult:
        history, before = self._history(case)
        trace = self._assistant.trace(case.question, previous=history, depth=DEPTH)
        seconds = round(time.perf_counter() - started, 4)
        answer = trace.answer
        pieces = answer_pieces(answer)
        if answer.status is Status.ANSWERED and not answer.citations and self._retrieves:
            raise ReceiptBroken("the answer has no receipt")
        checks = [check_quote(citation.number, citation, self._text) for citation in answer.citations]
        broken = sum(check.standing is not Standing.HOLDS for check in checks)
        judgement = self._judge.judge(case, answer) if self._judge and (case.facts or case.reference) else None
        scores = [
            *answer_scores(case, answer, pieces, broken=broken),
            *(evidence_scores(anchor(case, self._text), trace, retrieves=self._retrieves) if case.evidence else ()),
            *(judgement.scores if judgement else ()),
            *own_scores(self._scorers, case, answer),
        ]
        usages = [*(one.usage for one in (*before, answer)), judgement.usage if judgement else None]
        return CaseResult(
            case=case,
            outcome=Outcome.ANSWERED if answer.status is Status.ANSWERED else Outcome.REFUSED,
            reason=answer.reason.value if answer.reason else None,
            searched=answer.searched,
            text=answer.text,
            citations=tuple(_cited(answer)),
            broken_receipts=broken,
            confidence=answer.confidence,
            would_be_right=would_be_right(case, pieces if answer.status is Status.ANSWERED else self._withheld(trace)),
            scores=in_order(scores),
            judgements=judgement.verdicts if judgement else {},
            degraded=answer.writing.degraded_reason if answer.writing else None,
            usage=total_use([usage for usage in usages if usage]),
            seconds=seconds,
        )

    def _history(self, case: GoldCase) -> tuple[tuple[Turn, ...], list[Answer]]:
        """Ask the earlier turns; returns them rewritten to stand alone, and their answers."""
        history: tuple[Turn, ...] = ()
        answers = []
        for turn in case.turns:
            answer = self._assistant.ask(turn, previous=history, written=False)
            history = (*history, Turn(question=answer.searched, answer=answer.text))
            answers.append(answer)
        return history, answers

    def _withheld(self, trace: Trace) -> list[str]:
        """Return the sentences that a refusal would have quoted."""
        return [
            plain(self._assistant.engine.text(quote.article.article_id)[quote.start : quote.end])
            for _, reading in trace.parts
            for quote in reading.withheld
        ]

    def _text(self, article_id: str) -> str | None:
        engine = self._assistant.engine
        return engine.text(article_id) if article_id in engine.articles else None


def _cited(answer: Answer) -> list[Cited]:
    return [
        Cited(
            number=c.number,
            article_id=c.article_id,
            start=c.start,
            end=c.end,
            quote=c.quote,
            answer_spans=c.answer_spans,
        )
        for c in answer.citations
    ]
