"""What the scripted server does with each request, and how that is read from a file."""

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from assistant.settings.settings import KINDS
from index.errors import UsageError, reason_of


class Trouble(StrEnum):
    """How a turn misbehaves. "Midway" is after the first half of the reply."""

    NONE = "none"
    HANG = "hang"
    """Nothing is sent, not even the status."""
    HANG_AFTER_HEADERS = "hang_after_headers"
    HANG_MIDWAY = "hang_midway"
    DROP = "drop"
    """The connection is closed without a word."""
    DROP_MIDWAY = "drop_midway"
    ERROR_MIDWAY = "error_midway"
    """An event of the stream that says that something went wrong, as vLLM's when its engine breaks down; a
    reply that comes whole breaks off."""
    EMPTY = "empty"
    """A status of 200 and no body."""
    HALF_JSON = "half_json"
    """The answer's JSON breaks off midway, and the connection ends in good order."""
    NOT_JSON = "not_json"
    """A page of HTML, as from a proxy."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """What one request gets."""

    reply: str = ""
    repeat: int = 1
    """How often `reply` is written, for long ones."""
    trouble: Trouble = Trouble.NONE
    status: int = 200
    """From 400 on: an error, whose message repeats the request's key, as some servers do."""
    body: str = ""
    """What an error says instead, to the letter: JSON, or a page of HTML."""
    retry_after: str = ""
    """The header Retry-After: seconds, or a date of HTTP."""
    seconds: float = 0.0
    """Waited before each piece of the reply."""
    finish: str = "stop"
    thoughts: str = ""
    """What a model thinks first, in the field `reasoning` beside the content, as Ollama and vLLM send it."""
    read: int = -1
    """Tokens of the prompt that the usage tells; negative for the prompt's words. Ollama cuts a prompt in silence."""
    when: str = ""
    """Only for requests whose last message contains this."""


def read_script(path: Path) -> list[Turn]:
    """The turns in a file.

    Raises:
        UsageError: no such file, no JSON, or no turns.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} cannot be read ({reason_of(error)})", "give a JSON file with a list of turns"
        ) from error
    turns = data.get("turns") if isinstance(data, dict) else data
    if not isinstance(turns, list) or not turns:
        raise UsageError(f"{path} has no turns", "give a list such as [{'reply': 'Nobody was hurt [1].'}]")
    return [_turn(turn, f"{path}, turn {number}") for number, turn in enumerate(turns, 1)]


def _turn(data: object, where: str) -> Turn:
    known = {field.name: field.default for field in fields(Turn)}
    if not isinstance(data, dict):
        raise UsageError(f"{where} is {data!r}", f"it must be an object with some of: {', '.join(known)}")
    for name, value in data.items():
        if name not in known:
            raise UsageError(f"{where} has an unknown field {name!r}", f"known: {', '.join(known)}")
        kind = type(known[name]) if name != "trouble" else str
        if not isinstance(value, (int, float) if kind is float else kind) or isinstance(value, bool):
            raise UsageError(f"{where}: {name} is {value!r}", f"it must be {KINDS[kind]}")
    if data.get("trouble", "none") not in list(Trouble):
        raise UsageError(f"{where}: trouble is {data['trouble']!r}", f"known: {', '.join(Trouble)}")
    return Turn(**{**data, "trouble": Trouble(data.get("trouble", "none"))})
