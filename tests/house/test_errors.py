"""Errors have a message and a remedy, and pass from one process to another."""

import copy
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.models.seam import Failure, ModelFailed
from eval.cases.case_file import GoldInvalid, Problem
from index.errors import AssistantError, ExtraMissing, UsageError, install_command, needing_extra


def kinds_of(root: type[AssistantError]) -> Iterator[type[AssistantError]]:
    yield root
    for kind in root.__subclasses__():
        yield from kinds_of(kind)


PLAIN = [kind for kind in dict.fromkeys(kinds_of(AssistantError)) if kind not in {ModelFailed, GoldInvalid}]


def test_an_error_is_printed_as_its_message_and_its_remedy() -> None:
    error = UsageError("--rating is 'sideways'", "give up or down")
    assert str(error) == "--rating is 'sideways'; give up or down"
    assert (error.message, error.remedy) == ("--rating is 'sideways'", "give up or down")


def test_an_error_that_nothing_can_be_done_about_is_printed_as_its_message() -> None:
    error = AssistantError("the disk is gone")
    assert str(error) == error.message == "the disk is gone"
    assert error.remedy is None


def test_a_missing_package_is_an_import_error_with_the_command_that_installs_it() -> None:
    with pytest.raises(ImportError) as caught, needing_extra("telemetry", "tracing"):
        raise ModuleNotFoundError("No module named 'wanting'", name="wanting")
    assert isinstance(caught.value, ExtraMissing)
    assert caught.value.message == "tracing needs the package wanting, which is not installed"
    assert caught.value.remedy == "run `pip install 'article-assistant[telemetry]'`"


@pytest.mark.parametrize(
    ("left", "command"),
    [
        (None, "pip install"),
        ("pipx_metadata.json", "pipx runpip 'my tool' install"),
        ("uv-receipt.toml", "uv pip install --python '{prefix}'"),
    ],
)
def test_the_command_that_installs_is_that_of_whoever_made_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: str | None, command: str
) -> None:
    prefix = tmp_path / "my tool"
    prefix.mkdir()
    if left:
        (prefix / left).touch()
    monkeypatch.setattr(sys, "prefix", str(prefix))

    expected = command.format(prefix=prefix)
    assert install_command("article-assistant[mcp]") == f"{expected} 'article-assistant[mcp]'"
    assert install_command("weights", dependencies=False) == f"{expected} --no-deps weights"


@pytest.mark.parametrize("kind", PLAIN)
def test_an_error_of_any_kind_survives_pickling(kind: type[AssistantError]) -> None:
    error = kind("it broke", "mend it")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(again) is kind
        assert (again.message, again.remedy, str(again)) == ("it broke", "mend it", "it broke; mend it")


def test_errors_with_more_than_a_message_survive_pickling() -> None:
    failed = ModelFailed("it is full", kind=Failure.RATE_LIMITED, retry_after_seconds=3.0)
    again = pickle.loads(pickle.dumps(failed))
    assert (type(again), str(again)) == (ModelFailed, "it is full")
    assert (again.kind, again.retry_after_seconds, again.usage) == (Failure.RATE_LIMITED, 3.0, None)

    invalid = GoldInvalid([Problem(place="cases.jsonl:3", field="id", what="is missing")])
    again = pickle.loads(pickle.dumps(invalid))
    assert (type(again), str(again), again.problems) == (GoldInvalid, str(invalid), invalid.problems)
