"""Killed at any instant, an index opens in the state before the change or after it, and goes on from there.

Run as a program, this file is the process that is killed: it imports everything once and forks a
child for each point, since imports take a hundred times longer than the work.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from documents import column, pdf
from old_format import make_old

from index.encoding.encoder import HashEncoder
from index.errors import UserError
from index.storage.changes import add_paths, remove_articles
from index.storage.store import catalog_path, create_index, open_index
from index.storage.upgrade import old_index, upgrade_index
from index.storage.verify import verify_index

TOUCHING = frozenset({"posix", "fcntl", "io", "_io", "_sqlite3", "sqlite3", "tantivy", "faiss"})
"""Packages whose calls change files; a kill between two of any others leaves the same files behind."""

POINTS = {"change": 60, "remove": 40, "create": 15, "upgrade": 60}
TIMED = 10
"""Kills by the clock as well, which also strike inside a call, such as a commit."""

ENCODER = HashEncoder()


def write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def prepare(home: Path) -> None:
    """An index of three articles, a PDF and a glossary, and files that have changed since."""
    articles = home / "articles"
    write(articles, {f"{name}.md": f"# {name}\n\nThe river {name} rose. It flooded the hall." for name in "abc"})
    write(articles, {"glossary.toml": '[[alias]]\nname = "river"\nalso = ["stream"]\n'})
    (articles / "p.pdf").write_bytes(pdf(column("The ships of Orm are old.")))
    make(home / "index")
    add(home / "index", articles, [])
    (articles / "b.md").unlink()
    write(articles, {"a.md": "The river fell.", "d.md": "A new article. " * 30})
    write(articles, {"glossary.toml": '[[alias]]\nname = "river"\nalso = ["brook"]\n'})
    (articles / "p.pdf").write_bytes(pdf(column("The ships of Orm are new.")))


def prepare_old(home: Path) -> None:
    """An index of format 1."""
    texts = {name: f"# {name}\n\nThe river {name} rose. " + "It flooded the hall. " * 60 for name in "abc"}
    make_old(home / "index", texts, glossary='[[alias]]\nname = "river"\nalso = ["stream"]\n')


def make(root: Path) -> None:
    create_index(root, ENCODER, max_tokens=ENCODER.max_tokens)


def add(root: Path, articles: Path, notes: list[str]) -> None:
    add_paths(root, [articles], ENCODER, note=notes.append, meter=lambda *_: None, prune=True)


def change(root: Path, articles: Path, notes: list[str]) -> None:
    if not catalog_path(root).exists():
        make(root)
    add(root, articles, notes)


def remove(root: Path, articles: Path, notes: list[str]) -> None:
    with suppress(UserError):  # The kill may have come after it was removed.
        remove_articles(root, ["b"], note=notes.append)


def create(root: Path, articles: Path, notes: list[str]) -> None:
    make(root)


def upgrade(root: Path, articles: Path, notes: list[str]) -> None:
    upgrade_index(root, ENCODER, note=notes.append, meter=lambda *_: None)


WORK = {"change": change, "remove": remove, "create": create, "upgrade": upgrade}


def state(root: Path, notes: list[str]) -> list[object]:
    """What a reader finds."""
    if not catalog_path(root).exists():
        return []
    if old_index(root) is not None:
        assert (root / "generations" / "00000007" / "manifest.json").exists()
        with closing(sqlite3.connect(root / "catalog.sqlite")) as db:
            return [[list(row) for row in db.execute("SELECT article_id, sha256 FROM articles ORDER BY 1")]]
    snapshot = open_index(root, note=notes.append)
    found = sorted([row.article_id, row.sha256] for row in snapshot.articles.values())
    for number, row in snapshot.articles.items():
        assert (snapshot.original(number) is not None) == (row.article_id == "p"), row
    result: list[object] = [found, sorted(snapshot.catalog.glossaries().values()), snapshot.fingerprint]
    snapshot.close()
    return result


def in_child(work: Callable[[], object], report: Path, *, kill_after: float | None = None) -> bool:
    """Do `work` in a forked process, which writes its result to `report`; whether it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            report.write_text(json.dumps(work()), encoding="utf-8")
            code = 0
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code not in (0, -signal.SIGKILL):
        raise SystemExit(f"a child failed with {code}")
    return code != 0


def counted(work: Callable[[], object], *, kill_at: int | None) -> int:
    """Do `work`, killed just before the call numbered `kill_at` that touches files; how many there were."""
    calls = 0

    def watch(_: object, event: str, called: object) -> None:
        nonlocal calls
        if event == "c_call":
            owner = getattr(called, "__module__", None) or type(getattr(called, "__self__", None)).__module__
            if owner.split(".")[0] in TOUCHING:
                calls += 1
                if calls == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)
    work()
    sys.setprofile(None)
    return calls


def check(root: Path, articles: Path, work: Callable[[Path, Path, list[str]], None]) -> dict[str, object]:
    """What is found after a kill, and after doing the work once more."""
    notes: list[str] = []
    found = state(root, notes)
    problems = verify_index(root).problems if found and old_index(root) is None else ()
    work(root, articles, notes)
    problems += verify_index(root).problems
    left = [
        p.name for p in root.iterdir() if p.name not in {"catalog.sqlite", "generations", "originals", "writer.lock"}
    ]
    left += [path.name for path in (root / "originals").glob("*")][1:]  # That of the one PDF belongs there.
    generations = len(list((root / "generations").iterdir()))
    return {
        "found": found,
        "problems": problems,
        "again": state(root, notes),
        "left": left,
        "generations": generations,
        "notes": notes,
    }


def main(home: Path, scenario: str) -> None:
    """Kill the scenario's work at its points and print what was found, a JSON object for each kill."""
    base, articles, report = home / "index", home / "articles", home / "report.json"
    in_child(lambda: prepare_old(home) if scenario == "upgrade" else prepare(home), report)
    work = WORK[scenario]

    def fresh() -> Path:
        root = home / "copy"
        shutil.rmtree(root, ignore_errors=True)
        if scenario != "create":
            shutil.copytree(base, root)
        return root

    root = fresh()
    in_child(
        lambda: [state(root, []), counted(lambda: work(root, articles, []), kill_at=None), state(root, [])], report
    )
    before, calls, after = json.loads(report.read_text(encoding="utf-8"))
    started = time.perf_counter()
    fresh()
    in_child(lambda: work(root, articles, []), report)
    seconds = time.perf_counter() - started
    print(json.dumps({"before": before, "after": after, "calls": calls}))

    points = POINTS[scenario]
    kills = [(1 + calls * n // points, None) for n in range(points)]
    kills += [(None, seconds * (n + 1) / TIMED) for n in range(TIMED)]
    for kill_at, kill_after in kills:
        fresh()
        doing = partial(counted, lambda: work(root, articles, []), kill_at=kill_at)
        killed = in_child(doing, report, kill_after=kill_after)
        in_child(lambda: check(root, articles, work), report)
        found = json.loads(report.read_text(encoding="utf-8"))
        print(json.dumps(found | {"killed": killed, "kill_at": kill_at, "kill_after": kill_after}))


@pytest.mark.parametrize("scenario", list(POINTS))
def test_an_index_killed_at_any_instant_is_as_before_or_after_and_goes_on(scenario, quick_path, repository):
    process = subprocess.run(
        [sys.executable, __file__, str(quick_path), scenario],
        cwd=quick_path,
        env=os.environ
        | {"PYTHONPATH": f"{repository}:{repository / 'tests'}", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    first, *kills = map(json.loads, process.stdout.splitlines())

    for kill in kills:
        assert kill["problems"] == [], kill
        assert kill["found"] in (first["before"], first["after"]), kill
        assert kill["again"] == first["after"], kill
        assert (kill["left"], kill["generations"]) == ([], 1), kill

    by_count = [kill for kill in kills if kill["kill_at"] is not None]
    assert len(by_count) == POINTS[scenario]
    assert all(kill["killed"] for kill in by_count)
    assert first["before"] != first["after"]
    assert any(kill["found"] == first["before"] for kill in by_count)
    if scenario != "create":  # What is made appears with its last call.
        assert any(kill["found"] == first["after"] for kill in by_count)
    if scenario in {"change", "remove"}:
        assert any("repaired the index" in note for kill in by_count for note in kill["notes"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
