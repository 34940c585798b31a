"""The command line in this process: faster, and what main() does not catch comes through."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from assistant.cli import main


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Run]


class Typed(io.TextIOWrapper):
    """Standard input that a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`assistant` with these arguments and this standard input, which may be `typed`."""

    def run(*arguments: object, stdin: bytes = b"", typed: bool = False) -> Run:
        monkeypatch.setattr(sys, "argv", ["assistant", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", (Typed if typed else io.TextIOWrapper)(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as end:
            main()
        shown = capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Run(code=end.value.code, out=shown.out, err=shown.err)

    return run
