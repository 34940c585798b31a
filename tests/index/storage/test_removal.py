"""A removed article leaves nothing behind: no text, no words and no vector in any file of the index."""

import random

import numpy as np
import pytest

from index.storage.vectors import quantise
from index.text.terms import stem

SECRET = "qzxvkjw"


def vectors_of(library, article_id):
    """The bytes of every vector of an article, as they stand in the catalog and in FAISS."""
    snapshot = library.open()
    (number,) = (row.number for row in snapshot.articles.values() if row.article_id == article_id)
    chunks = list(snapshot.catalog.chunks(snapshot.generation.chunks_of([number])))
    found = [chunk.vector.tobytes() for chunk in chunks]
    found += [row.tobytes() for chunk in chunks for row in chunk.codes.sentences]
    snapshot.close()
    return found


def files_with(library, *needles):
    return sorted({name for name, data in library.files().items() for needle in needles if needle in data})


@pytest.fixture
def secretive(library):
    """Two articles that share many words, one of them with a secret."""
    library.write("open.md", "The river rose by three metres. The market flooded. " * 6)
    library.write("secret.md", f"The river rose. The {SECRET} of the mayor was found. The market flooded. " * 6)
    library.add()
    return library


def test_the_secret_is_there_before_it_is_removed(secretive):
    holders = files_with(secretive, SECRET.encode())

    assert holders == ["catalog.sqlite"]  # BM25's dictionary is packed; its own words are asked for below.
    assert secretive.open().generation.text.word_frequency(SECRET) > 0
    assert files_with(secretive, *vectors_of(secretive, "secret")) == [
        "catalog.sqlite",
        "generations/00000001/vectors/0000000001",
    ]


def test_a_removed_article_leaves_no_text_behind(secretive):
    secretive.remove("secret")

    assert files_with(secretive, SECRET.encode(), b"secret") == []
    text = secretive.open().generation.text
    assert (text.word_frequency(SECRET), text.document_frequency(stem(SECRET))) == (0, 0)
    assert text.similar_words(SECRET, 2) == []


def test_a_removed_article_leaves_no_vector_behind(secretive):
    vectors = set(vectors_of(secretive, "secret")) - set(vectors_of(secretive, "open"))

    secretive.remove("secret")

    assert vectors
    assert files_with(secretive, *vectors) == []


def test_a_pruned_article_leaves_nothing_behind(secretive):
    vectors = set(vectors_of(secretive, "secret")) - set(vectors_of(secretive, "open"))
    (secretive.folder / "secret.md").unlink()

    secretive.add(prune=True)

    assert files_with(secretive, SECRET.encode(), b"secret", *vectors) == []


def test_an_old_version_leaves_nothing_behind(secretive):
    vectors = set(vectors_of(secretive, "secret")) - set(vectors_of(secretive, "open"))
    secretive.write("secret.md", "Nothing was found.")

    secretive.add()

    assert files_with(secretive, SECRET.encode(), *vectors) == []


def test_a_removed_glossary_entry_leaves_nothing_behind(secretive):
    secretive.write("glossary.toml", f'[[alias]]\nname = "Nail"\nalso = ["{SECRET}xx"]\n')
    secretive.add()
    secretive.write("glossary.toml", '[[alias]]\nname = "Nail"\n')

    secretive.add()

    assert files_with(secretive, f"{SECRET}xx".encode()) == []


def test_a_removed_article_is_gone_from_the_sealed_rows_even_among_many(library):
    # Rows move between SQLite's pages as others come and go; copies of them must not stay.
    dice = random.Random(7)
    alive: list[str] = []
    for step in range(6):
        for number in range(8):
            name = f"a{step}x{number}"
            words = " ".join(dice.choices(["river", "market", "mayor", "tram"], k=dice.choice([3, 40, 400])))
            library.write(f"{name}.md", f"{words} token{name}q.")
            alive.append(name)
        library.add()
        gone = [alive.pop(dice.randrange(len(alive))) for _ in range(5)]
        for name in gone:
            (library.folder / f"{name}.md").unlink()

        library.remove(*gone)

        assert files_with(library, *(f"token{name}q".encode() for name in gone)) == []


def test_quantised_vectors_are_those_that_were_searched_for(secretive):
    # Keeps the tests above honest: what they look for is what the files hold.
    snapshot = secretive.open()
    ids = snapshot.catalog.chunk_ids()
    rows = snapshot.evidence.sentences(ids[0])

    again = quantise(rows)

    np.testing.assert_array_equal(again, snapshot.evidence.codes(ids[0]).sentences)
