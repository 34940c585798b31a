"""Inside real LlamaIndex pipelines: its readers, query engines, tools and synthesizers, and no language model."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from llama_index.core import Settings as GlobalSettings
from llama_index.core import SimpleDirectoryReader, get_response_synthesizer
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.readers.base import BaseReader
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.schema import Document, MetadataMode, NodeWithScore, QueryBundle
from llama_index.core.tools import QueryEngineTool

from assistant.answer.answer import Status
from assistant.chain.assistant import Assistant
from assistant.integrations.llama_index import ReceiptsQueryEngine, ReceiptsRetriever, articles_from_documents
from assistant.settings.settings import Settings
from index.encoding.encoder import HashEncoder
from index.errors import UsageError
from index.search.embedded import embedded_opener
from index.search.engine import Filters
from index.storage.changes import Outcome, add_articles
from index.storage.store import create_index, open_index
from index.text.article import Article

QUESTION = "How many industrial brains does the plant run?"
TEXTS = {
    "plant.txt": "The plant runs 12 industrial brains. They watch the furnaces day and night. 工厂有十二个大脑。",
    "harbour.txt": "The harbour was deepened in 2021. Larger ships can enter it now.\r\n\r\nTwo cranes were added.",
    "furnace.txt": "A furnace burns for ten years. Then its lining is renewed.",
    "empty.txt": " \n",
}
PUBLISHERS = {"plant.txt": "Steel Weekly", "harbour.txt": "Port News"}


class PageReader(BaseReader):
    """Reads a file as a PDF reader does: a document for each page."""

    def load_data(self, file: Path, extra_info: dict[str, object] | None = None) -> list[Document]:
        pages = file.read_text(encoding="utf-8").split("\f")
        labels = [{**(extra_info or {}), "page_label": str(n)} for n in range(1, len(pages) + 1)]
        return [Document(text=page, metadata=label) for page, label in zip(pages, labels, strict=True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    for name, text in TEXTS.items():
        (folder / name).write_bytes(text.encode())
    return folder


def stated(path: str) -> dict[str, object]:
    """What a person knows of the files, given to the reader."""
    name = Path(path).name
    known = {"publisher": PUBLISHERS.get(name), "title": Path(path).stem.title(), "date": "2024-05-01", "lang": "en-GB"}
    return {"file_path": path, "file_name": name, **known}


@pytest.fixture(scope="module")
def root(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("llama") / "index"
    create_index(root, HashEncoder(64, 48), max_tokens=48)
    documents = SimpleDirectoryReader(str(folder), file_metadata=stated).load_data()
    outcome = added(root, documents)
    assert outcome.added == ["furnace", "harbour", "plant"]
    return root


@pytest.fixture
def assistant(root: Path) -> Iterator[Assistant]:
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None),
        Settings(threshold=0.0),
        note=lambda _: None,
    )
    yield assistant
    assistant.close()


def added(root: Path, documents: list[Document]) -> Outcome:
    articles = articles_from_documents(documents)
    return add_articles(root, articles, HashEncoder(64, 48), note=lambda _: None, meter=lambda *_: None)


def assert_stands(assistant: Assistant, found: NodeWithScore) -> None:
    """Each node's text is what its article has between its offsets."""
    node = found.node
    rows = assistant.engine.articles
    row = rows[node.metadata["article_id"]]
    assert assistant.engine.text(row.article_id)[node.start_char_idx : node.end_char_idx] == node.text
    assert node.metadata["sha256"] == row.sha256


def one(document: Document) -> Article:
    (article,) = articles_from_documents([document])
    return article


# Documents become articles


def test_files_read_by_llamaindex_have_the_identity_and_text_that_our_own_loader_gives(
    folder: Path, tmp_path: Path
) -> None:
    from index.storage.changes import add_paths

    ours = tmp_path / "index"
    create_index(ours, HashEncoder(64, 48), max_tokens=48)
    add_paths(
        ours, [folder / "harbour.txt", folder / "plant.txt"], HashEncoder(64, 48), note=print, meter=lambda *_: None
    )
    snapshot = open_index(ours, note=print)
    expected = {row.source: (row.article_id, row.sha256) for row in snapshot.articles.values()}
    snapshot.close()

    articles = {a.source: a for a in articles_from_documents(SimpleDirectoryReader(str(folder)).load_data())}

    assert {source: (articles[source].name, articles[source].sha256) for source in expected} == expected


def test_a_files_own_dates_and_silence_are_no_metadata(folder: Path) -> None:
    for article in articles_from_documents(SimpleDirectoryReader(str(folder)).load_data()):
        facts = (article.title, article.published, article.publisher, article.url, article.language)
        assert facts == (None,) * 5


def test_documents_without_text_are_left_out(folder: Path) -> None:
    names = [a.name for a in articles_from_documents(SimpleDirectoryReader(str(folder)).load_data())]

    assert names == ["furnace", "harbour", "plant"]
    assert list(articles_from_documents([Document(text=""), Document()])) == []


def test_metadata_is_taken_from_the_usual_keys_whatever_their_case() -> None:
    article = one(
        Document(
            text="Steel.",
            doc_id="a-1",
            metadata={
                "Headline": "The\n mill",
                "PubDate": "2024-05-01T08:00:00Z",
                "site_name": "Steel Weekly",
                "URL": "https://example.org/a",
                "locale": "zh_CN",
            },
        )
    )

    assert (article.source, article.name, article.title) == ("llama:a-1", "The mill", "The mill")
    assert (article.published, article.publisher) == (date(2024, 5, 1), "Steel Weekly")
    assert (article.url, article.language) == ("https://example.org/a", "zh")


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"date": "last Tuesday"}, "published"),
        ({"date": 1714550400}, "published"),
        ({"date": "2024-02-31"}, "published"),
        ({"creation_date": "2024-05-01", "last_modified_date": "2024-05-01"}, "published"),
        ({"source": "/data/mill.pdf"}, "publisher"),
        ({"source": "7"}, "publisher"),
        ({"url": "mill.html"}, "url"),
        ({"language": "English"}, "language"),
        ({"title": ""}, "title"),
        ({"title": ["a", "list"]}, "title"),
    ],
)
def test_what_does_not_plainly_say_it_stays_absent(metadata: dict[str, object], field: str) -> None:
    assert getattr(one(Document(text="Steel.", metadata=metadata)), field) is None


def test_dates_that_are_dates_already_are_taken() -> None:
    assert one(Document(text="Steel.", metadata={"date": datetime(2024, 5, 1, 23, 59)})).published == date(2024, 5, 1)
    assert one(Document(text="Steel.", metadata={"date": date(2024, 5, 1)})).published == date(2024, 5, 1)


def test_an_address_given_as_source_is_the_url() -> None:
    assert one(Document(text="Steel.", metadata={"source": "https://example.org/a"})).url == "https://example.org/a"


def test_the_pages_of_a_file_are_articles_that_keep_apart(tmp_path: Path) -> None:
    (tmp_path / "Report.pages").write_text("First page.\fSecond page.\f\fFourth page.", encoding="utf-8")
    reader = SimpleDirectoryReader(str(tmp_path), file_extractor={".pages": PageReader()})

    articles = list(articles_from_documents(reader.load_data()))

    assert [a.name for a in articles] == ["Report-page-1", "Report-page-2", "Report-page-4"]
    assert [a.source for a in articles] == [f"llama:{tmp_path}/Report.pages#page={n}" for n in (1, 2, 4)]


def test_pruning_the_folder_of_a_file_leaves_its_pages(tmp_path: Path) -> None:
    from index.storage.changes import add_paths

    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "report.pages").write_text("First page.\fSecond page.", encoding="utf-8")
    (texts / "mill.txt").write_text("The mill stands.", encoding="utf-8")
    root = tmp_path / "index"
    create_index(root, HashEncoder(64, 48), max_tokens=48)
    added(root, SimpleDirectoryReader(str(texts), file_extractor={".pages": PageReader()}).load_data())

    outcome = add_paths(root, [texts], HashEncoder(64, 48), note=print, meter=lambda *_: None, prune=True)

    assert outcome.removed == []


def test_text_that_utf_8_cannot_hold_is_mended_rather_than_fatal() -> None:
    article = one(Document(text="A mill\ud800 \U0001f3ed.", metadata={"title": "Mill\udfff"}))

    assert (article.text, article.title) == ("A mill\ufffd \U0001f3ed.", "Mill\ufffd")
    assert len(article.sha256) == 64


def test_parts_of_one_file_without_page_labels_are_numbered(folder: Path) -> None:
    path = str(folder / "plant.txt")
    documents = [Document(text=text, metadata={"file_path": path}) for text in ("One.", "", "Three.")]

    articles = list(articles_from_documents(documents))

    assert [a.source for a in articles] == [path, f"llama:{path}#part=3"]
    assert [a.name for a in articles] == ["plant", "plant-part-3"]


def test_a_file_is_the_same_however_its_path_is_written(tmp_path: Path) -> None:
    file = tmp_path / "the  mill.txt"
    file.write_text("Steel.", encoding="utf-8")
    roundabout = tmp_path / "no" / ".." / file.name

    assert {one(Document(text="Steel.", metadata={"file_path": str(p)})).source for p in (file, roundabout)} == {
        str(file)
    }


def test_a_path_that_is_not_on_this_machine_is_kept_as_it_is() -> None:
    assert one(Document(text="Steel.", metadata={"file_path": "bucket/mill.txt"})).source == "llama:bucket/mill.txt"


def test_reading_the_same_folder_again_changes_nothing_and_a_new_title_changes_one(folder: Path, root: Path) -> None:
    documents = SimpleDirectoryReader(str(folder), file_metadata=stated).load_data()

    assert added(root, documents).unchanged == ["furnace", "harbour", "plant"]

    articles = list(articles_from_documents(documents))
    documents[-1].metadata["title"] = "Another"
    again = list(articles_from_documents(documents))
    assert [a.source_sha256 == b.source_sha256 for a, b in zip(articles, again, strict=True)] == [True, True, False]


def test_documents_with_new_random_ids_are_recognised_by_what_they_say(tmp_path: Path) -> None:
    root = tmp_path / "index"
    create_index(root, HashEncoder(64, 48), max_tokens=48)

    def read() -> list[Document]:
        return [Document(text="The mill stands.", metadata={"title": "The mill"})]

    assert added(root, read()).added == ["the-mill"]
    assert added(root, read()).unchanged == ["the-mill"]


# Our retrieval in LlamaIndex


def test_retrieved_nodes_are_the_assistants_own_passages_to_the_character(assistant: Assistant) -> None:
    nodes = ReceiptsRetriever(assistant, k=3).retrieve(QUESTION)
    passages = assistant.search(QUESTION, k=3).passages

    assert [n.score for n in nodes] == [p.score for p in passages]
    assert [n.node.text for n in nodes] == [p.text for p in passages]
    assert nodes[0].node.metadata == {
        "article_id": "plant",
        "title": "Plant",
        "publisher": "Steel Weekly",
        "published": "2024-05-01",
        "url": None,
        "sha256": passages[0].article.sha256,
    }
    assert nodes[0].node.ref_doc_id == "plant"
    for node in nodes:
        assert_stands(assistant, node)


def test_node_ids_are_the_same_in_an_index_made_anew(assistant: Assistant, folder: Path, tmp_path: Path) -> None:
    ids = [n.node_id for n in ReceiptsRetriever(assistant, k=5).retrieve(QUESTION)]
    root = tmp_path / "index"
    create_index(root, HashEncoder(64, 48), max_tokens=48)
    documents = SimpleDirectoryReader(str(folder), file_metadata=stated).load_data()
    added(root, [Document(text="Something else."), *reversed(documents)])
    other = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None), Settings(), note=lambda _: None
    )

    again = [n.node_id for n in ReceiptsRetriever(other, k=6).retrieve(QUESTION)]
    other.close()

    assert len(set(ids)) == len(ids)
    assert set(ids) < set(again)


def test_the_same_place_of_a_changed_article_is_another_node(tmp_path: Path) -> None:
    root = tmp_path / "index"
    create_index(root, HashEncoder(64, 48), max_tokens=48)
    ids = set()
    for text in ("The mill has 12 brains.", "The mill has 13 brains."):
        added(root, [Document(text=text, doc_id="mill")])
        assistant = Assistant(
            embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None), Settings(), note=lambda _: None
        )
        ids |= {n.node_id for n in ReceiptsRetriever(assistant).retrieve(QUESTION)}
        assistant.close()

    assert len(ids) == 2


def test_a_model_is_shown_what_is_known_and_neither_hashes_nor_none(assistant: Assistant) -> None:
    (node,) = ReceiptsRetriever(assistant, filters=Filters(articles=("furnace",))).retrieve("How long does it burn?")

    shown = node.node.get_content(metadata_mode=MetadataMode.LLM)

    assert "title: Furnace" in shown
    assert "None" not in shown
    assert node.node.metadata["sha256"] not in shown


def test_filters_decide_which_articles_are_retrieved(assistant: Assistant) -> None:
    retriever = ReceiptsRetriever(assistant, k=9, filters=Filters(publishers=("port news",)))

    assert {n.node.metadata["article_id"] for n in retriever.retrieve(QUESTION)} == {"harbour"}


def test_a_retriever_query_engine_writes_from_our_passages(assistant: Assistant) -> None:
    synthesizer = get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT)
    engine = RetrieverQueryEngine(ReceiptsRetriever(assistant, k=2), response_synthesizer=synthesizer)

    response = engine.query(QUESTION)

    assert "The plant runs 12 industrial brains." in str(response)  # MockLLM echoes its prompt.
    assert len(response.source_nodes) == 2
    for node in response.source_nodes:
        assert_stands(assistant, node)


def test_a_retriever_query_engine_works_asynchronously(assistant: Assistant) -> None:
    synthesizer = get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT)
    engine = RetrieverQueryEngine(ReceiptsRetriever(assistant, k=2), response_synthesizer=synthesizer)

    response = asyncio.run(engine.aquery(QUESTION))

    assert [n.node_id for n in response.source_nodes] == [n.node_id for n in engine.retrieve(QueryBundle(QUESTION))]


def test_an_empty_question_is_the_same_mistake_here(assistant: Assistant) -> None:
    with pytest.raises(UsageError, match="the question is empty"):
        ReceiptsRetriever(assistant).retrieve("?")


# Our assistant in LlamaIndex


def test_a_response_is_the_assistants_answer_with_a_node_for_each_receipt(assistant: Assistant) -> None:
    response = ReceiptsQueryEngine(assistant).query(QUESTION)
    answer = assistant.ask(QUESTION)

    assert answer.status is Status.ANSWERED
    assert str(response) == answer.text
    assert response.metadata == replace(answer, seconds=response.metadata["seconds"]).to_json()
    assert [(n.node.text, n.node.start_char_idx, n.node.end_char_idx) for n in response.source_nodes] == [
        (c.quote, c.start, c.end) for c in answer.citations
    ]
    for node in response.source_nodes:
        assert_stands(assistant, node)


def test_the_metadata_of_a_response_is_json(assistant: Assistant) -> None:
    metadata = ReceiptsQueryEngine(assistant).query(QUESTION).metadata

    assert json.loads(json.dumps(metadata))["citations"][0]["article_id"] == "plant"


def test_a_refusal_is_a_response_without_nodes(root: Path) -> None:
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None),
        Settings(threshold=1.0),
        note=lambda _: None,
    )

    response = ReceiptsQueryEngine(assistant).query("Who discovered the moons of Neptune?")
    assistant.close()

    assert response.source_nodes == []
    assert response.metadata["status"] == "refused"
    assert str(response) == response.metadata["text"]


def test_filters_decide_which_articles_answer(assistant: Assistant) -> None:
    engine = ReceiptsQueryEngine(assistant, filters=Filters(articles=("harbour",)))

    response = engine.query("When was the harbour deepened?")

    assert {n.node.metadata["article_id"] for n in response.source_nodes} == {"harbour"}
    assert {p["article_id"] for p in response.metadata["passages"]} == {"harbour"}


def test_the_assistant_is_a_tool_for_agents(assistant: Assistant) -> None:
    tool = QueryEngineTool.from_defaults(ReceiptsQueryEngine(assistant), name="articles", description="Asks them.")

    output = tool.call(QUESTION)

    assert output.content == assistant.ask(QUESTION).text
    assert output.raw_output.metadata["status"] == "answered"


def test_many_questions_at_once_get_the_answers_they_get_alone(assistant: Assistant) -> None:
    questions = [QUESTION, "When was the harbour deepened?", "How long does a furnace burn?"] * 4
    engine = ReceiptsQueryEngine(assistant)
    alone = [assistant.ask(question).id for question in questions]

    async def together() -> list[str]:
        responses = await asyncio.gather(*(engine.aquery(question) for question in questions))
        return [response.metadata["id"] for response in responses]

    assert asyncio.run(together()) == alone


def test_a_change_of_the_index_is_followed_between_queries(folder: Path, tmp_path: Path) -> None:
    root = tmp_path / "index"
    create_index(root, HashEncoder(64, 48), max_tokens=48)
    added(root, [Document(text="The mill stands.", doc_id="mill")])
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None),
        Settings(threshold=0.0),
        note=lambda _: None,
    )
    retriever = ReceiptsRetriever(assistant, k=5)
    before = retriever.retrieve(QUESTION)

    added(root, SimpleDirectoryReader(str(folder)).load_data())
    after = retriever.retrieve(QUESTION)
    assistant.close()

    assert [n.node.metadata["article_id"] for n in before] == ["mill"]
    assert after[0].node.metadata["article_id"] == "plant"


def test_no_global_model_is_made(assistant: Assistant) -> None:
    ReceiptsRetriever(assistant).retrieve(QUESTION)
    ReceiptsQueryEngine(assistant).query(QUESTION)

    assert GlobalSettings._llm is None
    assert GlobalSettings._embed_model is None
