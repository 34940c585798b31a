"""Scorers of one's own: Python functions that score an answer, as measures beside ours."""

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.answer.answer import Answer
from eval.cases.case import GoldCase, to_row
from eval.files import import_named
from eval.measures.registry import OWN
from eval.runs.results import Score
from index.errors import UsageError

GROUP = "assistant.scorers"
"""Entry points of installed packages."""

Scorer = Callable[[Mapping[str, object], Mapping[str, object]], object]
"""Takes a case, as the object of its line, and the answer's public JSON.

It returns a number from 0 to 1, a truth value, or None if it does not apply to the case.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedScorer:
    """A scorer as the command line names it; picklable."""

    name: str
    """`module:function`, or the name of an entry point."""

    @property
    def measure(self) -> str:
        """Name of its measure."""
        return OWN + self.name.rpartition(":")[2]

    def open(self) -> Scorer:
        """Import the function.

        Raises:
            UsageError: there is none.
        """
        if ":" in self.name:
            return import_named(self.name, "--scorer")
        found = importlib.metadata.entry_points(group=GROUP)
        if self.name not in found.names:
            known = ", ".join(sorted(found.names)) or "none is installed"
            raise UsageError(f"--scorer: there is no {self.name!r}", f"give module:function, or one of: {known}")
        loaded: Scorer = found[self.name].load()
        return loaded


def own_scores(scorers: Sequence[tuple[str, Scorer]], case: GoldCase, answer: Answer) -> list[Score]:
    """Score an answer; an error, or a value that is no score, leaves the case unscored with the reason."""
    row, told = to_row(case), answer.to_json()
    scores = []
    for name, scorer in scorers:
        try:
            value = scorer(row, told)
        except Exception as error:  # noqa: BLE001 - a person's function; its failure is a result
            scores.append(Score(name=name, value=None, reason=f"the scorer failed ({type(error).__name__}: {error})"))
            continue
        if value is None:
            continue
        if isinstance(value, (bool, int, float)) and 0 <= value <= 1:
            scores.append(Score(name=name, value=float(value)))
        else:
            scores.append(Score(name=name, value=None, reason=f"the scorer gave {value!r}, no number from 0 to 1"))
    return scores
