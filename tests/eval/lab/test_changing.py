"""The measurement of changes makes the changes that it names."""

from pathlib import Path

from eval.lab.changing import Changing, measured, texts, timed
from index.encoding.encoder import HashEncoder
from index.storage.store import open_index


def test_made_up_articles_are_the_same_each_time_and_differ_from_each_other() -> None:
    assert list(texts(20)) == list(texts(20))
    assert len(set(texts(20))) == 20
    assert list(texts(3, seed=2)) != list(texts(3))


def test_every_kind_of_change_is_made_and_the_index_holds(tmp_path: Path) -> None:
    changing = Changing(tmp_path, 24, HashEncoder())

    found = dict(measured(changing))

    assert len(found) == 8
    assert all(seconds > 0 for seconds in found.values())
    snapshot = open_index(changing.root, note=print)
    assert len(snapshot.articles) == 24 - 5
    assert snapshot.generation.number == 1 + 5 + 5 + 5
    snapshot.close()


def test_what_comes_before_is_not_measured() -> None:
    done: list[str] = []

    timed(lambda: done.append("work"), before=lambda: done.append("before"), repeats=2)

    assert done == ["before", "work", "before", "work"]
