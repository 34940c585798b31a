"""Adding, changing, moving and removing articles; each change appears whole or not at all."""

import shutil

import pytest

from index.encoding.encoder import HashEncoder
from index.errors import ArticleUnreadable, UserError
from index.search.engine import Filters
from index.storage.changes import add_paths
from index.text.article import Article


class CountingEncoder(HashEncoder):
    """Counts the chunks that it encoded."""

    encoded = 0

    def encode_chunks(self, jobs, progress):
        self.encoded += len(jobs)
        return super().encode_chunks(jobs, progress)


def found(library, question):
    return [p.article.article_id for p in library.search().search(question, k=10, filters=Filters()).passages]


def texts(library):
    snapshot = library.open()
    return {row.article_id: snapshot.text(row.number) for row in snapshot.articles.values()}


def numbers(library):
    snapshot = library.open()
    return set(snapshot.articles), set(snapshot.catalog.chunk_ids())


def test_added_articles_are_listed_with_their_metadata_and_text(town):
    snapshot = town.open()

    rows = {row.article_id: row for row in snapshot.articles.values()}

    assert sorted(rows) == ["mayor", "river", "tram"]
    river = rows["river"]
    assert (river.title, str(river.published), river.publisher) == ("The river rises", "2021-03-09", "Harbour Gazette")
    assert river.source == str(town.folder / "river.md")
    assert snapshot.text(river.number).startswith("The river rose by three metres")


def test_the_file_that_takes_the_time_is_named_meanwhile(library):
    short, long = library.write("short.md", "The ferry sails."), library.write("long.txt", "The river rose. " * 500)
    told = []

    add_paths(library.root, [library.folder], library.encoder, note=print, meter=lambda *at: told.append(at))

    assert {at for *_, at in told} == {str(short), str(long)}
    done, of, chunks, at = told[-1]
    assert (done, at) == (of, str(long))
    assert chunks > 20


def test_what_has_not_changed_is_not_encoded_again(library):
    encoder = CountingEncoder()
    library.write("a.md", "# A\n\nThe river rose.")
    library.add(encoder=encoder)
    before, counted = library.open(), encoder.encoded

    outcome = library.add(encoder=encoder)

    assert counted > 0
    assert encoder.encoded == counted
    assert (outcome.added, outcome.changed, outcome.unchanged) == ([], [], ["a"])
    assert before.is_current()


def test_only_what_changed_is_encoded(library):
    encoder = CountingEncoder()
    library.write("a.md", "The river rose.")
    library.write("b.md", "The mayor spoke.")
    library.add(encoder=encoder)
    library.write("b.md", "The mayor resigned.")
    encoder.encoded = 0

    outcome = library.add(encoder=encoder)

    assert (outcome.changed, outcome.unchanged, encoder.encoded) == (["b"], ["a"], 1)


def test_a_changed_article_replaces_the_old_one_everywhere(library):
    library.write("a.md", "The xylophone broke.")
    library.write("b.md", "The mayor spoke.")
    library.add()
    library.write("a.md", "The bassoon broke.")

    outcome = library.add()

    assert outcome.changed == ["a"]
    assert texts(library) == {"a": "The bassoon broke.", "b": "The mayor spoke."}
    assert not any(b"xylophone" in data for data in library.files().values())
    assert library.search().snapshot.generation.text.document_frequency("xylophon") == 0
    assert library.verify().problems == ()


def test_a_change_of_metadata_alone_is_a_change(library):
    library.write("a.md", "---\npublished: 2020-01-01\n---\nThe river rose.")
    library.add()
    library.write("a.md", "---\npublished: 2021-01-01\n---\nThe river rose.")

    outcome = library.add()

    assert outcome.changed == ["a"]
    (row,) = library.open().articles.values()
    assert str(row.published) == "2021-01-01"


def test_articles_of_one_name_get_ids_with_a_suffix(library):
    for folder in ("x", "y", "z"):
        library.write(f"{folder}/report.md", f"The report of {folder}.")

    library.add()

    assert texts(library) == {
        "report": "The report of x.",
        "report-2": "The report of y.",
        "report-3": "The report of z.",
    }


def test_an_id_stays_with_its_article_when_another_of_its_name_comes(library):
    library.write("y/report.md", "The report of y.")
    library.add()
    library.write("x/report.md", "The report of x.")
    library.write("y/report.md", "The new report of y.")

    outcome = library.add()

    assert (outcome.added, outcome.changed) == (["report-2"], ["report"])
    assert texts(library) == {"report": "The new report of y.", "report-2": "The report of x."}


def test_a_moved_file_keeps_its_id_and_is_not_encoded_again(library):
    encoder = CountingEncoder()
    path = library.write("a.md", "The river rose.")
    library.add(encoder=encoder)
    (library.folder / "sub").mkdir()
    path.rename(library.folder / "sub" / "a.md")
    encoder.encoded = 0

    outcome = library.add(encoder=encoder)

    assert (outcome.unchanged, outcome.missing, encoder.encoded) == (["a"], [], 0)
    (row,) = library.open().articles.values()
    assert row.source == str(library.folder / "sub" / "a.md")


def test_pruning_keeps_a_file_that_was_moved(library):
    path = library.write("a.md", "The river rose.")
    library.write("b.md", "The mayor spoke.")
    library.add()
    (library.folder / "sub").mkdir()
    path.rename(library.folder / "sub" / "a.md")

    outcome = library.add(prune=True)

    assert (outcome.removed, sorted(outcome.unchanged)) == ([], ["a", "b"])
    assert library.ids() == ["a", "b"]
    assert library.verify().problems == ()


def test_two_copies_of_a_file_that_is_gone_are_two_articles(library):
    path = library.write("a.md", "The river rose.")
    library.add()
    for folder in ("x", "y"):
        (library.folder / folder).mkdir()
        shutil.copy(path, library.folder / folder)
    path.unlink()

    library.add()

    assert sorted(row.source for row in library.open().articles.values()) == [
        str(library.folder / "x" / "a.md"),
        str(library.folder / "y" / "a.md"),
    ]


def test_a_missing_file_stays_in_the_index_and_is_named(library):
    library.write("a.md", "The river rose.")
    library.write("b.md", "The mayor spoke.")
    library.add()
    (library.folder / "b.md").unlink()

    outcome = library.add()

    assert (outcome.missing, outcome.removed) == (["b"], [])
    assert library.ids() == ["a", "b"]


def test_pruning_removes_articles_whose_files_are_gone(library):
    library.write("a.md", "The river rose.")
    library.write("b.md", "The mayor spoke.")
    library.add()
    (library.folder / "b.md").unlink()

    outcome = library.add(prune=True)

    assert (outcome.missing, outcome.removed) == ([], ["b"])
    assert library.ids() == ["a"]
    assert library.verify().problems == ()


def test_pruning_leaves_articles_of_other_folders_alone(library, tmp_path):
    library.write("a.md", "The river rose.")
    other = tmp_path / "other" / "b.md"
    other.parent.mkdir()
    other.write_text("The mayor spoke.")
    library.add(library.folder, other.parent)
    other.unlink()

    outcome = library.add(prune=True)

    assert outcome.removed == []
    assert library.ids() == ["a", "b"]


def test_files_that_cannot_be_taken_are_named_and_the_others_are_added(library):
    library.write("a.md", "The river rose.")
    (library.folder / "b.md").write_bytes(b"a\0b")
    (library.folder / "c.txt").write_bytes(b"caf\xe9")
    library.write("d.md", "  ")
    library.write("e.png", "x")

    outcome = library.add()

    assert outcome.added == ["a"]
    assert [line.split(":")[0].rsplit("/")[-1] for line in sorted(outcome.failed)] == ["b.md", "c.txt", "d.md"]
    assert [path.name for path in outcome.passed_over] == ["e.png"]


def test_an_article_that_became_unreadable_stays_as_it_was(library):
    library.write("a.md", "The river rose.")
    library.add()
    (library.folder / "a.md").write_bytes(b"a\0b")

    outcome = library.add()

    assert len(outcome.failed) == 1
    assert texts(library) == {"a": "The river rose."}


def test_a_folder_without_articles_is_the_users_mistake(library):
    with pytest.raises(UserError, match=r"no articles in .*articles; files ending in \.md"):
        library.add()


def test_removing_takes_an_id_or_a_path(town):
    assert town.remove("river", str(town.folder / "tram.md")) == ["river", "tram"]

    assert town.ids() == ["mayor"]
    assert town.verify().problems == ()


def test_removing_the_last_article_leaves_an_empty_index(town):
    town.remove("river", "tram", "mayor")

    assert town.ids() == []
    assert found(town, "river") == []
    assert town.verify().problems == ()


def test_naming_an_article_twice_removes_it_once(town):
    assert town.remove("river", "river") == ["river"]


@pytest.mark.parametrize(("name", "hint"), [("rivr", "did you mean 'river'"), ("zzz", "index list`")])
def test_removing_an_unknown_article_removes_nothing_and_gives_a_hint(town, name, hint):
    before = town.files()

    with pytest.raises(UserError, match=f"no article '{name}' in the index; .*{hint}"):
        town.remove("river", name)

    assert town.files() == before


def test_numbers_are_never_used_again_after_a_removal(town):
    articles, chunks = numbers(town)
    town.remove("river", "tram", "mayor")
    town.add()

    new_articles, new_chunks = numbers(town)

    assert town.ids() == ["mayor", "river", "tram"]
    assert not articles & new_articles
    assert not chunks & new_chunks
    assert min(new_chunks) > max(chunks)


def test_after_delete_and_add_a_vector_finds_its_own_chunk(town):
    # LlamaIndex's FAISS store once gave the id of a deleted node to a new one.
    town.remove("river")
    town.add()
    snapshot = town.open()

    for chunk in snapshot.catalog.chunks():
        ((nearest, cosine),) = snapshot.generation.vectors.search(chunk.vector, 1)

        assert nearest == chunk.row.id
        assert cosine == pytest.approx(1, abs=1e-5)


def test_many_small_changes_leave_a_sound_index(library):
    for number in range(12):
        library.write(f"a{number}.md", f"The river rose by {number} metres.")
        library.add()

    assert len(library.ids()) == 12
    assert library.verify().problems == ()
    assert [p.name for p in (library.root / "generations").iterdir()] == ["00000012"]


def test_articles_that_are_no_files_are_taken_and_replaced_by_source(library):
    def article(text):
        return Article(source="https://example.org/a", name="a", text=text)

    library.add_values([article("The river rose.")])
    outcome = library.add_values([article("The river fell.")])

    assert outcome.changed == ["a"]
    assert texts(library) == {"a": "The river fell."}


def test_a_second_article_of_one_source_is_refused_and_named(library):
    articles = [Article(source="https://example.org/a", name="a", text=text) for text in ("One.", "Two.")]

    outcome = library.add_values(articles)

    assert outcome.added == ["a"]
    assert [line.split(": ")[0] for line in outcome.failed] == ["https://example.org/a"]
    assert texts(library) == {"a": "One."}


def test_an_article_is_published_in_parts_when_encoding_takes_long(library, monkeypatch):
    monkeypatch.setattr("index.storage.changes.PUBLISH_SECONDS", -1.0)
    for name in ("a", "b", "c"):
        library.write(f"{name}.md", f"The river {name}.")
    library.add()
    (library.folder / "sub").mkdir()
    (library.folder / "a.md").rename(library.folder / "sub" / "a.md")
    (library.folder / "c.md").unlink()
    library.write("b.md", "The river fell.")

    outcome = library.add(prune=True)

    assert library.ids() == ["a", "b"]
    assert outcome.changed == ["b"]
    assert library.verify().problems == ()


def test_a_folders_glossary_is_stored_and_replaced(library):
    library.write("a.md", "The Government Nail is an app.")
    library.write("glossary.toml", '[[alias]]\nname = "Nail"\nalso = ["Ding"]\n')
    library.add()
    first = library.open()
    library.write("glossary.toml", '[[alias]]\nname = "Nail"\nalso = ["Dong"]\n')

    library.add()

    assert first.glossary.groups == (("Nail", "Ding"),)
    assert library.open().glossary.groups == (("Nail", "Dong"),)


def test_a_glossary_that_cannot_be_read_stops_the_change(library):
    library.write("a.md", "The river rose.")
    library.write("glossary.toml", "[[alias]]\n")

    with pytest.raises(ArticleUnreadable, match=r"glossary\.toml: alias number 1 has no usable names"):
        library.add()

    assert library.ids() == []
