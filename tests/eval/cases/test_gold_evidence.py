"""The default gold set stands on the default collection, however that is cut up and encoded."""

from collections.abc import Iterator

import pytest
from library import ignore

from assistant.chain.assistant import Assistant
from assistant.settings.locations import DEFAULT_ARTICLES
from assistant.settings.settings import Settings
from eval.cases.anchors import anchor
from eval.cases.case import GoldCase
from eval.cases.case_file import load_gold
from eval.runs.asking import Examiner
from eval.runs.indexes import DEFAULT_GOLD
from eval.runs.results import Outcome
from eval.runs.scoring import applicable
from index.encoding.encoder import Encoder, HashEncoder
from index.search.embedded import embedded_opener
from index.storage.changes import add_paths
from index.storage.store import create_index

ASKED = 12
"""Cases that are scored on each index, spread over the set; those with evidence only."""


@pytest.fixture(scope="module")
def gold() -> tuple[GoldCase, ...]:
    return load_gold([DEFAULT_GOLD])


@pytest.fixture(scope="module", params=["as it ships", "64 tokens a chunk", "another encoder"])
def default_collection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, minilm: Encoder
) -> Iterator[Assistant]:
    """The default articles in an index of the default encoder, of chunks of 64 tokens, and of another encoder."""
    encoder = HashEncoder(max_tokens=120) if request.param == "another encoder" else minilm
    root = tmp_path_factory.mktemp("default") / "index"
    create_index(root, encoder, max_tokens=64 if "64" in request.param else encoder.max_tokens)
    add_paths(root, [DEFAULT_ARTICLES], encoder, note=ignore, meter=ignore)
    assistant = Assistant(embedded_opener(root, lambda _: encoder, note=ignore), Settings(), note=ignore)
    yield assistant
    assistant.close()


def test_the_default_gold_asks_enough_and_of_every_kind(gold: tuple[GoldCase, ...]) -> None:
    tags = {tag for case in gold for tag in case.tags}

    assert len(gold) >= 150
    assert len([case for case in gold if not case.answerable]) >= 30
    assert {case.answerable for case in gold if case.turns} == {True, False}
    assert {"direct", "paraphrased", "misspelt", "figure", "date", "who", "list", "two-articles"} <= tags
    assert {"follow-up", "near-topic", "off-topic", "injection"} <= tags


def test_every_quote_of_the_default_gold_stands_whatever_the_chunks_and_the_encoder(
    gold: tuple[GoldCase, ...], default_collection: Assistant
) -> None:
    engine = default_collection.engine
    texts = {article_id: engine.text(article_id) for article_id in engine.articles}

    lost = [
        (case.place, part)
        for case in gold
        for part, spans in anchor(case, texts.get).items()
        if not spans or any(not texts[one.article_id][one.start : one.end].strip() for one in spans)
    ]

    assert sum(len(case.evidence) for case in gold) > 300
    assert lost == []


def test_scores_are_made_of_evidence_whatever_the_chunks_and_the_encoder(
    gold: tuple[GoldCase, ...], default_collection: Assistant
) -> None:
    with_evidence = [case for case in gold if case.evidence and case.facts]
    examiner = Examiner(default_collection)

    results = [examiner.examine(case) for case in with_evidence[:: len(with_evidence) // ASKED]]

    assert len(results) >= ASKED
    for result in results:
        assert result.outcome is not Outcome.FAILED, result.error
        assert [score.name for score in result.scores] == applicable(result.case, judged=False)
        assert result.unscored == ()
        assert result.broken_receipts == 0
    # Quotes are found, whatever the chunks: with anchors lost or misplaced it would be nothing at all.
    found = [score.value for result in results if (score := result.score("quote_recall@10")) and score.value]
    assert len(found) >= len(results) / 2


def test_the_same_articles_make_other_chunks_in_each_index(
    request: pytest.FixtureRequest, minilm: Encoder, default_collection: Assistant
) -> None:
    """Without this the tests above could be three times the same."""
    snapshot = default_collection.engine.snapshot
    longest = max(chunk.row.end - chunk.row.start for chunk in snapshot.catalog.chunks())
    least, most = {
        "as it ships": (800, 2000),
        "64 tokens a chunk": (100, 400),
        "another encoder": (400, 799),
    }[request.node.callspec.params["default_collection"]]

    assert least <= longest <= most
    assert (snapshot.encoder_hash == minilm.hash) is (most != 799)
