"""What every implementation of a seam promises; a test class inherits a contract and gives it a fixture."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from assistant.models.seam import ChatModel, Message
from index.encoding.encoder import Encoder, EncodingJob
from index.search.engine import Filters, SearchEngine
from index.text.article import sha256_of
from index.text.blocks import structure_of
from index.text.chunking import Chunking, chunk_article

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
    chunking = Chunking(max_tokens=encoder.max_tokens)
    chunks = chunk_article(structure_of(text), title, count=encoder.count_tokens, chunking=chunking)
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

        vectors = encoder.encode_questions([question])[0]

        assert vectors.text.shape == (encoder.dimension,)
        np.testing.assert_allclose(np.linalg.norm(vectors.text), 1, atol=1e-5)
        assert len(vectors.tokens) == len(vectors.spans) > 8
        assert all(0 <= a < b <= len(question) for a, b in vectors.spans)
        assert list(vectors.spans) == sorted(vectors.spans)
        assert "River" in {question[a:b] for a, b in vectors.spans}

    @pytest.mark.parametrize("question", ["word " * 2_000, CJK_TEXT * 60, "?" * 1_500, "river " + "改" * 900 + " dam"])
    def test_a_question_longer_than_the_window_is_read_to_its_end(self, encoder, question):
        vectors = encoder.encode_questions([question])[0]

        np.testing.assert_allclose(np.linalg.norm(vectors.text), 1, atol=1e-5)
        assert len(vectors.tokens) == len(vectors.spans)
        assert list(vectors.spans) == sorted(vectors.spans)
        assert vectors.spans[-1][1] == len(question.rstrip())

    def test_questions_together_have_the_vectors_that_each_has_alone(self, encoder):
        questions = ["How far did the river rise?", "", "word " * 2_000, "Who?", CJK_TEXT * 60]

        together = encoder.encode_questions(questions)

        assert len(together) == len(questions)
        for question, found in zip(questions, together, strict=True):
            (alone,) = encoder.encode_questions([question])
            np.testing.assert_allclose(found.text, alone.text, atol=1e-5)
            np.testing.assert_allclose(found.tokens, alone.tokens, atol=1e-4)
            assert found.spans == alone.spans
        assert encoder.encode_questions([]) == []

    @pytest.mark.parametrize("question", ["", " ", "?", "\u200b", "🙂"])
    def test_a_question_without_a_word_has_a_vector_all_the_same(self, encoder, question):
        vectors = encoder.encode_questions([question])[0]

        assert vectors.text.shape == (encoder.dimension,)
        assert vectors.tokens.ndim == 2
        assert len(vectors.tokens) == len(vectors.spans)

    def test_a_chunk_is_nearer_to_a_question_about_it_than_another(self, encoder):
        about, other = (jobs_of(encoder, text)[0] for text in ("The river flooded the hall.", "A mayor resigned."))

        vectors = encoder.encode_chunks([about, other], ignore)

        question = encoder.encode_questions(["What did the river flood?"])[0].text
        assert question @ vectors[0].chunk > question @ vectors[1].chunk


SEARCHED = {
    "river": """---
title: The river rises
published: 2021-03-09
publisher: Harbour Gazette
language: en
---
The river rose by three metres in March. It flooded the market hall.

The dam at Oldwater held. Engineers opened two of its five gates on Monday.
""",
    "tram": """---
title: A tram for the valley
published: 2020-01-05
publisher: Valley Post
language: en
---
The tram will cost 35,000 crowns a metre, or 97.4 percent of the budget. The Government Nail app sells its tickets.
""",
    "undated": """---
title: The mayor resigns
language: en
---
Mayor Anna Berg resigned after eleven years. Her deputy takes over.
""",
    "platform": """---
title: 数字平台
published: 2022-04-26
publisher: 浙江日报
language: zh
---
政府建设数字平台。平台连接各个城市。
""",
}
"""Four articles with all that can be asked of them."""

SEARCHED_GLOSSARY = '[[alias]]\nname = "Government Nail"\nalso = ["Zhezhengding", "浙政钉"]\n'

CROWD = 60
"""More articles of one kind than a search looks at."""


class SearchContract:
    """What every `SearchEngine` promises; give a fixture `make`, from article texts and a glossary to an engine."""

    @pytest.fixture
    def make(self) -> Callable[[dict[str, str], str], SearchEngine]:
        raise NotImplementedError

    @pytest.fixture
    def engine(self, make):
        return make(SEARCHED, SEARCHED_GLOSSARY)

    @staticmethod
    def found(engine: SearchEngine, question: str, *, k: int = 10, **filters) -> list[str]:
        """Ids of the articles that a search finds, best first, each once."""
        passages = engine.search(question, k=k, filters=Filters(**filters)).passages
        return list(dict.fromkeys(p.article.article_id for p in passages))

    @pytest.mark.parametrize(
        ("question", "article"),
        [
            ("How many metres did the river rise?", "river"),
            ("Which gates did the engineers open at the dam?", "river"),
            ("What will the tram cost?", "tram"),
            ("Which mayor resigned?", "undated"),
        ],
    )
    def test_the_article_that_a_question_is_about_comes_first(self, engine, question, article):
        assert self.found(engine, question)[0] == article

    def test_passages_are_pieces_of_their_articles_best_first(self, engine):
        passages = engine.search("river tram mayor", k=10, filters=Filters()).passages

        assert [p.rank for p in passages] == list(range(1, len(passages) + 1))
        assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
        assert len({p.chunk_id for p in passages}) == len(passages)
        for p in passages:
            text = SEARCHED[p.article.article_id].split("---\n")[2]
            assert p.text == text[p.start : p.end]
            assert [p.sentences[0].start, p.sentences[-1].end] == [p.start, p.end]

    def test_articles_are_listed_and_their_texts_are_whole(self, engine):
        assert {id_: engine.text(id_) for id_ in engine.articles} == {
            id_: text.split("---\n")[2] for id_, text in SEARCHED.items()
        }
        for id_, row in engine.articles.items():
            assert (row.article_id, row.sha256) == (id_, sha256_of(engine.text(id_)))
        assert engine.articles["tram"].published == date(2020, 1, 5)
        with pytest.raises(KeyError):
            engine.text("nothing")

    def test_its_state_is_that_of_its_articles(self, engine):
        assert engine.state.chunks >= len(engine.articles) == len(SEARCHED)
        assert engine.is_current()
        assert not engine.is_replaced()
        assert "浙政钉" in engine.glossary.groups[0]
        assert engine.threshold is None

    def test_a_search_gives_no_more_passages_than_asked_for(self, engine):
        assert [len(engine.search("river tram mayor", k=k, filters=Filters()).passages) for k in (1, 2)] == [1, 2]

    def test_every_passage_has_a_vector_for_each_sentence_and_token(self, engine):
        for passage in engine.search("river tram mayor", k=10, filters=Filters()).passages:
            sentences = engine.sentence_vectors(passage)
            tokens, counts = engine.token_vectors(passage)

            assert len(sentences) == len(counts) == len(passage.sentences)
            assert len(tokens) == sum(counts)
            for rows in (sentences, tokens):
                np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)

    def test_filters_apply_before_ranking(self, make):
        crowd = {f"flood{n}": f"The river flood of the year {n}: the river flood rose." for n in range(CROWD)}
        hidden = (
            "---\npublisher: Quiet Post\n---\nThe council sat for long. It spoke of roads, schools, taxes and a river."
        )
        engine = make(crowd | {"council": hidden}, "")

        assert "council" not in self.found(engine, "the river flood", k=10)
        assert self.found(engine, "the river flood", k=10, publishers=("Quiet Post",)) == ["council"]
        assert self.found(engine, "the river flood", k=10, articles=("council",)) == ["council"]

    @pytest.mark.parametrize(
        ("after", "before", "articles"),
        [
            (None, None, {"river", "tram", "undated", "platform"}),
            (date(2021, 3, 9), None, {"river", "platform"}),
            (date(2021, 3, 10), None, {"platform"}),
            (None, date(2021, 3, 9), {"river", "tram"}),
            (date(2021, 1, 1), date(2021, 12, 31), {"river"}),
            (date(2022, 1, 1), date(2021, 1, 1), set()),
        ],
    )
    def test_a_range_of_dates_includes_its_ends_and_excludes_undated_articles(self, engine, after, before, articles):
        found = self.found(engine, "river tram mayor 平台", published_after=after, published_before=before)

        assert set(found) == articles

    @pytest.mark.parametrize(
        ("filters", "articles"),
        [
            ({"publishers": ("HARBOUR gazette",)}, {"river"}),
            ({"publishers": ("Valley Post", "浙江日报")}, {"tram", "platform"}),
            ({"publishers": ("Harbour",)}, set()),
            ({"languages": ("EN",)}, {"river", "tram", "undated"}),
            ({"languages": ("zh",)}, {"platform"}),
            ({"articles": ("undated", "nothing")}, {"undated"}),
            ({"articles": ("undated",), "publishers": ("Valley Post",)}, set()),
        ],
    )
    def test_articles_are_chosen_by_what_they_say_of_themselves(self, engine, filters, articles):
        assert set(self.found(engine, "river tram mayor 平台", **filters)) == articles

    @pytest.mark.parametrize(
        "question", ["Who uses Zhezhengding?", "What are zhezhengding's tickets?", "浙政钉是什么？"]
    )
    def test_an_article_is_found_under_another_name_of_its_subject(self, engine, question):
        retrieved = engine.search(question, k=2, filters=Filters())

        assert "tram" in {p.article.article_id for p in retrieved.passages if p.bm25 > 0}
        assert any("Government Nail" in query.text for query in retrieved.queries)
        assert retrieved.queries[0].text == retrieved.question == question

    def test_a_misspelt_question_finds_its_article_and_says_so(self, engine):
        retrieved = engine.search("Did the engneers open the gates?", k=1, filters=Filters())

        assert retrieved.corrections == {"engneers": "engineers"}
        assert retrieved.question == "Did the engineers open the gates?"
        assert retrieved.passages[0].article.article_id == "river"

    @pytest.mark.parametrize("question", ["Why 35000 crowns?", "Why 35,000 crowns?", "97.4 percent of what?"])
    def test_numbers_are_found_however_they_are_written(self, engine, question):
        passages = engine.search(question, k=10, filters=Filters()).passages

        assert max(passages, key=lambda p: p.bm25).article.article_id == "tram"
        assert engine.idf("35000") == engine.idf("97p4") > engine.idf("the")

    @pytest.mark.parametrize("question", ["数字平台连接什么？", "政府建设什么"])
    def test_a_chinese_question_finds_the_chinese_article(self, engine, question):
        passage = engine.search(question, k=1, filters=Filters()).passages[0]

        assert (passage.article.article_id, passage.bm25 > 0) == ("platform", True)

    def test_equal_passages_keep_one_order(self, make):
        engine = make({f"copy{n}": "The river rose by three metres." for n in range(8)}, "")

        first = engine.search("the river", k=8, filters=Filters()).passages
        second = engine.search("the river", k=8, filters=Filters()).passages

        assert len({round(p.score, 6) for p in first}) == 1
        assert [p.chunk_id for p in first] == [p.chunk_id for p in second] == sorted(p.chunk_id for p in first)
        top = engine.search("the river", k=3, filters=Filters()).passages
        assert [p.chunk_id for p in top] == [p.chunk_id for p in first[:3]]

    def test_an_index_without_articles_finds_nothing(self, make):
        engine = make({}, "")

        assert engine.search("Who resigned?", k=5, filters=Filters()).passages == ()
        assert engine.search("Who resigned?", k=5, filters=Filters(publishers=("x",))).passages == ()
        assert engine.idf("river") > 0

    @pytest.mark.parametrize(
        "question", ["", " ", "?", "the of and", "\u200b", "🙂", "a" * 5_000, "river " * 500, '-+*"()[]{}^~:']
    )
    def test_no_question_is_too_odd_to_search(self, engine, question):
        passages = engine.search(question, k=3, filters=Filters()).passages

        assert all(np.isfinite([p.score, p.cosine, p.bm25, p.late]).all() for p in passages)

    def test_a_rarer_word_has_a_higher_idf(self, engine):
        assert engine.highest_idf == engine.idf("nowhere") > engine.idf("river") > engine.idf("the") > 0


class ChatModelContract:
    """What every `ChatModel` promises; give a fixture `model` that replies `reply` to whatever it is asked."""

    reply = "The river rose by three metres [1].  Nobody\nwas hurt [2]."

    @pytest.fixture
    def model(self) -> ChatModel:
        raise NotImplementedError

    @pytest.fixture
    def asked(self) -> list[Message]:
        return [Message(role="system", content="Be brief."), Message(role="user", content="What happened? …")]

    def test_it_has_a_name(self, model, asked):
        assert model.name

    def test_a_reply_comes_whole(self, model, asked):
        completion = model.complete(asked, max_tokens=64)

        assert completion.text == self.reply
        assert completion.finish == "stop"
        assert completion.seconds >= 0

    def test_a_streamed_reply_is_the_same_in_pieces(self, model, asked):
        stream = model.stream(asked, max_tokens=64, temperature=0.5, seed=7)

        pieces = list(stream)

        assert len(pieces) > 1
        assert all(pieces)
        assert "".join(pieces) == stream.completion.text == self.reply

    def test_the_tokens_are_counted_either_way(self, model, asked):
        stream = model.stream(asked, max_tokens=64)
        list(stream)

        for completion in (stream.completion, model.complete(asked, max_tokens=64)):
            assert completion.prompt_tokens == 5
            assert completion.completion_tokens == 11

    def test_there_is_no_completion_before_the_end(self, model, asked):
        stream = model.stream(asked, max_tokens=64)

        next(iter(stream))

        with pytest.raises(RuntimeError, match="not been read to its end"):
            _ = stream.completion
        stream.close()

    def test_a_stream_can_be_given_up(self, model, asked):
        stream = model.stream(asked, max_tokens=64)
        pieces = iter(stream)
        next(pieces)

        stream.close()

        assert list(pieces) == []
