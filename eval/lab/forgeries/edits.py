"""Forge an answer: edit one value of its JSON in one way, and cover it up as carefully as a forger can."""

import copy
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assistant.answer.sealing import identity
from assistant.answer.signing import SigningKey
from index.errors import UsageError

Json = dict[str, Any]
Path = tuple[str | int, ...]

UNPROVABLE = (
    "question searched confidence seconds prompt reader scope unanswered unanswered.* parts parts.* usage usage.** "
    "passages passages.** nearest nearest.* nearest.*.probability index.generation citations.*.parts "
    "citations.*.parts.** writing writing.left_out writing.left_out.** writing.degraded_reason writing.sentences "
    "writing.sentences.**"
).split()
"""What nothing but a signature can prove: what was asked, what else was read and how it was rated, and how a model took
part. Of some only part: a model's sentence in the text must be one that passed, whatever is said of the others."""


class Cover(StrEnum):
    """How a forger covers up an edit."""

    NONE = "nothing else changed"
    NO_ID = "id removed"
    ID = "id computed again"
    STRIPPED = "signature removed, id computed again"
    RESIGNED = "signed with another key, id computed again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgery:
    """An answer that was never given."""

    data: Json
    place: str
    """Of the value that was edited, as "citations.*.title"."""
    way: str
    """How."""
    cover: Cover

    @property
    def provable(self) -> bool:
        """Whether it contradicts the index or the sealing rules, so that it is found out without a signature."""
        if self.place in {"signature", "degraded"} and self.way == "deleted":  # As in answers without and before these.
            return False
        return not any(_pattern(one).fullmatch(self.place) for one in UNPROVABLE)


def forged(genuine: Json, others: Sequence[Json], dice: random.Random, *, forger: SigningKey) -> Forgery:
    """Forge a signed answer; what comes out says something else than it.

    Args:
        genuine: the answer's JSON.
        others: further answers, from which values are taken.
        dice: chooses the value, the way and the cover.
        forger: a key that nobody trusts.
    """
    while True:
        path = dice.choice(list(_paths(genuine)))
        way, edited = dice.choice(list(_edits(genuine, path, others, dice)))
        cover = dice.choice(list(Cover))
        data = _covered(edited, cover, forger)
        before, after = _told(genuine), _told(data)
        if cover in {Cover.STRIPPED, Cover.RESIGNED}:
            before, after = (_told({**one, "signature": None}) for one in (genuine, data))
        if before != after:
            place = ".".join("*" if isinstance(step, int) else step for step in path)
            return Forgery(data=data, place=place, way=way, cover=cover)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*\*", ".+").replace(r"\*", r"\*"))


def _told(data: Json) -> str:
    """What JSON says, however its numbers are written."""
    return json.dumps(_plain(data), sort_keys=True)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value == int(value):
        return int(value)
    return value


def _paths(value: object, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, Mapping):
        for key in value:
            yield from _paths(value[key], (*path, key))
    elif isinstance(value, list):
        for place in range(len(value)):
            yield from _paths(value[place], (*path, place))


def _edits(genuine: Json, path: Path, others: Sequence[Json], dice: random.Random) -> Iterator[tuple[str, Json]]:
    """Each way to edit the value at a path, with the JSON that comes of it."""
    *above, last = path
    old = _at(genuine, path)

    def edited(value: object) -> Json:
        data = copy.deepcopy(genuine)
        _at(data, tuple(above))[last] = value
        return data

    if path == ("text",) and genuine.get("writing") and not genuine["degraded"] and genuine["citations"]:
        yield "a sentence in the model's mouth", _in_the_models_mouth(genuine, dice)
    if path[0] == "citations" and last == "quote" and (cut := _cut(genuine, int(path[1]), dice)) is not None:
        yield "cut out of its sentence", cut
    deleted = copy.deepcopy(genuine)
    del _at(deleted, tuple(above))[last]
    yield "deleted", deleted
    yield "another type", edited(dice.choice([None, 0, "", "x", [], {}, True, -1.5, [1, 2]]))
    if not isinstance(old, Mapping):  # Its values are edited on their own.
        yield "another value", edited(_altered(old, dice))
    if others:
        other = dice.choice(others)
        if (found := _at(other, path)) is not None:
            yield "taken from another answer", edited(copy.deepcopy(found))
    if isinstance(old, list) and old:
        yield "an item twice", edited([*old, copy.deepcopy(dice.choice(old))])
        yield "in another order", edited(dice.sample(old, len(old)))
    if isinstance(old, Mapping):
        yield "a key more", edited({**old, dice.choice(["verified", "title", "note", "page", "parts"]): "true"})


def _in_the_models_mouth(genuine: Json, dice: random.Random) -> Json:
    """The answer with another sentence in the place of one of a model's, in the text and among those that passed."""
    data = copy.deepcopy(genuine)
    at, end = dice.choice([span for citation in data["citations"] for span in citation["answer_spans"]])
    old, new = data["text"][at:end], "The moon is made of cheese."
    data["text"] = data["text"][:at] + new + data["text"][end:]
    for sentence in data["writing"]["sentences"]:
        sentence["text"] = new if sentence["text"] == old else sentence["text"]
    for citation in data["citations"]:
        for one in (citation, *citation.get("parts", ())):
            one["answer_spans"] = [[x + (len(new) - len(old)) * (x > at) for x in span] for span in one["answer_spans"]]
    return data


def _cut(genuine: Json, place: int, dice: random.Random) -> Json | None:
    """The answer with a quote cut to some of its words, in text and receipt; None if it is not shown as it stands."""
    data = copy.deepcopy(genuine)
    citation = data["citations"][place]
    words = list(re.finditer(r"\w+", citation["quote"]))
    shown = [data["text"][slice(*span)] for span in citation["answer_spans"]]
    if len(words) < 3 or "\n" in citation["quote"] or shown != [citation["quote"]]:
        return None
    first = dice.randrange(1, len(words) - 1)
    start, end = words[first].start(), words[dice.randrange(first, len(words) - 1)].end()
    at, after = citation["answer_spans"][0]
    quote = citation["quote"][start:end]
    data["text"] = data["text"][:at] + quote + data["text"][after:]
    shift = len(quote) - (after - at)
    citation |= {"quote": quote, "start": citation["start"] + start, "end": citation["start"] + end}
    for other in data["citations"]:
        for one in (other, *other.get("parts", ())):
            one["answer_spans"] = [[x + shift * (x > at) for x in span] for span in one["answer_spans"]]
    return data


def _altered(value: object, dice: random.Random) -> object:
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + dice.choice([-1, 1, 7, 10**6, -(10**6)])
        case float():
            return dice.choice([value + 0.0001, value - 0.0001, value * 2, -value, 1.0, 0.0])
        case str() if value:
            place = dice.randrange(len(value))
            digit = re.search(r"\d", value)
            return dice.choice(
                [
                    value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :],
                    value[:place] + value[place + 1 :],
                    f"{value} It was sold in secret.",
                    value.swapcase(),
                    value[: digit.start()] + str(9 - int(digit[0])) + value[digit.end() :] if digit else f"{value}.",
                    "The moon is made of cheese. [1]",
                ]
            )
        case list() if value:
            return value[:-1]
        case _:
            return "x"


def _at(data: object, path: Path) -> Any:  # noqa: ANN401 - JSON
    """The value at a path; None if there is none."""
    for step in path:
        if isinstance(step, str) and isinstance(data, Mapping):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def _covered(data: Json, cover: Cover, forger: SigningKey) -> Json:
    data = {key: value for key, value in data.items() if cover is not Cover.STRIPPED or key != "signature"}
    if cover is Cover.NONE:
        return data
    data.pop("id", None)
    if cover is not Cover.NO_ID:
        data["id"] = identity(data)
    if cover is not Cover.RESIGNED:
        return data
    try:
        return forger.signed(data)
    except (UsageError, TypeError):  # A number that cannot be signed.
        return data
