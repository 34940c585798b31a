"""The file of a PDF is kept with its article: once, to the byte, no longer than the article, and never without it."""

import errno
import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from documents import column, pdf

from index.errors import DiskFull, IndexDamaged
from index.storage.catalog import WHOLE_ARTICLES
from index.storage.originals import FOLDER_NAME, PARTIAL_NAME, original_path
from index.storage.rows import digest
from index.storage.salvage import salvage
from index.storage.store import repair

SHIPS = pdf(column("The ships of Orm are old and many.", "They sail in summer."), column("The harbour has two moles."))
OTHER = pdf(column("The dam of Zell is new."))


def put(library, name, data):
    (library.folder / name).write_bytes(data)
    return library.folder / name


def kept(library):
    """The files that are kept, by name."""
    folder = library.root / FOLDER_NAME
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def number_of(library, article_id):
    (number,) = (row.number for row in library.open().articles.values() if row.article_id == article_id)
    return number


def original_of(library, article_id):
    return library.open().original(number_of(library, article_id))


def forget(library):
    """Make of the index one that was made before originals were kept."""
    for path in (library.root / FOLDER_NAME).iterdir():
        path.unlink()
    (library.root / FOLDER_NAME).rmdir()
    with closing(sqlite3.connect(library.root / "catalog.sqlite")) as db, db:
        db.execute("DELETE FROM supplements WHERE kind = 'original'")


@pytest.fixture
def paged(library):
    """An index of a PDF and a text."""
    put(library, "ships.pdf", SHIPS)
    library.write("river.md", "The river rose by three metres.")
    library.add()
    return library


def test_the_file_of_a_pdf_is_kept_to_the_byte_and_no_other_file(paged):
    assert kept(paged) == {sha256(SHIPS): SHIPS}
    assert original_of(paged, "ships") == SHIPS
    assert original_of(paged, "river") is None
    assert [page.number for page in paged.open().pages(number_of(paged, "ships"))] == [1, 2]
    assert paged.verify().problems == ()


def test_the_same_file_twice_is_kept_once_and_added_again_stays_as_it_is(paged):
    put(paged, "again.pdf", SHIPS)
    before = original_path(paged.root, sha256(SHIPS)).stat().st_ino

    paged.add()

    assert kept(paged) == {sha256(SHIPS): SHIPS}
    assert original_path(paged.root, sha256(SHIPS)).stat().st_ino == before


def test_a_replaced_article_has_its_new_file_and_the_old_one_goes(paged):
    put(paged, "ships.pdf", OTHER)

    paged.add()

    assert kept(paged) == {sha256(OTHER): OTHER}
    assert original_of(paged, "ships") == OTHER


def test_a_removed_article_takes_its_file_along(paged):
    paged.remove("ships")

    assert kept(paged) == {}
    assert paged.verify().problems == ()


def test_a_moved_article_keeps_its_file(paged):
    (paged.folder / "ships.pdf").rename(paged.folder.parent / "ships.pdf")

    paged.add(paged.folder.parent / "ships.pdf")

    assert original_of(paged, "ships") == SHIPS


def test_an_index_from_before_has_no_pages_to_show_until_its_file_is_added_again(paged):
    forget(paged)
    number = number_of(paged, "ships")

    assert original_of(paged, "ships") is None
    assert paged.verify().problems == ()

    assert paged.add().unchanged == ["river", "ships"]

    assert original_of(paged, "ships") == SHIPS
    assert number_of(paged, "ships") == number
    assert paged.verify().problems == ()


def test_an_article_that_lost_its_pages_by_an_upgrade_gets_them_with_its_file(paged):
    forget(paged)
    with closing(sqlite3.connect(paged.root / "catalog.sqlite")) as db, db:
        (row,) = db.execute(f"{WHOLE_ARTICLES} WHERE article_id = 'ships'").fetchall()
        values = (*row[:-4], b"", *row[-3:-1])  # Pages, then blocks, text and the hash.
        statement = "UPDATE articles SET pages = x'', row_sha256 = ? WHERE number = ?"
        db.execute(statement, (digest(values), row[0]))

    assert paged.add().changed == ["ships"]

    assert [page.number for page in paged.open().pages(number_of(paged, "ships"))] == [1, 2]
    assert original_of(paged, "ships") == SHIPS


def test_a_flipped_byte_and_a_missing_file_are_found(paged):
    path = original_path(paged.root, sha256(SHIPS))
    path.write_bytes(SHIPS[:-1] + bytes([SHIPS[-1] ^ 1]))

    assert paged.verify().problems == ("the original of ships was changed after it was written",)
    with pytest.raises(IndexDamaged, match=r"the original of ships in .* is not what was written; run `assistant"):
        original_of(paged, "ships")

    path.unlink()

    assert paged.verify().problems == ("the original of ships is missing",)


def test_repair_copies_the_file_again_or_says_that_it_could_not(paged):
    original_path(paged.root, sha256(SHIPS)).write_bytes(b"damaged")
    repair(paged.root, note=paged.notes.append, thorough=True)

    assert original_of(paged, "ships") == SHIPS
    assert f"copied it again from {paged.folder / 'ships.pdf'}" in paged.notes[-1]

    original_path(paged.root, sha256(SHIPS)).write_bytes(b"damaged")
    put(paged, "ships.pdf", OTHER)
    repair(paged.root, note=paged.notes.append, thorough=True)

    assert "the original of ships was changed after it was written, and" in paged.notes[-1]
    assert "its pages are not shown until it is added again; its text is whole" in paged.notes[-1]
    assert original_of(paged, "ships") is None
    assert paged.verify().problems == ()


def test_a_salvaged_index_keeps_the_files_of_the_articles_that_it_keeps(paged):
    put(paged, "dam.pdf", OTHER)
    paged.add()
    path = paged.root / "catalog.sqlite"
    data = bytearray(path.read_bytes())
    data[data.index(b"The dam of Zell is new")] ^= 1
    path.write_bytes(data)

    assert salvage(paged.root, note=paged.notes.append)

    assert original_of(paged, "ships") == SHIPS
    assert list(kept(paged)) == [sha256(SHIPS)]


def test_what_an_interrupted_change_left_goes_with_the_next_one(paged):
    original_path(paged.root, sha256(OTHER)).write_bytes(OTHER)
    (paged.root / FOLDER_NAME / PARTIAL_NAME).write_bytes(OTHER[:100])
    paged.write("tram.md", "The tram is late.")

    paged.add()

    assert kept(paged) == {sha256(SHIPS): SHIPS}


@pytest.mark.parametrize("step", ["mkdir", "open", "replace"])
def test_a_full_disk_is_told_with_the_file_and_leaves_the_index_as_it_was(library, monkeypatch, step):
    library.write("river.md", "The river rose by three metres.")
    library.add()
    put(library, "ships.pdf", SHIPS)
    real = getattr(Path, step)

    def full(path: Path, *arguments: object, **named: object) -> object:
        if path.name in (FOLDER_NAME, PARTIAL_NAME):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, step, full)
        with pytest.raises(DiskFull, match=rf"{FOLDER_NAME}/{sha256(SHIPS)} cannot be written \(No space left"):
            library.add()

    assert (library.ids(), kept(library), library.verify().problems) == (["river"], {}, ())
    assert library.add().added == ["ships"]
    assert original_of(library, "ships") == SHIPS
