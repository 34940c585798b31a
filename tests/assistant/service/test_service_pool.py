"""The pool of assistants: who waits, who is refused, who is told what."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from library import Library

from assistant.chain.assistant import Assistant
from assistant.models.waiting import Cancelled, Mailbox, sleep
from assistant.service.errors import ServiceError
from assistant.service.work.pool import AssistantPool
from assistant.settings.settings import Settings
from index.errors import IndexDamaged, UsageError
from index.search.embedded import embedded_opener

T = TypeVar("T")
TOWN = "town"


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def make(town: Library, notes: list[str]) -> Callable[..., AssistantPool]:
    def make(**options: object) -> AssistantPool:
        chosen = {"threads": 2, "queue_size": 50, "wait_seconds": 60.0, "seconds": 30.0} | options

        def open_assistant() -> Assistant:
            return Assistant(
                embedded_opener(town.root, lambda _: town.encoder, note=notes.append), Settings(), note=notes.append
            )

        return AssistantPool({TOWN: open_assistant}, note=notes.append, **chosen)

    return make


def running(pool: AssistantPool, work: Callable[[asyncio.Event], Awaitable[T]]) -> T:
    """What `work` makes of the pool, open; it is given what stops everyone."""

    async def run() -> T:
        stopped = asyncio.Event()
        pool.start(stopped)
        await pool.opened()
        try:
            return await work(stopped)
        finally:
            pool.close()

    return asyncio.run(run())


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Holds up whatever waits for it until it is set, at the latest after the test."""
    event = threading.Event()
    yield event
    event.set()


async def refusal(pool: AssistantPool, work: Callable[[Assistant], object]) -> str:
    """The code of the error that `work` ends with."""
    with pytest.raises(ServiceError) as caught:
        await pool.run(TOWN, work)
    return caught.value.body.error.code


def test_before_it_is_open_a_question_is_refused(make):
    async def ask() -> str:
        return await refusal(make(), lambda assistant: None)

    assert asyncio.run(ask()) == "starting"


def test_a_pool_opens_as_many_assistants_for_each_collection_as_it_was_told(town, library, notes):
    opened: list[str] = []

    def opener(name: str, root: Path) -> Callable[[], Assistant]:
        def open_assistant() -> Assistant:
            opened.append(name)
            return Assistant(
                embedded_opener(root, lambda _: town.encoder, note=notes.append), Settings(), note=notes.append
            )

        return open_assistant

    openers = {TOWN: opener(TOWN, town.root), "empty": opener("empty", library.root)}
    pool = AssistantPool(openers, threads=2, queue_size=50, wait_seconds=60, seconds=30, note=notes.append)

    async def work(stopped: asyncio.Event) -> list[tuple[int, Path]]:
        def where(assistant: Assistant) -> tuple[int, Path]:
            return id(assistant), Path(assistant.engine.state.location)

        return await asyncio.gather(*[pool.run(name, where) for name in (TOWN, "empty") * 10])

    found = running(pool, work)

    assert [root for _, root in found] == [town.root, library.root] * 10
    assert len({one for one, _ in found}) <= 4
    assert sorted(opened) == ["empty", "empty", TOWN, TOWN]


def test_as_many_questions_are_at_work_as_there_are_assistants(make):
    together = threading.Barrier(2, timeout=10)

    async def work(stopped: asyncio.Event) -> set[int]:
        def who(assistant: Assistant) -> int:
            together.wait()
            return id(assistant)

        return set(await asyncio.gather(make_pool.run(TOWN, who), make_pool.run(TOWN, who)))

    make_pool = make()
    assert len(running(make_pool, work)) == 2


def test_a_full_queue_refuses_at_once(make, gate):
    pool = make(threads=1, queue_size=2)

    async def work(stopped: asyncio.Event) -> tuple[str, float]:
        held = [asyncio.ensure_future(pool.run(TOWN, lambda _: gate.wait(20)))]
        await asyncio.sleep(0.1)
        held += [asyncio.ensure_future(pool.run(TOWN, lambda _: None)) for _ in range(2)]
        await asyncio.sleep(0)
        started = time.monotonic()
        code = await refusal(pool, lambda _: None)
        seconds = time.monotonic() - started
        gate.set()
        await asyncio.gather(*held)
        return code, seconds

    code, seconds = running(pool, work)
    assert code == "busy"
    assert seconds < 1


def test_questions_that_would_wait_too_long_are_refused_though_there_is_room(make, gate):
    pool = make(threads=1, wait_seconds=0.1)

    async def work(stopped: asyncio.Event) -> list[str]:
        for _ in range(20):
            await pool.run(TOWN, lambda _: time.sleep(0.05))
        held = [asyncio.ensure_future(pool.run(TOWN, lambda _: gate.wait(20))) for _ in range(10)]
        await asyncio.sleep(0.05)
        refused = [one.exception() for one in held if one.done()]
        gate.set()
        await asyncio.gather(*held, return_exceptions=True)
        return [error.body.error.code for error in refused]

    codes = running(pool, work)
    assert set(codes) == {"busy"}
    assert 5 <= len(codes) <= 8  # Two or three of them fit into the tenth of a second.


def test_an_answer_that_takes_too_long_is_given_up_and_the_next_is_answered(make, gate):
    pool = make(threads=1, seconds=0.1)

    async def work(stopped: asyncio.Event) -> tuple[str, str]:
        code = await refusal(pool, lambda _: gate.wait(20))
        gate.set()
        return code, await pool.run(TOWN, lambda _: "well")

    assert running(pool, work) == ("timed_out", "well")


def test_whoever_waits_when_the_server_stops_is_told(make, gate):
    pool = make(threads=1)

    async def work(stopped: asyncio.Event) -> list[str]:
        waiting = [asyncio.ensure_future(refusal(pool, lambda _: gate.wait(20))) for _ in range(3)]
        await asyncio.sleep(0.05)
        stopped.set()
        return await asyncio.gather(*waiting)

    assert running(pool, work) == ["stopping"] * 3


def test_a_question_whose_asker_has_gone_is_not_answered(make, gate):
    pool, answered = make(threads=1), []

    async def work(stopped: asyncio.Event) -> None:
        held = asyncio.ensure_future(pool.run(TOWN, lambda _: gate.wait(20)))
        await asyncio.sleep(0.05)
        gone = asyncio.ensure_future(pool.run(TOWN, answered.append))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        gate.set()
        await held
        await pool.run(TOWN, lambda _: None)

    running(pool, work)
    assert answered == []


def test_questions_that_wait_for_their_model_keep_no_thread_from_others(make):
    pool, boxes = make(threads=1, queue_size=2), []

    def written(_: Assistant) -> str:
        boxes.append(Mailbox())
        return boxes[-1].get(seconds=30)

    async def work(stopped: asyncio.Event) -> tuple[bool, str, list[str]]:
        held = []
        for number in range(50):  # More than the queue has room for: they have left it.
            held.append(asyncio.ensure_future(pool.run(TOWN, written)))
            while len(boxes) <= number:
                await asyncio.sleep(0.001)
        crowded, quick = pool.crowded, await pool.run(TOWN, lambda _: "quick")
        for number, box in enumerate(boxes):
            box.put(str(number))
        return crowded, quick, await asyncio.gather(*held)

    crowded, quick, texts = running(pool, work)
    assert not crowded
    assert quick == "quick"
    assert texts == [str(number) for number in range(50)]


@pytest.mark.parametrize("how", ["gone", "late", "stopped"])
def test_a_question_that_nobody_awaits_any_longer_does_not_wait_for_its_model(make, how):
    pool, told, begun = make(threads=1, seconds=0.2 if how == "late" else 30.0), threading.Event(), threading.Event()

    def written(_: Assistant) -> None:
        begun.set()
        try:
            Mailbox().get(seconds=600)
        except Cancelled:
            told.set()
            raise

    async def work(stopped: asyncio.Event) -> None:
        asked = asyncio.ensure_future(pool.run(TOWN, written))
        await asyncio.to_thread(begun.wait, 10)
        if how == "gone":
            asked.cancel()
        elif how == "stopped":
            stopped.set()
        await asyncio.wait([asked])
        assert await asyncio.to_thread(told.wait, 10)
        if how != "gone":
            assert asked.exception().body.error.code == {"late": "timed_out", "stopped": "stopping"}[how]

    running(pool, work)


def test_the_time_of_a_model_comes_on_top_of_that_for_an_answer(make):
    pool = make(threads=1, seconds=0.1)

    async def work(stopped: asyncio.Event) -> str:
        return await pool.run(TOWN, lambda _: sleep(0.3) or "well", model_seconds=30)

    assert running(pool, work) == "well"


def test_a_mistake_of_the_asker_is_told_to_the_asker(make, notes):
    pool = make()

    def mistaken(assistant: Assistant) -> None:
        raise UsageError("the date is 'soon; or later'", "give a day; YYYY-MM-DD")

    async def work(stopped: asyncio.Event) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            await pool.run(TOWN, mistaken)
        return caught.value

    error = running(pool, work)
    assert (error.status, error.body.error.message, error.body.error.remedy) == (
        400,
        "the date is 'soon; or later'",
        "give a day; YYYY-MM-DD",
    )
    assert notes == []


def test_what_only_the_servers_owner_can_cure_goes_to_the_log_and_not_to_the_asker(make, notes):
    pool = make()

    def damaged(assistant: Assistant) -> None:
        raise IndexDamaged("the catalog in /srv/secret is damaged", "restore it")

    async def work(stopped: asyncio.Event) -> ServiceError:
        with pytest.raises(ServiceError) as caught:
            await pool.run(TOWN, damaged)
        return caught.value

    error = running(pool, work)
    assert (error.status, error.body.error.code) == (503, "index_unavailable")
    assert "secret" not in str(error.body)
    assert notes == ["the catalog in /srv/secret is damaged; restore it"]


def test_an_assistant_that_cannot_be_opened_is_told_where_the_pool_is_opened(tmp_path: Path):
    def open_assistant() -> Assistant:
        raise IndexDamaged("no luck", "try again")

    pool = AssistantPool({TOWN: open_assistant}, threads=2, queue_size=1, wait_seconds=1, seconds=1, note=print)

    with pytest.raises(IndexDamaged, match="no luck"):
        running(pool, lambda stopped: asyncio.sleep(0))
