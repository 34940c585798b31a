"""Vectors by ids that are never reused, and small codes that keep their direction."""

import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoding.encoder import unit
from index.errors import IndexDamaged
from index.storage.vectors import KEPT_CHUNKS, ChunkCodes, EvidenceVectors, FaissVectors, quantise, restore


def rows(count, dimension=8, seed=1):
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


@pytest.fixture
def vectors():
    made = FaissVectors(8)
    made.add([3, 5, 9, 12], rows(4))
    return made


def test_a_vector_is_found_by_itself(vectors):
    for id_, row in zip([3, 5, 9, 12], rows(4), strict=True):
        assert vectors.search(row, 1) == [(id_, pytest.approx(1, abs=1e-6))]


def test_ids_are_those_that_were_given_after_removals_and_additions(vectors):
    vectors.remove([5, 77])
    vectors.add([20], rows(1, seed=2))

    assert sorted(vectors.ids().tolist()) == [3, 9, 12, 20]
    assert vectors.search(rows(1, seed=2)[0], 1)[0][0] == 20
    np.testing.assert_array_equal(vectors.get([20, 3]), np.stack([rows(1, seed=2)[0], rows(4)[0]]))


def test_only_the_allowed_ids_are_found(vectors):
    row = rows(4)[0]

    assert [id_ for id_, _ in vectors.search(row, 10, among=[5, 12, 77])] in ([5, 12], [12, 5])
    assert vectors.search(row, 10, among=[]) == []


def test_equal_vectors_are_ordered_by_id():
    same = np.repeat(rows(1), 4, axis=0)
    vectors = FaissVectors(8)
    vectors.add([9, 2, 7, 4], same)

    assert [id_ for id_, _ in vectors.search(same[0], 4)] == [2, 4, 7, 9]


def test_no_vectors_are_an_index_too(tmp_path):
    vectors = FaissVectors(8)
    vectors.add([], np.zeros((0, 8), np.float32))
    vectors.write(tmp_path / "v")

    assert len(FaissVectors.read(tmp_path / "v")) == 0
    assert FaissVectors.read(tmp_path / "v").search(rows(1)[0], 5) == []


@given(st.integers(min_value=1, max_value=64), st.integers(min_value=0, max_value=2**32 - 1))
def test_codes_keep_the_direction_of_a_vector(dimension, seed):
    original = rows(5, dimension, seed)

    again = restore(quantise(original))

    assert (again * original).sum(axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1, atol=1e-5)


def test_a_vector_of_zeros_stays_one():
    assert not restore(quantise(np.zeros((1, 4), np.float32))).any()


def test_evidence_is_read_back_by_chunk(tmp_path):
    chunks = [
        ChunkCodes(
            chunk_id=id_,
            sentences=quantise(rows(count, seed=id_)),
            token_counts=np.arange(count, dtype="<u4"),
            tokens=quantise(rows(sum(range(count)), 4, seed=id_)) if count > 1 else np.zeros((0, 1), np.int8),
        )
        for id_, count in ((2, 3), (5, 1), (9, 4))
    ]

    EvidenceVectors.write(tmp_path, chunks, 8, 4)
    evidence = EvidenceVectors(tmp_path)

    assert len(evidence) == 3
    for chunk in chunks:
        again = evidence.codes(chunk.chunk_id)
        np.testing.assert_array_equal(again.sentences, chunk.sentences)
        np.testing.assert_array_equal(again.token_counts, chunk.token_counts)
        assert again.tokens.size == chunk.tokens.size
        np.testing.assert_array_equal(again.tokens.ravel(), chunk.tokens.ravel())
    for missing in (1, 3, 10):
        with pytest.raises(KeyError):
            evidence.codes(missing)


def test_token_vectors_are_kept_for_the_last_chunks_and_freed_with_the_index(tmp_path):
    codes = [
        ChunkCodes(
            chunk_id=id_,
            sentences=quantise(rows(1, seed=id_)),
            token_counts=np.asarray([3], dtype="<u4"),
            tokens=quantise(rows(3, 4, seed=id_)),
        )
        for id_ in range(KEPT_CHUNKS + 2)
    ]
    EvidenceVectors.write(tmp_path, codes, 8, 4)
    evidence = EvidenceVectors(tmp_path)
    first, last = evidence.tokens(0), evidence.tokens(1)

    assert evidence.tokens(1) is last
    for id_ in range(2, KEPT_CHUNKS + 2):
        evidence.tokens(id_)
    assert evidence.tokens(0) is not first
    np.testing.assert_array_equal(evidence.tokens(0), first)
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1
    freed = weakref.ref(evidence)
    del evidence
    assert freed() is None, "it waits for no garbage collection"


@pytest.mark.parametrize(
    ("count", "sentences", "counts", "tokens"),
    [(2, 15, [1, 1], 8), (2, 16, [1], 8), (2, 16, [1, 1], 7), (0, 0, [], 0), (1, 8, [0], 4)],
)
def test_codes_whose_sizes_do_not_fit_are_damage(count, sentences, counts, tokens):
    with pytest.raises(IndexDamaged, match="the vectors of chunk 7 do not match its sentences"):
        ChunkCodes.from_bytes(7, count, bytes(sentences), np.asarray(counts, "<u4").tobytes(), bytes(tokens))
