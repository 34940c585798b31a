"""The Python interface: open an index, ask it, search it; documented in docs/python-api.md."""

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from assistant.answer.answer import Answer
from assistant.chain.assistant import Assistant
from assistant.chain.opening import model_of, opener
from assistant.question.followups import Turn
from assistant.settings.locations import encoder_of, index_to_read
from assistant.settings.settings import Settings, load_settings
from index.encoding.encoder import Encoder
from index.encoding.encoders import DEFAULT_ENCODER
from index.search.embedded import embedded_opener
from index.search.engine import Filters, Passage
from index.storage.preparing import Meter
from index.storage.store import Snapshot

Note = Callable[[str], None]


class Index:
    """An index that is open for questions; `open_index` makes it.

    It follows the index on disk: articles that another process adds or removes count from the next question on.
    Use it from one thread at a time.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def ask(self, question: str, *, filters: Filters | None = None, previous: Sequence[Turn] = ()) -> Answer:
        """Answer a question with receipts, or refuse it.

        Args:
            question: at most 2,000 characters.
            filters: which articles may be used; None for all.
            previous: the turns of the conversation so far, oldest first; a follow-up is read in their light.

        Raises:
            UsageError: the question is empty or too long.
        """
        return self._assistant.ask(question, filters=filters, previous=previous)

    def search(self, question: str, *, k: int = 5, filters: Filters | None = None) -> tuple[Passage, ...]:
        """The best passages for a question, best first.

        Args:
            question: at most 2,000 characters.
            k: how many passages at most, 1 or more.
            filters: which articles may be searched; None for all.

        Raises:
            UsageError: the question is empty or too long.
        """
        return self._assistant.search(question, k=k, filters=filters).passages

    def close(self) -> None:
        """Close the index; nothing can be asked of it afterwards."""
        self._assistant.close()


def open_index(
    path: str | os.PathLike[str] | None = None, *, settings: Settings | None = None, note: Note | None = None
) -> Index:
    """Open an index for questions.

    Args:
        path: folder of the index, or name of a collection; None for the one that the command line would ask: that of
            the settings, else the collection in use, else your own (`assistant index add`), else the default one, which
            is built the first time.
        settings: None to read `assistant.toml` and the ASSISTANT_… variables, as the command line does.
        note: receives one-line messages, for instance about a repair; None for the logger "assistant", level INFO.

    Raises:
        IndexUnavailable: there is no index in `path`, or none that this version reads.
        EncoderUnavailable: the encoder that the index names is not on this machine.
        ConfigurationError: the settings are wrong.
    """
    settings = load_settings({})[0] if settings is None else settings
    if path is not None:
        settings = replace(settings, index=os.fspath(path))
    return Index(open_assistant(settings, note=note or logging.getLogger("assistant").info, meter=_no_meter))


def open_assistant(settings: Settings, *, note: Note, meter: Meter) -> Assistant:
    """Open the chain over the index; `meter` takes the progress of building the default collection."""
    root = index_to_read(settings, note=note, meter=meter)
    model = model_of(settings)

    def own_encoder(snapshot: Snapshot) -> Encoder:
        if settings.encoder not in {DEFAULT_ENCODER, snapshot.encoder_name}:
            note(
                f"the settings name the encoder {settings.encoder!r}, which only new indexes get; this one is asked "
                f"with its own, {snapshot.encoder_name}"
            )
        return encoder_of(snapshot, note)

    engines = embedded_opener(root, own_encoder, note=note)
    return opener(engines, settings, note=note, model=model)()


def _no_meter(done: int, of: int, chunks: int, at: str) -> None:
    """Discard progress."""
