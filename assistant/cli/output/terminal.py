"""Keeps control characters of articles, names and messages from a terminal: whatever is printed passes here."""

import io
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from assistant.cli.output.pulse import pulse
from index.text.formats.characters import UNSEEN

_STEERING = re.compile(f"{UNSEEN.pattern}|[\x0b-\r\x85\u2028\u2029]")
"""What moves the cursor, begins a sequence, turns the direction of writing or is not seen; line feeds and tabs stay."""


def escaped(text: str) -> str:
    r"""Write characters that steer a terminal as "\u001b", by which JSON stays the same JSON."""
    return text if text.isascii() and text.isprintable() else _STEERING.sub(_codes, text)


def _codes(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class EscapingStream(io.TextIOBase):
    """A stream of text in which characters that steer a terminal are written as codes."""

    def __init__(self, plain: TextIO) -> None:
        self.plain = plain
        """The stream itself, for what we steer ourselves."""
        self._terminal = plain.isatty()

    def _before(self, text: str) -> None:
        pulse.aside(text, terminal=self._terminal)

    def write(self, text: str, /) -> int:
        """Write a text, escaped."""
        self._before(text)
        self.plain.write(escaped(text))
        return len(text)

    def write_raw(self, text: str) -> None:
        """Write a text that steers the terminal, all but our own sequences in it escaped before."""
        self._before(text)
        self.plain.write(text)

    def flush(self) -> None:
        """Flush the stream itself."""
        self.plain.flush()

    def fileno(self) -> int:
        """The stream's descriptor."""
        return self.plain.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self.plain.isatty()

    def writable(self) -> bool:
        """It is."""
        return True

    @property
    def buffer(self) -> io.BufferedIOBase:
        """The stream of bytes below, as a protocol on standard output needs it."""
        return self.plain.buffer  # type: ignore[return-value]

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The stream's encoding."""
        return self.plain.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """What it does with characters that it cannot encode."""
        return self.plain.errors


@contextmanager
def escaping_output() -> Iterator[None]:
    """Escape what is written to standard output and standard error within the block; the pulse beats meanwhile."""
    with redirect_stdout(EscapingStream(sys.stdout)), redirect_stderr(EscapingStream(sys.stderr)):
        pulse.start(plain_stderr())
        try:
            yield
        finally:
            pulse.stop()


def plain_stderr() -> TextIO:
    """Standard error itself, for a bar that moves the cursor."""
    return sys.stderr.plain if isinstance(sys.stderr, EscapingStream) else sys.stderr
