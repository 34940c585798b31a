"""One serving process: it opens the index, answers, and stops without dropping what it is at."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import uvicorn

from assistant.chain.assistant import Assistant
from assistant.chain.opening import model_of, opener, reranker_of
from assistant.models.open_files import allow_many_files
from assistant.service.http.access_log import write_line
from assistant.service.http.app import build_app
from assistant.service.http.connection import patient
from assistant.service.options import Options
from assistant.service.seam import Answerer
from assistant.service.store.conversations import Conversations
from assistant.service.store.database import FILE_NAME, Database
from assistant.service.store.keys import Keys
from assistant.service.telemetry.meters import Meters
from assistant.service.work.answering import ExtractiveAnswerer, WrittenAnswerer
from assistant.service.work.collection import Collection, NamedIndex
from assistant.service.work.pool import AssistantPool
from assistant.service.work.served import Served
from assistant.service.work.service import Service
from assistant.service.work.uploads import Uploads
from assistant.settings.locations import data_folder, default_index, encoder_of
from assistant.settings.settings import Settings
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener
from index.storage.store import Snapshot, open_index

if TYPE_CHECKING:
    from assistant.chain.with_model import WithModel
    from assistant.models.seam import ChatModel
    from assistant.service.telemetry.traces import Traces

Note = Callable[[str], None]
BACKLOG = 2_048
SWITCH_SECONDS = 0.001
"""How long a thread that answers may keep the interpreter while the event loop waits for it; Python's own is 5 ms."""
EXAMPLES = (
    "How many industrial brains has Zhejiang built?",
    "Who is Wu Xiaodong?",
    "What is the Zhejiang Government Nail?",
    "How has the digital reform changed?",
)
"""Questions that the default collection answers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a process is to serve."""

    options: Options
    settings: Settings
    indexes: tuple[NamedIndex, ...]
    """At least one, no two of one name; the first is asked where none is named."""


def database_path() -> Path:
    """Where conversations, feedback and keys are kept."""
    return data_folder() / FILE_NAME


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        OSError: the address is not this machine's, or the port is taken.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    # The protocol is named, since asyncio sends without delay (TCP_NODELAY) only where it can see that it is TCP; else
    # each answer on a connection that is kept waits 40 ms for the acknowledgement of its own headers.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.set_inheritable(True)
    except OSError:
        listener.close()
        raise
    return listener


class SharedEncoder:
    """The indexes' encoders, each opened once for all assistants of a process: it holds most of the memory."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._lock = Lock()
        self._opened: dict[str, Encoder] = {}

    def __call__(self, snapshot: Snapshot) -> Encoder:
        """The encoder that a snapshot names."""
        with self._lock:
            if snapshot.encoder_hash not in self._opened:
                # Questions run beside each other; threads within one that wait for work burn half of the processor.
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
    """The state of a process, nothing of it started."""
    options, settings = plan.options, plan.settings
    encoders = SharedEncoder(note)
    # One model and one re-ranker for all assistants, so that limits and memory are those of one.
    traces = _traces(options)
    model = model_of(settings, around=_around(traces, settings))
    rerank = reranker_of(settings)

    def opened(index: NamedIndex) -> Callable[[], Assistant]:
        watch = traces.searches(index.name) if traces else None
        return opener(
            embedded_opener(index.root, encoders, note=note),
            settings,
            note=note,
            model=model,
            watch=watch,
            rerank=rerank,
        )

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
        conversations=Conversations(database),
        keys=Keys(database),
        meters=meters,
        traces=traces,
        stopped=asyncio.Event(),
        note=note,
    )


def _collection(index: NamedIndex, encoders: SharedEncoder, options: Options, note: Note) -> Collection:
    root = index.root
    default = root.resolve() == default_index().resolve()
    takes = options.uploads and not default  # Which is always as this version of the program has it.
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


def serve(
    plan: Plan,
    listener: socket.socket,
    meters: Meters,
    *,
    note: Note,
    ready: Callable[[], None],
    alive: int = -1,
    warm_first: bool = False,
    make_answerer: Callable[[AssistantPool], Answerer] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then let answers in flight finish.

    Args:
        plan: what to serve.
        listener: as from `listening`.
        meters: told of every request.
        note: told of what only whoever runs the server can cure.
        ready: called once the first question can be answered.
        alive: a descriptor that ends when the process above does, which ends this one too; -1 for none.
        warm_first: take no connection before questions can be answered: other processes take it meanwhile.
        make_answerer: what answers, with the pool for what needs the processor; None for the model of the
            settings, or for quotes without one.

    Raises:
        AssistantError: the index cannot be opened.
    """
    allow_many_files()
    sys.setswitchinterval(SWITCH_SECONDS)
    database = Database(database_path())
    Served(database).keep(plan.indexes)
    service = build_service(plan, database, meters, note=note, make_answerer=make_answerer)
    # A process that is stopped while it starts is no news.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "CancelledError" not in record.getMessage())
    config = uvicorn.Config(
        build_app(service, log=write_line, warm_first=warm_first),
        log_config=None,
        http=patient(plan.options),
        access_log=False,
        proxy_headers=bool(plan.options.trusted_proxies),  # Uvicorn would believe whoever is on this machine.
        forwarded_allow_ips=list(plan.options.trusted_proxies),
        server_header=False,
        lifespan="on",
        ws="none",
        h11_max_incomplete_event_size=64_000,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=int(plan.options.stop_seconds) + 2,
        backlog=BACKLOG,
    )
    server = _Server(config, service, ready)
    try:
        asyncio.run(server.serve_on(listener, alive))
    finally:
        database.close()
        if service.traces is not None:
            service.traces.close()
    if server.failure is not None:
        raise server.failure


class _Server(uvicorn.Server):
    """Uvicorn's, which ends when the index cannot be opened, and gives answers in flight their time."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._tell_ready = ready
        self.failure: BaseException | None = None

    async def serve_on(self, listener: socket.socket, alive: int) -> None:
        """Serve on a socket that listens."""
        if alive >= 0:
            asyncio.get_running_loop().add_reader(alive, self._orphaned, alive)
        watching = asyncio.ensure_future(self._watch())
        await self.serve(sockets=[listener])
        watching.cancel()

    def _orphaned(self, alive: int) -> None:
        asyncio.get_running_loop().remove_reader(alive)
        self.should_exit = True

    async def _watch(self) -> None:
        while not self.started and not self.should_exit:
            await asyncio.sleep(0.005)
        try:
            await self._service.pool.opened()
        except BaseException as error:  # noqa: BLE001 - raised again by `serve`
            if not isinstance(error, asyncio.CancelledError):
                self.failure = error
            self.should_exit = True
            return
        self._tell_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, but whoever still waits after the time for it gets an error, not a broken connection."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._service.options.stop_seconds, self._service.stopped.set)
        await super().shutdown(sockets)
        timer.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT stop the server; unlike uvicorn's own, they end the process in good order."""
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        """Asked once, in good order; asked again, at once."""
        if self.should_exit:
            self._service.stopped.set()
            self.force_exit = True
        self.should_exit = True


def leave(code: int) -> None:
    """End this process without waiting for threads that are still at work."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
