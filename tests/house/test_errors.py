"""Errors have a message and a remedy, and pass from one process to another."""

import ast
import copy
import errno
import pickle
import sys
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest
from library import REPOSITORY

from assistant.models.seam import Failure, ModelFailed
from eval.cases.case_file import GoldInvalid, Problem
from index.counts import holding, shortened
from index.errors import AssistantError, ExtraMissing, UsageError, install_command, needing_extra, reason_of


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
    assert caught.value.remedy == "run `pip install 'article-receipts[telemetry]'`"


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
    assert install_command("article-receipts[mcp]") == f"{expected} 'article-receipts[mcp]'"
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


OF_THE_SYSTEM = ("OSError", "FileNotFoundError", "PermissionError", "NotADirectoryError", "URLError")
"""Errors whose own text has a number, "[Errno 20]"."""


def raw(handler: ast.ExceptHandler) -> list[str]:
    """Names of such an error that stand in a message as they are: {error}, not {reason_of(error)}."""
    caught = {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(handler.type or ast.Pass())}
    if handler.name is None or not caught & set(OF_THE_SYSTEM):
        return []
    values = [one.value for body in handler.body for one in ast.walk(body) if isinstance(one, ast.FormattedValue)]
    return [value.id for value in values if isinstance(value, ast.Name) and value.id == handler.name]


def test_no_message_repeats_an_error_of_the_system_with_its_number() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{node.lineno}"
        for package in ("assistant", "eval", "index")
        for path in sorted((REPOSITORY / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and raw(node)
    ]

    assert found == []


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOTDIR, "Not a directory", "/x"), "Not a directory"),
        (UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid start byte"), "no UTF-8 text, byte 2"),
        (urllib.error.URLError(OSError(errno.ECONNREFUSED, "Connection refused")), "Connection refused"),
        (urllib.error.URLError("no host given"), "<urlopen error no host given>"),
        (ValueError("it is no list"), "it is no list"),
    ],
)
def test_the_reason_of_an_error_is_told_without_numbers_and_codecs(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("number", "of", "words"),
    [
        (0, 1, "0 of 1 receipt holds"),
        (1, 1, "1 of 1 receipt holds"),
        (0, 3, "0 of 3 receipts hold"),
        (1, 3, "1 of 3 receipts holds"),
        (2, 1_200, "2 of 1,200 receipts hold"),
    ],
)
def test_a_share_is_told_in_correct_english(number: int, of: int, words: str) -> None:
    assert holding(number, of, "receipt") == words


def test_a_text_that_is_shortened_ends_with_an_ellipsis() -> None:
    assert [shortened("levee", most) for most in (6, 5, 4)] == ["levee", "levee", "lev…"]
