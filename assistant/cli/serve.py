"""`assistant serve`: chat over HTTP, and the web page."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.common import collection_names, root_to_read, settings_from
from assistant.cli.output.progress import note
from assistant.cli.output.pulse import pulse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.service.options import Options
    from assistant.service.work.collection import NamedIndex
    from assistant.settings.settings import Settings


def serve(
    index: Annotated[
        list[str] | None,
        typer.Option(
            "--index",
            metavar="[NAME=]DIR|NAME",
            autocompletion=collection_names,
            help="Folder of an index to serve, or name of a collection; by default as for other commands. Repeatable: "
            "each is served under that name, or its collection's or folder's; the first is the default.",
        ),
    ] = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 for any that is free.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes.")] = 1,
    keys: Annotated[
        bool | None,
        typer.Option("--keys/--no-keys", help="Require keys; by default only when listening beyond this machine."),
    ] = None,
    cors_origin: Annotated[
        list[str] | None,
        typer.Option("--cors-origin", help="Allow pages of this origin to use the service; repeatable."),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option("--trusted-proxy", help="Trust X-Forwarded-… headers from this address or network; repeatable."),
    ] = None,
    allow_upload: Annotated[
        bool, typer.Option("--allow-upload", help="Allow articles to be added and removed over HTTP.")
    ] = False,
    allow_share: Annotated[
        bool, typer.Option("--allow-share", help="Allow conversations to be shared by links that need no key.")
    ] = False,
    keep_days: Annotated[
        int | None,
        typer.Option("--keep-days", min=1, max=36_500, help="Erase conversations this long after their last question."),
    ] = None,
    log_questions: Annotated[bool, typer.Option("--log-questions", help="Log questions in the access log.")] = False,
    log_addresses: Annotated[
        bool, typer.Option("--log-addresses", help="Log clients' addresses in the access log.")
    ] = False,
    telemetry: Annotated[
        bool, typer.Option("--telemetry", help="Send OpenTelemetry traces to OTEL_EXPORTER_OTLP_ENDPOINT.")
    ] = False,
    queue: Annotated[
        int, typer.Option("--queue", min=1, max=10_000, help="Limit on waiting questions, for each process.")
    ] = 64,
    wait_seconds: Annotated[
        float, typer.Option("--wait-seconds", min=0.01, max=600, help="Refuse a question that would wait for longer.")
    ] = 0.6,
    answer_seconds: Annotated[
        float,
        typer.Option(
            "--answer-seconds",
            min=0.1,
            max=600,
            help="Time-out of an answer, waiting included; a model's time-outs come on top.",
        ),
    ] = 30.0,
    stop_seconds: Annotated[
        float, typer.Option("--stop-seconds", min=0, max=600, help="Time for answers in flight when the server stops.")
    ] = 10.0,
) -> None:
    """Serve answers over HTTP, and the web page; Ctrl-C stops.

    The routes are its own and those of OpenAI's chat completions.
    """
    from assistant.service.options import Options, checked

    options = checked(
        Options(
            host=host,
            port=port,
            workers=workers,
            queue=queue,
            wait_seconds=wait_seconds,
            answer_seconds=answer_seconds,
            stop_seconds=stop_seconds,
            cors_origins=tuple(cors_origin or ()),
            trusted_proxies=tuple(trusted_proxy or ()),
            uploads=allow_upload,
            shares=allow_share,
            keep_days=keep_days,
            log_questions=log_questions,
            log_addresses=log_addresses,
            telemetry=telemetry,
        ),
        keys=keys,
    )
    # Before numpy and FAISS are imported: questions run in parallel, and threads within one would only compete. OpenMP
    # would even keep a second thread for each thread that has searched.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    indexes = _indexes(options, [one for one in index or () if one])
    code = _run(options, settings_from({}), indexes)
    if code:
        raise typer.Exit(code)


def _indexes(options: "Options", given: "Sequence[str]") -> "tuple[NamedIndex, ...]":
    """The indexes to serve, in the order given; checks that each exists."""
    from assistant.service.work.collection import NamedIndex, check_names, collection_name, parted
    from assistant.settings.collections import default_index, root_of_existing
    from assistant.settings.locations import root_to_ask
    from index.errors import ConfigurationError
    from index.storage.store import check_index

    found, chosen = [], []
    for name, folder in map(parted, given or [""]):
        settings = settings_from({"index": folder or None})
        root = root_to_ask(settings) if options.uploads or not folder else root_of_existing(folder)
        found.append(NamedIndex(name=name or collection_name(root), root=root))
        chosen.append(settings)
    check_names(found)  # Before any is made.
    for settings, one in zip(chosen, found, strict=True):
        _make(options, settings, one.root)
        check_index(one.root)
    defaults = [one.name for one in found if one.root.resolve() == default_index().resolve()]
    if options.uploads and defaults:
        if len(defaults) == len(found):
            raise ConfigurationError(
                "the default collection takes no uploads", "name a folder for an index of your own with --index DIR"
            )
        note(f"the collection {defaults[0]!r} is the default one, which takes no uploads; the others do")
    return tuple(found)


def _make(options: "Options", settings: "Settings", root: "Path") -> None:
    """Make an index that is to be served and is not there: the default one, or with uploads one of the user's own.

    The default one is built in another process: building starts the encoder's threads, which a process that serves or
    forks should not have.
    """
    import subprocess

    from assistant.cli.indexing import encoder_for
    from assistant.settings.collections import DEFAULT, default_index
    from index.storage.store import catalog_path

    if root.resolve() != default_index().resolve():
        if options.uploads and not catalog_path(root).exists():
            encoder_for(root, settings)
        return
    if not catalog_path(root).exists():
        # -P: not with modules of the current folder, which the command does not see either.
        command = [sys.executable, "-P", "-m", "assistant", "index", "status", "--index", DEFAULT]
        run = subprocess.run(command, stdout=subprocess.DEVNULL)
        if run.returncode:
            raise typer.Exit(run.returncode)
    root_to_read(settings)


def _run(options: "Options", settings: "Settings", indexes: "tuple[NamedIndex, ...]") -> int:
    from assistant.service.server import leave, listening
    from assistant.service.server import serve as serve_here
    from assistant.service.store.database import database_path
    from assistant.service.supervisor import Supervisor
    from assistant.service.telemetry.meters import Meters
    from assistant.service.work.building import Plan
    from index.errors import ConfigurationError

    _warn_of_missing_keys(options)
    try:
        listener = listening(options.host, options.port)
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on {options.host} port {options.port} ({error.strerror})",
            "choose another with --host or --port, or stop what listens there",
        ) from error
    port = listener.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(options.host, options.host)
    address = f"http://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{port}/"

    def announce() -> None:
        pulse.stop()
        print(f"Open {address} in a browser; Ctrl-C stops. Conversations are kept in {database_path()}", flush=True)

    plan = Plan(options=options, settings=settings, indexes=indexes)
    pulse.doing = "starting the server"
    if options.workers > 1:
        pulse.stop()  # A process that forks has no other threads.
        return Supervisor(plan, listener, note=note, announce=announce).run()
    meters = Meters(collections=[index.name for index in indexes])
    meters.take(0)
    try:
        serve_here(plan, listener, meters, note=note, ready=announce)
    finally:
        meters.close()
    sys.stdout.flush()
    leave(0)
    return 0


def _warn_of_missing_keys(options: "Options") -> None:
    if options.keys:
        from assistant.service.store.database import Database, database_path
        from assistant.service.store.keys import Keys

        database = Database(database_path())
        if not any(key.revoked is None for key in Keys(database).listed()):
            note("no key can be used yet; make one with `assistant keys create NAME`")
        database.close()
    elif not options.loopback:
        note("without keys anyone who reaches this server may use it (--no-keys)")
