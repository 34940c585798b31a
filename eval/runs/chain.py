"""Opens the assistant under evaluation, in each process of a run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.chain.opening import opener
from assistant.settings.locations import encoder_of
from assistant.settings.settings import Settings
from eval.runs.asking import Examiner, Judge
from eval.runs.provenance import provenance_of
from eval.runs.results import Provenance
from eval.runs.scorers import NamedScorer
from index.search.embedded import embedded_opener

if TYPE_CHECKING:
    from eval.runs.answering import ConfiguredWriter


@dataclass(frozen=True, kw_only=True, slots=True)
class Chain:
    """An open assistant under examination."""

    examiner: Examiner
    provenance: Provenance


class OpenChain(Protocol):
    """Opens a chain; picklable."""

    def __call__(self) -> AbstractContextManager[Chain]:
        """Open the chain until the context ends."""


class OpenJudge(Protocol):
    """Makes a judge; picklable."""

    @property
    def description(self) -> str:
        """The judging model, its prompts and repeats, for the run's provenance."""

    @property
    def prompts(self) -> dict[str, str]:
        """Digests of its prompts by name."""

    def __call__(self) -> Judge:
        """A judge."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexChain:
    """Opens an assistant over an index."""

    root: Path
    settings: Settings
    note: Callable[[str], None]
    """Takes messages; a function of a module, so that it can be pickled."""
    judge: OpenJudge | None = None
    scorers: tuple[NamedScorer, ...] = ()
    """A person's own."""
    writer: "ConfiguredWriter | None" = None
    """Writes answers with a model; None to quote, whatever model the settings name."""

    @contextmanager
    def _opened(self) -> Iterator[Chain]:
        model = self.writer() if self.writer else None
        engines = embedded_opener(self.root, lambda snapshot: encoder_of(snapshot, self.note), note=self.note)
        assistant = opener(engines, self.settings, note=self.note, model=model)()
        try:
            provenance = provenance_of(
                assistant,
                self.settings,
                judge=self.judge.description if self.judge else None,
                prompts={
                    **(self.judge.prompts if self.judge else {}),
                    **(self.writer.prompts if self.writer else {}),
                },
                model=self.writer.name if self.writer else None,
                model_settings=self.writer.settings if self.writer else {},
            )
            examiner = Examiner(assistant, judge=self.judge() if self.judge else None, scorers=self.scorers)
            yield Chain(examiner=examiner, provenance=provenance)
        finally:
            assistant.close()

    def __call__(self) -> AbstractContextManager[Chain]:
        """Open the chain, until the context ends."""
        return self._opened()
