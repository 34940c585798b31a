"""Chooses a few of many statements: central ones, from all sections, that say different things."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.reading.evidence import header_row
from assistant.reading.overview.statements import Statement
from assistant.reading.reader import Quote
from assistant.reading.sameness import SAME_MEANING
from index.search.engine import SearchEngine
from index.text.terms import stem, stems

MOST = 12
"""Quotes of an overview."""
REDUNDANCY = 0.4
"""What likeness to a chosen statement costs, for each unit of the cosine."""
OPENS = 0.4
"""What opening its section adds to a statement's centrality: reports say first what matters."""

IN_A_ROW = 3
"""Sentences side by side that become one quote."""
SUMS_UP = 0.4
"""What standing under such a heading adds."""
_SUMMING_UP = frozenset(map(stem, "summary abstract conclusion conclusions overview".split()))


def central(statements: Sequence[Statement]) -> NDArray[np.float64]:
    """(statements,): cosine of each one with the mean of all, more for the first one of a section."""
    vectors = np.stack([one.vector for one in statements])
    mean = vectors.mean(axis=0)
    scores = np.asarray(vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-9)), dtype=np.float64)
    opening: dict[tuple[int, str], int] = {}
    for n, one in sorted(enumerate(statements), key=lambda pair: pair[1].sentence.start):
        opening.setdefault((one.article.number, one.section), n)
    scores[list(opening.values())] += OPENS
    scores += [SUMS_UP * bool(_SUMMING_UP & set(stems(one.section))) for one in statements]
    return scores


def diverse(
    statements: Sequence[Statement], scores: NDArray[np.float64], count: int, *, chosen: Sequence[int] = ()
) -> list[int]:
    """Places of `count` statements that score high and say different things (maximal marginal relevance).

    After Carbonell and Goldstein (1998); `chosen` are taken already and stand in front.
    """
    vectors = np.stack([one.vector for one in statements])
    taken = list(chosen)
    while len(taken) < count:
        like = (vectors @ vectors[taken].T).max(axis=1) if taken else np.full(len(statements), -1.0)
        gains = np.where(like >= SAME_MEANING, -np.inf, scores - REDUNDANCY * np.maximum(like, 0.0))
        gains[taken] = -np.inf
        best = int(gains.argmax())
        if gains[best] == -np.inf:
            break
        taken.append(best)
    return taken


def over_sections(statements: Sequence[Statement], scores: NDArray[np.float64], count: int) -> list[int]:
    """Places of `count` statements: the best of each section, the best sections first, then as `diverse`."""
    first = list(best_of_each([one.section for one in statements], scores).values())
    return diverse(statements, scores, count, chosen=first[:count])


def best_of_each(keys: Sequence[object], scores: NDArray[np.float64]) -> Mapping[object, int]:
    """The place of the highest score of each key, the highest first."""
    best: dict[object, int] = {}
    for n in np.argsort(-scores, kind="stable"):
        best.setdefault(keys[n], int(n))
    return best


def in_reading_order(statements: Iterable[Statement]) -> list[Statement]:
    """Statements by article, in the order in which these come first, then by place."""
    ordered = list(statements)
    ranks: dict[int, int] = {}
    for one in ordered:
        ranks.setdefault(one.article.number, len(ranks))
    return sorted(ordered, key=lambda one: (ranks[one.article.number], one.sentence.start))


def quotes_of(statements: Sequence[Statement], engine: SearchEngine) -> list[Quote]:
    """A quote of each statement; those that stand side by side become one, and a table's header precedes its rows."""
    quotes: list[Quote] = []
    headers: set[tuple[int, int]] = set()
    for one in statements:
        header = header_row(one.passage, one.place, engine)
        if header is not None and (one.article.number, header.start) not in headers:
            headers.add((one.article.number, header.start))
            quotes.append(Quote(article=one.article, sentences=(header,), best=header, apart=True))
        quote = one.quote()
        last = quotes[-1] if quotes else None
        if (
            last is not None
            and last.article.number == quote.article.number
            and not (last.apart or quote.apart)
            and last.start <= quote.start <= last.end + 1
            and len(last.sentences) < IN_A_ROW
        ):
            joined = sorted({*last.sentences, *quote.sentences}, key=lambda sentence: sentence.start)
            quotes[-1] = Quote(article=quote.article, sentences=tuple(joined), best=last.best)
        else:
            quotes.append(quote)
    return quotes
