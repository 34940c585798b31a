"""Tables over sets of multi-hop questions and of conversations, on small sets made here."""

import json
from pathlib import Path

import pytest

from assistant.question.followups import Turn
from eval.bench import conversations, multihop
from eval.bench.tables import print_table
from index.encoding.encoders import cache_folder
from index.errors import UserError

DOCUMENTS = {
    "tower": "The Lindholm Tower was designed by Anna Berg.",
    "berg": "Anna Berg financed the opera house.",
    "mill": "The mill of Oldwater grinds rye.",
    **{f"tower-{n}": f"The tower of village {n} has {n + 20} steps." for n in range(14)},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set whose development question needs two documents; each set's index is made anew."""
    encoders = cache_folder() / "encoders"
    (tmp_path / "cache").mkdir()
    if encoders.is_dir():
        (tmp_path / "cache" / "encoders").symlink_to(encoders)
    monkeypatch.setenv("ASSISTANT_CACHE", str(tmp_path / "cache"))
    made = tmp_path / "small"
    made.mkdir()
    rows = [{"id": id_, "title": "", "text": text} for id_, text in DOCUMENTS.items()]
    (made / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    history = [
        {"role": "user", "text": "Who designed the Lindholm Tower?"},
        {"role": "agent", "text": "Anna Berg did."},
    ]
    question = {"question": "What did she finance?", "history": history, "answerable": True, "answers": None}
    queries = [{"id": id_, **question} for id_ in ("a", "b", "c", "d")]
    (made / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)), encoding="utf-8")
    (made / "qrels.tsv").write_text("".join(f"{q['id']}\tberg\t1\n" for q in queries), encoding="utf-8")
    return made


def test_every_way_is_measured_on_both_halves(folder: Path) -> None:
    found = multihop.measure(folder)

    assert list(found) == list(multihop.WAYS)
    assert all(set(halves) == {"development", "held-out"} for halves in found.values())
    assert sum(map(len, found["as asked"].values())) == 4


def test_conversations_are_measured_by_every_way_and_whole_questions_find_more(folder: Path) -> None:
    found = conversations.measure(folder)

    assert len(found) == 2 * len(conversations.WAYS)
    last, whole = (
        [score for scores in found[f"ndcg@10 {way}"].values() for score in scores]
        for way in ("last turn", "whole by the conversation")
    )
    assert sum(whole) >= sum(last) > 0


def test_each_turn_of_a_conversation_is_made_whole_with_those_before_it() -> None:
    history = (("Who designed the Lindholm Tower?", "Anna Berg did."), ("What did she finance?", "The opera house."))

    assert conversations.turns(history)[1] == Turn(question="What did Anna Berg finance?", answer="The opera house.")


def test_a_set_without_conversations_is_refused(folder: Path) -> None:
    (folder / "queries.jsonl").write_text('{"id": "a", "question": "Why?"}', encoding="utf-8")

    with pytest.raises(UserError, match='without "history"'):
        conversations.histories(folder)


def test_a_table_tells_the_means_and_the_numbers_behind_them(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("small", {"recall": {"development": [1.0, 0.0], "held-out": []}})

    title, row = capsys.readouterr().out.splitlines()
    assert title.split() == ["small", "development", "held-out"]
    assert row.split() == ["recall", "0.5000", "(n=2)", "nan", "(n=0)"]
