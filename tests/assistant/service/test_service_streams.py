"""A service with a slow model and hundreds of clients: all are served, with a thread for each that waits."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from serving import DAM, Server, events, serving, town_in

from assistant.models.scripted.script import Trouble, Turn
from assistant.models.scripted.server import ScriptedServer
from eval.lab.load.connection import Connection, Reply

CLIENTS = 200
THREADS = 24
"""Of the server, beside those of its begun questions."""
REPLY = "The dam at Oldwater held [1]. Engineers opened two of its five gates on Monday [1]. It cost 99 crowns [1]."
HANGS = "Did the deputy take over?"
SOON = "Which dam at Oldwater held?"
TEXT = "The dam at Oldwater held. [1] Engineers opened two of its five gates on Monday. [2]"
TURNS = (
    # Slow enough for all of them to be asked before the first is done.
    Turn(reply=REPLY, seconds=0.4, when=DAM),
    Turn(reply=REPLY, seconds=0.05, when=SOON),
    Turn(reply="Her deputy takes over. " * 20, trouble=Trouble.HANG_MIDWAY, when=HANGS),
)
VARIABLES = {
    "ASSISTANT_MODEL": "scripted",
    "ASSISTANT_MODEL_CONNECT_SECONDS": "60",
    "ASSISTANT_MODEL_FIRST_TOKEN_SECONDS": "60",
    "ASSISTANT_MODEL_TOTAL_SECONDS": "120",
}


@dataclass(frozen=True, kw_only=True)
class Served:
    server: Server
    model: ScriptedServer
    home: Path

    @property
    def port(self) -> int:
        return int(self.server.url.rsplit(":", 1)[1])

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.server.process.pid}/task").iterdir()))

    @asynccontextmanager
    async def clients(self, number: int) -> AsyncIterator[list[Connection]]:
        """So many, which leave at the end."""
        made = [Connection(self.port) for _ in range(number)]
        try:
            yield made
        finally:
            for client in made:
                client.close()
            await asyncio.sleep(0.01)

    def together(self, number: int, path: str, body: object) -> tuple[list[Reply], int]:
        """What so many clients get that ask at the same time, and the most threads meanwhile."""

        async def run() -> tuple[list[Reply], int]:
            async with self.clients(number) as clients:
                asked = asyncio.gather(*(client.request("POST", path, body) for client in clients))
                most = 0
                while not asked.done():
                    most = max(most, self.threads())
                    await asyncio.wait([asked], timeout=0.1)
                return asked.result(), most

        return asyncio.run(run())

    def assert_holds(self, answer: dict[str, object]) -> None:
        with self.server.client() as client:
            found = client.post("/api/verify", json=answer).json()
        assert found["verdict"] == "holds", found
        assert found["receipts"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("streams")
    town_in(home).close()
    options = ("--queue", CLIENTS, "--wait-seconds", 60, "--answer-seconds", 60, "--stop-seconds", 1)
    with (
        ScriptedServer(TURNS) as model,
        serving(home, *options, variables={**VARIABLES, "ASSISTANT_MODEL_BASE_URL": model.url}) as server,
    ):
        yield Served(server=server, model=model, home=home)


def ends(condition: Callable[[], object]) -> bool:
    """Whether it holds before long."""
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return bool(condition())


def test_hundreds_of_streams_of_a_slow_model_are_open_at_once_and_all_are_right(served: Served) -> None:
    asked = {"question": DAM, "stream": True}
    replies, most = served.together(CLIENTS, "/api/ask", asked)

    assert served.model.busiest == CLIENTS
    assert most <= CLIENTS + THREADS
    assert ends(lambda: served.threads() <= THREADS)
    for reply in replies:
        told = events(reply.body.decode())
        assert [name for name, _ in told] == ["start", "sentence", "sentence", "answer"]
        answer = told[-1][1]
        assert (answer["text"], answer["reader"], answer["degraded"]) == (TEXT, "model:scripted", False)
    served.assert_holds(answer)


def test_openais_streams_are_served_in_the_same_way(served: Served) -> None:
    with served.server.client() as client:
        name = client.get("/v1/models").json()["data"][0]["id"]
    asked = {"model": name, "stream": True, "messages": [{"role": "user", "content": SOON}]}
    replies, most = served.together(40, "/v1/chat/completions", asked)

    assert most <= 40 + THREADS
    for reply in replies:
        *chunks, done = [data for _, data in events(reply.body.decode())]
        assert done == "[DONE]"
        text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
        assert text.replace("\n", " ") == TEXT
        assert chunks[-2]["receipts"]["citations"]
    served.assert_holds(chunks[-2]["receipts"])


def test_while_hundreds_wait_for_the_model_a_search_is_answered(served: Served) -> None:
    async def run() -> float:
        async with served.clients(CLIENTS) as clients, served.clients(1) as (other,):
            body = {"question": HANGS}
            asked = [asyncio.ensure_future(client.request("POST", "/api/ask", body)) for client in clients]
            while served.model.busy < CLIENTS:
                await asyncio.sleep(0.05)
            started = time.monotonic()
            reply = await other.request("GET", "/api/search?q=dam")
            assert reply.status == 200
            for one in asked:
                one.cancel()
            return time.monotonic() - started

    assert asyncio.run(run()) < 2
    assert ends(lambda: served.model.busy == 0)  # They left, and their questions with them.


@pytest.mark.parametrize(("stream", "seconds"), [(True, 0), (True, 1.5), (False, 0)])
def test_a_client_that_leaves_ends_its_call_of_the_model(served: Served, stream: bool, seconds: float) -> None:
    async def run() -> None:
        async with served.clients(1) as (client,):
            asked = asyncio.ensure_future(client.request("POST", "/api/ask", {"question": HANGS, "stream": stream}))
            while served.model.busy < 1:
                await asyncio.sleep(0.01)
            await asyncio.sleep(seconds)
            asked.cancel()

    asyncio.run(run())
    assert ends(lambda: served.model.busy == 0)
    assert ends(lambda: "/api/ask 499" in served.server.log.read_text() or stream)


def test_a_stop_ends_streams_that_wait_for_the_model_with_an_error_and_their_calls(served: Served) -> None:
    async def run() -> list[Reply]:
        async with served.clients(20) as clients:
            body = {"question": HANGS, "stream": True}
            asked = [asyncio.ensure_future(client.request("POST", "/api/ask", body)) for client in clients]
            while served.model.busy < 20:
                await asyncio.sleep(0.01)
            served.server.process.terminate()
            return await asyncio.gather(*asked)

    replies = asyncio.run(run())
    assert served.server.process.wait(20) == 0
    for reply in replies:
        name, error = events(reply.body.decode())[-1]
        assert (name, error["error"]["code"]) == ("error", "stopping")
    assert ends(lambda: served.model.busy == 0)
