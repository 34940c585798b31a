"""Calls of a language model, recorded in a file each and played back without the model."""

import hashlib
import json
import os
import tempfile
import threading
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.model import Call, ChatModel, Completion, Failure, Message, ModelFailed, Stream, in_pieces
from assistant.usage import Usage

FORMAT = 1
"""Raised when the files change in a way that old ones cannot be read."""


def call_key(model: str, call: Call, repeat: int) -> str:
    """The SHA-256, in hexadecimal, of all that a reply depends on; it names the file of a recording.

    Args:
        model: its name.
        call: what it was asked.
        repeat: 0 for the first time that it was asked exactly this, 1 for the second, and so on.
    """
    content = json.dumps(_request(model, call, repeat), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


class RecordingModel:
    """Asks another model, and records each call: the request, and the reply or the failure.

    The same call again, in the life of one recorder, is a recording of its own. A file holds what
    this seam knows, and no key or header ever passes through it.
    """

    def __init__(self, model: ChatModel, folder: Path) -> None:
        """Make a recorder.

        Args:
            model: is asked.
            folder: where the recordings go; made if it is not there. One for the same call is replaced.
        """
        self._model = model
        self._folder = folder
        self._repeats = _Repeats()

    @property
    def name(self) -> str:
        """The other model's name."""
        return self._model.name

    def complete(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Completion:
        """The other model's reply, recorded."""
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)
        repeat = self._repeats.of(call)
        try:
            completion = self._model.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
        except ModelFailed as failure:
            self._write(call, repeat, failure)
            raise
        self._write(call, repeat, completion)
        return completion

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The other model's reply as it comes, recorded at its end; one that is given up is not recorded."""
        call = Call(messages=tuple(messages), max_tokens=max_tokens, temperature=temperature, seed=seed)

        def pieces() -> Generator[str, None, Completion]:
            repeat = self._repeats.of(call)
            stream = self._model.stream(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
            try:
                yield from stream
            except ModelFailed as failure:
                self._write(call, repeat, failure)
                raise
            finally:
                stream.close()
            self._write(call, repeat, stream.completion)
            return stream.completion

        return Stream(pieces())

    def _write(self, call: Call, repeat: int, outcome: Completion | ModelFailed) -> None:
        failure = outcome if isinstance(outcome, ModelFailed) else None
        recording = {
            "format": FORMAT,
            "request": _request(self.name, call, repeat),
            "reply": asdict(outcome) if isinstance(outcome, Completion) else None,
            "failure": failure and _failure(failure),
        }
        text = json.dumps(recording, ensure_ascii=False, indent=1) + "\n"
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, passing = tempfile.mkstemp(dir=self._folder, suffix=".part")
        with open(handle, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(text)
        os.replace(passing, self._folder / f"{call_key(self.name, call, repeat)}.json")


class ReplayModel:
    """Plays recordings back, failures included, in any order of different calls; asks nobody."""

    def __init__(self, folder: Path, *, name: str) -> None:
        """Make a player.

        Args:
            folder: of a `RecordingModel`.
            name: of the model that was recorded.
        """
        self._folder = folder
        self._name = name
        self._repeats = _Repeats()

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
        repeat = self._repeats.of(call)
        path = self._folder / f"{call_key(self._name, call, repeat)}.json"
        if not path.is_file():
            asked = " ".join(call.messages[-1].content.split())[-80:] if call.messages else ""
            raise ModelFailed(
                f"{self._folder} has no recording of this call to {self._name} (repeat {repeat}, its last words "
                f"{asked!r}); record it with the model",
                kind=Failure.NOT_RECORDED,
            )
        return _outcome(path)

    def stream(
        self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0, seed: int | None = None
    ) -> Stream:
        """The recorded reply, a word at a time."""

        def pieces() -> Generator[str, None, Completion]:
            whole = self.complete(messages, max_tokens=max_tokens, temperature=temperature, seed=seed)
            stream = in_pieces(whole)
            yield from stream
            return stream.completion

        return Stream(pieces())


class _Repeats:
    """How often each call was made before."""

    def __init__(self) -> None:
        self._seen: Counter[Call] = Counter()
        self._lock = threading.Lock()

    def of(self, call: Call) -> int:
        with self._lock:
            self._seen[call] += 1
            return self._seen[call] - 1


def _failure(failure: ModelFailed) -> dict[str, object]:
    usage = asdict(failure.usage) if failure.usage else None
    return {"kind": failure.kind, "message": str(failure), "usage": usage}


def _usage(data: dict[str, Any]) -> Usage | None:
    """What a recorded reply or failure took; older recordings do not say."""
    held = data.pop("usage", None)
    return Usage(**held) if held else None


def _request(model: str, call: Call, repeat: int) -> dict[str, object]:
    return {"model": model, **asdict(call), "repeat": repeat}


def _outcome(path: Path) -> Completion:
    try:
        data = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']}, not {FORMAT}")
        if data["failure"] is not None:
            told = data["failure"]
            failure = ModelFailed(told["message"], kind=Failure(told["kind"]), usage=_usage(told))
        else:
            return Completion(usage=_usage(data["reply"]), **data["reply"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFailed(
            f"the recording {path} cannot be read ({error}); record it again", kind=Failure.MALFORMED
        ) from error
    raise failure
