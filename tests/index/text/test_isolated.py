"""A file that hangs, crashes or swells its parser is told by name, and the next file is read."""

import os
import signal
import threading
from pathlib import Path

import pytest

from index.errors import ArticleUnreadable
from index.text.isolated import IsolatedLoader
from index.text.loading import load

GOOD = b"---\ntitle: Heron\nauthor: Ida Poe\ndate: 2024-05-17\n---\nThe heron stood in the reeds.\n"
SLOW = b"<div>" * 120_000
"""Nested so deep that the parser of HTML takes seconds, by the square of the depth."""


def test_another_process_loads_the_same_article():
    with IsolatedLoader() as loader:
        assert loader.load(Path("/a.md"), GOOD) == load(Path("/a.md"), GOOD)


def test_an_unreadable_file_is_told_as_without_a_process():
    with IsolatedLoader() as loader, pytest.raises(ArticleUnreadable) as told:
        loader.load(Path("/a.md"), b"\xff")

    assert str(told.value) == "/a.md: not UTF-8 text (byte 0 is 0xff); convert it to UTF-8"
    assert told.value.remedy == "convert it to UTF-8"


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_read():
    with IsolatedLoader(seconds=3) as loader:
        with pytest.raises(ArticleUnreadable, match=r"/slow\.html: reading it takes more than 3 seconds; split it"):
            loader.load(Path("/slow.html"), SLOW)

        assert loader.load(Path("/a.md"), GOOD)[0].title == "Heron"


def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_one_read():
    with IsolatedLoader(memory_bytes=60_000_000) as loader:
        with pytest.raises(ArticleUnreadable, match=r"/big\.md: .*memory.*; "):
            loader.load(Path("/big.md"), b"The heron stood in the reeds.\n" * 1_000_000)

        assert loader.load(Path("/a.md"), GOOD)[0].title == "Heron"


def test_a_parser_that_dies_is_replaced():
    with IsolatedLoader() as loader:
        loader.load(Path("/a.md"), GOOD)
        killer = threading.Timer(0.3, os.kill, [loader.parser.process.pid, signal.SIGKILL])
        killer.start()
        with pytest.raises(ArticleUnreadable, match=r"/slow\.html: reading it crashes its parser or takes more than"):
            loader.load(Path("/slow.html"), SLOW)
        killer.join()

        assert loader.load(Path("/a.md"), GOOD)[0].title == "Heron"


def test_nothing_is_started_before_a_file_is_met_and_nothing_is_left_behind():
    with IsolatedLoader() as loader:
        assert loader.parser.process is None
        loader.load(Path("/a.md"), GOOD)
        process = loader.parser.process

    assert process.returncode is not None


def test_it_starts_from_a_thread():
    loaded = []

    def work() -> None:
        with IsolatedLoader() as loader:
            loaded.extend(loader.load(Path("/a.md"), GOOD))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(20)

    assert [article.title for article in loaded] == ["Heron"]
