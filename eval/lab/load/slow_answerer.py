"""Serve answers slowly, as with a slow model, for tests of open streams.

    python -m eval.lab.load.slow_answerer --index DIR --port 0 --seconds 2 --open-requests 4096

serves indexes like `assistant serve`, with a delay before each sentence of an answer.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from assistant import AssistantError
from assistant.service.options import Options
from assistant.service.seam import Asked, Piece, Started
from assistant.service.server import leave, listening, serve
from assistant.service.telemetry.meters import Meters
from assistant.service.work.answering import ExtractiveAnswerer
from assistant.service.work.building import Plan
from assistant.service.work.collection import NamedIndex, collection_name
from assistant.service.work.pool import AssistantPool
from assistant.settings.settings import Settings


class SlowAnswerer:
    """Answers extractively, with a pause before each sentence."""

    name = "slow"

    def __init__(self, pool: AssistantPool, *, seconds: float) -> None:
        self._quick = ExtractiveAnswerer(pool)
        self._seconds = seconds

    async def answer(self, asked: Asked) -> AsyncGenerator[Piece, None]:
        """Yield the sentences of the quoted answer, each after a pause."""
        async for piece in self._quick.answer(asked):
            if not isinstance(piece, Started):
                await asyncio.sleep(self._seconds)
            yield piece


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="python -m eval.lab.load.slow_answerer")
    parser.add_argument("--index", type=Path, required=True, action="append")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1.0, help="before each sentence")
    parser.add_argument("--stop-seconds", type=float, default=10.0)
    parser.add_argument("--heartbeat-seconds", type=float, default=10.0)
    parser.add_argument("--queue", type=int, default=32)
    parser.add_argument("--wait-seconds", type=float, default=600.0)
    parser.add_argument("--open-requests", type=int, default=4_096)
    parser.add_argument("--head-seconds", type=float, default=10.0)
    parser.add_argument("--body-seconds", type=float, default=20.0)
    parser.add_argument("--stalled-seconds", type=float, default=60.0)
    given = parser.parse_args()
    options = Options(
        port=given.port,
        queue=given.queue,
        stop_seconds=given.stop_seconds,
        heartbeat_seconds=given.heartbeat_seconds,
        wait_seconds=given.wait_seconds,
        answer_seconds=600.0,
        open_requests=given.open_requests,
        head_seconds=given.head_seconds,
        body_seconds=given.body_seconds,
        stalled_seconds=given.stalled_seconds,
    )
    listener = listening(options.host, options.port)
    indexes = tuple(NamedIndex(name=collection_name(root), root=root) for root in given.index)
    meters = Meters(collections=[index.name for index in indexes])
    meters.take(0)
    code = 0
    try:
        serve(
            Plan(options=options, settings=Settings(), indexes=indexes),
            listener,
            meters,
            note=_note,
            ready=lambda: print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True),
            make_answerer=lambda pool: SlowAnswerer(pool, seconds=given.seconds),
        )
    except AssistantError as error:
        _note(str(error))
        code = error.exit_code
    finally:
        meters.close()
    leave(code)


def _note(message: str) -> None:
    print(f"slow_answerer: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
