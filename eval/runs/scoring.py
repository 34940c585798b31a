"""Scores of one answer against its gold case."""

from collections.abc import Sequence

from assistant.answer.answer import Answer, Status
from eval.cases.anchors import Anchors, Span, shared_characters
from eval.cases.case import GoldCase
from eval.cases.short_answers import exact_match, token_f1
from eval.runs.results import Cited, Score
from eval.runs.stating import stated


def fact_recall(case: GoldCase, pieces: Sequence[str]) -> float:
    """Share of a case's facts that one of the pieces states in an accepted wording."""
    found = [stated(pieces, fact) for fact in case.facts]
    return sum(found) / len(found) if found else 0.0


def all_right(case: GoldCase, pieces: Sequence[str]) -> bool:
    """Whether pieces state all facts of a case and nothing that it must not."""
    return fact_recall(case, pieces) == 1.0 and not stated(pieces, case.never)


def _right(case: GoldCase, pieces: Sequence[str]) -> bool | None:
    if not case.answerable:
        return False
    return all_right(case, pieces) if case.facts else None


def citation_scores(anchors: Anchors, answer: Answer) -> tuple[float, float]:
    """Precision and recall of the cited characters against the evidence; both 0 for a refusal.

    Precision: the share of distinct cited characters that stand in any piece of evidence. Recall: for each part
    the share of its best covered alternative that is cited, on average over the parts.
    """
    cited = [Span(article_id=c.article_id, start=c.start, end=c.end) for c in answer.citations]
    if not cited:
        return 0.0, 0.0
    total, shared = shared_characters(cited, [span for spans in anchors.values() for span in spans])
    recalls = []
    for spans in anchors.values():
        shares = [shared_characters([span], cited) for span in spans]
        recalls.append(max(part / whole for whole, part in shares))
    return shared / total, sum(recalls) / len(recalls)


def _answer_scores(case: GoldCase, answer: Answer, pieces: Sequence[str], *, broken: int) -> list[Score]:
    answered = answer.status is Status.ANSWERED
    scores = [Score(name="decision", value=float(answered is case.answerable))]
    if not case.answerable:
        scores.append(Score(name="correct", value=float(not answered)))
    if case.facts:
        scores.append(Score(name="fact_recall", value=fact_recall(case, pieces)))
        scores.append(Score(name="correct", value=float(answered and all_right(case, pieces) and broken == 0)))
    if case.short:
        first = pieces[0] if pieces else ""
        scores.append(Score(name="exact_match", value=exact_match(first, case.short)))
        scores.append(Score(name="token_f1", value=token_f1(first, case.short)))
    return scores


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
