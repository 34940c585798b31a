"""A change writes the segments that it touches, and links the files of all others."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.storage import segments
from index.storage.segments import SEGMENT_CHUNKS, divide


def firsts(division):
    return [segment.first for segment in division]


def check(division, ids, changed):
    assert [id_ for segment in division for id_ in segment.ids] == ids
    assert firsts(division) == sorted(set(firsts(division)))
    for segment, after in zip(division, [*division[1:], None], strict=False):
        assert segment.first <= segment.ids[0]
        assert after is None or segment.ids[-1] < after.first
        assert 0 < len(segment.ids) <= SEGMENT_CHUNKS
        assert not segment.old or not changed & set(segment.ids)


@given(st.integers(0, 2_000), st.lists(st.tuples(st.sets(st.integers(1, 2_600)), st.integers(0, 700)), max_size=6))
def test_whatever_changes_every_chunk_is_in_one_segment_and_what_changed_is_written_anew(count, changes):
    ids = list(range(1, count + 1))
    division = divide(ids, [], ids)
    check(division, ids, set(ids))
    last = count
    for removed, added in changes:
        new = list(range(last + 1, last + added + 1))
        last += added
        gone = removed & set(ids)
        ids = [id_ for id_ in ids if id_ not in gone] + new
        before = {segment.first: segment for segment in division}

        division = divide(ids, sorted(before), gone | set(new))

        check(division, ids, gone | set(new))
        for segment in division:
            assert not segment.old or segment.ids == before[segment.first].ids


def test_one_change_among_many_writes_few_chunks():
    ids = list(range(1, 10_001))
    division = divide(ids, [], ids)
    for step in range(300):
        gone, new = ids[(step * 37) % len(ids)], ids[-1] + 1
        ids = [id_ for id_ in ids if id_ != gone] + [new]

        division = divide(ids, firsts(division), [gone, new])

        assert sum(len(segment.ids) for segment in division if not segment.old) <= 1.5 * SEGMENT_CHUNKS
    assert len(division) < 50


def test_segments_that_removals_made_small_are_joined():
    ids = list(range(1, 5_001))
    division = divide(ids, [], ids)
    for start in range(10):
        gone = [id_ for id_ in ids if id_ % 10 == start and id_ < 4_000]
        ids = [id_ for id_ in ids if id_ not in set(gone[: len(gone) - 3])]

        division = divide(ids, firsts(division), gone)

    assert len(division) <= 4


@pytest.fixture
def many(library, monkeypatch):
    monkeypatch.setattr(segments, "SEGMENT_CHUNKS", 4)
    for number in range(14):
        library.write(f"a{number:02}.md", f"Article {number} tells of river number {number}.")
    library.add()
    return library


def inodes(library):
    files = [path for path in library.generation().rglob("*") if path.is_file()]
    return {path.stat().st_ino for path in files if path.suffix != ".json"}


def test_files_of_what_did_not_change_are_shared_with_the_generation_before(many):
    old = many.open()
    before = inodes(many)
    many.write("a05.md", "Nothing of it.")

    assert many.add().changed == ["a05"]

    assert len(before & inodes(many)) >= len(before) // 2
    assert many.verify().problems == ()
    assert len(old.generation.vectors) == len(old.generation.text) == 14
    assert old.generation.text.word_frequency("river") == 14
    assert many.open().generation.text.word_frequency("river") == 13


def test_an_index_that_changed_often_answers_as_one_made_at_once(many, monkeypatch):
    for number in (3, 7, 8, 3):
        many.write(f"a{number:02}.md", f"Changed {number} by the mayor.")
        many.add()
    many.remove("a00", "a13")
    grown = many.open().generation

    monkeypatch.setattr(segments, "SEGMENT_CHUNKS", 500)
    shutil.rmtree(many.root / "generations")
    anew = many.open().generation

    assert grown.ids.tolist() == anew.ids.tolist()
    found = [one.text.search(["mayor", "river"], 20) for one in (grown, anew)]
    assert found[0] == [(chunk, pytest.approx(score)) for chunk, score in found[1]]
