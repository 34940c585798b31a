"""Lines that a person types: on a terminal with editing, history and completion, elsewhere as they come."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from assistant.cli.common import typed_line
from assistant.cli.output.pulse import pulse
from assistant.settings.collections import data_folder

PROMPT = "? "
HISTORY_NAME = "chat-history"
"""File of the data folder with the lines that were typed; only its owner may read it."""
HISTORY_LINES = 1000


class Typed:
    """The lines that are typed, one by one."""

    def __init__(self, words: Sequence[str]) -> None:
        """Make it ready; `words` at the beginning of a line are completed."""
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        """Whether a person types on a terminal and reads there."""
        self._words = words
        self._history = data_folder() / HISTORY_NAME

    def __enter__(self) -> Self:
        if self.interactive:
            import readline  # Not everywhere; what it is needed for is only here.

            with suppress(OSError):
                readline.read_history_file(self._history)
            readline.set_history_length(HISTORY_LINES)
            readline.set_completer_delims(" ")
            readline.set_completer(self._completed)
            readline.parse_and_bind("tab: complete")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.interactive:
            import readline

            with suppress(OSError):  # Without a place for it there is no history.
                self._history.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(self._history, os.O_WRONLY | os.O_CREAT, 0o600))
                readline.write_history_file(self._history)
                os.chmod(self._history, 0o600)

    def line(self) -> str | None:
        """The next line, without white space around it; None at the end of input."""
        if not self.interactive:
            if sys.stdin.isatty():
                sys.stderr.write(f"\n{PROMPT}")
                sys.stderr.flush()
            line = typed_line()
            return line.strip() if line else None
        with pulse.paused():
            try:
                return input(PROMPT).strip()
            except EOFError:
                print()
                return None

    def _completed(self, text: str, state: int) -> str | None:
        found = [word for word in self._words if word.startswith(text)] if text.startswith("/") else []
        return found[state] if state < len(found) else None
