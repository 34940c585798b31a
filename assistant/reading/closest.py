"""The sentence of each retrieved article, or passage, that comes closest to an answer, for a person to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.language.sentence import Sentences
from assistant.question.question import analyse
from assistant.reading.evidence import Candidate, Evidence
from assistant.reading.weights import Weights, rank, shares
from index.search.engine import Passage, Retrieved, SearchEngine
from index.text.article import IndexedArticle, Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseSentence:
    """The sentence of an article that is likeliest to answer."""

    article: IndexedArticle
    sentence: Sentence
    probability: float
    """Estimated probability that it answers, in [0, 1].

    The reading's confidence is that of its likeliest sentence; every other one has it in proportion to its share of
    the chance. So these do not add up to the confidence.
    """


def closest(
    passages: Sequence[Passage], found: Sequence[Candidate], scores: NDArray[np.float64], confidence: float
) -> list[CloseSentence]:
    """Pick the likeliest sentence of each article, likeliest first.

    Args:
        passages: retrieved, best first.
        found: the sentences of them that state something.
        scores: (candidates,), their exponentials in proportion to the chances of answering.
        confidence: estimated probability that the passages answer.

    Returns:
        One for each article: of an article without a candidate the first sentence, with probability 0.
    """
    likeliest: dict[int, CloseSentence] = {}
    share = shares(scores) if len(found) else scores
    highest = share.max(initial=0.0)
    for place in np.argsort(-share, kind="stable"):
        chance = confidence * float(share[place] / highest)
        article = found[place].passage.article
        close = CloseSentence(article=article, sentence=found[place].sentence, probability=chance)
        likeliest.setdefault(article.number, close)
    for passage in passages:
        first = CloseSentence(article=passage.article, sentence=passage.sentences[0], probability=0.0)
        likeliest.setdefault(passage.article.number, first)
    return list(likeliest.values())


def matching(retrieved: Retrieved, engine: SearchEngine, weights: Weights) -> dict[int, Sentence]:
    """Pick the sentence of each passage that matches the question best, by words and vectors alone.

    Args:
        retrieved: what a search found.
        engine: searched it.
        weights: fitted.

    Returns:
        By the passage's chunk id; a passage in which no sentence states anything is left out.
    """
    evidence = Evidence(
        analyse(retrieved.question), retrieved.passages, engine, Sentences(engine.idf, engine.highest_idf)
    )
    best: dict[int, tuple[float, Sentence]] = {}
    for query in retrieved.queries:
        found = evidence.candidates(query)
        for candidate, score in zip(found, rank(found, weights) if found else (), strict=True):
            known = best.get(candidate.passage.chunk_id)
            if known is None or score > known[0]:
                best[candidate.passage.chunk_id] = (float(score), candidate.sentence)
    return {chunk_id: sentence for chunk_id, (_, sentence) in best.items()}
