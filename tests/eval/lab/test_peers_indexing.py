"""The comparison of indexing, without the peers: they are gigabytes."""

import json
import sys
from pathlib import Path

import pytest

from eval.bench.sets import BenchSet
from eval.lab.peers.contenders import CONTENDERS
from eval.lab.peers.indexing import NAMES, Figures, Indexed, command, run, table, write_articles
from index.errors import ConfigurationError

PARENT = """
import subprocess, sys
held = bytearray(60 * 2**20)
subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
"""
CHILD = "import time; held = bytearray(80 * 2**20); sum(range(20_000_000)); time.sleep(0.5)"


def test_time_and_memory_of_a_process_count_its_children(tmp_path):
    measured = run([sys.executable, "-c", PARENT, CHILD], {}, log=tmp_path / "log")

    assert 0.5 < measured.seconds < 60
    assert 0.05 < measured.cpu_seconds < measured.seconds
    assert measured.mebibytes > 140  # More where this process is larger, which is counted until the other one starts.


def test_a_contender_that_fails_is_said_with_its_own_words(tmp_path):
    with pytest.raises(ConfigurationError, match="fails: no such set"):
        run([sys.executable, "-c", "raise SystemExit('no such set')"], {}, log=tmp_path / "log")


def test_every_paragraph_is_given_with_its_title(tmp_path):
    bench = BenchSet(name="town", documents={"a#1": ("Mills", "They turn."), "a#2": ("Mills", "Old.")}, questions=())

    assert write_articles(bench, tmp_path / "articles.jsonl") == 2
    assert [json.loads(line) for line in (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()] == [
        {"id": "a#1", "title": "Mills", "text": "They turn."},
        {"id": "a#2", "title": "Mills", "text": "Old."},
    ]


def test_the_assistant_indexes_with_its_own_command_and_peers_the_passages_in_their_environments():
    chosen = [one for one in CONTENDERS if one.name in NAMES]
    home, store = Path("/home"), Path("/store")

    commands = [command(one, Path(f"/{one.name}/bin"), home, store) for one in chosen]

    assert [one.name for one in chosen] == list(NAMES)
    assert commands[0][1:] == ["-m", "assistant", "index", "add", "/home/articles.jsonl", "--index", "/store"]
    for name, made in zip(NAMES[1:], commands[1:], strict=True):
        assert made[0] == f"/{name}/bin/python"
        assert made[-2:] == ["/home/passages.jsonl", "/store"]


def test_the_table_has_rates_of_the_median_round_and_the_assistant_beside_each_peer():
    own = Figures(runs=[Indexed(seconds=s, cpu_seconds=50, mebibytes=300) for s in (40.0, 50.0, 90.0)])
    peer = Figures(runs=[Indexed(seconds=s, cpu_seconds=100, mebibytes=900) for s in (60.0, 75.0, 80.0)])

    lines = table({"assistant": own, "txtai": peer}, 1_000)

    assert lines[1].split() == ["assistant", "20.0", "50.0", "s", "(40.0-90.0)", "20.0", "300", "MiB"]
    assert lines[2].endswith("1.50 times as fast, 2.00 times as many a CPU second, 0.33 of the memory")
