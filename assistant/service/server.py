"""One serving process: it opens the index, answers, and stops without dropping what it is at."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from assistant.models.open_files import allow_many_files
from assistant.service.http.app import build_app
from assistant.service.http.checks.access_log import write_line
from assistant.service.http.connection import patient
from assistant.service.seam import Answerer
from assistant.service.store.database import Database, database_path
from assistant.service.telemetry.meters import Meters
from assistant.service.work.building import Note, Plan, build_service
from assistant.service.work.pool import AssistantPool
from assistant.service.work.served import Served
from assistant.service.work.service import Service

BACKLOG = 2_048
SWITCH_SECONDS = 0.001
"""How long a thread that answers may keep the interpreter while the event loop waits for it; Python's own is 5 ms."""


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
