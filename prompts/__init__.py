"""Prompts for language models, as Markdown files; the extractive reader needs none.

`load("answer").fill({...})` gives the text for a model, and `load("answer").ref`, as
"answer@1f3a09bc", what to write beside its reply. A folder of one's own replaces any of the files
by name.
"""

import difflib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["FOLDER", "REFUSAL", "Prompt", "PromptError", "fence", "is_refusal", "load", "names", "verdict"]

FOLDER = Path(__file__).parent
"""The prompts that ship with the program."""

REFUSAL = "The passages do not answer this question."
"""Sentence that a model is told to write if the passages do not answer, and by which a refusal is recognised."""

_VARIABLE = re.compile(r"\$(?:(\$)|([a-z_]+)|\{([a-z_]+)\})")
_MARKER = re.compile(r"\s*\[\d+\]")
_VERDICT = re.compile(r"VERDICT\s*:\s*(yes|no)", re.IGNORECASE)
_EMPHASIS = " \t\r*_`\"'“”‘’.!>#"
"""What a judge may put around its verdict, or after it."""


class PromptError(ValueError):
    """A prompt is missing, unreadable, or does not fit its values; printed as one line, "message; remedy"."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """A template with placeholders, `$name` or `${name}`; `$$` stands for a dollar sign."""

    name: str
    text: str
    path: Path
    """File that it was read from."""

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of its placeholders, in order of appearance."""
        found = (match[2] or match[3] for match in _VARIABLE.finditer(self.text))
        return tuple(dict.fromkeys(name for name in found if name))

    @property
    def digest(self) -> str:
        """First 8 hexadecimal digits of the SHA-256 of the template."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]

    @property
    def ref(self) -> str:
        """Name and digest, as "answer@1f3a09bc"."""
        return f"{self.name}@{self.digest}"

    def fill(self, values: Mapping[str, str]) -> str:
        """Fill each placeholder with its value; a `$` within a value is left alone.

        Raises:
            PromptError: a place without a value, or a value without a place.
        """
        _compare(f"prompt {self.name!r}", set(self.variables), set(values))
        return _VARIABLE.sub(lambda match: "$" if match[1] else values[match[2] or match[3]], self.text)


def names() -> tuple[str, ...]:
    """The names of the prompts that ship with the program, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.md")))


def load(name: str, *, folder: Path | None = None) -> Prompt:
    """Load a prompt by name.

    Args:
        name: as in `names()`.
        folder: of one's own prompts; its file `<name>.md`, if there is one, replaces ours.

    Raises:
        PromptError: no such prompt or folder, a file that is no text, or one of one's own that has
            not the places that ours has: a model would be asked without its question.
    """
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names())}"
        raise PromptError(f"there is no prompt {name!r}", hint)
    ours = _shipped(name)
    if folder is None:
        return ours
    if not folder.is_dir():
        raise PromptError(f"{folder} is no folder of prompts", "make it, or unset the setting `prompts`")
    path = folder / f"{name}.md"
    if not path.exists():
        return ours
    theirs = Prompt(name=name, text=_read(path), path=path)
    _compare(f"{path}", set(theirs.variables), set(ours.variables))
    return theirs


def fence(text: str, label: str) -> str:
    """Fence `text` as quoted material, between two lines with a code that the text cannot contain.

    The code comes from the text's own SHA-256, so that the same text is always fenced alike, and is
    hashed on until the text does not contain it: nothing within can close the fence.

    Args:
        text: what is quoted.
        label: what it is, as "passage 1"; ours, never of the text's making.
    """
    code = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    while code in text:
        code = hashlib.sha256(code.encode()).hexdigest()[:8]
    return f"<<<{label} {code}>>>\n{text}\n<<<end {code}>>>"


def is_refusal(reply: str) -> bool:
    """Whether a reply is `REFUSAL` and nothing else; quotation marks, emphasis, case and markers do not count."""
    return _bare(reply) == _bare(REFUSAL)


def verdict(reply: str) -> bool | None:
    """Parse a judge's verdict: the last line is "VERDICT: yes" or "VERDICT: no" and nothing else; else None.

    Case, emphasis, quotation marks and a full stop do not count, as in "**Verdict:** yes.".
    """
    line = reply.rstrip().split("\n")[-1]
    match = _VERDICT.fullmatch(re.sub(r"[*_`]", "", line).strip(_EMPHASIS))
    return None if match is None else match[1].lower() == "yes"


def _bare(text: str) -> str:
    return " ".join(_MARKER.sub("", text).split()).strip(" \"'“”‘’`*_.").casefold()


@lru_cache
def _shipped(name: str) -> Prompt:
    path = FOLDER / f"{name}.md"
    return Prompt(name=name, text=_read(path), path=path)


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path} cannot be read ({error})", "correct or remove it") from error
    if not text.strip():
        raise PromptError(f"{path} is empty", "write the prompt, or remove the file")
    return text.strip() + "\n"


def _compare(what: str, places: set[str], values: set[str]) -> None:
    lacking, unknown = sorted(values - places), sorted(places - values)
    if unknown:
        near = difflib.get_close_matches(unknown[0], lacking, n=1)
        hint = f"did you mean ${near[0]}?" if near else f"there is a value for: {_listed(values)}"
        raise PromptError(f"{what} has a place ${unknown[0]} and no value for it", hint)
    if lacking:
        raise PromptError(f"{what} has no place ${lacking[0]} for what goes there", f"its places: {_listed(places)}")


def _listed(names: set[str]) -> str:
    return ", ".join(f"${name}" for name in sorted(names)) or "none"
