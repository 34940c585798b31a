"""Check that articles support a sentence, by value and by meaning, and refuse it otherwise.

Every sentence of a language model is checked here before it is shown. Figures, dates, letters and names are compared
by value (`assistant.checking.conflicts`), which no scorer overrules; meaning is judged by a network that reads the
sentence and its evidence together (`assistant.checking.entailment`), or by a scorer of one's own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from assistant.answer.kept import Receipt
from assistant.checking.conflicts import Conflict, conflicts
from assistant.checking.entailment import shared_scorer
from assistant.checking.names import Mentions, Surroundings
from assistant.checking.similarity import Coverage
from assistant.checking.verbatim import is_fragment, repeats, restates
from assistant.language.foreign import is_foreign
from assistant.language.sentence import ParsedSentence, parse
from index.search.engine import Passage, SearchEngine
from index.search.query import Query
from index.text.structure import is_heading

LONGEST_RUN = 3
"""Most sentences of a receipt."""
_ASKING = ("?", "？")
"""How a sentence ends that states nothing; one that reports a question ends with the quotation mark."""
LEAST_COVERAGE = 0.25
"""Share of the claim's words that a run must have for the network to read it: it was not made for what has none."""
_OPENING = re.compile(r"(?:yes|no|indeed|overall|in short|in summary|in conclusion), (?=\w)", re.IGNORECASE)
"""Turns to the question or closes the answer, and states nothing of the matter itself."""
LEAST_OF_SEVERAL = 0.8
"""Least score of a run of several sentences: of a small model's sentences that rested on such, most were wrong."""
LOOKED_AT = 4
"""Runs of each length, over all passages, that are scored; those with most of the claim."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether the passages support a claim."""

    supported: bool
    score: float
    """Estimated probability, in [0, 1], that the best run of sentences without conflicts supports the claim."""
    reason: str | None
    """Why it is not supported, in words; None if it is."""
    receipt: Receipt | None
    """The supporting sentences or, if unsupported, the nearest ones; None if there are none."""
    conflicts: tuple[Conflict, ...] = ()
    """Conflicts of the claim with the receipt."""


class SupportScorer(Protocol):
    """Estimates by meaning whether sentences support a claim."""

    @property
    def name(self) -> str:
        """Name in reports."""

    @property
    def threshold(self) -> float:
        """Least score of supported claims."""

    def scores(self, claim: str, evidence: Sequence[str]) -> list[float]:
        """Estimate the probability that each evidence supports the claim's meaning, in [0, 1], ignoring conflicts."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Considered:
    """A run of sentences that may support the claim."""

    receipt: Receipt
    conflicts: tuple[Conflict, ...]
    coverage: float
    """Share of the claim's words that it has, weighted by idf."""


class SupportCheck:
    """Checks sentences against passages."""

    def __init__(self, engine: SearchEngine, *, scorer: SupportScorer | None = None) -> None:
        self.engine = engine
        self.scorer = scorer or shared_scorer()

    def check(self, claim: Query, passages: Sequence[Passage]) -> Verdict:
        """Find the smallest run of whole sentences of one passage that supports a claim.

        Args:
            claim: one sentence, without citation markers, encoded by `engine.encode`.
            passages: candidates for its receipt.
        """
        return self._judged(claim, self.considered(claim, passages))

    def check_receipt(self, claim: Query, receipt: Receipt) -> Verdict:
        """Check a claim, as `check` does, against one run of sentences of a passage alone."""
        passage = receipt.passage
        held = _Held(claim, passage, self.engine, self.engine.glossary.found_in(claim.text))
        first = passage.sentences.index(receipt.sentences[0])
        run = held.considered(parse(claim.text), first, first + len(receipt.sentences))
        return self._judged(claim, [[run]])

    def _judged(self, claim: Query, runs: Iterable[list[Considered]]) -> Verdict:
        """Judge by the first run that supports a claim; the runs in turns that are scored together."""
        stated = parse(claim.text)
        if (not stated.telling and not stated.values) or claim.text.rstrip().endswith(_ASKING):
            return Verdict(supported=False, score=0.0, reason="it states nothing", receipt=None)
        best = 0.0
        nearest: Considered | None = None
        for considered in runs:
            nearest = nearest or next(iter(considered), None)
            clear = [one for one in considered if not one.conflicts]
            for one, score in zip(clear, self._scores(claim.text, clear), strict=True):
                if score >= self._least(one):  # Fewer sentences before more, and those with most of it first.
                    return Verdict(supported=True, score=score, reason=None, receipt=one.receipt)
                best = max(best, score)
        if nearest is None:
            return Verdict(supported=False, score=0.0, reason="no passage was given", receipt=None)
        against = nearest.conflicts
        reason = against[0].reason if against else "it does not bear it out"
        return Verdict(supported=False, score=best, reason=reason, receipt=nearest.receipt, conflicts=against)

    def _least(self, run: Considered) -> float:
        """The least score at which a run supports a claim."""
        alone = len(run.receipt.sentences) == 1
        return self.scorer.threshold if alone else max(self.scorer.threshold, LEAST_OF_SEVERAL)

    def _scores(self, claim: str, runs: Sequence[Considered]) -> Iterator[float]:
        """Score runs as they are asked for: one that repeats the claim is sure; only English sentences may do else."""
        claim = _OPENING.sub("", claim)
        texts = [one.receipt.text for one in runs]
        repeated = [float(repeats(claim, text)) for text in texts]
        if any(repeated) or is_foreign(claim) or is_fragment(claim):
            yield from repeated
            return
        stated = parse(claim)
        restated = [float(restates(stated, parse(text))) for text in texts]
        if any(restated):
            yield from restated
            return
        mentions = self.engine.glossary.found_in(claim)
        for one, text in zip(runs, texts, strict=True):  # One by one: the first often passes.
            if one.coverage < LEAST_COVERAGE:
                yield 0.0
                continue
            stated_so = _in_words_of(text, claim, mentions)
            (score,) = self.scorer.scores(stated_so, [text])
            if score >= self.scorer.threshold:  # What stands beside it may limit it, or tell it of another.
                beside = _with_neighbours(one.receipt)
                score = score if beside == text else (score + self.scorer.scores(stated_so, [beside])[0]) / 2
            yield score

    def considered(self, claim: Query, passages: Sequence[Passage]) -> Iterator[list[Considered]]:
        """Yield the runs of one sentence with most of the claim, then those of two, and so on."""
        stated = parse(claim.text)
        mentions = self.engine.glossary.found_in(claim.text)
        held = [_Held(claim, passage, self.engine, mentions) for passage in passages]
        for length in range(1, LONGEST_RUN + 1):
            runs = [(share, one, first) for one in held for share, first in one.runs(length)]
            runs.sort(key=lambda run: -run[0])
            yield [one.considered(stated, first, first + length) for _, one, first in runs[:LOOKED_AT]]


def _with_neighbours(receipt: Receipt) -> str:
    """The receipt's sentences with the one before and the one behind them in the passage, unless that is a heading."""
    passage, place = receipt.passage, receipt.passage.sentences.index(receipt.sentences[0])
    first, last = max(0, place - 1), min(len(passage.sentences), place + len(receipt.sentences) + 1)
    texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences[first:last]]
    return " ".join(text for text in texts if not is_heading(text))


def _in_words_of(text: str, claim: str, mentions: Mentions) -> str:
    """The claim with the names that a text uses in the place of their aliases, which the network does not know."""
    for name, group in mentions:
        other = next((other for other in group if other in text), None)
        if name not in text and other is not None:
            claim = claim.replace(name, other)
    return claim


class _Held:
    """A passage with the words of a claim that its sentences have."""

    def __init__(self, claim: Query, passage: Passage, engine: SearchEngine, mentions: Mentions) -> None:
        self.passage = passage
        self.mentions = mentions
        self.texts = [passage.text[s.start - passage.start : s.end - passage.start] for s in passage.sentences]
        self.coverage = Coverage(claim, self.texts, engine, mentions)
        self.headings = [is_heading(text) for text in self.texts]

    def runs(self, length: int) -> Iterator[tuple[float, int]]:
        """Yield the coverage and the first sentence of each run of `length` sentences without headings."""
        for first in range(len(self.texts) - length + 1):
            if not any(self.headings[first : first + length]):
                yield self.coverage.share(first, first + length), first

    def considered(self, claim: ParsedSentence, first: int, last: int) -> Considered:
        """Return the run with its conflicts."""
        own = [parse(text) for text in self.texts[first:last]]
        found = conflicts(claim, own, self._around, self.mentions)
        if not found and (pair := self.coverage.substituted(first, last)) is not None:
            found.append(Conflict(kind="words", reason=f"it has “{pair[1]}” in the place of “{pair[0]}”"))
        receipt = Receipt(passage=self.passage, sentences=self.passage.sentences[first:last])
        return Considered(receipt=receipt, conflicts=tuple(found), coverage=self.coverage.share(first, last))

    @cached_property
    def _around(self) -> Surroundings:
        article = self.passage.article
        return Surroundings.of(
            self.texts, title=article.title or "", publisher=article.publisher or "", published=article.published
        )
