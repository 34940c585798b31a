"""Opening an index: consistent whatever happened to it, repaired from its catalog, clear about what is wrong."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from index.encoding.encoder import HashEncoder
from index.encoding.encoders import DEFAULT_ENCODER, find_encoder, open_encoder
from index.errors import ConfigurationError, EncoderUnavailable, IndexBusy, IndexDamaged, IndexUnavailable
from index.search.engine import Filters
from index.storage.catalog import Catalog
from index.storage.lock import writing
from index.storage.store import create_index, open_index

HOLDER = """
import sys
from pathlib import Path
from index.storage.catalog import Catalog
from index.storage.lock import writing
with writing(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


HALF_A_COMMIT = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE articles SET text = 'half a change'")
connection.execute("UPDATE meta SET value = '77' WHERE key = 'generation'")
connection.executemany("INSERT INTO glossaries VALUES (?, ?, ?)", [(f"g{n}", "x" * 3_000, "") for n in range(200)])
os.kill(os.getpid(), 9)
"""

READER = """
import mmap, os, sys
from pathlib import Path
from index.encoding.encoder import HashEncoder
from index.search.embedded import EmbeddedSearch, Filters
from index.storage.store import open_index
if os.geteuid() == 0:
    os.setuid(65534)  # Rights do not bind root.
snapshot = open_index(Path(sys.argv[1]), note=print)
found = EmbeddedSearch(snapshot, HashEncoder()).search("Which river rose?", k=1, filters=Filters()).passages
print(found[0].article.article_id)
"""


def run_sql(library, statement):
    with closing(sqlite3.connect(library.root / "catalog.sqlite")) as connection, connection:
        connection.execute(statement)


def opened(root):
    notes: list[str] = []
    open_index(root, note=notes.append).close()
    return notes


@pytest.fixture
def other_writer(town, repository):
    """Another process that holds the writer's lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(town.root)],
        cwd=repository,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_only_one_process_writes_at_a_time(town, other_writer):
    before = town.files()

    with pytest.raises(IndexBusy, match=rf"another process \(id {other_writer.pid}\) is changing the index"):
        town.add()
    with pytest.raises(IndexBusy):
        town.remove("river")

    assert town.files() == before


def test_an_index_can_be_read_while_it_is_written(town, other_writer):
    assert town.ids() == ["mayor", "river", "tram"]


def test_the_lock_goes_with_the_process_that_held_it(town, other_writer):
    other_writer.kill()
    other_writer.wait()

    assert town.remove("river") == ["river"]


def test_a_second_writer_in_the_same_process_is_refused_too(town):
    with writing(town.root), pytest.raises(IndexBusy, match=str(os.getpid())):
        town.remove("river")


def test_a_reader_opened_before_a_change_sees_the_old_state_or_says_so(town):
    old = town.search()
    old.search("Who resigned?", k=1, filters=Filters())
    (number,) = (row.number for row in old.snapshot.articles.values() if row.article_id == "river")
    town.remove("river")

    assert not old.snapshot.is_current()
    assert old.search("Who resigned?", k=1, filters=Filters()).passages[0].article.article_id == "mayor"
    with pytest.raises(IndexDamaged, match="open it again"):
        old.snapshot.text(number)
    with pytest.raises(IndexDamaged, match="open it again"):
        old.search("How many metres did the river rise?", k=3, filters=Filters())


def test_a_reader_opened_before_an_addition_goes_on_as_before(library):
    library.write("a.md", "The river rose.")
    library.add()
    old = library.search()
    library.write("b.md", "The river fell.")
    library.add()

    passages = old.search("river", k=5, filters=Filters()).passages

    assert [p.article.article_id for p in passages] == ["a"]
    assert not old.snapshot.is_current()


def test_a_reader_opened_after_a_change_sees_it(town):
    town.remove("river")

    snapshot = town.open()

    assert snapshot.is_current()
    assert sorted(row.article_id for row in snapshot.articles.values()) == ["mayor", "tram"]


def test_the_fingerprint_is_of_the_content_and_not_of_its_history(town, library):
    for name in ("tram", "mayor", "river"):
        library.write(f"{name}.md", (town.folder / f"{name}.md").read_text())
        library.write("other.md", f"Something else {name}.")
        library.add()
    library.remove("other")

    assert library.open().fingerprint == town.open().fingerprint
    assert library.open().generation.number != town.open().generation.number


@pytest.mark.parametrize(
    "change",
    [
        {"river.md": "---\ntitle: The river rises\n---\nThe river rose by four metres."},
        {"mayor.md": "---\ntitle: Another title\n---\nMayor Anna Berg resigned."},
        {"new.md": "Something new."},
        {"glossary.toml": '[[alias]]\nname = "river"\nalso = ["stream"]\n'},
    ],
)
def test_the_fingerprint_changes_with_what_decides_answers(town, tmp_path, change):
    before = town.open().fingerprint
    town.folder = shutil.copytree(town.folder, tmp_path / "changed")
    for name, text in change.items():
        town.write(name, text)

    town.add()

    assert town.open().fingerprint != before


def test_an_index_of_another_chunk_size_has_another_fingerprint(tmp_path):
    prints = set()
    for max_tokens in (24, 48):
        root = tmp_path / str(max_tokens)
        create_index(root, HashEncoder(), max_tokens=max_tokens)
        snapshot = open_index(root, note=print)
        prints.add(snapshot.fingerprint)
        snapshot.close()

    assert len(prints) == 2


def test_no_index_is_said_with_the_command_that_makes_one(tmp_path):
    with pytest.raises(IndexUnavailable, match=r"no index in .*; make one with `assistant index add FOLDER`"):
        opened(tmp_path / "none")


def test_a_file_is_no_index(tmp_path):
    path = tmp_path / "file"
    path.write_text("x")

    with pytest.raises(IndexUnavailable, match="is a file, not an index folder"):
        opened(path)
    with pytest.raises(IndexUnavailable, match="is a file, not a folder"):
        create_index(path, HashEncoder(), max_tokens=48)


def test_an_index_is_not_made_among_other_files(tmp_path):
    (tmp_path / "thesis.doc").write_text("x")

    with pytest.raises(IndexUnavailable, match=r"is no index and holds 'thesis\.doc'; name a new or empty folder"):
        create_index(tmp_path, HashEncoder(), max_tokens=48)

    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["thesis.doc"]


def test_an_index_that_was_not_finished_being_made_is_made_again(tmp_path):
    root = tmp_path / "index"
    root.mkdir()
    for name in ("catalog.sqlite.new", "catalog.sqlite.new-journal", "writer.lock"):
        (root / name).write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7 half")
    (root / "generations" / "00000000").mkdir(parents=True)

    create_index(root, HashEncoder(), max_tokens=48)

    assert opened(root) == []
    assert sorted(p.name for p in root.iterdir()) == ["catalog.sqlite", "generations", "writer.lock"]


def test_making_an_index_that_another_process_has_just_made_leaves_it_alone(town):
    create_index(town.root, HashEncoder(), max_tokens=48)

    assert town.ids() == ["mayor", "river", "tram"]


def test_a_newer_format_is_refused_with_a_remedy(town):
    catalog = Catalog.open(town.root / "catalog.sqlite", writable=True)
    catalog.set_meta({"format": "99"})
    catalog.close()

    with pytest.raises(IndexUnavailable, match=r"has format 99, newer.*upgrade the program"):
        opened(town.root)


def test_a_flipped_bit_is_no_other_format(town):
    run_sql(town, "UPDATE meta SET value = '1' WHERE key = 'format'")

    with pytest.raises(IndexDamaged, match="the values about the whole index are not what was written"):
        opened(town.root)


@pytest.mark.parametrize("data", [b"", b"not a database at all" * 500, b"SQLite format 3\0" + b"\xff" * 4_000])
def test_a_catalog_that_is_no_catalog_is_refused_with_a_remedy(town, data):
    (town.root / "catalog.sqlite").write_bytes(data)

    with pytest.raises(IndexUnavailable, match=r"is no catalog that can be read .*restore it from a copy, or remove"):
        opened(town.root)
    with pytest.raises(ConfigurationError):
        town.verify()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE glossaries",
        "DELETE FROM meta WHERE key = 'generation'",
        "DELETE FROM meta WHERE key = 'fingerprint'",
        "UPDATE meta SET value = 'x' WHERE key = 'generation'",
        "UPDATE articles SET published = 'soon'",
    ],
)
def test_a_catalog_that_contradicts_itself_is_one_clear_error(town, statement):
    run_sql(town, statement)

    with pytest.raises(IndexDamaged, match=r"the catalog in .* is damaged .*restore it from a copy"):
        opened(town.root)


def test_a_writer_killed_within_its_commit_is_rolled_back_by_the_next_reader(town):
    # SQLite then leaves a "hot" journal, which a connection that may only read cannot roll back.
    before = town.open().fingerprint
    killed = subprocess.run([sys.executable, "-c", HALF_A_COMMIT, str(town.root / "catalog.sqlite")], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (town.root / "catalog.sqlite-journal").stat().st_size > 0

    snapshot = town.open()

    assert snapshot.fingerprint == before
    assert town.verify().problems == ()


def test_a_reader_cannot_change_the_catalog(town):
    snapshot = town.open()

    with pytest.raises(IndexUnavailable, match=r"cannot be changed .*readonly"):
        snapshot.catalog.set_meta({"fingerprint": "x"})


@pytest.mark.parametrize(
    "name",
    ["vectors/0000000001", "manifest.json", "text/meta.json"],
)
def test_a_missing_search_file_is_made_again_and_said(town, name):
    (town.generation() / name).unlink()

    notes = opened(town.root)

    assert len(notes) == 1
    assert "repaired the index" in notes[0]
    assert name.split("/")[-1] in notes[0]
    assert town.verify().problems == ()


@pytest.mark.parametrize("name", ["vectors/0000000001", "manifest.json"])
def test_a_shortened_search_file_is_made_again(town, name):
    path = town.generation() / name
    path.write_bytes(path.read_bytes()[:-7])

    assert len(opened(town.root)) == 1
    assert town.verify().problems == ()


@pytest.mark.parametrize("name", ["vectors/0000000001", "text/meta.json"])
def test_a_search_file_that_cannot_be_read_though_it_has_its_size_is_made_again(town, name):
    path = town.generation() / name
    path.write_bytes(b"\xff" * path.stat().st_size)

    assert len(opened(town.root)) == 1
    assert town.verify().problems == ()


def test_a_lost_generation_is_made_again(town):
    shutil.rmtree(town.root / "generations")

    assert len(opened(town.root)) == 1
    assert town.verify().problems == ()


def test_what_an_interrupted_change_left_is_discarded_and_said(town):
    shutil.copytree(town.root / "generations" / "00000001", town.root / "generations" / "00000002")

    town.remove("river")

    assert town.notes == [f"repaired the index in {town.root}: discarded a change that was interrupted"]
    assert town.verify().problems == ()


def test_an_index_in_order_is_opened_without_a_word(town):
    assert opened(town.root) == []


def test_an_index_can_be_moved(town):
    moved = town.root.parent / "elsewhere" / "my index"
    moved.parent.mkdir()
    town.root.rename(moved)

    assert opened(moved) == []


def test_an_unknown_encoder_is_refused_with_a_remedy():
    with pytest.raises(EncoderUnavailable, match=r"no folder 'no-such/model'.*give its path, or .*ASSISTANT_HUB=1"):
        find_encoder("no-such/model", note=print)


def test_an_encoder_that_is_gone_is_named_with_a_remedy():
    with pytest.raises(
        EncoderUnavailable,
        match=r"made with the encoder no-such/model \(abababababab\).*bring that model back, or build",
    ):
        open_encoder("ab" * 32, "no-such/model", note=print)


def test_another_encoder_of_the_same_name_is_refused_with_a_remedy(minilm):
    with pytest.raises(
        EncoderUnavailable, match=r"has hash .*, but abababababab is needed; bring that model back, or build"
    ):
        open_encoder("ab" * 32, DEFAULT_ENCODER, note=print)


def test_the_encoder_of_an_index_is_found_by_its_name_and_hash(town):
    snapshot = town.open()

    encoder = open_encoder(snapshot.encoder_hash, snapshot.encoder_name, note=print)

    assert (encoder.name, encoder.hash, encoder.dimension) == ("hash-64-48", town.encoder.hash, 64)


def test_an_index_that_may_only_be_read_can_be_searched(town, quick_path, repository):
    # Made by one user and served by another, or mounted read-only in a container.
    quick_path.chmod(0o755)
    for path in [town.root, *town.root.rglob("*")]:
        path.chmod(path.stat().st_mode & 0o555)

    process = subprocess.run(
        [sys.executable, "-c", READER, str(town.root)], cwd=repository, capture_output=True, text=True, check=False
    )

    for path in [town.root, *town.root.rglob("*")]:
        path.chmod(0o755)
    assert (process.stdout, process.stderr) == ("river\n", "")
