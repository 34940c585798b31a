"""Lays text out for a terminal: broken at words, with bold, faint and linked runs; elsewhere text passes unchanged."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.cli.output.pulse import pulse
from assistant.cli.output.terminal import EscapingStream, escaped

DEFAULT_PAGER = "less"
LESS_OPTIONS = "FRX"
"""As git gives them: end at once if all fits, keep styles, leave the text on the screen."""
TAB = "    "
_IDEOGRAPHS = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_PIECE = re.compile(
    rf"\n|[ \t]+|[{_IDEOGRAPHS}][、。，．！？；：）」』】〉》”’]*|[^ \t\n{_IDEOGRAPHS}]+(?: \[\d+\](?!\S))*"
)
"""Runs between which a line may be broken: words with the markers behind them, and each ideograph with the punctuation
that closes it."""


class Style(StrEnum):
    """How a run of text looks; a value is the parameter of the sequence that begins it."""

    PLAIN = ""
    BOLD = "1"
    FAINT = "2"


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """What standard output can show."""

    columns: int = 0
    """Width of a line; 0 where it is no terminal, and lines stay as long as they are."""
    rows: int = 0
    styled: bool = False
    """Whether sequences for bold, faint and links may be written."""

    @property
    def is_terminal(self) -> bool:
        """Whether a person looks at it."""
        return self.columns > 0


def screen_of(*, plain: bool = False) -> Screen:
    """What standard output is now; `plain` takes a terminal for a file."""
    if plain or not sys.stdout.isatty():
        return Screen()
    size = shutil.get_terminal_size()
    styled = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
    return Screen(columns=max(size.columns, 20), rows=size.lines, styled=styled)


class Flow:
    """Text that is written from left to right and breaks into lines as it comes."""

    def __init__(self, screen: Screen, write: Callable[[str], object]) -> None:
        """Begin at the start of a line.

        Args:
            screen: where it is shown.
            write: takes what is laid out; of a terminal that is raw, since the text was escaped here.
        """
        self.screen = screen
        self._write = write
        self._column = 0
        self._spaces = ""
        """Spaces that are written once a word follows them on the same line."""
        self._links = 0

    @property
    def mid_line(self) -> bool:
        """Whether a line is begun and not ended."""
        return self._column > 0

    def add(self, text: str, style: Style = Style.PLAIN, *, indent: int = 0, link: str | None = None) -> None:
        """Write a text; its own line breaks stay.

        Args:
            text: anything; what would steer a terminal is shown as codes.
            style: of all of it.
            indent: columns by which lines after the first are moved.
            link: address that it leads to, printable ASCII; None for none.
        """
        if not self.screen.is_terminal:
            self._write(text)
            self._column = 0 if text.endswith("\n") else self._column + len(text)
            return
        self._links += link is not None
        opening, closing = self._sequences(style, link)
        out, inked = [], False
        for piece in _PIECE.findall(escaped(text)):
            if piece == "\n":
                out.append(f"{closing if inked else ''}\n")
                self._column, self._spaces, inked = 0, "", False
            elif piece.isspace():
                self._spaces += piece.replace("\t", TAB)
            else:
                for part in self._fitting(piece, indent):
                    if part == "\n":
                        out.append(f"{closing if inked else ''}\n{' ' * indent}")
                        self._column, self._spaces, inked = indent, "", False
                        continue
                    out.append(f"{self._spaces}{part}" if inked else f"{self._spaces}{opening}{part}")
                    self._column += columns_of(self._spaces + part)
                    self._spaces, inked = "", True
        self._write("".join(out) + (closing if inked else ""))

    def line(self, text: str = "", style: Style = Style.PLAIN, *, indent: int = 0) -> None:
        """Write a text and end its line."""
        self.add(f"{text}\n", style, indent=indent)

    def _fitting(self, word: str, indent: int) -> Iterator[str]:
        """A word, after a line break if it does not fit; one longer than a line in parts."""
        room = self.screen.columns - self._column - len(self._spaces)
        if columns_of(word) > room and self._column > indent:
            yield "\n"
            room = self.screen.columns - indent
        while columns_of(word) > room:
            cut = max(1, next(n for n in range(len(word), -1, -1) if columns_of(word[:n]) <= room))
            yield word[:cut]
            yield "\n"
            word, room = word[cut:], self.screen.columns - indent
        yield word

    def _sequences(self, style: Style, link: str | None) -> tuple[str, str]:
        """What begins and what ends a run of this look."""
        if not self.screen.styled:
            return "", ""
        opening, closing = (f"\x1b[{style}m", "\x1b[22m") if style else ("", "")
        if link is not None:
            # The id makes one link of the parts on several lines.
            opening, closing = f"{opening}\x1b]8;id=r{self._links};{link}\x1b\\", f"\x1b]8;;\x1b\\{closing}"
        return opening, closing


def columns_of(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def flowing(screen: Screen, *, spare: int = 0) -> Flow:
    """A flow onto standard output itself; `spare` columns at the right stay free."""
    if screen.is_terminal:
        screen = replace(screen, columns=screen.columns - spare)
    return Flow(screen, _written)


def _written(text: str) -> None:
    stream = sys.stdout
    if isinstance(stream, EscapingStream) and stream.isatty():
        stream.write_raw(text)
    else:
        stream.write(text)
    stream.flush()


@contextmanager
def paged(screen: Screen) -> Iterator[Flow]:
    """A flow whose text is shown after the block, through a pager if it is longer than the screen."""
    if not screen.is_terminal:
        yield flowing(screen)
        return
    whole = io.StringIO()
    yield Flow(screen, whole.write)
    text = whole.getvalue()
    if text.count("\n") < screen.rows or not _through_pager(text):
        _written(text)


def _through_pager(text: str) -> bool:
    """Show a text with the person's pager; False where there is none or it does not start."""
    pager = os.environ.get("PAGER", DEFAULT_PAGER).strip()
    if os.environ.get("NO_PAGER") or pager in {"", "cat"} or not (shutil.which(pager) or "PAGER" in os.environ):
        return False
    variables = {"LESS": LESS_OPTIONS, "LESSCHARSET": "utf-8"} | os.environ
    sys.stdout.flush()
    # An interruption goes to the pager as well, which knows what to do with it.
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        with pulse.paused(), subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=variables) as process:
            process.communicate(text.encode("utf-8", "backslashreplace"))  # Who has read enough leaves early.
            return process.returncode not in {126, 127}
    finally:
        signal.signal(signal.SIGINT, before)
