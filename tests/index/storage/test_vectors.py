"""Vectors by ids that are never reused, and small codes that keep their direction."""

import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoding.encoder import unit
from index.errors import IndexDamaged
from index.storage.evidence import KEPT_CHUNKS, Evidence
from index.storage.rows import StoredChunk, chunk_values
from index.storage.vectors import ChunkCodes, FaissVectors, quantise, restore
from index.text.article import Chunk, ChunkVectors, Sentence


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


def test_ids_are_those_that_were_given(vectors):
    vectors.add([20], rows(1, seed=2))

    assert sorted(vectors.ids().tolist()) == [3, 5, 9, 12, 20]
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


def test_no_vectors_are_an_index_too():
    vectors = FaissVectors(8)
    vectors.add([], np.zeros((0, 8), np.float32))

    assert len(vectors) == 0
    assert vectors.search(rows(1)[0], 5) == []


@given(st.integers(min_value=1, max_value=64), st.integers(min_value=0, max_value=2**32 - 1))
def test_codes_keep_the_direction_of_a_vector(dimension, seed):
    original = rows(5, dimension, seed)

    again = restore(quantise(original))

    assert (again * original).sum(axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1, atol=1e-5)


def test_a_vector_of_zeros_stays_one():
    assert not restore(quantise(np.zeros((1, 4), np.float32))).any()


def stored(id_):
    chunk = Chunk(start=0, end=1, text="x", sentences=(Sentence(start=0, end=1),))
    vectors = ChunkVectors(
        chunk=rows(1, seed=id_)[0],
        sentences=rows(1, seed=id_),
        tokens=rows(id_ % 4, 4, seed=id_),
        token_counts=(id_ % 4,),
    )
    return StoredChunk((id_, *chunk_values(1, chunk, vectors)))


def evidence_of(ids):
    return Evidence(np.asarray(ids, dtype=np.int64), lambda wanted: {id_: stored(id_) for id_ in wanted})


def test_the_tokens_of_few_chunks_are_together_those_of_each():
    evidence = evidence_of([2, 4, 5, 9])

    tokens = [evidence.tokens(id_) for id_ in (2, 4, 5, 9)]

    assert [len(own) for own in tokens] == evidence.token_counts.tolist() == [2, 0, 1, 1]
    np.testing.assert_array_equal(np.concatenate(tokens), evidence.all_tokens)
    np.testing.assert_array_equal(tokens[0], restore(stored(2).codes.tokens))
    np.testing.assert_array_equal(evidence.sentences(9), restore(stored(9).codes.sentences))


def test_token_vectors_are_kept_for_the_last_chunks_and_freed_with_the_index():
    evidence = evidence_of(range(KEPT_CHUNKS + 2))
    first, last = evidence.tokens(3), evidence.tokens(1)

    assert evidence.all_tokens is None
    assert evidence.tokens(1) is last
    for id_ in range(4, KEPT_CHUNKS + 2):
        evidence.tokens(id_)
    evidence.tokens_of([0, 2])
    assert evidence.tokens(3) is not first
    np.testing.assert_array_equal(evidence.tokens(3), first)
    with pytest.raises(ValueError, match="read-only"):
        first[0, 0] = 1
    freed = weakref.ref(evidence)
    del evidence
    assert freed() is None, "it waits for no garbage collection"


def test_an_index_without_chunks_has_no_tokens():
    assert evidence_of([]).all_tokens is None


@pytest.mark.parametrize(
    ("count", "sentences", "counts", "tokens"),
    [(2, 15, [1, 1], 8), (2, 16, [1], 8), (2, 16, [1, 1], 7), (0, 0, [], 0), (1, 8, [0], 4)],
)
def test_codes_whose_sizes_do_not_fit_are_damage(count, sentences, counts, tokens):
    with pytest.raises(IndexDamaged, match="the vectors of chunk 7 do not match its sentences"):
        ChunkCodes.from_bytes(7, count, bytes(sentences), np.asarray(counts, "<u4").tobytes(), bytes(tokens))
