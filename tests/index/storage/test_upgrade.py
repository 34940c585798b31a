"""An index of an older format is made new: texts, ids and metadata stay, and the rest is derived from them again."""

import sqlite3
from contextlib import closing
from datetime import date

import pytest
from library import ignore
from old_format import ENCODER, make_old

from index.encoding.encoder import HashEncoder
from index.errors import IndexBusy, IndexDamaged, IndexOutdated, IndexUnavailable
from index.search.embedded import EmbeddedSearch
from index.search.engine import Filters
from index.storage.lock import writing
from index.storage.store import check_index, open_index
from index.storage.upgrade import old_index, upgrade_index
from index.storage.verify import verify_index

TEXTS = {
    "river": "# The river\n\nThe river rose by three metres. " + "It flooded the hall. " * 40,
    "mayor": "Mayor Anna Berg resigned on Tuesday.",
}


@pytest.fixture
def old(quick_path):
    return make_old(quick_path / "old", TEXTS, glossary='[[alias]]\nname = "river"\nalso = ["stream"]\n')


def run_sql(root, statement):
    with closing(sqlite3.connect(root / "catalog.sqlite")) as connection, connection:
        connection.execute(statement)


def test_a_reader_of_an_older_format_is_told_the_command(old):
    with pytest.raises(
        IndexOutdated, match=rf"has format 1, older than .*; run `assistant index upgrade --index {old}`"
    ):
        open_index(old, note=ignore)
    with pytest.raises(IndexOutdated):
        check_index(old)
    with pytest.raises(IndexOutdated):
        verify_index(old)


def test_texts_ids_numbers_metadata_and_glossaries_stay(old):
    notes: list[str] = []

    assert upgrade_index(old, ENCODER, note=notes.append, meter=ignore) == 2

    snapshot = open_index(old, note=notes.append)
    (river, mayor) = snapshot.articles.values()
    assert {row.article_id: snapshot.text(row.number) for row in (river, mayor)} == TEXTS
    assert (river.number, river.source, river.source_sha256) == (3, "/old/river.md", "source of river")
    assert (river.title, river.published, river.publisher) == ("About river", date(2021, 3, 9), "Harbour Gazette")
    assert (mayor.url, mayor.language, mayor.authors) == ("https://example.org/mayor", "en", ())
    assert list(snapshot.catalog.glossaries()) == ["/old/glossary.toml"]
    assert snapshot.threshold is None
    assert notes == ["the index's own threshold 0.25 is left out; `assistant eval calibrate` fits it again"]
    found = EmbeddedSearch(snapshot, ENCODER).search("Who resigned?", k=1, filters=Filters()).passages
    assert found[0].article.article_id == "mayor"
    assert (snapshot.generation.number, len(snapshot.generation.ids)) == (8, len(snapshot.evidence))
    snapshot.close()
    assert verify_index(old).problems == ()
    assert sorted(p.name for p in old.iterdir()) == ["catalog.sqlite", "generations", "writer.lock"]
    assert [p.name for p in (old / "generations").iterdir()] == ["00000008"]


def test_an_upgraded_index_is_left_as_it_is(old):
    upgrade_index(old, ENCODER, note=ignore, meter=ignore)
    before = (old / "catalog.sqlite").read_bytes()

    assert upgrade_index(old, ENCODER, note=ignore, meter=ignore) == 0
    assert old_index(old) is None
    assert (old / "catalog.sqlite").read_bytes() == before


def test_an_upgraded_index_is_as_one_made_anew(old, library):
    upgrade_index(old, ENCODER, note=ignore, meter=ignore)
    upgraded = open_index(old, note=ignore)
    anew = make_old(
        old.parent / "again", dict(reversed(TEXTS.items())), glossary=next(iter(upgraded.catalog.glossaries().values()))
    )
    upgrade_index(anew, ENCODER, note=ignore, meter=ignore)
    other = open_index(anew, note=ignore)

    assert other.fingerprint == upgraded.fingerprint
    upgraded.close()
    other.close()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE articles SET text = replace(text, 'three', 'seven')", "river: its text is not what its hash says"),
        ("UPDATE articles SET published = 'soon'", "the article river: Invalid isoformat"),
        ("DELETE FROM meta WHERE key = 'encoder_hash'", "'encoder_hash'"),
        ("DROP TABLE glossaries", "no such table: glossaries"),
    ],
)
def test_what_is_damaged_is_not_carried_over_and_the_old_index_stays(old, statement, reason):
    run_sql(old, statement)
    before = (old / "catalog.sqlite").read_bytes()

    with pytest.raises(IndexDamaged, match=reason):
        upgrade_index(old, ENCODER, note=ignore, meter=ignore)

    assert (old / "catalog.sqlite").read_bytes() == before


def test_a_busy_index_is_not_upgraded(old):
    with writing(old), pytest.raises(IndexBusy):
        upgrade_index(old, ENCODER, note=ignore, meter=ignore)


def test_a_flipped_bit_makes_no_older_index(town):
    run_sql(town.root, "UPDATE meta SET value = '1' WHERE key = 'format'")

    with pytest.raises(IndexDamaged, match="they are not what was written"):
        old_index(town.root)


def test_a_folder_without_an_index_is_none_of_an_older_format(tmp_path):
    assert old_index(tmp_path) is None
    with pytest.raises(IndexUnavailable):
        check_index(tmp_path)


def test_an_upgraded_index_takes_changes(old, library):
    upgrade_index(old, ENCODER, note=ignore, meter=ignore)
    library.root, library.encoder = old, HashEncoder()
    library.write("tram.md", "The tram will cost 35,000 crowns.")

    library.add()
    library.remove("river")

    assert library.ids() == ["mayor", "tram"]
    assert library.verify().problems == ()
