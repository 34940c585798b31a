"""Re-ranking with a tiny cross-encoder that is made here, from random weights."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cross_encoders import ENCODER_FOLDER, save_cross_encoder
from library import ignore

from assistant.answer.answer import Status
from assistant.answer.sealing import sealed
from assistant.chain.assistant import Assistant
from assistant.chain.opening import opener
from assistant.retrieval.rerank import cross_encoder, paired_text
from assistant.service.options import Options
from assistant.service.store.database import Database
from assistant.service.telemetry.meters import Meters
from assistant.service.work.building import Plan, build_service
from assistant.service.work.collection import NamedIndex
from assistant.settings.settings import Settings
from index.encoding.encoder import HashEncoder
from index.errors import EncoderUnavailable
from index.search.embedded import embedded_opener
from index.search.engine import Filters, Passage
from index.storage.changes import add_articles
from index.storage.store import create_index
from index.text.article import Article

QUESTION = "How many industrial brains does the plant run?"
TEXTS = {
    "plant": "The plant runs 12 industrial brains. They watch the furnaces day and night.",
    "harbour": "The harbour was deepened in 2021. Larger ships can enter it now.",
    "furnace": "A furnace burns for ten years. Then its lining is renewed.",
    "school": "The school teaches industrial design. It has 300 pupils.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_cross_encoder(tmp_path_factory.mktemp("cross_encoder"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rerank") / "index"
    encoder = HashEncoder(64, 48)
    create_index(root, encoder, max_tokens=encoder.max_tokens)
    articles = [
        Article(source=f"test:{name}", name=name, title=name.title(), text=text) for name, text in TEXTS.items()
    ]
    articles.append(Article(source="test:untitled", name="untitled", text="Brains of animals are not industrial."))
    add_articles(root, articles, encoder, note=lambda _: None, meter=lambda *_: None)
    return root


@pytest.fixture
def plain(root: Path) -> Iterator[Assistant]:
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None), Settings(), note=lambda _: None
    )
    yield assistant
    assistant.close()


@pytest.fixture
def passages(plain: Assistant) -> tuple[Passage, ...]:
    found = plain.search(QUESTION, k=10).passages
    assert len(found) == 5
    return found


def test_passages_come_in_the_order_of_the_cross_encoders_own_scores(
    folder: Path, passages: tuple[Passage, ...]
) -> None:
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    scores = model.predict([(QUESTION, paired_text(p)) for p in passages], show_progress_bar=False)
    expected = [passages[i].chunk_id for i in np.argsort(-scores, kind="stable")]

    ranked = cross_encoder(str(folder), hub=False)(QUESTION, passages)

    assert len(set(scores.tolist())) == len(passages)
    assert [p.chunk_id for p in ranked] == expected
    assert expected != [p.chunk_id for p in passages], "the seed must give another order than the search"


def test_ranks_are_numbered_anew_and_nothing_else_changes(folder: Path, passages: tuple[Passage, ...]) -> None:
    ranked = cross_encoder(str(folder), hub=False)(QUESTION, passages)

    assert [p.rank for p in ranked] == [1, 2, 3, 4, 5]
    before = {p.chunk_id: p for p in passages}
    for passage in ranked:
        old = before[passage.chunk_id]
        for field in ("article", "start", "end", "text", "sentences", "score", "cosine", "bm25", "late"):
            assert getattr(passage, field) == getattr(old, field)


def test_passages_with_equal_scores_keep_the_order_of_the_search(folder: Path, passages: tuple[Passage, ...]) -> None:
    twins = tuple(replace(passages[0], chunk_id=100 + n, rank=n) for n in (1, 2, 3))

    assert [p.chunk_id for p in cross_encoder(str(folder), hub=False)(QUESTION, twins)] == [101, 102, 103]


def test_no_passages_stay_no_passages(folder: Path) -> None:
    assert cross_encoder(str(folder), hub=False)(QUESTION, ()) == ()


def test_the_title_is_read_before_the_passage_where_there_is_one(passages: tuple[Passage, ...]) -> None:
    texts = {p.article.article_id: paired_text(p) for p in passages}

    assert texts["plant"].startswith("Plant\nThe plant runs 12")
    assert texts["untitled"] == "Brains of animals are not industrial."


def test_a_passage_longer_than_the_window_is_cut_and_ranked_all_the_same(
    folder: Path, passages: tuple[Passage, ...]
) -> None:
    long = replace(passages[0], chunk_id=99, text="industrial brains " * 2_000)

    assert len(cross_encoder(str(folder), hub=False)(QUESTION, (*passages, long))) == 6


def test_answers_over_reranked_passages_are_sealed_and_repeatable(root: Path, folder: Path) -> None:
    rerank = cross_encoder(str(folder), hub=False)
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None),
        Settings(threshold=0.0),
        note=lambda _: None,
        rerank=rerank,
    )

    answer = assistant.ask(QUESTION)
    texts = {id_: assistant.engine.text(id_) for id_ in assistant.engine.articles}

    assert answer.status is Status.ANSWERED
    assert sealed(answer, texts.__getitem__).id == answer.id == assistant.ask(QUESTION).id
    assert [p.rank for p in answer.passages] == [1, 2, 3, 4, 5]
    assistant.close()


def test_the_best_of_all_candidates_are_kept_rather_than_the_searchs_best(
    root: Path, folder: Path, passages: tuple[Passage, ...]
) -> None:
    rerank = cross_encoder(str(folder), hub=False)
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None),
        Settings(),
        note=lambda _: None,
        rerank=rerank,
    )

    kept = [p.chunk_id for p in assistant.search(QUESTION, k=2).passages]
    assistant.close()

    assert kept == [p.chunk_id for p in rerank(QUESTION, passages)[:2]]
    assert kept != [p.chunk_id for p in rerank(QUESTION, passages[:2])]


def test_filters_hold_with_a_cross_encoder(root: Path, folder: Path) -> None:
    rerank = cross_encoder(str(folder), hub=False)
    assistant = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=lambda _: None),
        Settings(),
        note=lambda _: None,
        rerank=rerank,
    )

    found = assistant.search(QUESTION, k=5, filters=Filters(articles=("harbour", "school")))

    assert {p.article.article_id for p in found.passages} == {"harbour", "school"}
    assistant.close()


def test_all_assistants_that_are_opened_from_settings_rank_again(root: Path, folder: Path) -> None:
    by_hand = Assistant(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=ignore),
        Settings(),
        note=ignore,
        rerank=cross_encoder(str(folder), hub=False),
    )
    expected = [p.chunk_id for p in by_hand.search(QUESTION, k=4).passages]
    by_hand.close()
    opened = opener(
        embedded_opener(root, lambda _: HashEncoder(64, 48), note=ignore), Settings(reranker=str(folder)), note=ignore
    )

    for assistant in (opened(), opened()):
        assert [p.chunk_id for p in assistant.search(QUESTION, k=4).passages] == expected
        assistant.close()


def test_a_server_with_a_re_ranker_that_is_not_there_does_not_start(root: Path, tmp_path: Path) -> None:
    settings = Settings(reranker=str(tmp_path / "none"))

    with pytest.raises(EncoderUnavailable, match="none"):
        build_service(
            Plan(options=Options(), settings=settings, indexes=(NamedIndex(name="one", root=root),)),
            Database(tmp_path / "service.sqlite"),
            Meters(),
            note=ignore,
        )


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"no folder '.*absent'"):
        cross_encoder(str(tmp_path / "absent"), hub=False)


def test_a_folder_without_a_model_is_no_cross_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="holds no cross-encoder; give a folder of"):
        cross_encoder(str(tmp_path), hub=False)


def test_an_encoder_of_sentences_is_refused_rather_than_given_random_scores() -> None:
    with pytest.raises(EncoderUnavailable, match="holds no cross-encoder"):
        cross_encoder(str(ENCODER_FOLDER), hub=False)


def test_a_classifier_with_several_scores_is_refused(tmp_path: Path, passages: tuple[Passage, ...]) -> None:
    rerank = cross_encoder(str(save_cross_encoder(tmp_path, labels=3)), hub=False)

    with pytest.raises(EncoderUnavailable, match="gives 3 scores, not one"):
        rerank(QUESTION, passages)


def test_damaged_weights_are_one_clear_error(folder: Path, tmp_path: Path, passages: tuple[Passage, ...]) -> None:
    damaged = shutil.copytree(folder, tmp_path / "damaged")
    (damaged / "model.safetensors").write_bytes(b"not weights")
    rerank = cross_encoder(str(damaged), hub=False)

    with pytest.raises(EncoderUnavailable, match=r"cannot be loaded \(.+\); restore it") as caught:
        rerank(QUESTION, passages)
    assert "\n" not in str(caught.value)


def test_an_unreadable_configuration_is_no_cross_encoder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(["no", "object"]), encoding="utf-8")

    with pytest.raises(EncoderUnavailable, match="holds no cross-encoder"):
        cross_encoder(str(tmp_path), hub=False)
