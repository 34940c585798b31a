"""Verifying finds whatever is not as it was written, and nothing where all is well."""

import hashlib
import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from index.encoding.folder import file_sha256
from index.encoding.projection import TokenProjection
from index.errors import IndexDamaged, IndexUnavailable
from index.storage.catalog import WHOLE_ARTICLES, Catalog
from index.storage.generation import _manifest_hash
from index.storage.rows import CHUNK_COLUMNS, digest
from index.storage.segments import read_vectors

VECTORS = "vectors/0000000001"
"""The first segment's."""


def run_sql(library, statement, *values):
    with closing(sqlite3.connect(library.root / "catalog.sqlite")) as connection, connection:
        connection.execute(statement, values)


def seal(library):
    """Make every hash of the catalog agree with its rows, as a bug of ours would."""
    with closing(sqlite3.connect(library.root / "catalog.sqlite")) as connection, connection:
        for table, key, rows in (
            ("articles", "number", f"{WHOLE_ARTICLES}"),
            ("chunks", "id", f"SELECT id, {CHUNK_COLUMNS}, row_sha256 FROM chunks"),
        ):
            hashes = [(digest(row[:-1]), row[0]) for row in connection.execute(rows).fetchall()]
            connection.executemany(f"UPDATE {table} SET row_sha256 = ? WHERE {key} = ?", hashes)
    catalog = Catalog.open(library.root / "catalog.sqlite", writable=True)
    catalog.seal_listing()
    catalog.close()


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def sign_again(folder):
    """Make the manifest agree with the files, as a bug of ours would."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for name, stated in manifest["files"].items():
        stated |= {"bytes": (folder / name).stat().st_size, "sha256": file_sha256(folder / name)}
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sha256": _manifest_hash(manifest)}))


def problems(library):
    return "\n".join(library.verify().problems)


def test_a_sound_index_has_no_problems(town):
    verification = town.verify()

    assert verification.problems == ()
    assert (verification.articles, verification.chunks) == (3, 3)
    assert verification.sentences == 11


def test_an_empty_index_has_no_problems(library):
    verification = library.verify()

    assert (verification.articles, verification.chunks, verification.problems) == (0, 0, ())


def test_a_flipped_byte_in_any_derived_file_is_found(town):
    folder = town.generation()
    names = [
        name for name in json.loads((folder / "manifest.json").read_text())["files"] if (folder / name).stat().st_size
    ]

    for name in names:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

        assert f"{name} was changed after it was written" in problems(town)

        (folder / name).write_bytes(data)
    assert len(names) >= 8
    assert problems(town) == ""


def test_a_missing_file_is_found(town):
    (town.generation() / VECTORS).unlink()

    assert f"{VECTORS} is missing" in problems(town)


def test_a_changed_text_is_found(town):
    run_sql(town, "UPDATE articles SET text = replace(text, 'three', 'seven') WHERE article_id = 'river'")

    assert "article 2 is not what its hash says" in problems(town)

    seal(town)

    assert "the text of river is not what its hash says" in problems(town)


def test_changed_metadata_is_found(town):
    run_sql(town, "UPDATE articles SET published = '1999-01-01' WHERE article_id = 'river'")

    first, second = town.verify().problems
    assert first == "article 2 is not what its hash says"
    assert "the list of articles is not what was written" in second

    seal(town)

    assert problems(town) == "the fingerprint is not that of the articles"


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE articles SET blocks = zeroblob(32) WHERE number = 1", "article 1 is not what its hash says"),
        ("UPDATE chunks SET vector = zeroblob(length(vector)) WHERE id = 2", "chunk 2 is not what its hash says"),
        ("UPDATE chunks SET context = 'x' WHERE id = 1", "chunk 1 is not what its hash says"),
        (
            "UPDATE projection SET data = zeroblob(length(data))",
            "the projection of token vectors is not what was",
        ),
        ("UPDATE meta SET value = '9' WHERE key = 'changed'", "the values about the whole index are not what was"),
    ],
)
def test_a_change_of_any_row_is_found(town, statement, problem):
    run_sql(town, statement)

    assert problem in problems(town)


@pytest.mark.parametrize(
    "change",
    [
        "start = start + 1",
        '"end" = "end" - 1',
        '"end" = 100000',
        "sentences = zeroblob(8)",
        "sentences = zeroblob(0)",
    ],
)
def test_wrong_offsets_are_found(town, change):
    run_sql(town, f"UPDATE chunks SET {change} WHERE id = 2")
    seal(town)

    found = problems(town)
    assert "the offsets of chunk 2 of" in found or "the vectors of chunk 2 do not match its sentences" in found


def test_sentences_that_leave_text_out_are_found(town):
    (chunk,) = town.open().catalog.chunks([2])
    kept = [chunk.row.sentences[0], *chunk.row.sentences[2:]]
    run_sql(
        town,
        "UPDATE chunks SET sentences = ?, sentence_codes = substr(sentence_codes, 65), token_counts = "
        "substr(token_counts, 5), token_codes = substr(token_codes, 1, 48 * ?) WHERE id = 2",
        np.array([(s.start, s.end) for s in kept], "<u4").tobytes(),
        int(chunk.codes.token_counts[1:].sum()),
    )

    seal(town)
    assert "is in no sentence" in problems(town)


def test_a_chunk_that_is_missing_everywhere_is_found(town):
    run_sql(town, "DELETE FROM chunks WHERE id = 2")

    assert "after character 0 is in no chunk" in problems(town)


def test_a_chunk_of_no_article_is_found(town):
    run_sql(town, "UPDATE chunks SET article = 77 WHERE id = 2")
    seal(town)

    assert "chunk 2 belongs to no article" in problems(town)


def test_a_chunk_missing_in_faiss_is_found(town):
    path = town.generation() / VECTORS
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3 * 2])
    sign_again(town.generation())

    assert problems(town) == "FAISS does not hold the chunks of the catalog"


@pytest.mark.parametrize("place", [8, 16])
def test_a_vector_or_article_that_is_another_in_faiss_is_found(town, place):
    path = town.generation() / VECTORS
    flip(path, place)
    sign_again(town.generation())

    assert len(read_vectors(path.read_bytes(), 64)[0]) == 3
    assert problems(town) == "FAISS holds other vectors than the catalog"


def test_a_vector_that_is_none_is_found(town):
    run_sql(town, "UPDATE chunks SET vector = zeroblob(256) WHERE id = 2")
    seal(town)

    assert "the vector of chunk 2 has not length 1" in problems(town)


def test_what_is_no_number_is_found_in_vectors_and_projection(town):
    none = np.full(64, np.nan, "<f4").tobytes()
    run_sql(town, "UPDATE chunks SET vector = ? WHERE id = 2", none)
    seal(town)

    assert "the vector of chunk 2 has not length 1" in problems(town)

    data = TokenProjection.identity(64)
    data.basis[3, 3] = np.nan
    run_sql(
        town,
        "UPDATE projection SET data = ?, sha256 = ?",
        data.to_bytes(),
        hashlib.sha256(data.to_bytes()).hexdigest(),
    )

    assert "the projection of token vectors holds what is no number" in problems(town)
    with pytest.raises(IndexDamaged, match="holds what is no number"):
        town.open()


def test_a_vector_of_no_numbers_in_the_search_files_is_repaired(town):
    path = town.generation() / VECTORS
    data = bytearray(path.read_bytes())
    data[16:20] = np.float32(np.nan).tobytes()
    path.write_bytes(data)
    sign_again(town.generation())

    town.open()

    assert len(town.notes) == 1
    assert problems(town) == ""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chunks SET vector = zeroblob(7) WHERE id = 2",
        "UPDATE chunks SET sentences = zeroblob(7) WHERE id = 2",
        "UPDATE chunks SET token_codes = zeroblob(7) WHERE id = 2",
        "UPDATE chunks SET sentence_codes = zeroblob(7) WHERE id = 2",
        "UPDATE chunks SET token_counts = zeroblob(4) WHERE id = 2",
        "UPDATE articles SET published = 'soon'",
        "DELETE FROM projection",
        "DELETE FROM meta WHERE key = 'generation'",
        "DROP TABLE glossaries",
    ],
)
def test_damage_that_keeps_the_catalog_from_being_read_is_a_problem_and_no_crash(town, statement):
    run_sql(town, statement)

    assert problems(town)


def test_a_damaged_page_of_the_catalog_is_a_problem_and_no_crash(town):
    path = town.root / "catalog.sqlite"
    sound = path.read_bytes()

    for page in range(1, len(sound) // 4096):
        path.write_bytes(sound[: page * 4096] + bytes(range(256)) * 16 + sound[(page + 1) * 4096 :])

        try:
            found = problems(town)
        except IndexUnavailable as error:
            found = str(error)
        assert found, f"page {page}"

    path.write_bytes(sound)
    assert problems(town) == ""


def test_a_lost_generation_is_found(town):
    (town.generation() / "manifest.json").unlink()

    assert "manifest.json cannot be read" in problems(town)


def test_verifying_changes_nothing(town):
    before = town.files()

    town.verify()

    after = {name: data for name, data in town.files().items() if not name.endswith(".lock")}
    assert after == {name: data for name, data in before.items() if not name.endswith(".lock")}
