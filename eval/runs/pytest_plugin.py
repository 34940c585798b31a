"""Pytest plugin: `pytest --assistant-gold eval/gold` runs every gold case as a test.

    pytest --assistant-gold eval/gold -k "brains or follow-up"
    pytest --assistant-gold my-gold.jsonl --assistant-index my-index tests/

A case fails if the answer is not correct (all facts stated; refused where the articles do not
answer), or for a case without facts if the decision to answer is wrong. Tags can be named with -k.
Nothing of the assistant is imported before the option is given.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eval.cases.case import GoldCase
    from eval.runs.asking import Examiner
    from eval.runs.results import CaseResult

OPTION = "--assistant-gold"


class WrongAnswer(Exception):
    """The answer to a case is not as expected."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options (pytest's hook)."""
    group = parser.getgroup("assistant", "regression tests of answers")
    group.addoption(OPTION, action="append", default=[], metavar="GOLD", help="Gold file or folder; may be repeated.")
    group.addoption("--assistant-index", default=None, metavar="DIR", help="Folder of the index that is asked.")


def pytest_configure(config: pytest.Config) -> None:
    """Collect gold files in addition to tests (pytest's hook)."""
    for name in config.getoption(OPTION):
        path = Path(name).resolve()
        if not path.exists():
            raise pytest.UsageError(f"{OPTION}: {name} does not exist")
        config.args.append(str(path))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "GoldFile | None":
    """Collect the JSON Lines files that the option names as gold (pytest's hook)."""
    named = [Path(name).resolve() for name in parent.config.getoption(OPTION)]
    if file_path.suffix != ".jsonl" or not any(path == file_path or path in file_path.parents for path in named):
        return None
    found: GoldFile = GoldFile.from_parent(parent, path=file_path)
    return found


class GoldFile(pytest.File):
    """A file of gold cases."""

    def collect(self) -> Iterator["GoldItem"]:
        """Make a test of each case."""
        from eval.cases.case_file import load_gold
        from index.errors import UserError

        try:
            cases = load_gold([self.path])
        except UserError as error:
            raise self.CollectError(str(error)) from None
        for case in cases:
            yield GoldItem.from_parent(self, name=case.id, case=case)


class GoldItem(pytest.Item):
    """A gold case as a test."""

    def __init__(self, *, case: "GoldCase", **pytest_own: object) -> None:  # pytest's constructor is open-ended
        super().__init__(**pytest_own)  # type: ignore[arg-type]
        self.case = case
        self.extra_keyword_matches.update(case.tags)

    def runtest(self) -> None:
        """Ask the case; raises WrongAnswer if the answer is not as expected."""
        result = _examiner(self.config).examine(self.case)
        wrong = _wrong(result)
        if wrong:
            raise WrongAnswer(wrong)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Describe a wrong answer or a user's error without a traceback; else with one."""
        from index.errors import AssistantError

        if isinstance(excinfo.value, (WrongAnswer, AssistantError)):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        """File and line of the case."""
        return self.path, int(self.case.place.rpartition(":")[2]) - 1, self.case.id


_EXAMINER = pytest.StashKey["Examiner"]()


def _examiner(config: pytest.Config) -> "Examiner":
    """Return the session's assistant, opened for the first case and closed at the end."""
    if _EXAMINER not in config.stash:
        from eval.runs.indexes import gold_chain

        stack = ExitStack()
        config.add_cleanup(stack.close)
        paths = [Path(name) for name in config.getoption(OPTION)]
        open_chain = gold_chain(paths, index=config.getoption("--assistant-index"))
        config.stash[_EXAMINER] = stack.enter_context(open_chain()).examiner
    return config.stash[_EXAMINER]


def _wrong(result: "CaseResult") -> str | None:
    """Describe what is wrong with a result; None if nothing is."""
    if result.error:
        return f"{result.case.question}\nfailed: {result.error}"
    score = result.score("correct") or result.score("decision")
    if score is None or score.value == 1.0:
        return None
    expected = "a refusal" if not result.case.answerable else "; ".join(" or ".join(fact) for fact in result.case.facts)
    expected += f"; and not {' or '.join(result.case.never)}" if result.case.never else ""
    earlier = "".join(f"({turn})\n" for turn in result.case.turns)
    return f"{earlier}{result.case.question}\nexpected: {expected or 'an answer'}\nanswered: {result.text}"
