"""One serving process: opens the index, answers, and lets answers in flight finish when it stops."""

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
from assistant.service.http.connection import connection_class
from assistant.service.seam import Answerer
from assistant.service.store.database import Database, database_path
from assistant.service.telemetry.meters import Meters
from assistant.service.work.building import Note, Plan, build_service
from assistant.service.work.pool import AssistantPool
from assistant.service.work.served import Served
from assistant.service.work.service import Service

BACKLOG = 2_048
SWITCH_SECONDS = 0.001
"""Interpreter switch interval: how long the event loop waits for a busy thread; Python's default is 5 ms."""


def listening(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Raises:
        OSError: the address is not this machine's, or the port is taken.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    # With the protocol, since asyncio sets TCP_NODELAY only if it sees IPPROTO_TCP; otherwise each answer on a kept
    # connection waits 40 ms for the acknowledgement of its headers.
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
        meters: count requests and answers.
        note: called with messages for whoever runs the server.
        ready: called once the first question can be answered.
        alive: a pipe whose end, when the supervisor dies, stops this process; -1 for none.
        warm_first: accept connections only once questions can be answered; other processes accept them meanwhile.
        make_answerer: makes what answers, given the pool; None for the model of the settings, or quotes without one.

    Raises:
        AssistantError: the index cannot be opened.
    """
    allow_many_files()
    sys.setswitchinterval(SWITCH_SECONDS)
    database = Database(database_path())
    Served(database).keep(plan.indexes)
    service = build_service(plan, database, meters, note=note, make_answerer=make_answerer)
    # Being stopped while starting is not an error.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "CancelledError" not in record.getMessage())
    config = uvicorn.Config(
        build_app(service, log=write_line, warm_first=warm_first),
        log_config=None,
        http=connection_class(plan.options),
        access_log=False,
        proxy_headers=bool(plan.options.trusted_proxies),  # By default uvicorn trusts every local process.
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
    """Uvicorn's server, which stops when the index cannot be opened, and gives answers in flight their time."""

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
        """As uvicorn's, but clients that wait for longer than --stop-seconds get an error, not a broken connection."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._service.options.stop_seconds, self._service.stopped.set)
        await super().shutdown(sockets)
        timer.cancel()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT; unlike uvicorn's handlers, without raising the signal again afterwards."""
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
        """Stop gracefully; at once when called again."""
        if self.should_exit:
            self._service.stopped.set()
            self.force_exit = True
        self.should_exit = True


def leave(code: int) -> None:
    """End this process without waiting for its threads."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
