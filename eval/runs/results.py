"""Results of a run of gold cases: answered, refused or failed, with scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.answer.answer import ModelUse
from eval.cases.case import GoldCase

DIGITS = 6
"""Decimal places of scores, so that a run equals itself read from its file, and diffs show no floating-point noise."""


class Outcome(StrEnum):
    """Outcome of a case. A failure is neither a wrong answer nor a refusal."""

    ANSWERED = "answered"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """A measure of one case, or the reason why it is unscored."""

    name: str
    value: float | None
    """In [0, 1]; None if unscored, which is not zero."""
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
class Epoch:
    """One of several askings of a case."""

    outcome: Outcome
    text: str
    scores: Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseResult:
    """A case with its outcome."""

    case: GoldCase
    outcome: Outcome
    error: str | None = None
    """Why it failed: the error's type and message."""
    reason: str | None = None
    """Why it was refused."""
    searched: str = ""
    """The question as searched: follow-ups rewritten, spelling corrected."""
    text: str = ""
    """Text of the answer."""
    citations: tuple[Cited, ...] = ()
    broken_receipts: int = 0
    """Number of citations whose quote is not in its article to the letter."""
    confidence: float | None = None
    """Estimated probability that the articles answer."""
    would_be_right: bool | None = None
    """Whether the quotes, or those a refusal withheld, state every fact; for the risk-coverage curve. None if not
    known."""
    degraded: str | None = None
    """Why another reader than the configured one answered."""
    scores: tuple[Score, ...] = ()
    """One for each measure that applies to the case. That depends on the gold and not on the answer, so that two runs
    have the same measures."""
    judgements: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)
    """Verdicts of all the judge's repeats, by measure."""
    epochs: tuple[Epoch, ...] = ()
    """Every asking, if there were several; then scores are their means, and the rest is of the first."""
    usage: ModelUse | None = None
    """Calls, tokens and cost of the models that answered and judged."""
    seconds: float = 0.0

    def score(self, name: str) -> Score | None:
        """Return the score of a measure; None if it does not apply to the case."""
        return next((score for score in self.scores if score.name == name), None)

    @property
    def unscored(self) -> tuple[Score, ...]:
        """Scores without a value."""
        return tuple(score for score in self.scores if score.value is None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """What produced a run. Runs with equal provenance give equal results, except for times."""

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
    deterministic: bool | None = None
    """Whether asking again gave the same bytes; None if that was not tried."""
    attempt: int = 1
    """How many runs of the same cases and provenance this is, as far as is known."""

    @property
    def failed(self) -> Sequence[CaseResult]:
        """Cases that ended with an error."""
        return [result for result in self.results if result.outcome is Outcome.FAILED]

    def by_tag(self) -> dict[str, list[CaseResult]]:
        """Results by tag, tags in alphabetical order."""
        tags = sorted({tag for result in self.results for tag in result.case.tags})
        return {tag: [result for result in self.results if tag in result.case.tags] for tag in tags}
