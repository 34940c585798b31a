"""Records the calls of a language model, a file each, and replays them without the model."""

import hashlib
import json
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.models.scripted.model import Call
from assistant.models.seam import ChatModel, Completion, Failure, Message, ModelFailed, Stream, Usage, in_pieces
from index.errors import reason_of

FORMAT = 1
"""Format of the files; raised when old ones cannot be read any more."""


class _Occasion:
    """A label for calls, and how often each was made under it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.seen: Counter[tuple[int, Call]] = Counter()


# Not an argument, since whoever calls a model knows nothing of recordings.
_occasion: ContextVar[_Occasion] = ContextVar("occasion", default=_Occasion(""))  # noqa: B039 - shared on purpose


@contextmanager
def occasion(name: str) -> Iterator[None]:
    """Within, calls are recorded and played back as those that are made for `name`, counted from the first.

    So the same call, made for two cases of a run, has a recording for each, and it does not matter
    which case is asked first or in which process.
    """
    token = _occasion.set(_Occasion(name))
    try:
        yield
    finally:
        _occasion.reset(token)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Which of several equal calls one is."""

    occasion: str
    """What the call was made for; empty if not stated."""
    repeat: int
    """0 for the first time that exactly this was asked, 1 for the second, and so on."""


FIRST = Place(occasion="", repeat=0)


def call_key(model: str, call: Call, place: Place) -> str:
    """The SHA-256, in hexadecimal, of all that a reply depends on; it names the file of a recording."""
    content = json.dumps(_request(model, call, place), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


class RecordingModel:
    """Wraps a model and records each call: the request, and the reply or the failure.

    The same call again, in the life of one recorder, is a recording of its own, and so it is on each
    `occasion`. A file holds what this seam knows, and no key or header ever passes through it.
    """

    def __init__(self, model: ChatModel, folder: Path) -> None:
        """Record calls of a model in a folder, made if it is not there; a recording of the same call is replaced."""
        self._model = model
        self._folder = folder
        self._places = _Places()

    @property
    def name(self) -> str:
        """The other model's name."""
        return self._model.name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The other model's reply, recorded."""
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)
        place = self._places.next(call)
        try:
            completion = self._model.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
        except ModelFailed as failure:
            self._write(call, place, failure)
            raise
        self._write(call, place, completion)
        return completion

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The other model's reply as it comes, recorded at its end; one that is given up is not recorded."""
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)

        def pieces() -> Generator[str, None, Completion]:
            place = self._places.next(call)
            stream = self._model.stream(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
            try:
                yield from stream
            except ModelFailed as failure:
                self._write(call, place, failure)
                raise
            finally:
                stream.close()
            self._write(call, place, stream.completion)
            return stream.completion

        return Stream(pieces())

    def _write(self, call: Call, place: Place, outcome: Completion | ModelFailed) -> None:
        failure = outcome if isinstance(outcome, ModelFailed) else None
        recording = {
            "format": FORMAT,
            "request": _request(self.name, call, place),
            "reply": asdict(outcome) if isinstance(outcome, Completion) else None,
            "failure": failure and _failure(failure),
        }
        text = json.dumps(recording, ensure_ascii=False, indent=1) + "\n"
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, passing = tempfile.mkstemp(dir=self._folder, suffix=".part")
        with open(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
        os.replace(passing, self._folder / f"{call_key(self.name, call, place)}.json")


class ReplayModel:
    """Replays recordings, failures included, in any order of different calls; makes no requests."""

    def __init__(self, folder: Path, *, name: str) -> None:
        """Replay the folder of a `RecordingModel`, for the model of this name."""
        self._folder = folder
        self._name = name
        self._places = _Places()

    @property
    def name(self) -> str:
        """The name of the model that was recorded."""
        return self._name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The recorded reply.

        Raises:
            ModelFailed: that is what was recorded; or nothing was (`NOT_RECORDED`), or it cannot be
                read (`MALFORMED`).
        """
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)
        place = self._places.next(call)
        path = self._folder / f"{call_key(self._name, call, place)}.json"
        if not path.is_file():
            of = f"for {place.occasion}, " if place.occasion else ""
            asked = " ".join(call.messages[-1].content.split())[-80:] if call.messages else ""
            raise ModelFailed(
                f"{self._folder} has no recording of this call to {self._name} ({of}repeat {place.repeat}, its last "
                f"words {asked!r})",
                "record it with the model",
                kind=Failure.NOT_RECORDED,
            )
        return _outcome(path)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The recorded reply, a word at a time."""
        return in_pieces(lambda: self.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=seed))


class _Places:
    """How often each call of one model was made before: on its occasion, or else at all."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[int, Call]] = Counter()
        self._lock = threading.Lock()

    def next(self, call: Call) -> Place:
        now = _occasion.get()
        seen = now.seen if now.name else self._seen
        key = (id(self), call)  # An answering and a judging model count by themselves.
        with self._lock:
            seen[key] += 1
            return Place(occasion=now.name, repeat=seen[key] - 1)


def _failure(failure: ModelFailed) -> dict[str, object]:
    usage = asdict(failure.usage) if failure.usage else None
    return {"kind": failure.kind, "message": failure.message, "remedy": failure.remedy, "usage": usage}


def _usage(data: dict[str, Any]) -> Usage | None:
    """What a recorded reply or failure took; older recordings do not say."""
    held = data.pop("usage", None)
    return Usage(**held) if held else None


def _request(model: str, call: Call, place: Place) -> dict[str, object]:
    """All that a reply depends on; without an occasion as before there were any."""
    request = {"model": model, **asdict(call), "repeat": place.repeat}
    return {**request, "occasion": place.occasion} if place.occasion else request


def _outcome(path: Path) -> Completion:
    try:
        data = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']}, not {FORMAT}")
        if data["failure"] is not None:
            told = data["failure"]
            failure = ModelFailed(told["message"], told.get("remedy"), kind=Failure(told["kind"]), usage=_usage(told))
        else:
            return Completion(usage=_usage(data["reply"]), **data["reply"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFailed(
            f"the recording {path} cannot be read ({reason_of(error)})", "record it again", kind=Failure.MALFORMED
        ) from error
    raise failure
