"""Measures of retrieval against evidence, where several quotes may be as good as one another.

What is to be found are a case's *parts*; a passage finds a part if it shares at least half of the
shorter of the two with one of its quotes, an article finds it if it is the article of one of them.
With one quote a part these are the measures of trec_eval, as `ir_measures` computes them (see the tests).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.measures.formulas import ndcg
from eval.measures.spans import Anchors, Span, overlap

HELD = 0.5
"""Share from which on a passage holds a quote: one of two sentences may be cut in two, a long one fills passages."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """At which rank each part of a case was found, 1 the best; None where it was not."""

    ranks: dict[str, int | None]
    depth: int
    """How many results were looked at."""

    def recall(self, k: int) -> float:
        """Share of the parts found among the first `k` results."""
        return sum(rank is not None and rank <= k for rank in self.ranks.values()) / len(self.ranks)

    def reciprocal_rank(self) -> float:
        """One over the rank of the first result that finds a part, 0 if none does (Voorhees, 1999)."""
        found = [rank for rank in self.ranks.values() if rank is not None]
        return 1 / min(found) if found else 0.0

    def ndcg(self, k: int) -> float:
        """NDCG of the parts; those that one result finds together take places one after another.

        Without that a result that finds two parts would gain more than the ideal order can.
        """
        found = sorted(rank for rank in self.ranks.values() if rank is not None)
        ranked = [f"other {i}" for i in range(self.depth + len(found))]
        place = 0
        for number, rank in enumerate(found):
            place = max(place, rank - 1)
            ranked[place] = f"part {number}"
            place += 1
        return ndcg({f"part {number}": 1 for number in range(len(self.ranks))}, ranked, k)


def find_quotes(anchors: Anchors, passages: Sequence[Span]) -> Found:
    """The rank of the first passage that holds a quote of each part."""
    return _find(anchors, passages, _holds)


def find_articles(anchors: Anchors, passages: Sequence[Span]) -> Found:
    """The rank of the first article of each part, articles in the order of their best passages."""
    articles = list(dict.fromkeys(passage.article_id for passage in passages))
    ranked = [Span(article_id=article_id, start=0, end=0) for article_id in articles]
    return _find(anchors, ranked, lambda span, article: span.article_id == article.article_id)


def _holds(quote: Span, passage: Span) -> bool:
    shorter = min(quote.end - quote.start, passage.end - passage.start)
    return shorter > 0 and overlap(quote, passage) >= HELD * shorter


def _find(anchors: Anchors, ranked: Sequence[Span], finds: Callable[[Span, Span], bool]) -> Found:
    ranks = {}
    for part, spans in anchors.items():
        places = (rank for rank, one in enumerate(ranked, 1) if any(finds(span, one) for span in spans))
        ranks[part] = next(places, None)
    return Found(ranks=ranks, depth=len(ranked))
