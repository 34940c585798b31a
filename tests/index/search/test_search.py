"""Search keeps its contract over an index on this machine, with the offline double and with the real encoder."""

import math
from pathlib import Path

import pytest
from contracts import SEARCHED, SEARCHED_GLOSSARY, SearchContract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library import Library
from memory_search import MemorySearch

from index.encoding.encoder import HashEncoder
from index.search.engine import Filters
from index.search.fusion import Fusion
from index.storage.store import create_index
from index.text.loading import load_text
from index.text.terms import stems


def library_of(home, encoder, texts, glossary):
    """An index of `texts`."""
    library = Library(home, encoder)
    create_index(library.root, encoder, max_tokens=encoder.max_tokens)
    for name, text in texts.items():
        library.write(f"{name}.md", text)
    if glossary:
        library.write("glossary.toml", glossary)
    if texts:
        library.add()
    return library


@pytest.fixture
def made(quick_path):
    """Takes libraries and closes them after the test."""
    libraries: list[Library] = []
    yield libraries
    for library in libraries:
        library.close()


class TestEmbeddedSearch(SearchContract):
    @pytest.fixture
    def make(self, quick_path, made):
        def engine_of(texts, glossary):
            made.append(library_of(quick_path, HashEncoder(dimension=256), texts, glossary))
            return made[-1].search()

        return engine_of


class TestMemorySearch(SearchContract):
    @pytest.fixture
    def make(self):
        def engine_of(texts, glossary):
            articles = [load_text(text.encode(), Path(f"{name}.md")) for name, text in texts.items()]
            return MemorySearch(articles, HashEncoder(dimension=256), glossary=glossary)

        return engine_of


class TestEmbeddedSearchWithTheRealEncoder(SearchContract):
    @pytest.fixture
    def make(self, quick_path, made, minilm):
        def engine_of(texts, glossary):
            made.append(library_of(quick_path, minilm, texts, glossary))
            return made[-1].search()

        return engine_of


def test_equal_articles_have_one_fingerprint_in_every_engine(quick_path, made):
    encoder = HashEncoder(dimension=256)
    made.append(library_of(quick_path, encoder, SEARCHED, SEARCHED_GLOSSARY))
    articles = [load_text(text.encode(), Path(f"{name}.md")) for name, text in SEARCHED.items()]
    fingerprints = [
        MemorySearch(articles, encoder, glossary=SEARCHED_GLOSSARY).state.fingerprint,
        MemorySearch(reversed(articles), encoder, glossary=SEARCHED_GLOSSARY).state.fingerprint,
        made[-1].search().state.fingerprint,
    ]

    assert len(set(fingerprints)) == 1
    assert MemorySearch(articles, encoder).state.fingerprint not in fingerprints


def test_scores_are_joined_as_they_are_said_to_be(town):
    engine = town.search()
    fusion = Fusion()

    for p in engine.search("Which river rose?", k=3, filters=Filters()).passages:
        assert p.score == pytest.approx(p.cosine + fusion.bm25 * p.bm25 + fusion.late * p.late)
        assert -1 <= p.cosine <= 1.0001


def test_idf_is_that_of_bm25(town):
    engine = town.search()

    assert engine.idf("river") == pytest.approx(math.log(1 + (3 - 1 + 0.5) / (1 + 0.5)))


def test_bm25_of_a_passage_found_by_its_vector_alone_is_looked_up(town):
    found = {p.chunk_id: p for p in town.search().search("river dam", k=3, filters=Filters()).passages}
    expected = dict(town.open().generation.text.search(stems("river dam"), 10))

    assert {id_: pytest.approx(p.bm25) for id_, p in found.items() if p.bm25} == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(question=st.text(max_size=60), k=st.integers(min_value=1, max_value=5))
def test_whatever_is_asked_the_passages_are_in_order(town, question, k):
    passages = town.search().search(question, k=k, filters=Filters()).passages

    assert len(passages) <= k
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)
    for p in passages:
        assert p.text == town.open().text(p.article.number)[p.start : p.end]


def test_the_shared_articles_answer_questions_about_them(quick_path, shared, minilm, made):
    library = Library(quick_path, minilm)
    made.append(library)
    create_index(library.root, minilm, max_tokens=minilm.max_tokens)
    library.add(shared / "articles", encoder=minilm)
    engine = library.search()

    for question, article in (
        ("Who is Wu Xiaodong?", "2022-03-06-wu-xiaodong"),
        ("What did the city leaders of Yiwu arrange?", "2022-10-28-yiwu-arrangements"),
        ("Which three stages has digital Zhejiang gone through since 2017?", "2021-03-09-zhejiang-plan-interview"),
    ):
        passages = engine.search(question, k=5, filters=Filters()).passages
        assert article in {p.article.article_id for p in passages}
    assert library.verify().problems == ()
