"""Builds the state of a serving process from its plan: indexes, encoders, model, store, metrics."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from assistant.chain.assistant import Assistant
from assistant.chain.opening import model_of, opener, reranker_of
from assistant.reading.network import shared_network
from assistant.service.options import Options
from assistant.service.seam import Answerer
from assistant.service.store.conversations import Conversations
from assistant.service.store.database import Database
from assistant.service.store.keys import Keys
from assistant.service.store.tags import Tags
from assistant.service.telemetry.meters import Meters
from assistant.service.work.answering import ExtractiveAnswerer, WrittenAnswerer
from assistant.service.work.collection import Collection, NamedIndex
from assistant.service.work.drawing import Drawing
from assistant.service.work.pool import AssistantPool
from assistant.service.work.service import Service
from assistant.service.work.uploads import Uploads
from assistant.settings.collections import default_index
from assistant.settings.locations import encoder_of
from assistant.settings.own_key import own_key
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener
from index.storage.store import Snapshot, open_index

if TYPE_CHECKING:
    from assistant.chain.with_model import WithModel
    from assistant.models.seam import ChatModel
    from assistant.service.telemetry.traces import Traces

Note = Callable[[str], None]
EXAMPLES = (
    "How many industrial brains has Zhejiang built?",
    "Who is Wu Xiaodong?",
    "What is the Zhejiang Government Nail?",
    "How has the digital reform changed?",
)
"""Example questions that the default collection answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a process serves, and how."""

    options: Options
    settings: Settings
    indexes: tuple[NamedIndex, ...]
    """At least one, with distinct names; the first is the default."""


class SharedEncoder:
    """Opens each encoder once for all assistants of a process, since it takes most of the memory."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._lock = Lock()
        self._opened: dict[str, Encoder] = {}

    def __call__(self, snapshot: Snapshot) -> Encoder:
        """The encoder that a snapshot names."""
        with self._lock:
            if snapshot.encoder_hash not in self._opened:
                # Questions run in parallel; idle threads inside the encoder would spin on half of the processor.
                self._opened[snapshot.encoder_hash] = encoder_of(snapshot, self._note, threads=1)
            return self._opened[snapshot.encoder_hash]

    def of_index(self, root: Path) -> Encoder:
        """The encoder of the index in `root`."""
        snapshot = open_index(root, note=self._note)
        try:
            return self(snapshot)
        finally:
            snapshot.close()


def build_service(
    plan: Plan,
    database: Database,
    meters: Meters,
    *,
    note: Note,
    make_answerer: Callable[[AssistantPool], Answerer] | None = None,
) -> Service:
    """Build the state of a process without starting anything."""
    options, settings = plan.options, plan.settings
    encoders = SharedEncoder(note)
    # One model and one re-ranker for all assistants, so that limits and memory are shared.
    traces = _traces(options)
    model = model_of(settings, around=_around(traces, settings))
    rerank = reranker_of(settings)

    def opened(index: NamedIndex) -> Callable[[], Assistant]:
        watch = traces.searches(index.name) if traces else None
        open_engine = embedded_opener(index.root, encoders, note=note)
        network = shared_network(threads=1)  # As the encoder: questions run in parallel.
        return opener(open_engine, settings, note=note, model=model, watch=watch, network=network, rerank=rerank)

    pool = AssistantPool(
        {index.name: opened(index) for index in plan.indexes},
        threads=options.threads,
        queue_size=options.queue,
        wait_seconds=options.wait_seconds,
        seconds=options.answer_seconds,
        note=note,
    )
    return Service(
        options=options,
        settings=settings,
        collections={index.name: _collection(index, encoders, options, note) for index in plan.indexes},
        pool=pool,
        answerer=make_answerer(pool) if make_answerer else _answerer(pool, model, settings),
        drawing=Drawing(),
        conversations=Conversations(database),
        tags=Tags(database),
        keys=Keys(database),
        signing=own_key(note=note),
        meters=meters,
        traces=traces,
        stopped=asyncio.Event(),
        note=note,
    )


def _collection(index: NamedIndex, encoders: SharedEncoder, options: Options, note: Note) -> Collection:
    root = index.root
    default = root.resolve() == default_index().resolve()
    takes = options.uploads and not default  # It always has the articles of this version of the program.
    uploads = Uploads(root, lambda: encoders.of_index(root), options, note=note) if takes else None
    return Collection(name=index.name, root=root, examples=EXAMPLES if default else (), uploads=uploads)


def _answerer(pool: AssistantPool, model: "WithModel | None", settings: Settings) -> Answerer:
    if model is None:
        return ExtractiveAnswerer(pool)
    return WrittenAnswerer(pool, model.writer.name, model_seconds=settings.model.total_seconds)


def _traces(options: Options) -> "Traces | None":
    if not options.telemetry:
        return None
    from assistant.service.telemetry.traces import sending_traces

    return sending_traces(questions=options.log_questions)


def _around(traces: "Traces | None", settings: Settings) -> "Callable[[ChatModel], ChatModel] | None":
    if traces is None:
        return None
    from assistant.service.telemetry.traced_model import TracedModel

    return lambda model: TracedModel(model, settings.model, traces)
