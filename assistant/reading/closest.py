"""The sentence of each retrieved article that comes closest to an answer, for a refusal to show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.reading.evidence import Candidate
from assistant.reading.weights import shares
from index.search.engine import Passage
from index.text.article import IndexedArticle, Sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseSentence:
    """The sentence of an article that is likeliest to answer."""

    article: IndexedArticle
    sentence: Sentence
    probability: float
    """Estimated probability that it answers, in [0, 1].

    The reading's confidence is that of its likeliest sentence; every other one has it in proportion to its share of
    the chance. So these do not add up to the confidence. They are as the reader estimated them, before the rules that
    refuse a question because it names what no article has.
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
