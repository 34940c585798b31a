"""A second search where the first leaves the question's words or names unmet, and how the two share the places."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.language.names import proper_names
from assistant.question.question import analyse
from index.search.engine import LONG_QUESTION, Passage, Retrieved
from index.text.terms import stems

WIDE = 30
"""Passages of each search that are looked at."""
KEPT = 6
"""Places, from the best on, that a second hop leaves to the first search: as many as are read unless more are asked
for, since reading a hop's passages in their place loses single answers."""
KEPT_IN_CONVERSATION = 3
"""The same for a search in the light of the last answer."""
UNMET = 0.3
"""Share of the question's terms, by idf, from which on one passage that lacks them does not meet the question."""
BRIDGES = 6
"""Names that a second hop searches for at most."""
CONTEXT_CHARACTERS = 400
"""Of the last answer, what a search in its light takes along."""

Search = Callable[[str, int], Retrieved]
"""The best so many passages for a question."""
Idf = Callable[[str], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Needs:
    """What the best passage leaves of a question."""

    words: frozenset[str]
    """Stems that it has."""
    unmet: bool


def search_twice(question: str, k: int, search: Search, idf: Idf, *, context: str = "") -> Retrieved:
    """The best passages for a question, after a second search if the best one does not meet it.

    Without a context the second search is for what the best passage lacks of the question, together
    with the names in its title and in its best sentence: "Who was the first president of the body
    that publishes the Harbour Gazette?" finds the article on the Gazette first, then the body's.

    Args:
        question: that stands by itself.
        k: how many passages.
        search: the search engine.
        idf: inverse document frequency of a stem.
        context: what was answered before it in a conversation; the second search is then for the
            question together with its beginning.

    Returns:
        As the first search, spelling and wordings included; passages that only the second found
        have the least scores of the first, so that a reader is never surer because of them.
    """
    if (k <= KEPT and not context) or len(question) > LONG_QUESTION:  # No place for a second, or nothing to add.
        return search(question, k)
    first = search(question, max(k, WIDE))
    if not first.passages:
        return first
    again, kept = _second(first.question, first.passages[0], idf, context)
    if again is None:
        return replace(first, passages=first.passages[:k])
    second = search(again, WIDE)
    return replace(first, passages=in_places(first.passages, second.passages, kept=kept)[:k])


def _second(question: str, best: Passage, idf: Idf, context: str) -> tuple[str | None, int]:
    """What to search for next, if anything, and how many places the first search keeps."""
    needs = _needs(question, best, idf)
    if not needs.unmet:
        return None, 0
    if context:
        beginning = " ".join(context.split())[:CONTEXT_CHARACTERS]
        return f"{beginning} {question}", KEPT_IN_CONVERSATION
    return second_question(question, best, needs.words, idf), KEPT


def _needs(question: str, best: Passage, idf: Idf) -> _Needs:
    asked = analyse(question)
    held = frozenset(stems(f"{best.article.title or ''} {best.text}"))
    weights = {term: idf(term) for term in asked.stems}
    lacking = sum(weight for term, weight in weights.items() if term not in held)
    names_met = all(set(stems(name)) <= held for name in asked.names)
    return _Needs(words=held, unmet=not names_met or lacking > UNMET * sum(weights.values()))


def second_question(question: str, best: Passage, held: frozenset[str], idf: Idf) -> str | None:
    """The question without the words that a passage has, and with the names that it adds; None if it adds none."""
    sources = (best.article.title or "", _best_sentence(question, best, idf))
    found = dict.fromkeys(source[start:end] for source in sources for start, end in proper_names(source))
    names = [name for name in found if name.lower() not in question.lower()][:BRIDGES]
    if not names:
        return None
    rest = [word for word in question.split() if not (terms := stems(word)) or not set(terms) <= held]
    return " ".join([*rest, *names])


def _best_sentence(question: str, passage: Passage, idf: Idf) -> str:
    """The sentence that shares most with the question, by idf."""
    asked = frozenset(analyse(question).stems)
    texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]
    return max(texts, key=lambda text: sum(idf(term) for term in asked & set(stems(text))), default=passage.text)


def in_places(first: Sequence[Passage], second: Sequence[Passage], *, kept: int) -> tuple[Passage, ...]:
    """Two rankings as one: the best `kept` of the first stay where they are, then both take turns, the second first.

    So neither search can push the other's best out of the ten; what both found stands once.
    """
    by_id = {passage.chunk_id: passage for passage in first[:WIDE]}
    added = [by_id.get(passage.chunk_id) or _least(passage, list(by_id.values())) for passage in second]
    queues = [list(reversed(added)), list(reversed(first[kept:]))]
    placed = {passage.chunk_id: passage for passage in first[:kept]}
    while any(queues):
        for queue in queues:
            while queue and queue[-1].chunk_id in placed:
                queue.pop()
            if queue:
                passage = queue.pop()
                placed[passage.chunk_id] = passage
    return tuple(replace(passage, rank=rank) for rank, passage in enumerate(placed.values(), 1))


def _least(passage: Passage, others: Sequence[Passage]) -> Passage:
    """A passage with the least that another search gave: its own scores are for another question."""
    return replace(
        passage,
        score=min(other.score for other in others),
        cosine=min(other.cosine for other in others),
        bm25=min(other.bm25 for other in others),
        late=min(other.late for other in others),
    )
