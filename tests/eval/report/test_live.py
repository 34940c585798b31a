"""The report of a run is served while the run goes on, and after it."""

import urllib.request
from pathlib import Path
from threading import Thread

import pytest
from gate_runs import GOOD, PROVENANCE, a_run

from eval.report.live import live_server
from eval.runs.journal import open_journal, read_unfinished
from eval.runs.run_file import write_run
from index.errors import UserError


def loaded(path: Path) -> tuple[str, str | None]:
    server = live_server(path, 0, lambda run: lambda article_id: None)
    thread = Thread(target=server.handle_request)
    thread.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_address[1]}/", timeout=30) as reply:
        found = reply.read().decode(), reply.headers["Refresh"]
    thread.join()
    server.server_close()
    return found


def test_a_run_that_goes_on_is_shown_as_far_as_it_is_and_loaded_again(tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    with open_journal(out, gold="abc", provenance=PROVENANCE, resume=False) as journal:
        assert read_unfinished(out) is None
        for result in GOOD[:3]:
            journal.keep(result)
        page, refresh = loaded(out)

    assert "3 cases so far" in page
    assert "case-2" in page
    assert refresh == "5"


def test_a_finished_run_is_shown_and_not_loaded_again(tmp_path: Path) -> None:
    write_run(a_run(GOOD[:4]), tmp_path / "run.json")

    page, refresh = loaded(tmp_path / "run.json")

    assert ("case-3" in page, refresh) == (True, None)


def test_a_run_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    page, refresh = loaded(tmp_path / "run.json")

    assert ("cannot be read" in page, refresh) == (True, "5")


def test_a_taken_port_is_told() -> None:
    taken = live_server(Path("run.json"), 0, lambda run: lambda article_id: None)
    with pytest.raises(UserError, match=r"cannot be used .*; give another with --port"):
        live_server(Path("run.json"), taken.server_address[1], lambda run: lambda article_id: None)
    taken.server_close()
