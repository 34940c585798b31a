"""What an overview is about: how much of it a text has, by the weight of its words."""

from collections.abc import Sequence
from functools import lru_cache

from assistant.language.vocabulary import MONTHS
from index.search.query import Query
from index.text.article import IndexedArticle
from index.text.terms import content_stems, stem, stems

WRITINGS = frozenset(
    map(
        stem,
        "article document text report paper story piece page post interview transcript minutes meeting notes recipe "
        "manual guide policy handbook letter mail email thread memo speech review opinion column podcast press release "
        "file book chapter section news rules".split(),
    )
)
"""Stems of words that name a writing, which need not stand in it."""
_ANY = frozenset(map(stem, "all any both each every".split()))
_OF_TIME = frozenset(map(stem, "morning afternoon evening night day week month year time".split()))
"""Stems of words that say when; a text says it otherwise."""
LIGHT = 0.2
"""Part of its idf that such a word counts."""
_NAMES_OF_MONTHS = {n: name for name, n in MONTHS.items() if len(name) > 4 or name in {"may", "june", "july"}}


class Subject:
    """A subject under all wordings that a search gave it."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self.queries = tuple(queries)
        self._weights = [
            {word.stem: word.idf * (LIGHT if word.stem in WRITINGS | _OF_TIME else 1.0) for word in query.content}
            for query in queries
        ]

    def coverage(self, terms: frozenset[str]) -> float:
        """Share of its words, by idf, that are among `terms`, the stems of a text; the best of its wordings."""
        best = 0.0
        for weights in self._weights:
            if whole := sum(weights.values()):
                best = max(best, sum(weight for one, weight in weights.items() if one in terms) / whole)
        return best


@lru_cache(maxsize=4096)
def article_terms(article: IndexedArticle) -> frozenset[str]:
    """Stems of what the catalog has of an article: title, publisher, authors, date in words."""
    published = article.published
    dated = f"{_NAMES_OF_MONTHS[published.month]} {published.year} {published.day}" if published else ""
    described = " ".join(filter(None, (article.title, article.publisher, *article.authors, dated)))
    return frozenset(stems(described))


def names_only_a_writing(topic: str) -> bool:
    """Whether a topic names nothing but a writing: "the report"."""
    return all(term in WRITINGS | _ANY for term in content_stems(topic))
