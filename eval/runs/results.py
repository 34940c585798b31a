"""What a run of gold cases yields: a case that was answered, refused or failed, with its scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.answer.answer import ModelUse
from eval.cases.case import GoldCase

DIGITS = 6
"""Decimal places of scores: a run that was just made and the same one read from its file are equal, and the last
bits of floating point make no difference in a diff."""


class Outcome(StrEnum):
    """What became of a case. A failure is neither a wrong answer nor a refusal."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A measure of one case, or why there is none."""

    name: str
    value: float | None
    """In [0, 1]; None is unscored, never zero."""
    reason: str | None = None
    """Why it is unscored."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """A receipt of an answer."""

    number: int
    article_id: str
    start: int
    end: int
    quote: str
    answer_spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """A case and what became of it."""

    case: GoldCase
    outcome: Outcome
    error: str | None = None
    """Why it failed: the error's type and message."""
    reason: str | None = None
    """Why it was refused."""
    searched: str = ""
    """The question as it was searched: a follow-up made whole, spelling corrected."""
    text: str = ""
    """What a person reads."""
    citations: tuple[Cited, ...] = ()
    broken_receipts: int = 0
    """Citations that do not stand in their articles to the letter."""
    confidence: float | None = None
    """Estimated probability that the articles answer."""
    would_be_right: bool | None = None
    """Whether what is quoted, or would have been if it had not refused, states every fact; for the risk-coverage
    curve. None where that cannot be told."""
    degraded: str | None = None
    """Why another reader than the one asked for answered."""
    scores: tuple[Score, ...] = ()
    """One for each measure that applies to the case, by what is expected and never by what came out, so that two
    runs of a case have the same measures."""
    judgements: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)
    """Every verdict of the judge's repeats, by measure."""
    usage: ModelUse | None = None
    """Calls, tokens and cost of the models that answered and judged."""
    seconds: float = 0.0

    def score(self, name: str) -> Score | None:
        """The score of a measure; None if that does not apply to the case."""
        return next((score for score in self.scores if score.name == name), None)

    @property
    def unscored(self) -> tuple[Score, ...]:
        """Scores that could not be made."""
        return tuple(score for score in self.scores if score.value is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What produced a run. Two runs with equal provenance give equal results, times apart."""

    assistant: str
    """Version of this program."""
    index: Mapping[str, str | int]
    """Fingerprint, generation, articles, chunks."""
    encoder: str
    """Name and hash."""
    reader: str
    model: str | None
    judge: str | None
    """The judging model, its prompts' digests and its repeats."""
    prompts: Mapping[str, str]
    """Digests by name."""
    settings: Mapping[str, str | int | float | bool]
    packages: Mapping[str, str]
    """Versions of the packages that answers depend on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """All cases of a gold set, asked once."""

    tag: str | None
    """A name for the run, from `--tag`."""
    gold: str
    """Digest of the cases."""
    provenance: Provenance
    results: tuple[CaseResult, ...]
    """In the order of the gold files."""
    started: str
    """ISO 8601, UTC."""
    seconds: float
    """Wall time."""

    @property
    def failed(self) -> Sequence[CaseResult]:
        """Cases that ended with an error."""
        return [result for result in self.results if result.outcome is Outcome.FAILED]

    def by_tag(self) -> dict[str, list[CaseResult]]:
        """Results by tag, tags in alphabetical order."""
        tags = sorted({tag for result in self.results for tag in result.case.tags})
        return {tag: [result for result in self.results if tag in result.case.tags] for tag in tags}
