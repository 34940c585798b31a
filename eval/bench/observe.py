"""Collect passages, features of sentences, and labels for a test set's questions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.language.sentence import Sentences
from assistant.question.question import Question, analyse
from assistant.reading.evidence import Candidate, Evidence
from eval.bench.sets import BenchQuestion
from eval.cases.short_answers import normalise
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters, Retrieved
from index.text.article import IndexedArticle


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether `text` contains an accepted answer as whole words, both normalised."""
    words = f" {normalise(text)} "
    accepted = [normalise(answer) for answer in answers]
    return any(f" {answer} " in words or (answer in words and not answer.isascii()) for answer in accepted if answer)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Observation:
    """A question of a test set, with the candidate sentences for its answer."""

    asked: BenchQuestion
    question: Question
    features: NDArray[np.float64]
    """(candidates, features)."""
    answers: NDArray[np.bool_]
    """(candidates,) whether a sentence of a relevant document contains an accepted answer."""
    answerable: bool
    """Whether the searched collection answers it."""
    about: bool
    """Whether the searched collection has the article that the question was written about."""


def document_of(article: IndexedArticle) -> str:
    """Return the test set's id of an article."""
    return article.source.removeprefix("bench:")


def observe(
    asked: Sequence[BenchQuestion],
    engine: EmbeddedSearch,
    *,
    passages: int,
    about: bool,
    meter: Callable[[int, int], None],
) -> Iterator[Observation]:
    """Search for questions, and describe the sentences of the passages by features.

    Args:
        asked: questions of a test set.
        engine: over documents of that set.
        passages: read for each question.
        about: whether the engine has the articles that the questions were written about.
        meter: takes progress: questions done, and the total.
    """
    for place, one in enumerate(asked):
        retrieved = engine.search(one.text, k=passages, filters=Filters())
        question = analyse(retrieved.question)
        found = Evidence(question, retrieved.passages, engine, Sentences(engine.idf, engine.highest_idf)).candidates(
            retrieved.queries[0]
        )
        meter(place + 1, len(asked))
        if found:
            yield Observation(
                asked=one,
                question=question,
                features=np.stack([candidate.features for candidate in found]),
                answers=labels(one, found),
                answerable=about and one.answerable,
                about=about,
            )


def labels(asked: BenchQuestion, found: Sequence[Candidate]) -> NDArray[np.bool_]:
    """Mark the candidates from relevant documents that contain an accepted answer; shape (candidates,)."""
    return np.asarray(
        [
            asked.answerable
            and asked.relevant.get(document_of(candidate.passage.article), 0) > 0
            and holds_answer(candidate.text, asked.answers)
            for candidate in found
        ],
        dtype=bool,
    )


def ranked_documents(retrieved: Retrieved) -> list[str]:
    """Rank documents by their best passages."""
    return list(dict.fromkeys(document_of(passage.article) for passage in retrieved.passages))
