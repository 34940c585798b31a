"""Files on their way into an index: twice the same, several in one, bad beside good, and a folder to match."""

import pytest

from index.errors import UserError
from index.storage.catalog import Catalog
from index.storage.places import other_places
from index.storage.salvage import salvage
from index.storage.store import catalog_path
from index.text.formats.table import is_current

HERON = "# Heron\n\nThe heron stood in the reeds by the old mill.\n"
OTTER = "# Otter\n\nThe otter dived under the ice for a trout.\n"


def test_one_bad_file_stops_no_other_and_is_told(library):
    library.write("heron.md", HERON)
    library.write("otter.md", OTTER)
    (library.folder / "bad.md").write_bytes(b"\xff\xfe\x00\xd8")
    (library.folder / "bad.html").write_bytes(b"<script>x</script>")

    outcome = library.add()

    assert sorted(outcome.added) == ["heron", "otter"]
    bad = [str(library.folder / name) for name in ("bad.html", "bad.md")]
    assert [line.split(":")[0] for line in outcome.failed] == bad
    assert library.add().unchanged == ["heron", "otter"]


def test_the_same_article_from_two_places_is_indexed_once_and_told(library):
    first = library.write("a.md", HERON)
    second = library.write("b.md", HERON)

    outcome = library.add()

    assert outcome.added == ["a"]
    assert outcome.duplicates == [f"{second}: the same article as {first}, which is in the index"]
    again = library.add()
    assert (again.unchanged, again.added, len(again.duplicates)) == (["a"], [], 1)


def places(library):
    """The names of each article's other places, by article id."""
    ids = {row.number: row.article_id for row in library.open().articles.values()}
    return {
        ids[number]: [source.rsplit("/", 1)[1] for source in found]
        for number, found in other_places(library.root).items()
    }


def test_the_other_places_of_an_article_are_kept_until_they_hold_something_else(library):
    for name in ("a.md", "b.md", "c.md", "d.md"):
        library.write(name, HERON)
    library.add()
    assert places(library) == {"a": ["b.md", "c.md", "d.md"]}

    library.write("b.md", OTTER)
    (library.folder / "c.md").unlink()
    outcome = library.add()

    assert outcome.added == ["b"]
    assert places(library) == {"a": ["d.md"]}
    assert library.verify().problems == ()

    library.remove("a")
    assert places(library) == {}


def test_other_places_survive_a_salvage_and_a_damaged_one_is_told(library):
    for name in ("a.md", "b.md", "c.md"):
        library.write(name, HERON)
    library.add()
    catalog = Catalog.open(catalog_path(library.root), writable=True)
    catalog._run("UPDATE supplements SET data = x'00' WHERE key LIKE '%c.md'")
    catalog.close()

    assert library.verify().problems == (f"the place {library.folder / 'c.md'} is not what its hash says",)
    assert salvage(library.root, note=library.notes.append)
    assert places(library) == {"a": ["b.md"]}
    assert library.verify().problems == ()


def test_the_other_place_takes_over_when_the_first_is_gone(library):
    first = library.write("a.md", HERON)
    library.write("b.md", HERON)
    library.add()
    first.unlink()

    outcome = library.add(prune=True)

    assert (outcome.added, outcome.removed, outcome.duplicates) == (["b"], ["a"], [])


def test_the_same_words_of_another_day_are_another_article(library):
    for day in ("2024-05-17", "2024-05-18"):
        library.write(f"{day}.md", f"---\ndate: {day}\n---\n{HERON}")

    assert len(library.add().added) == 2


def test_an_index_matches_a_folder_after_a_sync(library):
    library.write("sub/heron.md", HERON)
    library.write("otter.md", OTTER)
    library.add()
    library.write("sub/heron.md", HERON.replace("stood", "sat"))
    (library.folder / "otter.md").rename(library.folder / ".otter.md")
    library.write("new.md", "# New\n\nA new one.\n")

    outcome = library.sync()

    assert (outcome.added, outcome.changed, outcome.removed) == (["new"], ["heron"], ["otter"])
    assert library.verify().problems == ()


def test_a_sync_keeps_articles_of_other_places_and_of_files_that_cannot_be_read(library, tmp_path):
    other = tmp_path / "other" / "otter.md"
    other.parent.mkdir()
    other.write_text(OTTER)
    library.write("heron.md", HERON)
    library.write("crane.md", "# Crane\n\nThe crane flew over.\n")
    library.add(library.folder, other)
    (library.folder / "heron.md").write_bytes(b"\xff")

    outcome = library.sync()

    assert (outcome.removed, len(outcome.failed)) == ([], 1)
    assert library.ids() == ["crane", "heron", "otter"]


def test_a_sync_with_an_emptied_folder_removes_nothing(library):
    path = library.write("heron.md", HERON)
    library.add()
    path.unlink()

    with pytest.raises(UserError, match="no articles in"):
        library.sync()

    assert library.ids() == ["heron"]


def test_what_was_not_understood_of_a_file_is_told_with_its_name(library):
    path = library.write("heron.md", "---\ndate: someday\n---\n" + HERON)

    (problem,) = library.add().problems

    assert problem.startswith(f"{path}: ")
    assert "someday" in problem


def test_a_lightly_edited_article_is_taken_and_told(library):
    text = " ".join(f"The heron number {number} stood in the reeds of pond {number % 7}." for number in range(20))
    first = library.write("a.md", text)
    second = library.write("b.md", text.replace("number 11 stood", "number 11 sat"))
    library.write("c.md", text.replace("heron", "otter").replace("stood in the reeds", "dived under ice"))

    outcome = library.add()

    assert outcome.added == ["a", "b", "c"]
    assert outcome.problems == [f"{second}: nearly the same article as {first}"]


POND = " ".join(f"The heron number {number} stood in the reeds of pond {number % 7}." for number in range(20))
EDITED = POND.replace("number 11 stood", "number 11 sat")


@pytest.mark.parametrize("sketches", ["kept", "of an older program"])
def test_a_lightly_edited_article_is_told_beside_what_the_index_holds_already(library, sketches):
    first = library.write("a.md", POND)
    library.write("c.md", OTTER)
    library.add()
    if sketches != "kept":
        catalog = Catalog.open(catalog_path(library.root), writable=True)
        catalog._run("DROP TABLE supplements")
        catalog.close()
    second = library.write("b.md", EDITED)

    outcome = library.add()

    assert outcome.problems == [f"{second}: nearly the same article as {first}"]


def test_an_article_that_changed_or_moved_is_not_told_to_be_nearly_itself(library):
    path = library.write("a.md", POND)
    library.add()
    path.rename(library.folder / "moved.md")
    assert library.add(prune=True).problems == []

    library.write("moved.md", EDITED)

    outcome = library.add()
    assert (outcome.changed, outcome.problems) == (["moved"], [])


def test_nothing_of_a_removed_article_is_compared_with_others(library):
    library.write("a.md", POND)
    library.add()
    library.remove("a")
    (library.folder / "a.md").unlink()
    library.write("b.md", EDITED)

    assert library.add().problems == []
    assert b"a.md" not in catalog_path(library.root).read_bytes()


def test_lines_of_one_file_are_articles_that_come_and_go_with_their_lines(library):
    lines = [f'{{"id": "n{number}", "text": "The heron number {number} stood."}}' for number in range(3)]
    library.write("news.jsonl", "\n".join(lines))
    assert library.add().added == ["news-n0", "news-n1", "news-n2"]

    library.write("news.jsonl", "\n".join([lines[0], lines[2].replace("stood", "sat")]))
    outcome = library.add()

    assert (outcome.unchanged, outcome.changed, outcome.removed) == (["news-n0"], ["news-n2"], ["news-n1"])
    assert library.add().unchanged == ["news-n0", "news-n2"]


def test_a_line_put_in_above_the_others_loses_none_of_them(library):
    lines = [f'{{"text": "The {bird} stood in the reeds by the old mill until noon."}}' for bird in ("heron", "crane")]
    library.write("news.jsonl", "\n".join(lines))
    library.add()

    library.write("news.jsonl", "\n".join(['{"text": "The otter dived."}', *lines]))
    outcome = library.add()

    assert (len(library.ids()), outcome.duplicates, outcome.problems) == (3, [], [])


def test_an_article_whose_id_was_changed_stays(library):
    library.write("news.jsonl", '{"id": "a", "text": "The heron stood."}')
    library.add()
    library.write("news.jsonl", '{"id": "b", "text": "The heron stood."}')

    assert (library.add().removed, library.ids()) == (["news-a"], ["news-b"])


def test_a_report_that_made_room_for_another_one_stays(library):
    report = library.write("report.md", HERON + "It waited there for a fish until the evening came.\n")
    library.add()
    report.rename(library.folder / "report-old.md")
    library.write("report.md", OTTER)

    outcome = library.add()

    assert (outcome.added, outcome.changed, outcome.duplicates) == (["report-old"], ["report"], [])
    assert outcome.problems == []


def test_rows_of_one_file_are_articles_that_come_and_go_with_their_rows(library):
    rows = ["id,title,text", *(f"n{number},Heron {number},The heron number {number} stood." for number in range(2))]
    library.write("news.csv", "\n".join(rows))
    assert library.add().added == ["news-n0", "news-n1"]

    library.write("news.csv", "\n".join(rows[:-1]))
    outcome = library.add()

    assert (outcome.unchanged, outcome.removed) == (["news-n0"], ["news-n1"])


def test_a_text_tells_whether_this_version_of_its_library_made_it(library):
    path = library.folder / "heron.html"
    path.write_text("<p>The heron stood in the reeds.</p>")
    library.add()
    assert library.add().unchanged == ["heron"]

    row = next(iter(library.open().articles.values()))
    assert is_current(row.extractor)
    assert not is_current("selectolax 0.1")
    assert not is_current("no-such-library 1.0")
    assert is_current("")
