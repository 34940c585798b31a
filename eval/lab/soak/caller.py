"""Send a client's requests with retries, and account for every broken connection."""

import asyncio
import time

from eval.lab.load.connection import BROKEN, Connection, Reply
from eval.lab.soak.findings import Counts, Findings
from eval.lab.soak.kill import Killed

TRIES = 20
ANSWER_SECONDS = 60.0
RETRIED = {"busy", "starting"}
"""Codes of 503 that are allowed under load; others are faults."""


class GaveUp(Exception):
    """A request was not answered in all attempts; the finding has details."""


class Caller:
    """One client's connection."""

    def __init__(self, port: int, killed: Killed, counts: Counts, findings: Findings) -> None:
        self._connection = Connection(port)
        self._killed = killed
        self._counts = counts
        self._findings = findings
        self._waiting = False
        self.tries_cut = 0
        """Tries that were cut off so far, each of which the server may or may not have carried out."""

    @property
    def waiting_port(self) -> int | None:
        """Local port while waiting for an answer."""
        return self._connection.local_port if self._waiting else None

    async def call(self, kind: str, method: str, path: str, body: object = None) -> Reply:
        """Send a request, again if it was cut off or refused temporarily.

        Args:
            kind: name for counting.
            method: as for `Connection.request`.
            path: as for `Connection.request`.
            body: as for `Connection.request`.

        Raises:
            GaveUp: it was not answered in all attempts.
        """
        for _ in range(TRIES):
            started = time.perf_counter()
            reply = await self._try(kind, method, path, body)
            if reply is None:
                continue
            if reply.status == 503:
                code = reply.json()["error"]["code"]
                self._counts.refused[code] += 1
                if code not in RETRIED:
                    self._findings.add(f"status 503, {code}", f"{method} {path} {body}")
                await asyncio.sleep(float(reply.headers.get("retry-after", "1")))
                continue
            if reply.status >= 500:
                self._findings.add(f"status {reply.status}", f"{method} {path} {body}: {reply.body[:200]!r}")
            self._counts.answered(kind, time.perf_counter() - started, f"{method} {path}")
            return reply
        self._findings.add("a request was never answered", f"{method} {path} {body}")
        raise GaveUp

    async def _try(self, kind: str, method: str, path: str, body: object) -> Reply | None:
        self._waiting = True
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._connection.request(method, path, body)
        except BROKEN as error:
            self._account_for(f"{kind}: {method} {path}: {error!r}")
        except TimeoutError:
            self._findings.add(f"no answer within {ANSWER_SECONDS:g} seconds", f"{method} {path} {body}")
        finally:
            self._waiting = False
        self.tries_cut += 1
        self._connection.close()
        return None

    def _account_for(self, what: str) -> None:
        port = self._connection.local_port
        if port in self._killed.in_flight:
            self._counts.cut += 1
        elif port in self._killed.ports:
            self._counts.closed += 1
        else:
            self._findings.add("a connection broke that no killed process held", what)
        self._killed.in_flight.discard(port or 0)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
