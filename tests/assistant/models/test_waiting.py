"""Waiting for what comes from elsewhere, in a thread that stands still meanwhile, and doing few things at once."""

import threading
import time

import pytest

from assistant.models.threads import FewThreads
from assistant.models.waiting import Mailbox, sleep


def test_what_was_put_in_comes_out_in_order() -> None:
    box: Mailbox[int] = Mailbox()
    for number in range(3):
        box.put(number)

    assert [box.get(seconds=0) for _ in range(3)] == [0, 1, 2]


def test_what_comes_while_one_waits_wakes_one() -> None:
    box: Mailbox[str] = Mailbox()
    later = threading.Timer(0.1, box.put, ["there"])
    later.start()
    started = time.monotonic()

    assert box.get(seconds=30) == "there"
    assert time.monotonic() - started < 10
    later.join()


def test_nothing_is_waited_for_only_so_long() -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"within 0\.1 s"):
        Mailbox().get(seconds=0.1)
    sleep(0.1)

    assert 0.2 <= time.monotonic() - started < 5


def test_nothing_that_is_put_in_is_lost_however_many_do_so() -> None:
    box: Mailbox[int] = Mailbox()
    putting = [threading.Thread(target=lambda: [box.put(n) for n in range(2_000)]) for _ in range(4)]
    for one in putting:
        one.start()
    found = [box.get(seconds=30) for _ in range(8_000)]
    for one in putting:
        one.join()

    assert sum(found) == 4 * sum(range(2_000))


def test_no_more_jobs_are_done_at_once_than_there_may_be_threads_and_none_is_left_out() -> None:
    threads, done = FewThreads(3, name="few"), threading.Semaphore(0)
    most, lock, running = [0], threading.Lock(), [0]

    def job() -> None:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.01)
        with lock:
            running[0] -= 1
        done.release()

    for _ in range(30):
        threads.do(job)

    assert all(done.acquire(timeout=10) for _ in range(30))
    assert most[0] == 3
