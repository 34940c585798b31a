"""Asks a case several times, each time with another seed, and takes the mean of its scores."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from assistant.models.seam import ChatModel, Completion, Message, Stream
from eval.runs.results import CaseResult, Epoch, Outcome, Score
from eval.runs.scoring import in_order, total_use

_epoch: ContextVar[int] = ContextVar("epoch", default=0)


@contextmanager
def epoch(number: int) -> Iterator[None]:
    """Within, a `ReseededModel` takes the seeds of this epoch; 0 leaves them as they are."""
    token = _epoch.set(number)
    try:
        yield
    finally:
        _epoch.reset(token)


def current_epoch() -> int:
    """Number of the present epoch, from 0."""
    return _epoch.get()


class ReseededModel:
    """Wraps a model and adds the number of the epoch to each seed, so that epochs are independent."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The other model's name."""
        return self._model.name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The other model's reply."""
        return self._model.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=_reseeded(seed))

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The other model's reply as it comes."""
        return self._model.stream(messages, max_tokens=max_tokens, temperature=temperature, seed=_reseeded(seed))


def _reseeded(seed: int | None) -> int | None:
    number = _epoch.get()
    return seed if not number else (seed or 0) + number


def merged(askings: Sequence[CaseResult]) -> CaseResult:
    """Merge the askings of a case: mean scores; the first answer; failed, degraded or unscored if any asking was."""
    first = askings[0]
    if len(askings) == 1:
        return first
    failed = next((one for one in askings if one.outcome is Outcome.FAILED), None)
    if failed is not None:
        return failed
    return replace(
        first,
        scores=in_order([_mean([one.score(score.name) or score for one in askings]) for score in first.scores]),
        degraded=next((one.degraded for one in askings if one.degraded), None),
        broken_receipts=max(one.broken_receipts for one in askings),
        epochs=tuple(
            Epoch(outcome=one.outcome, text=one.text, scores={score.name: score.value for score in one.scores})
            for one in askings
        ),
        usage=total_use([one.usage for one in askings if one.usage]),
        seconds=round(sum(one.seconds for one in askings), 4),
    )


def _mean(scores: Sequence[Score]) -> Score:
    missing = next((score for score in scores if score.value is None), None)
    if missing is not None:
        return missing
    values = [score.value for score in scores if score.value is not None]
    return Score(name=scores[0].name, value=sum(values) / len(values))
