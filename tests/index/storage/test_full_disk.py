"""A full disk is one line that says so, loses nothing, and once there is room the same command goes through.

Run as a program, this file does its work in a small file system of its own, in a namespace that
needs no rights; each attempt has a little more room than the one before.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from damage import ENCODER
from library import TOWN, Library, ignore
from old_format import make_old

from index.errors import AssistantError, DiskFull
from index.storage.salvage import salvage
from index.storage.store import catalog_path, create_index, open_index
from index.storage.upgrade import old_index, upgrade_index
from index.storage.verify import verify_index

STEPS = 12
TEXTS = {f"b{n}": f"Article {n} of the river. It tells {n * 7} things about halls. " * 20 for n in range(30)}
HOLDER = 'mount -t tmpfs -o size=8m none "$1" && exec "$2" "$3" "$1" "$4"'


def prepare(home: Path, scenario: str) -> Library:
    """Make an index before its change, and the files of the change."""
    library = Library(home, ENCODER)
    if scenario == "upgrade":
        make_old(library.root, TEXTS)
    elif scenario != "create":
        create_index(library.root, ENCODER, max_tokens=48)
        for name, text in TOWN.items():
            library.write(name, text)
        library.add()
    for name, text in TEXTS.items() if scenario in {"add", "salvage"} else []:
        library.write(f"{name}.md", text)
    if scenario == "salvage":
        library.add()
        data = bytearray(catalog_path(library.root).read_bytes())
        data[data.index(b"Mayor Anna Berg resigned")] ^= 1
        catalog_path(library.root).write_bytes(data)
    return library


def work(library: Library, scenario: str) -> None:
    """Do the change."""
    if scenario == "create":
        create_index(library.root, ENCODER, max_tokens=48)
    elif scenario == "upgrade":
        upgrade_index(library.root, ENCODER, note=ignore, meter=ignore)
    elif scenario == "salvage":
        salvage(library.root, note=ignore)
    elif scenario == "remove":
        if "river" in library.ids():  # It may have gone through the first time.
            library.remove("river")
    else:
        library.add()


def state(root: Path) -> object:
    """What a reader finds."""
    if not catalog_path(root).exists() or old_index(root) is not None:
        return None
    try:
        snapshot = open_index(root, note=ignore)
    except AssistantError as error:
        return str(error)
    found = [snapshot.fingerprint, snapshot.generation.number]
    snapshot.close()
    return found


def attempt(library: Library, scenario: str, room: Callable[[], None]) -> dict[str, object]:
    """Try the change without room, look, make room, and do it again."""
    before = state(library.root)
    try:
        work(library, scenario)
        error = None
    except DiskFull as full:
        error = str(full)
    unchanged = error is None or state(library.root) == before
    room()
    work(library, scenario)
    left = [p.name for p in library.root.iterdir() if p.name not in {"catalog.sqlite", "generations", "writer.lock"}]
    return {"error": error, "unchanged": unchanged, "problems": verify_index(library.root).problems, "left": left}


def main(disk: Path, scenario: str) -> None:
    """Make the change with more and more room on the small disk; a JSON object for each."""
    sound = prepare(disk.parent / "sound", scenario)
    need = 0
    for step in range(STEPS + 1):
        library = Library(disk / str(step), ENCODER)
        library.folder = sound.folder
        if sound.root.exists():
            shutil.copytree(sound.root, library.root)
        if step == 0:
            before = shutil.disk_usage(disk).free
            work(library, scenario)
            need = before - shutil.disk_usage(disk).free + 700_000
            shutil.rmtree(library.root)
            continue
        free = shutil.disk_usage(disk).free
        filling = disk / "filling"
        filling.write_bytes(bytes(max(free - need * (step - 1) // STEPS, 0)))
        print(json.dumps(attempt(library, scenario, filling.unlink)), flush=True)
        shutil.rmtree(library.root, ignore_errors=True)


def check(attempts: list[dict[str, object]]) -> None:
    """Each attempt failed in one line or went through, changed nothing where it failed, and was made good."""
    for one in attempts:
        assert (one["unchanged"], one["problems"], one["left"]) == (True, [], []), one
        if one["error"] is not None:
            assert "cannot be written" in str(one["error"])
            assert str(one["error"]).endswith("make room there and run the same command again")


@pytest.mark.parametrize("scenario", ["create", "add", "remove", "upgrade", "salvage"])
def test_a_full_disk_is_one_line_and_loses_nothing(quick_path, repository, scenario):
    disk = quick_path / "disk"
    disk.mkdir()
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*command, f"mount -t tmpfs none {disk}"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody make a small disk")
    process = subprocess.run(
        [*command, HOLDER, "sh", str(disk), sys.executable, __file__, scenario],
        env=os.environ | {"PYTHONPATH": f"{repository}:{repository / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    attempts = [json.loads(line) for line in process.stdout.splitlines()]

    assert len(attempts) == STEPS
    check(attempts)
    assert attempts[0]["error"] is not None
    assert attempts[-1]["error"] is None or scenario == "salvage"


@pytest.mark.parametrize("scenario", ["create", "add", "upgrade"])
@pytest.mark.parametrize("size", [0, 700, 5_000, 80_000])  # Of the last, the index before the change takes most.
def test_a_limit_on_the_size_of_files_is_told_as_a_full_disk(quick_path, scenario, size):
    library = prepare(quick_path / "small", scenario)
    report = quick_path / "report"
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        found = attempt(library, scenario, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, no_limit))
        report.write_text(json.dumps(found))
        os._exit(0)
    os.waitpid(child, 0)

    check([json.loads(report.read_text())])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
