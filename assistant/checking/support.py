"""Check that articles support a sentence, and refuse it otherwise: figures, dates, names, negations, meaning.

Every sentence of a language model is checked here before it is shown. Figures, dates, names and negations are checked
by value (`assistant.checking.conflicts`); meaning is judged by a fitted probability (`assistant.checking.similarity`),
or by a stronger scorer.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.answer.kept import Receipt
from assistant.checking.conflicts import Conflict, conflicts
from assistant.checking.names import Mentions, Surroundings
from assistant.checking.similarity import FEATURES, Run, Similarity
from assistant.language.sentence import ParsedSentence, parse
from assistant.reading.weights import Linear, probability
from index.search.engine import Passage, SearchEngine
from index.search.query import Query
from index.text.structure import is_heading

WEIGHTS_PATH = Path(__file__).parent / "support.json"
LONGEST_RUN = 3
"""Most sentences of a receipt."""
RIVAL_ODDS = 3.0
"""Ratio of odds from which a run with conflicts is preferred to the best one without, and the claim refused."""
LOOKED_AT = 6
"""Runs of each length, over all passages, that are scored; those with most of the claim."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether the passages support a claim."""

    supported: bool
    score: float
    """Estimated probability that the receipt supports the claim, in [0, 1]; halved by each conflict."""
    reason: str | None
    """Why it is not supported, in words; None if it is."""
    receipt: Receipt | None
    """The supporting sentences or, if unsupported, the nearest ones; None if there are none."""
    conflicts: tuple[Conflict, ...] = ()
    """Conflicts of the claim with the receipt."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Considered:
    """A run of sentences that may support the claim."""

    receipt: Receipt
    similarity: Similarity
    run: Run
    conflicts: tuple[Conflict, ...]


class SupportScorer(Protocol):
    """Estimates by meaning whether sentences support a claim."""

    @property
    def name(self) -> str:
        """Name in reports."""

    @property
    def threshold(self) -> float:
        """Least score of supported claims."""

    def scores(self, claim: str, runs: Sequence[Considered]) -> list[float]:
        """Estimate the probability that each run supports the claim's meaning, in [0, 1], ignoring conflicts."""


class FittedScorer:
    """The default scorer: logistic regression over `FEATURES`, from `python -m eval.lab.fitting.fit_support`."""

    name = "fitted"

    def __init__(self, linear: Linear, threshold: float) -> None:
        self.linear = linear
        self.threshold = threshold

    def scores(self, claim: str, runs: Sequence[Considered]) -> list[float]:
        """Compute the fitted probability of each run."""
        if not runs:
            return []
        return [
            probability(score) for score in self.linear.score(np.stack([one.similarity.row(one.run) for one in runs]))
        ]


@lru_cache(maxsize=1)
def load_scorer() -> FittedScorer:
    """Load the fitted scorer that ships with the program."""
    data = json.loads(WEIGHTS_PATH.read_text(encoding="utf-8"))
    return FittedScorer(Linear.from_json(data["support"], FEATURES), data["threshold"])


class SupportCheck:
    """Checks sentences against passages."""

    def __init__(self, engine: SearchEngine, *, scorer: SupportScorer | None = None) -> None:
        self.engine = engine
        self.scorer = scorer or load_scorer()

    def check(self, claim: Query, passages: Sequence[Passage]) -> Verdict:
        """Find the smallest run of whole sentences of one passage that supports a claim.

        Args:
            claim: one sentence, without citation markers, encoded by `engine.encode`.
            passages: candidates for its receipt.
        """
        stated = parse(claim.text)
        if not stated.telling and not stated.values:
            return Verdict(supported=False, score=0.0, reason="it states nothing", receipt=None)
        clear: _Scored | None = None
        rival: _Scored | None = None
        for considered in self.considered(claim, passages):
            scores = self.scorer.scores(claim.text, considered)
            scored = [_Scored(score=score, one=one) for score, one in zip(scores, considered, strict=True)]
            clear = _better(clear, [one for one in scored if not one.one.conflicts])
            rival = _better(rival, [one for one in scored if one.one.conflicts])
            if clear is not None and clear.score >= self.scorer.threshold and not clear.yields_to(rival):
                return _verdict(clear, supported=True)  # Fewer sentences before more.
        nearest = rival if clear is None or clear.yields_to(rival) else clear
        if nearest is not None:
            return _verdict(nearest, supported=False)
        return Verdict(supported=False, score=0.0, reason="no passage was given", receipt=None)

    def considered(self, claim: Query, passages: Sequence[Passage]) -> Iterator[list[Considered]]:
        """Yield the runs of one sentence with most of the claim, then those of two, and so on."""
        stated = parse(claim.text)
        mentions = self.engine.glossary.found_in(claim.text)
        held = [_Held(claim, passage, self.engine, mentions) for passage in passages]
        for length in range(1, LONGEST_RUN + 1):
            runs = [(one, run) for one in held for run in one.runs(length)]
            runs.sort(key=lambda pair: -pair[0].similarity.coverage(pair[1]))
            yield [one.considered(stated, run) for one, run in runs[:LOOKED_AT]]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Scored:
    score: float
    one: Considered

    def yields_to(self, rival: "_Scored | None") -> bool:
        """Whether a run with conflicts is so much nearer that the claim must be about it."""
        if rival is None:
            return False
        return rival.score * (1 - self.score) > RIVAL_ODDS * self.score * (1 - rival.score)


def _better(best: _Scored | None, others: Sequence[_Scored]) -> _Scored | None:
    return max([*([best] if best else []), *others], key=lambda one: one.score, default=None)


def _verdict(found: _Scored, *, supported: bool) -> Verdict:
    against = found.one.conflicts
    reason = None if supported else against[0].reason if against else "it is too far from it in meaning"
    return Verdict(
        supported=supported,
        score=found.score / 2 ** len(against),
        reason=reason,
        receipt=found.one.receipt,
        conflicts=against,
    )


class _Held:
    """A passage with its similarity to a claim."""

    def __init__(self, claim: Query, passage: Passage, engine: SearchEngine, mentions: Mentions) -> None:
        self.passage = passage
        self.mentions = mentions
        self.texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]
        self.similarity = Similarity(claim, passage, engine, mentions)
        self.headings = [is_heading(text) for text in self.texts]

    def runs(self, length: int) -> list[Run]:
        """List all runs of `length` sentences without headings."""
        starts = range(len(self.texts) - length + 1)
        return [Run(first=i, last=i + length) for i in starts if not any(self.headings[i : i + length])]

    def considered(self, claim: ParsedSentence, run: Run) -> Considered:
        """Return the run with its conflicts."""
        own = [parse(text) for text in self.texts[run.first : run.last]]
        found = conflicts(claim, own, self._around, self.mentions, core=self.similarity.core(run))
        if not found and (pair := self.similarity.substituted(run)) is not None:
            found.append(Conflict(kind="words", reason=f"it has “{pair[1]}” in the place of “{pair[0]}”"))
        return Considered(
            receipt=Receipt(passage=self.passage, sentences=self.passage.sentences[run.first : run.last]),
            similarity=self.similarity,
            run=run,
            conflicts=tuple(found),
        )

    @cached_property
    def _around(self) -> Surroundings:
        article = self.passage.article
        return Surroundings.of(
            self.texts, title=article.title or "", publisher=article.publisher or "", published=article.published
        )
