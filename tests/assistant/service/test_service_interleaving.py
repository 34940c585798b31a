"""Many questions in one thread: who waits lets others go on, and ends in good order."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from assistant.models.waiting import GivenUp, Mailbox, sleep
from assistant.service.work.interleaving import Errand, Errands

Work = Callable[[list[str]], None]


class Desk:
    """Threads that do errands; each has a list to write in."""

    def __init__(self, threads: int, *, size: int = 10_000) -> None:
        self.errands: Errands[list[str]] = Errands(threads, size=size)
        self.lists: list[list[str]] = [[] for _ in range(threads)]
        self.done: list[Errand[list[str]]] = []
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(threads)]

    def _work(self, number: int) -> None:
        self.errands.work(number, self.lists[number], self.done.append)

    def do(self, work: Work) -> Errand[list[str]]:
        errand = Errand(work)
        assert self.errands.add(errand)
        return errand

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        self.errands.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()


@contextmanager
def desk(threads: int = 1) -> Iterator[Desk]:
    made = Desk(threads)
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


def test_while_some_wait_others_are_done_in_the_same_thread() -> None:
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

    assert at.lists[0] == ["between", *map(str, range(100))]


def test_each_goes_on_in_the_thread_that_began_it_and_nothing_is_lost() -> None:
    with desk(threads=3) as at:

        def work(told: list[str]) -> None:
            mine, sum_ = threading.get_ident(), 0
            box: Mailbox[int] = Mailbox()
            feeding = threading.Thread(target=lambda: [box.put(n) for n in range(50)])
            feeding.start()
            for _ in range(50):
                sum_ += box.get(seconds=30)
                assert threading.get_ident() == mine
            feeding.join()
            told.append(str(sum_))

        for _ in range(60):
            at.do(work)
        assert ends(lambda: len(at.done) == 60)

    assert [one for told in at.lists for one in told] == [str(sum(range(50)))] * 60


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


def test_one_that_is_given_up_ends_where_it_waits_and_tidies_up() -> None:
    with desk() as at:

        def waits(told: list[str]) -> None:
            told.append("waits")
            try:
                Mailbox().get(seconds=600)
            except GivenUp:
                with pytest.raises(GivenUp):  # Nor does it wait for anything on its way out.
                    sleep(600)
                told.append("given up")

        errand = at.do(waits)
        assert ends(lambda: at.lists[0])
        errand.give_up()
        assert ends(lambda: at.done == [errand])
        errand.give_up()
        at.do(lambda told: told.append("next"))
        assert ends(lambda: len(at.done) == 2)

    assert at.lists[0] == ["waits", "given up", "next"]


def test_one_that_is_given_up_while_it_works_ends_at_its_next_wait() -> None:
    working, go = threading.Event(), threading.Event()
    with desk() as at:

        def works(told: list[str]) -> None:
            working.set()
            assert go.wait(10)  # As something would that knows nothing of other errands.
            try:
                sleep(600)
            except GivenUp:
                told.append("given up")

        errand = at.do(works)
        assert working.wait(10)
        errand.give_up()
        go.set()
        assert ends(lambda: at.done == [errand])

    assert at.lists[0] == ["given up"]


def test_at_the_end_what_is_new_is_done_and_what_waits_is_given_up() -> None:
    at = Desk(1)

    def waits(told: list[str]) -> None:
        try:
            sleep(600)
        except GivenUp:
            told.append("given up")

    at.do(waits)
    at.do(lambda told: told.append("done"))
    at.start()
    at.close()

    assert at.lists[0] == ["done", "given up"]
    assert not at.errands.add(Errand(waits))


def test_only_so_many_new_ones_are_taken_and_those_that_wait_do_not_count() -> None:
    at = Desk(1, size=2)
    assert [at.errands.add(Errand(lambda told: sleep(600))) for _ in range(3)] == [True, True, False]
    assert at.errands.full

    at.start()
    assert ends(lambda: not len(at.errands))
    assert [at.errands.add(Errand(lambda told: sleep(600))) for _ in range(2)] == [True, True]
    at.close()


def test_the_time_that_one_keeps_the_thread_is_told_apart_from_its_waits() -> None:
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

    assert at.lists[0] == ["hers hers, changed", "his his, changed"]
    assert whose.get() == "his"
