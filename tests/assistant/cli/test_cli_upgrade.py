"""Upgrading an index of an older format: by its command, by adding to it, and by itself for the default collection."""

from pathlib import Path

import pytest
from commands import assistant, done
from library import ignore
from old_format import make_old

from assistant.settings import locations
from assistant.settings.collections import default_index
from index.storage.store import open_index

TEXTS = {"mayor": "Mayor Anna Berg resigned on Tuesday."}


def test_a_command_upgrades_an_index_and_leaves_a_new_one_as_it_is(tmp_path: Path) -> None:
    root = make_old(tmp_path / "old", TEXTS)

    refused = assistant("search", "Who resigned?", "--index", root)
    first = assistant("index", "upgrade", "--index", root)
    again = done("index", "upgrade", "--index", root)

    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert f"run `assistant index upgrade --index {root}`" in refused.stderr
    assert "threshold 0.25 is left out" in first.stderr
    assert first.stdout == f"upgraded the index in {root} to format 3: 1 article\n"
    assert again == f"the index in {root} has the present format 3 already\n"
    assert "everything holds" in done("index", "verify", "--index", root)


def test_there_is_nothing_to_upgrade_where_there_is_no_index(tmp_path: Path) -> None:
    refused = assistant("index", "upgrade", "--index", tmp_path / "none")

    assert refused.returncode == 3
    assert "no index in" in refused.stderr


def test_adding_to_an_older_index_upgrades_it_first_and_says_so(tmp_path: Path) -> None:
    root = make_old(tmp_path / "old", TEXTS)
    (tmp_path / "tram.md").write_text("The tram will cost 35,000 crowns.", encoding="utf-8")

    added = assistant("index", "add", tmp_path / "tram.md", "--index", root)

    assert added.returncode == 0, added.stderr
    assert f"the index in {root} has the older format 1; upgrading it first" in added.stderr
    snapshot = open_index(root, note=ignore)
    assert sorted(row.article_id for row in snapshot.articles.values()) == ["mayor", "tram"]
    snapshot.close()


def test_the_default_collection_of_an_older_format_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "DEFAULT_ENCODER", "hash-64-48")
    root = make_old(default_index(), TEXTS)
    notes: list[str] = []

    locations.ensure_default(note=notes.append, meter=ignore)

    assert notes[0] == f"the default collection in {root} has an older format"
    assert notes[1].startswith("building the default collection")
    snapshot = open_index(root, note=notes.append)
    assert len(snapshot.articles) > 10
    assert "mayor" not in {row.article_id for row in snapshot.articles.values()}
    snapshot.close()
    assert len(notes) == 2
