"""What is damaged is taken out of a catalog and named; the rest stays as it was."""

import sqlite3
from contextlib import closing

import pytest
from damage import FINE, KINDS, files, outcomes

from index.errors import IndexBusy, IndexDamaged, IndexUnavailable
from index.storage.lock import writing
from index.storage.salvage import salvage
from index.storage.store import repair


def run_sql(library, statement):
    with closing(sqlite3.connect(library.root / "catalog.sqlite")) as connection, connection:
        connection.execute(statement)


def salvaged(library):
    notes: list[str] = []
    assert salvage(library.root, note=notes.append)
    assert library.verify().problems == ()
    return notes


def test_every_kind_of_file_is_damaged_in_turn(aliased):
    for kind in KINDS:
        assert len([name for name in files(aliased.root) if name.endswith(kind)]) == 1
    assert len(files(aliased.root)) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_little_damage_is_an_error_or_repaired_or_changes_nothing(aliased, quick_path, kind):
    assert set(outcomes(aliased.root, quick_path / "work", kind, 5)) <= FINE


def test_a_sound_index_is_left_as_it_is(town):
    before = (town.root / "catalog.sqlite").read_bytes()

    assert not salvage(town.root, note=print)

    assert (town.root / "catalog.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET text = replace(text, 'three', 'seven') WHERE article_id = 'river'",
        "UPDATE articles SET title = 'The river falls' WHERE article_id = 'river'",
        "UPDATE chunks SET token_codes = zeroblob(length(token_codes)) WHERE article = 2",
        "DELETE FROM chunks WHERE article = 2",
    ],
)
def test_a_damaged_article_is_taken_out_and_named_with_the_command_that_adds_it(town, statement):
    run_sql(town, statement)
    kept = {row.article_id: row.number for row in town.open().articles.values()} if "chunks" in statement else {}

    (note,) = salvaged(town)

    assert note == (
        f"took out the article 'river', which is damaged; add it again with `assistant index add "
        f"{town.folder / 'river.md'}`"
    )
    assert town.ids() == ["mayor", "tram"]
    for row in town.open().articles.values():
        assert kept.get(row.article_id, row.number) == row.number
    assert town.add().added == ["river"]
    assert town.verify().problems == ()


def test_an_article_that_is_missing_is_no_obstacle(town):
    run_sql(town, "DELETE FROM chunks WHERE article = 2")
    run_sql(town, "DELETE FROM articles WHERE number = 2")
    with pytest.raises(IndexDamaged, match="the list of articles is not what was written"):
        town.open()

    assert salvaged(town) == []

    assert town.ids() == ["mayor", "tram"]


def test_a_damaged_glossary_is_taken_out_and_named(aliased):
    run_sql(aliased, "UPDATE glossaries SET text = text || '#'")

    (note,) = salvaged(aliased)

    assert "took out the glossary" in note
    assert len(aliased.ids()) == 3


def test_what_concerns_the_whole_index_cannot_be_salvaged(town):
    run_sql(town, "UPDATE projection SET data = zeroblob(length(data))")

    with pytest.raises(IndexDamaged, match="the projection of token vectors is not what was written"):
        salvage(town.root, note=print)


def test_a_damaged_page_costs_the_articles_on_it(town, library):
    for number in range(60):
        library.write(f"a{number}.md", f"Article {number} tells of the river. " * 20)
    library.add()
    path = library.root / "catalog.sqlite"
    sound = path.read_bytes()
    salvageable = 0
    for page in range(1, len(sound) // 4096, 7):
        path.write_bytes(sound[: page * 4096] + bytes(range(256)) * 16 + sound[(page + 1) * 4096 :])
        notes: list[str] = []
        try:
            salvage(library.root, note=notes.append)
        except (IndexDamaged, IndexUnavailable):
            continue
        salvageable += 1
        assert library.verify().problems == ()
        assert len(library.open().articles) + len(notes) <= 60
        assert len(library.open().articles) > 30

    assert salvageable > len(sound) // 4096 // 14


def test_search_files_are_made_only_of_rows_that_hold(town):
    run_sql(town, "UPDATE chunks SET vector = zeroblob(length(vector)) WHERE id = 2")
    (town.generation() / "manifest.json").unlink()

    with pytest.raises(IndexDamaged, match=r"chunk 2 is not what was written.*verify --repair"):
        repair(town.root, note=print)
    with pytest.raises(IndexDamaged):
        town.open()

    assert len(salvaged(town)) == 1
    assert len(town.open().articles) == 2


def test_a_busy_index_is_not_salvaged(town):
    with writing(town.root), pytest.raises(IndexBusy):
        salvage(town.root, note=print)
