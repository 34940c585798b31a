"""Scores one answer against its gold case: facts, short answers, citations, retrieval."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from assistant.answer.answer import Answer, ModelUse, Status
from assistant.chain.assistant import Trace
from eval.cases.case import GoldCase
from eval.cases.short_answers import exact_match, token_f1
from eval.measures.registry import CUTS, DEPTH, METRICS
from eval.measures.registry import in_order as ranked
from eval.measures.retrieval import find_articles, find_quotes
from eval.measures.spans import Anchors, Span, shared_characters
from eval.runs.results import DIGITS, Score
from eval.runs.stating import lead_of, stated


def applicable(case: GoldCase, *, judged: bool, retrieves: bool = True) -> list[str]:
    """List the measures that apply to a case, by its gold and not by its answer.

    Args:
        case: of a gold set.
        judged: whether the run has a judge.
        retrieves: whether the run tells what was retrieved.
    """
    holds = {
        "decision": True,
        "correct": bool(case.facts) or not case.answerable,
        "fact_recall": bool(case.facts),
        "exact_match": bool(case.short),
        "token_f1": bool(case.short),
        "led": bool(case.short),
        "lead_sound": bool(case.facts or case.short),
        "answered": case.answerable,
        "refused": not case.answerable,
    }
    by_group = {
        "citations": bool(case.evidence),
        "retrieval": retrieves and bool(case.evidence),
        "judge": judged and bool(case.facts or case.reference),
    }
    return [metric.name for metric in METRICS if holds.get(metric.name, by_group.get(metric.group, False))]


def answer_scores(case: GoldCase, answer: Answer, pieces: Sequence[str], *, broken: int) -> list[Score]:
    """Score what the answer says.

    Args:
        case: the case asked.
        answer: its answer.
        pieces: of the answer, as its receipts support them.
        broken: number of receipts that do not hold; any makes an answer incorrect.
    """
    answered = answer.status is Status.ANSWERED
    lead = lead_of(answer)
    sound = lead is None or lead_is_right(case, *lead)
    decided = float(answered is case.answerable)
    scores = [Score(name=name, value=decided) for name in ("decision", "answered" if case.answerable else "refused")]
    if not case.answerable:
        scores.append(Score(name="correct", value=float(not answered)))
    if case.facts:
        right = answered and sound and all_right(case, pieces) and broken == 0
        scores.append(Score(name="fact_recall", value=fact_recall(case, pieces)))
        scores.append(Score(name="correct", value=float(right)))
    if case.facts or case.short:
        scores.append(Score(name="lead_sound", value=float(sound)))
    if case.short:
        first = pieces[0] if pieces else ""
        scores.append(Score(name="exact_match", value=exact_match(first, case.short)))
        scores.append(Score(name="token_f1", value=token_f1(first, case.short)))
        scores.append(Score(name="led", value=float(lead is not None)))
    return scores


def evidence_scores(anchors: Anchors, trace: Trace, *, retrieves: bool = True) -> list[Score]:
    """Score citations and retrieval against the evidence; unscored, not 0, if evidence is lost."""
    lost = [part for part, spans in anchors.items() if not spans]
    if lost:
        names = [m.name for m in METRICS if m.group == "citations" or (retrieves and m.group == "retrieval")]
        reason = f"the evidence of part {', '.join(lost)} does not stand in the articles; see `assistant eval doctor`"
        return [Score(name=name, value=None, reason=reason) for name in names]
    precision, recall = citation_scores(anchors, trace.answer)
    values = {"citation_precision": precision, "citation_recall": recall}
    if not retrieves:
        return [Score(name=name, value=value) for name, value in values.items()]
    passages = _best_passages(trace)
    quotes, articles = find_quotes(anchors, passages), find_articles(anchors, passages)
    for name, found in (("quote", quotes), ("article", articles)):
        values |= {f"{name}_recall@{k}": found.recall(k) for k in CUTS}
        values |= {f"{name}_mrr": found.reciprocal_rank(), f"{name}_ndcg@10": found.ndcg(10)}
    return [Score(name=name, value=value) for name, value in values.items()]


def citation_scores(anchors: Anchors, answer: Answer) -> tuple[float, float]:
    """Precision and recall of the cited characters against the evidence; both 0 for a refusal.

    Precision: share of distinct cited characters that are in any piece of evidence. Recall: cited share of the
    best covered alternative of each part, averaged over the parts.
    """
    cited = [Span(article_id=c.article_id, start=c.start, end=c.end) for c in answer.citations]
    if not cited:
        return 0.0, 0.0
    total, shared = shared_characters(cited, [span for spans in anchors.values() for span in spans])
    recalls = []
    for spans in anchors.values():
        shares = [shared_characters([span], cited) for span in spans]
        recalls.append(max(part / whole for whole, part in shares))
    return shared / max(1, total), sum(recalls) / len(recalls)


def fact_recall(case: GoldCase, pieces: Sequence[str]) -> float:
    """Compute the share of a case's facts that a piece states in an accepted wording."""
    found = [stated(pieces, fact) for fact in case.facts]
    return sum(found) / len(found) if found else 0.0


def all_right(case: GoldCase, pieces: Sequence[str]) -> bool:
    """Whether the pieces state all facts of a case, and nothing that it forbids."""
    return fact_recall(case, pieces) == 1.0 and not stated(pieces, case.never)


def lead_is_right(case: GoldCase, lead: str, sentence: str) -> bool:
    """Whether a short answer in front is an expected one, and nothing forbidden or denied by its sentence.

    It states an accepted short answer or wording of a fact, or is a part of one.
    """
    expected = [*case.short, *(wording for fact in case.facts for wording in fact)]
    known = stated([lead], expected) or stated(expected, [lead])
    return known and not stated([lead], case.never) and stated([sentence], [lead])


def would_be_right(case: GoldCase, pieces: Sequence[str]) -> bool | None:
    """Whether the pieces state a right answer; False if there is none, None if the case has no facts."""
    if not case.answerable:
        return False
    return all_right(case, pieces) if case.facts else None


def in_order(scores: Sequence[Score]) -> tuple[Score, ...]:
    """Sort scores in the order of the measures, and round them to `DIGITS`."""
    order = ranked(score.name for score in scores)
    rounded = [s if s.value is None else replace(s, value=round(s.value, DIGITS)) for s in scores]
    return tuple(sorted(rounded, key=lambda score: order.index(score.name)))


def total_use(usages: Sequence[ModelUse]) -> ModelUse | None:
    """Add up the usage of models; the cost is None if that of a call is not known."""
    if not usages:
        return None
    costs = [one.cost for one in usages if one.calls]
    return ModelUse(
        calls=sum(one.calls for one in usages),
        prompt_tokens=sum(one.prompt_tokens for one in usages),
        completion_tokens=sum(one.completion_tokens for one in usages),
        cost=math.fsum(cost or 0.0 for cost in costs) if costs and None not in costs else None,
        estimated=any(one.estimated for one in usages),
    )


def _best_passages(trace: Trace) -> list[Span]:
    """Return the best passages, interleaved over the parts of a question."""
    in_turn = [passage for row in zip_longest(*trace.ranked) for passage in row if passage is not None]
    spans = [Span(article_id=p.article.article_id, start=p.start, end=p.end) for p in in_turn]
    return list(dict.fromkeys(spans))[:DEPTH]
