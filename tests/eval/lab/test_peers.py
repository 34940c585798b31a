"""The comparison with the peers' servers, without the peers: they are gigabytes."""

import json
import re
import sys
from pathlib import Path

import pytest
from library import Library, ignore

from eval.lab.load.connection import Connection
from eval.lab.load.load import Tally
from eval.lab.peers.__main__ import table
from eval.lab.peers.contenders import CONTENDERS, PEERS
from eval.lab.peers.environments import write_passages
from eval.lab.peers.measure import Measured, free_port, measure, started
from index.errors import ConfigurationError

SERVER = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        sum(range(100_000))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

print("listening", file=sys.stderr, flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


async def ask(connection: Connection, question: str) -> tuple[int, bytes]:
    reply = await connection.request("POST", "/", {"question": question})
    return reply.status, reply.body


def test_a_server_is_started_asked_and_looked_at(tmp_path):
    port = free_port()
    command = (sys.executable, "-c", SERVER, port)
    with started(command, port, ask, variables={}, log=tmp_path / "log") as server:
        measured = Measured(ready_seconds=server.ready_seconds)
        for clients in (1, 4):
            measure(server, ask, measured, clients=clients, seconds=0.5)
        process = server.process

    assert process.poll() is not None
    assert 0 < measured.ready_seconds < 60
    assert (len(measured.tallies), measured.failed) == (2, 0)
    assert 0 < measured.median <= measured.p99 < 1
    assert measured.a_second > 1
    assert 0.0005 < measured.cpu < 0.5
    assert measured.mebibytes > 5


def test_a_server_that_falls_is_said_with_its_own_words(tmp_path):
    command = (sys.executable, "-c", "raise SystemExit('no such index')")

    with (
        pytest.raises(ConfigurationError, match="does not answer: no such index"),
        started(command, free_port(), ask, variables={}, log=tmp_path / "log"),
    ):
        pass


def test_peers_index_the_very_passages_with_their_titles(town: Library, tmp_path):
    count = write_passages(town.root, tmp_path / "passages.jsonl", note=ignore)

    lines = [json.loads(line) for line in (tmp_path / "passages.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == count == len(town.open().generation.vectors)
    assert any(one["text"].startswith("The river rises\nThe river rose by three metres in March.") for one in lines)


def test_the_table_has_a_line_for_each_contender():
    alone = Measured(ready_seconds=2.04, tallies=[Tally(seconds=[0.01, 0.02, 0.03], elapsed=1.0)], cpu_seconds=[0.005])
    crowd = Measured(ready_seconds=3.0, tallies=[Tally(seconds=[0.5] * 40, busy=1, elapsed=2.0)], cpu_seconds=[0.006])
    alone.mebibytes, crowd.mebibytes = 200.4, 350.0

    lines = table({"assistant": alone, "txtai": alone}, {"assistant": crowd, "txtai": crowd}, 16)

    assert len(lines) == 3
    assert len({len(line) for line in lines}) == 1
    assert re.split(r"\s{2,}", lines[1].replace("|", " ")) == [
        *("assistant", "2.0 s", "20.0 ms", "30.0 ms", "5.0 ms", "200 MiB"),
        *("20.0 a s", "500 ms", "6.0 ms", "350 MiB", "1"),
    ]


def test_what_is_installed_for_peers_is_pinned_and_takes_the_torch_of_the_constraints(repository: Path):
    constraints = (repository / "constraints.txt").read_text(encoding="utf-8").splitlines()
    (torch,) = [line for line in constraints if line.startswith("torch==")]
    files = [one.requirements for one in CONTENDERS if one.requirements is not None]

    assert len(files) == len(PEERS) == 3
    for path in files:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        assert torch in lines
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)
