"""Read an answer's JSON as it was given, however it came: a file, a request, what a person pasted."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from assistant.answer.answer import OMITTED_IF_EMPTY, Answer
from assistant.answer.reply import check_completion, check_message
from assistant.answer.signing import Signature
from index.counts import shortened
from index.errors import UsageError

GIVE = "give what `assistant ask --json` or /api/ask gave, unchanged"
"""Remedy for JSON that is not an answer."""
LONGEST = 10_000_000
"""Bytes of an answer; no genuine one comes near."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenAnswer(Answer):
    """An answer as it left: with its signature, and the keys that a server adds."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    signature: Signature | None = None
    conversation_id: str = ""
    message_id: str = ""
    collection: str = ""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Given:
    """An answer's JSON and what it says."""

    data: Mapping[str, Any]
    answer: GivenAnswer


def read_answer(text: str) -> Given:
    """Read the JSON of an answer strictly: each key once and known, each value of its type, numbers finite.

    Keys that came with later versions may be missing: answers are kept for long. A chat completion of /v1 or an
    exported message is taken for the answer in it.

    Raises:
        UsageError: it is no answer, or what stands around the answer says something else than it.
    """
    whole = strict_json(text)
    data = _unwrapped(whole)
    if not isinstance(data, dict):
        raise UsageError(f"no answer: it is {_kind(data)}", GIVE)
    if not isinstance(data.get("citations"), list):
        raise UsageError('no answer: it has no list "citations"', GIVE)
    omitted = (*OMITTED_IF_EMPTY, "signature")
    for one, where in [(data, ""), *((citation, "a citation's ") for citation in data["citations"])]:
        if isinstance(one, dict) and (empty := [key for key in omitted if key in one and not one[key]]):
            raise UsageError(f"no answer: {where}{empty[0]} is there and empty, where it would be left out", GIVE)
    try:
        answer = _form().validate_json(json.dumps(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in first["loc"]) or "it"
        raise UsageError(f"no answer: {shortened(where, 100)}: {first['msg'].lower()}", GIVE) from error
    if isinstance(whole, dict) and whole is not data:
        if "receipts" in whole:
            check_completion(whole, answer, message_id=answer.message_id, collection=answer.collection)
        else:
            check_message(whole, answer, message_id=answer.message_id)
    return Given(data=data, answer=answer)


def _unwrapped(data: object) -> object:
    """The answer in a chat completion (`receipts`) or in an exported message (`answer`); anything else as it is."""
    if not isinstance(data, dict) or "citations" in data:
        return data
    answer = data.get("receipts", data.get("answer"))
    return answer if isinstance(answer, dict) else data


def strict_json(text: str) -> object:
    """Read JSON in which no key stands twice in an object and no number is infinite: readers differ on those.

    Raises:
        UsageError: it is not such JSON.
    """
    if len(text) > LONGEST:
        raise UsageError(f"no answer: it has {len(text):,} characters; at most {LONGEST:,} are read", GIVE)
    if text.startswith("\ufeff"):
        raise UsageError("no JSON (it begins with a byte order mark)", "save it as UTF-8 without one")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError as error:
        raise UsageError("no answer: its lists and objects are nested too deeply", GIVE) from error
    except json.JSONDecodeError as error:
        why = f"{error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" at")
        raise UsageError(f"no JSON (line {error.lineno}, column {error.colno}: {why})", GIVE) from error
    except ValueError as error:
        raise UsageError(f"no JSON ({error})", GIVE) from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {shortened(twice, 60)!r} stands twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number of JSON")


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"{shortened(digits, 30)} is too large a number")
    return number


def _kind(data: object) -> str:
    return "a list" if isinstance(data, list) else f"{shortened(json.dumps(data, ensure_ascii=True), 60)}"


@lru_cache(maxsize=1)
def _form() -> TypeAdapter[GivenAnswer]:
    return TypeAdapter(GivenAnswer)
