"""`assistant eval run` as a process of its own that is interrupted or killed in the middle, and resumed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from library import CACHE, REPOSITORY, ignore

from eval.runs.journal import journal_path
from index.encoding.encoder import Encoder
from index.storage.changes import add_paths
from index.storage.store import create_index

ARTICLE = """---
title: The new bridge of Oldwater
---
The new bridge of Oldwater was opened by Mayor Anna Berg. It has four lanes.

It is called 浙政钉 there.
"""
CASES = 80
"""Enough that a run is in its middle for a while."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, minilm: Encoder) -> Path:
    """A folder with an index, gold, and a run that nobody disturbed."""
    home = tmp_path_factory.mktemp("home")
    (home / "bridge.md").write_text(ARTICLE, encoding="utf-8")
    create_index(home / "index", minilm, max_tokens=minilm.max_tokens)
    add_paths(home / "index", [home / "bridge.md"], minilm, note=ignore, meter=ignore)
    case = {"question": "How many lanes does the bridge of Oldwater have?", "facts": [["4 lanes"]], "tags": ["浙政钉"]}
    rows = [{"id": f"lanes-{n}", "answerable": True} | case for n in range(CASES)]
    (home / "gold.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    whole = run(home, "whole.json")
    _, said = whole.communicate(timeout=60)
    assert whole.returncode == 0, said
    assert (home / "whole.json").read_text(encoding="utf-8").count('"outcome": "answered"') == CASES
    return home


def run(home: Path, out: str, *options: str) -> subprocess.Popen[str]:
    """The command, started as from a terminal: with a process group of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "assistant", "eval", "run", "gold.jsonl", "--index", "index", "--out", out, *options],
        cwd=home,
        env=kept | {"PYTHONPATH": str(REPOSITORY), "ASSISTANT_CACHE": str(CACHE), "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def cases_kept(out: Path) -> int:
    path = journal_path(out)
    return path.read_bytes().count(b'\n{"seconds"') if path.exists() else 0


def in_the_middle(process: subprocess.Popen[str], out: Path) -> None:
    """Wait until some cases are done and others are not."""
    deadline = time.monotonic() + 60
    while cases_kept(out) < 5:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def timeless(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith(' "times": ')]


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_keeps_what_is_done_says_so_in_a_line_and_resume_goes_on_to_the_same_bytes(
    home: Path, jobs: int
) -> None:
    out = home / f"interrupted-{jobs}.json"
    process = run(home, out.name, "--jobs", str(jobs))
    in_the_middle(process, out)
    os.killpg(process.pid, signal.SIGINT)
    printed, said = process.communicate(timeout=60)
    kept = cases_kept(out)

    resumed = run(home, out.name, "--jobs", "1", "--resume")
    shown, noted = resumed.communicate(timeout=60)

    assert (process.returncode, printed) == (130, "")
    assert said == (
        f"assistant: interrupted; {kept} of {CASES} cases kept in {out.name}.partial; "
        f"the same command with --resume goes on\n"
    )
    assert 5 <= kept < CASES
    assert (resumed.returncode, noted) == (0, f"assistant: written to {out.name}\n")
    assert "correct" in shown
    assert timeless(out) == timeless(home / "whole.json")
    assert not journal_path(out).exists()


def test_a_run_that_was_killed_outright_resumes_to_the_same_bytes(home: Path) -> None:
    out = home / "killed.json"
    process = run(home, out.name, "--jobs", "1")
    in_the_middle(process, out)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    kept = cases_kept(out)

    resumed = run(home, out.name, "--jobs", "1", "--resume")
    _, noted = resumed.communicate(timeout=60)

    assert not out.with_suffix(".json.new").exists()
    assert process.returncode == -signal.SIGKILL
    assert 5 <= kept < CASES
    assert (resumed.returncode, noted) == (0, f"assistant: written to {out.name}\n")
    assert timeless(out) == timeless(home / "whole.json")


def test_another_command_cannot_resume_it_and_says_so_in_a_line(home: Path) -> None:
    out = home / "other.json"
    process = run(home, out.name, "--jobs", "1")
    in_the_middle(process, out)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)

    refused = run(home, out.name, "--jobs", "1", "--resume", "--limit", "3")
    printed, said = refused.communicate(timeout=60)

    assert (refused.returncode, printed) == (1, "")
    assert said.count("\n") == 1
    assert "other.json.partial is of other cases, or of another index or other settings" in said
