"""What every implementation of a seam promises; a test class inherits a contract and gives it a fixture."""

import numpy as np
import pytest

from index.chunking import Chunking, chunk_article
from index.encoder import Encoder, EncodingJob

CJK_TEXT = "改革很重要。我们要继续！数字平台连接各个城市。"
TEXTS = (
    "The river rose by three metres. It flooded the market hall.\n\nNobody was hurt, said Dr. Berg.",
    "Short.",
    CJK_TEXT,
    "Figures: 35,000 of 4,000.5 (97.4%)? “Yes.” \u200b🙂 e\u0301",
    "# A heading\n\n- one\n- two",
)


def ignore(*_: object) -> None:
    """Takes a measure of progress and does nothing with it."""


def jobs_of(encoder: Encoder, text: str, title: str = "") -> list[EncodingJob]:
    """What is encoded of a text."""
    chunks = chunk_article(text, title, count=encoder.count_tokens, chunking=Chunking(max_tokens=encoder.max_tokens))
    return [EncodingJob(title=title, chunk=chunk) for chunk in chunks]


class EncoderContract:
    """What every `Encoder` promises; give a fixture `encoder`."""

    @pytest.fixture
    def encoder(self) -> Encoder:
        raise NotImplementedError

    @pytest.fixture
    def jobs(self, encoder):
        return [job for text in TEXTS for job in jobs_of(encoder, text, "Weather")]

    def test_it_says_what_it_is(self, encoder):
        assert encoder.name
        assert len(encoder.hash) == 64
        assert encoder.max_tokens > 8

    def test_chunks_have_one_unit_vector_and_one_for_each_sentence(self, encoder, jobs):
        vectors = encoder.encode_chunks(jobs, ignore)

        assert len(vectors) == len(jobs)
        for job, found in zip(jobs, vectors, strict=True):
            sentences = len(job.chunk.sentences)
            assert found.chunk.shape == (encoder.dimension,)
            assert found.sentences.shape == (sentences, encoder.dimension)
            assert len(found.token_counts) == sentences
            assert found.tokens.ndim == 2
            assert len(found.tokens) == sum(found.token_counts)
            assert {found.chunk.dtype, found.sentences.dtype, found.tokens.dtype} == {np.dtype(np.float32)}
            np.testing.assert_allclose(np.linalg.norm(found.chunk), 1, atol=1e-5)
            np.testing.assert_allclose(np.linalg.norm(found.sentences, axis=1), 1, atol=1e-5)

    def test_token_vectors_can_be_projected(self, encoder, jobs):
        found = encoder.encode_chunks(jobs[:1], ignore)[0]

        small = encoder.projection.apply(found.tokens)

        assert small.shape == (len(found.tokens), encoder.projection.dimension)
        np.testing.assert_allclose(np.linalg.norm(small, axis=1), 1, atol=1e-4)

    def test_the_same_text_has_the_same_vectors(self, encoder, jobs):
        first, second = encoder.encode_chunks(jobs, ignore), encoder.encode_chunks(jobs, ignore)

        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a.chunk, b.chunk)
            np.testing.assert_array_equal(a.sentences, b.sentences)
            np.testing.assert_array_equal(a.tokens, b.tokens)

    def test_the_company_that_a_chunk_is_encoded_in_does_not_matter(self, encoder, jobs):
        together = encoder.encode_chunks(jobs, ignore)
        reversed_ = encoder.encode_chunks(jobs[::-1], ignore)[::-1]
        alone = [encoder.encode_chunks([job], ignore)[0] for job in jobs]

        for a, b, c in zip(together, reversed_, alone, strict=True):
            for other in (b, c):
                assert a.token_counts == other.token_counts
                np.testing.assert_allclose(a.chunk, other.chunk, atol=1e-5)
                np.testing.assert_allclose(a.sentences, other.sentences, atol=1e-5)

    def test_nothing_to_encode_gives_nothing(self, encoder):
        assert encoder.encode_chunks([], ignore) == []

    def test_progress_ends_with_all_of_it(self, encoder, jobs):
        told = []

        encoder.encode_chunks(jobs, lambda done, of: told.append((done, of)))

        assert told[-1] == (len(jobs), len(jobs))
        assert told == sorted(told)

    def test_a_chunk_that_does_not_fit_is_refused_rather_than_cut(self, encoder):
        (job,) = jobs_of(encoder, "The river rose.")
        overlong = EncodingJob(title="word " * (encoder.max_tokens + 1), chunk=job.chunk)

        with pytest.raises(ValueError, match=f"tokens do not fit in {encoder.max_tokens}"):
            encoder.encode_chunks([overlong], ignore)

    def test_tokens_are_counted_with_the_special_ones_however_many_there_are(self, encoder):
        empty, one, many = encoder.count_tokens(["", "river", "river " * 1_000])

        assert (empty, one, many) == (2, 3, 1_002)

    def test_a_question_has_a_unit_vector_and_a_vector_for_each_token(self, encoder):
        question = "  How many  metres did the River rise (in 2021)?"

        vectors = encoder.encode_question(question)

        assert vectors.text.shape == (encoder.dimension,)
        np.testing.assert_allclose(np.linalg.norm(vectors.text), 1, atol=1e-5)
        assert len(vectors.tokens) == len(vectors.spans) > 8
        assert all(0 <= a < b <= len(question) for a, b in vectors.spans)
        assert list(vectors.spans) == sorted(vectors.spans)
        assert "River" in {question[a:b] for a, b in vectors.spans}

    @pytest.mark.parametrize("question", ["word " * 2_000, CJK_TEXT * 60, "?" * 1_500, "river " + "改" * 900 + " dam"])
    def test_a_question_longer_than_the_window_is_read_to_its_end(self, encoder, question):
        vectors = encoder.encode_question(question)

        np.testing.assert_allclose(np.linalg.norm(vectors.text), 1, atol=1e-5)
        assert len(vectors.tokens) == len(vectors.spans)
        assert list(vectors.spans) == sorted(vectors.spans)
        assert vectors.spans[-1][1] == len(question.rstrip())

    @pytest.mark.parametrize("question", ["", " ", "?", "\u200b", "🙂"])
    def test_a_question_without_a_word_has_a_vector_all_the_same(self, encoder, question):
        vectors = encoder.encode_question(question)

        assert vectors.text.shape == (encoder.dimension,)
        assert vectors.tokens.ndim == 2
        assert len(vectors.tokens) == len(vectors.spans)

    def test_a_chunk_is_nearer_to_a_question_about_it_than_another(self, encoder):
        about, other = (jobs_of(encoder, text)[0] for text in ("The river flooded the hall.", "A mayor resigned."))

        vectors = encoder.encode_chunks([about, other], ignore)

        question = encoder.encode_question("What did the river flood?").text
        assert question @ vectors[0].chunk > question @ vectors[1].chunk
