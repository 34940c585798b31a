"""Many tasks for few tools: who waits lets others work, and ends in good order."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from assistant.models.waiting import Cancelled, Mailbox, sleep
from assistant.service.work.seats import SeatedTask, Seats

Work = Callable[[list[str]], None]


class Desk:
    """Tasks with lists to write in, each used by one task at a time."""

    def __init__(self, tools: int, *, size: int = 10_000) -> None:
        self.done: list[SeatedTask[list[str]]] = []
        self.seats: Seats[list[str]] = Seats(size=size, done=self.done.append)
        self.lists: list[list[str]] = [[] for _ in range(tools)]
        self._closed = threading.Semaphore(0)

    def do(self, work: Work) -> SeatedTask[list[str]]:
        task = SeatedTask(work)
        assert self.seats.add(task)
        return task

    def start(self) -> None:
        for tool in self.lists:
            self.seats.add_tool(tool)

    def close(self) -> None:
        self.seats.close(lambda tool: self._closed.release())
        for _ in self.lists:
            assert self._closed.acquire(timeout=10)


@contextmanager
def desk(tools: int = 1) -> Iterator[Desk]:
    made = Desk(tools)
    made.start()
    try:
        yield made
    finally:
        made.close()


def ends(condition: Callable[[], object]) -> bool:
    """Whether it holds before long."""
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.002)
    return bool(condition())


def test_while_some_wait_others_use_their_tool() -> None:
    boxes: list[Mailbox[str]] = []
    with desk() as at:

        def waits(told: list[str]) -> None:
            boxes.append(Mailbox())
            told.append(boxes[-1].get(seconds=30))

        for _ in range(100):
            at.do(waits)
        assert ends(lambda: len(boxes) == 100)
        at.do(lambda told: told.append("between"))
        assert ends(lambda: at.lists[0] == ["between"])
        for number, box in enumerate(reversed(boxes)):
            box.put(str(number))
        assert ends(lambda: len(at.done) == 101)

    assert at.lists[0][0] == "between"
    assert sorted(at.lists[0][1:], key=int) == [str(number) for number in range(100)]


def test_no_two_use_a_tool_at_the_same_time_and_nothing_is_lost() -> None:
    using: dict[int, int] = {}
    with desk(tools=3) as at:

        def work(told: list[str]) -> None:
            sum_ = 0
            box: Mailbox[int] = Mailbox()
            feeding = threading.Thread(target=lambda: [box.put(n) for n in range(50)])
            feeding.start()
            for _ in range(50):
                sum_ += box.get(seconds=30)
                using[id(told)] = threading.get_ident()
                time.sleep(0)
                assert using[id(told)] == threading.get_ident()
            feeding.join()
            told.append(str(sum_))

        for _ in range(60):
            at.do(work)
        assert ends(lambda: len(at.done) == 60)

    assert [one for told in at.lists for one in told] == [str(sum(range(50)))] * 60


def test_one_that_comes_back_goes_before_new_ones() -> None:
    box: list[Mailbox[str]] = []
    working, go = threading.Event(), threading.Event()
    with desk() as at:

        def waits(told: list[str]) -> None:
            box.append(Mailbox())
            told.append(box[0].get(seconds=30))

        def works(told: list[str]) -> None:
            working.set()
            assert go.wait(10)

        at.do(waits)
        at.do(works)
        assert working.wait(10)
        at.do(lambda told: told.append("new"))
        box[0].put("back")
        time.sleep(0.1)
        go.set()
        assert ends(lambda: len(at.done) == 3)

    assert at.lists[0] == ["back", "new"]


def test_a_wait_ends_when_its_time_is_over_whatever_the_others_wait_for() -> None:
    with desk() as at:

        def late(told: list[str]) -> None:
            with pytest.raises(TimeoutError):
                Mailbox().get(seconds=0.1)
            told.append("late")

        def sleeps(told: list[str]) -> None:
            sleep(0.2)
            told.append("slept")

        def waits(told: list[str]) -> None:
            Mailbox().get(seconds=600)

        started = time.monotonic()
        for work in (waits, sleeps, late, waits):
            at.do(work)
        assert ends(lambda: len(at.done) == 2)
        assert 0.2 <= time.monotonic() - started < 5

    assert at.lists[0] == ["late", "slept"]


def test_one_that_is_cancelled_ends_where_it_waits_and_tidies_up() -> None:
    with desk() as at:

        def waits(told: list[str]) -> None:
            told.append("waits")
            try:
                Mailbox().get(seconds=600)
            except Cancelled:
                with pytest.raises(Cancelled):  # Nor does it wait for anything on its way out.
                    sleep(600)
                told.append("cancelled")

        task = at.do(waits)
        assert ends(lambda: at.lists[0])
        task.cancel()
        assert ends(lambda: at.done == [task])
        task.cancel()
        at.do(lambda told: told.append("next"))
        assert ends(lambda: len(at.done) == 2)

    assert at.lists[0] == ["waits", "cancelled", "next"]


def test_one_that_is_cancelled_while_it_works_ends_at_its_next_wait() -> None:
    working, go = threading.Event(), threading.Event()
    with desk() as at:

        def works(told: list[str]) -> None:
            working.set()
            assert go.wait(10)  # As something would that cannot be cancelled.
            try:
                sleep(600)
            except Cancelled:
                told.append("cancelled")

        task = at.do(works)
        assert working.wait(10)
        task.cancel()
        go.set()
        assert ends(lambda: at.done == [task])

    assert at.lists[0] == ["cancelled"]


def test_at_the_end_what_is_new_is_done_and_what_waits_is_cancelled() -> None:
    at = Desk(1)

    def waits(told: list[str]) -> None:
        try:
            sleep(600)
        except Cancelled:
            told.append("cancelled")

    at.do(waits)
    at.do(lambda told: told.append("done"))
    at.start()
    at.close()

    assert at.lists[0] == ["done", "cancelled"]
    assert not at.seats.add(SeatedTask(waits))


def test_only_so_many_new_ones_are_taken_and_those_that_wait_do_not_count() -> None:
    at = Desk(1, size=2)
    assert [at.seats.add(SeatedTask(lambda told: sleep(600))) for _ in range(3)] == [True, True, False]
    assert at.seats.full

    at.start()
    assert ends(lambda: not len(at.seats))
    assert [at.seats.add(SeatedTask(lambda told: sleep(600))) for _ in range(2)] == [True, True]
    at.close()


def test_the_time_for_which_one_keeps_its_tool_is_told_apart_from_its_waits() -> None:
    with desk() as at:

        def work(told: list[str]) -> None:
            time.sleep(0.05)
            sleep(0.3)
            time.sleep(0.05)

        at.do(work)
        assert ends(lambda: at.done)

    assert 0.1 <= at.done[0].seconds < 0.3


def test_each_has_the_context_of_whoever_made_it() -> None:
    whose: contextvars.ContextVar[str] = contextvars.ContextVar("whose")
    with desk() as at:

        def work(told: list[str]) -> None:
            before = whose.get()
            whose.set(f"{before}, changed")
            sleep(0.05)
            told.append(f"{before} {whose.get()}")

        for name in ("hers", "his"):
            whose.set(name)
            at.do(work)
        assert ends(lambda: len(at.done) == 2)

    assert sorted(at.lists[0]) == ["hers hers, changed", "his his, changed"]
    assert whose.get() == "his"
