"""Measures of retrieval, short answers and refusals against reference tools and their definitions spelt out."""

import collections
import math
import re
import string

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import RR, R, nDCG

from eval.cases.anchors import anchor, occurrences, places
from eval.cases.case import Evidence, GoldCase
from eval.cases.short_answers import exact_match, normalise, token_f1
from eval.measures.formulas import area_under_risk_coverage, risk_coverage
from eval.measures.retrieval import Found, find_articles, find_quotes
from eval.measures.spans import Anchors, Span, overlap, shared_characters

WIDTH = 100
"""Characters of a passage in these tests."""
KS = (1, 3, 5, 10)


def span(start: int, end: int, article: str = "a") -> Span:
    return Span(article_id=article, start=start, end=end)


# Against trec_eval, as ir_measures runs it


def by_trec_eval(relevant: list[str], ranked: list[str]) -> dict[str, float]:
    """The figures of one query with these relevant documents and this ranking."""
    measures = [RR, *(R @ k for k in KS), *(nDCG @ k for k in KS)]
    qrels = [ir_measures.Qrel("q", one, 1) for one in relevant]
    run = [ir_measures.ScoredDoc("q", one, float(-rank)) for rank, one in enumerate(ranked)]
    found = {str(metric.measure): metric.value for metric in ir_measures.iter_calc(measures, qrels, run)}
    return found or dict.fromkeys(map(str, measures), 0.0)


def ours(found: Found) -> dict[str, float]:
    return (
        {"RR": found.reciprocal_rank()}
        | {f"R@{k}": found.recall(k) for k in KS}
        | {f"nDCG@{k}": found.ndcg(k) for k in KS}
    )


numbers = st.lists(st.integers(0, 30), unique=True, max_size=20)


@given(
    ranked=numbers, relevant=st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=8), at=st.integers(0, 60)
)
def test_with_one_quote_a_part_the_figures_are_those_of_trec_eval(
    ranked: list[int], relevant: list[int], at: int
) -> None:
    """Passage n is characters 100 n to 100 n + 100, and a relevant one holds a quote of forty of them."""
    anchors = {f"part {n}": (span(n * WIDTH + at, n * WIDTH + at + 40),) for n in relevant}
    passages = [span(n * WIDTH, (n + 1) * WIDTH) for n in ranked]

    expected = by_trec_eval([str(n) for n in relevant], [str(n) for n in ranked])

    assert ours(find_quotes(anchors, passages)) == pytest.approx(expected)


@given(ranked=st.lists(st.integers(0, 9), max_size=20), relevant=st.sets(st.integers(0, 9), min_size=1))
def test_with_one_article_a_part_the_figures_are_those_of_trec_eval(ranked: list[int], relevant: set[int]) -> None:
    """An article takes the place of its best passage, and is there once."""
    anchors = {str(n): (span(5, 9, f"article {n}"),) for n in relevant}
    passages = [span(place * 50, place * 50 + 50, f"article {n}") for place, n in enumerate(ranked)]
    seen = [f"article {n}" for n in dict.fromkeys(ranked)]

    expected = by_trec_eval([f"article {n}" for n in relevant], seen)

    assert ours(find_articles(anchors, passages)) == pytest.approx(expected)


# Parts, alternatives, borders


def test_any_alternative_finds_its_part_and_the_best_one_counts() -> None:
    anchors: Anchors = {"one": (span(0, 20), span(0, 20, "b")), "two": (span(50, 70, "c"),)}
    passages = [span(0, 90, "x"), span(0, 90, "b"), span(0, 90, "a")]

    found = find_quotes(anchors, passages)

    assert found.ranks == {"one": 2, "two": None}
    assert (found.recall(1), found.recall(2), found.recall(10)) == (0, 0.5, 0.5)
    assert found.reciprocal_rank() == 0.5
    assert find_articles(anchors, passages).ranks == {"one": 2, "two": None}


def test_two_parts_in_one_passage_are_both_found_and_gain_no_more_than_the_ideal() -> None:
    anchors: Anchors = {"one": (span(0, 20),), "two": (span(30, 50),)}

    first = find_quotes(anchors, [span(0, 100), span(200, 300)])
    second = find_quotes(anchors, [span(200, 300), span(0, 100)])

    assert first.recall(1) == first.ndcg(10) == 1
    assert second.recall(1) == 0
    assert second.ndcg(10) == pytest.approx((1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(3)))
    assert first.ndcg(1) == 1


@given(st.dictionaries(st.text(max_size=3), st.none() | st.integers(1, 20), min_size=1), st.sampled_from(KS))
def test_ndcg_lies_between_nothing_and_the_ideal(ranks: dict[str, int | None], k: int) -> None:
    value = Found(ranks=ranks, depth=20).ndcg(k)

    assert 0 <= value <= 1 + 1e-12
    assert (value == 0) is all(rank is None or rank > k for rank in ranks.values())


@pytest.mark.parametrize(
    ("quote", "ranks"),
    [
        ((40, 60), [1, 1]),  # Cut in the middle: either half will do.
        ((30, 60), [1, None]),  # The larger piece holds it, the smaller does not.
        ((40, 70), [None, 1]),
        ((49, 51), [1, 1]),
        ((0, 50), [1, None]),
        ((10, 90), [1, 1]),  # Longer than a passage, of which each lies mostly within it.
        ((0, 100), [1, 1]),
    ],
)
def test_a_quote_that_a_border_cuts_is_held_by_the_passage_with_half_of_it(
    quote: tuple[int, int], ranks: list[int | None]
) -> None:
    anchors = {"it": (span(*quote),)}

    assert [find_quotes(anchors, [passage]).ranks["it"] for passage in (span(0, 50), span(50, 100))] == ranks


@given(st.integers(1, 400), st.integers(0, 300), st.integers(5, 200))
def test_however_passages_are_cut_one_of_them_holds_a_quote(length: int, start: int, width: int) -> None:
    """With borders anywhere no more than two passages share a quote that is no longer than they are."""
    passages = [span(at, at + width) for at in range(0, 1000, width)]

    assert find_quotes({"it": (span(start, start + length),)}, passages).ranks["it"] is not None


def test_the_same_characters_of_another_article_hold_nothing() -> None:
    assert find_quotes({"it": (span(0, 20, "a"),)}, [span(0, 100, "b")]).ranks == {"it": None}


# Anchors


def test_a_quote_stands_wherever_its_words_do_whatever_the_white_space() -> None:
    text = "It has 12\nhalls. Later:  it  has 12 halls. It has 120 halls."

    assert [text[start:end] for start, end in occurrences("has 12 halls", text)] == ["has 12\nhalls", "has 12 halls"]
    assert occurrences("Has 12 halls", text) == []
    assert occurrences("12 halls?", text) == []
    assert occurrences(" has  120 ", text) == [(46, 53)]
    assert occurrences(" ", text) == []


def test_a_case_is_anchored_in_every_place_of_every_alternative() -> None:
    texts = {"a": "Four lanes. Four lanes.", "b": "It has four lanes."}
    case = GoldCase(
        id="x",
        question="How many?",
        evidence=(
            Evidence(article_id="a", quote="Four lanes.", part="lanes"),
            Evidence(article_id="b", quote="four lanes", part="lanes"),
            Evidence(article_id="b", quote=None, part="whole"),
            Evidence(article_id="b", quote="five lanes", part="lost"),
            Evidence(article_id="gone", quote="Four lanes.", part="gone"),
        ),
    )

    assert anchor(case, texts.get) == {
        "lanes": (span(0, 11), span(12, 23), span(7, 17, "b")),
        "whole": (span(0, 18, "b"),),
        "lost": (),
        "gone": (),
    }
    assert places(case.evidence[4], texts.get) == ()


spans = st.lists(
    st.builds(
        lambda a, start, more: span(start, start + more, a),
        st.sampled_from("ab"),
        st.integers(0, 30),
        st.integers(0, 20),
    ),
    max_size=5,
)


@given(spans, spans)
def test_shared_characters_are_counted_one_by_one_and_each_once(some: list[Span], others: list[Span]) -> None:
    def characters(of: list[Span]) -> set[tuple[str, int]]:
        return {(one.article_id, at) for one in of for at in range(one.start, one.end)}

    mine, theirs = characters(some), characters(others)

    assert shared_characters(some, others) == (len(mine), len(mine & theirs))
    for one in some:
        for other in others:
            assert overlap(one, other) == len(characters([one]) & characters([other]))


# Short answers, by the rules of SQuAD's evaluate-v2.0


def official_normal(answer: str) -> str:
    """The rules in their order: lower case, punctuation out, articles out, white space to one space."""
    exclude = set(string.punctuation)
    lowered = "".join(ch for ch in answer.lower() if ch not in exclude)
    return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", lowered).split())


def official(predicted: str, answers: list[str]) -> tuple[float, float]:
    """Exact match and F1 of a prediction; accepted answers of which nothing is left do not count."""
    golds = [answer for answer in answers if official_normal(answer)] or [""]
    exact, f1 = 0, 0.0
    for gold in golds:
        exact = max(exact, int(official_normal(gold) == official_normal(predicted)))
        gold_tokens, tokens = (official_normal(text).split() if text else [] for text in (gold, predicted))
        common = sum((collections.Counter(gold_tokens) & collections.Counter(tokens)).values())
        if not gold_tokens or not tokens:
            f1 = max(f1, int(gold_tokens == tokens))
        elif common:
            precision, recall = common / len(tokens), common / len(gold_tokens)
            f1 = max(f1, 2 * precision * recall / (precision + recall))
    return float(exact), f1


words = st.sampled_from(
    "the a an The AN thee a-b a.n cat cat's dog 12 1,2 12% – — « é É ſ İ ß\u00a0x _a_ ...".split(" ")
)
phrases = st.lists(words, max_size=6).map(" ".join) | st.text(max_size=8)


@given(phrases, st.lists(phrases, min_size=1, max_size=4))
def test_short_answers_are_scored_by_the_official_rules(predicted: str, accepted: list[str]) -> None:
    assert normalise(predicted) == official_normal(predicted)
    assert (exact_match(predicted, accepted), token_f1(predicted, accepted)) == pytest.approx(
        official(predicted, accepted)
    )


@pytest.mark.parametrize(
    ("predicted", "accepted", "exact", "f1"),
    [
        ("The 55.15 million!", ["55.15 million"], 1, 1),
        ("55.15 million users", ["55.15 million"], 0, 0.8),
        ("a cat", ["the cat", "dog"], 1, 1),
        ("cat cat", ["cat"], 0, 2 / 3),
        ("", ["cat"], 0, 0),
        ("the", ["the", "cat"], 0, 0),  # No answer matches an answer of which nothing is left.
        ("cat", ["the", "cat"], 1, 1),
        ("", [""], 1, 1),
    ],
)
def test_known_short_answers(predicted: str, accepted: list[str], exact: float, f1: float) -> None:
    assert exact_match(predicted, accepted) == exact
    assert token_f1(predicted, accepted) == pytest.approx(f1)


# Risk and coverage

ranked_answers = st.lists(
    st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]) | st.floats(0, 1), st.booleans()), min_size=1, max_size=12
)


@given(ranked_answers)
def test_the_area_under_risk_and_coverage_is_the_integral_of_its_curve(answers: list[tuple[float, bool]]) -> None:
    """The curve from its definition: of the cases at or above each threshold, the share of wrong ones."""
    points = []
    for threshold in sorted({score for score, _ in answers}, reverse=True):
        told = [right for score, right in answers if score >= threshold]
        points.append((len(told) / len(answers), told.count(False) / len(told)))
    coverages, risks = zip(*points, strict=True)
    grid = np.union1d(np.linspace(0, 1, 50), coverages)

    curve = risk_coverage([score for score, _ in answers], [right for _, right in answers])

    assert [coverage for _, coverage, _ in curve] == pytest.approx(coverages)
    assert [risk for _, _, risk in curve] == pytest.approx(risks)
    assert area_under_risk_coverage(curve) == pytest.approx(np.trapezoid(np.interp(grid, coverages, risks), grid))


@pytest.mark.parametrize(
    ("scores", "right", "area"),
    [
        ([0.9, 0.5], [True, True], 0),
        ([0.9, 0.5], [False, False], 1),
        ([0.9, 0.5], [True, False], 0.125),
        ([0.9, 0.5], [False, True], 0.5 + 0.375),
        ([0.5, 0.5], [False, True], 0.5),
    ],
)
def test_known_areas_under_risk_and_coverage(scores: list[float], right: list[bool], area: float) -> None:
    assert area_under_risk_coverage(risk_coverage(scores, right)) == pytest.approx(area)
