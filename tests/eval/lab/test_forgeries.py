"""No forged answer passes, whichever value is edited in whatever way, and every genuine one does."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library import ignore
from oldwater import BOTH, COST, QUESTION
from oldwater import root as root

from assistant.answer.signing import create_key
from assistant.answer.verifying import Verdict
from assistant.chain.contents import contents_of
from eval.lab.forgeries.__main__ import main
from eval.lab.forgeries.counting import Counts, Trial, judge, tried
from eval.lab.forgeries.edits import Cover, Forgery, Json, _covered, _cut, _in_the_models_mouth, forged
from eval.lab.forgeries.genuine import ABOUT_ALL, answers
from index.encoding.encoder import Encoder
from index.search.embedded import embedded_opener

QUESTIONS = [
    *ABOUT_ALL,
    QUESTION,
    BOTH,
    "How much did the bridge cost and how old is its mayor?",
    "Compare the bridge and the museum",
    "Summarise the articles",
    "How many halls has the museum?",
    "When was the bridge of Oldwater opened?",
]


@pytest.fixture(scope="module")
def genuine(root: Path, minilm: Encoder) -> list[Json]:
    """Answers of every kind: quoted, refused, overviews, the program's own words, written, written and then quoted."""
    opener = embedded_opener(root, lambda _: minilm, note=ignore)
    found = [one for written in (False, True) for one in answers(opener, QUESTIONS * 2, written=written)]
    assert {one["status"] for one in found} == {"answered", "refused", "help"}
    assert {(one["reader"] == "extractive", one["degraded"]) for one in found} == {
        (True, False),
        (False, False),
        (True, True),
    }
    return found


@pytest.fixture(scope="module")
def trial(root: Path, minilm: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    engine = embedded_opener(root, lambda _: minilm, note=ignore)()
    folder = tmp_path_factory.mktemp("keys")
    yield Trial(contents=contents_of(engine), key=create_key(folder / "own"), forger=create_key(folder / "other"))
    engine.close()


def test_a_sentence_in_a_models_mouth_is_found_out_without_a_signature(trial, genuine):
    written = [one for one in genuine if one["reader"] != "extractive" and one["citations"]]
    assert written
    for one in written:
        edited = _in_the_models_mouth(trial.key.signed(one), random.Random(1))
        assert edited["text"].startswith("The moon") or " The moon" in edited["text"]
        for cover in Cover:
            assert trial.verdict(_covered(edited, cover, trial.forger)) is Verdict.FAILS


def test_a_quote_that_is_cut_out_of_its_sentence_is_found_out_without_a_signature(trial, genuine):
    cut = [
        found
        for one in genuine
        if one["reader"] == "extractive"
        for place in range(len(one["citations"]))
        if (found := _cut(trial.key.signed(one), place, random.Random(place))) is not None
    ]
    assert cut
    for one in cut:
        for cover in Cover:
            assert trial.verdict(_covered(one, cover, trial.forger)) is Verdict.FAILS


def test_genuine_answers_hold_signed_and_are_not_contradicted_unsigned(trial, genuine):
    counts = tried(trial, genuine, 0, random.Random(1))

    assert counts.failing == []
    assert sum(counts.genuine.values()) == len(genuine)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32), which=st.integers(0, 10_000), other=st.integers(0, 10_000))
def test_an_answer_that_is_edited_anywhere_in_any_way_does_not_pass(trial, genuine, seed, which, other):
    signed = trial.key.signed(genuine[which % len(genuine)])
    forgery = forged(signed, [genuine[other % len(genuine)]], random.Random(seed), forger=trial.forger)
    counts = Counts()

    judge(trial, forgery, counts)

    assert (counts.passing, counts.missed) == ([], [])


def test_a_forgery_that_passed_would_be_counted(trial, genuine):
    answer = next(one for one in genuine if COST in one["text"])
    counts = Counts()

    for place in ("text", "question"):
        judge(trial, Forgery(data=answer, place=place, way="none", cover=Cover.STRIPPED), counts)
    judge(trial, Forgery(data=trial.key.signed(answer), place="text", way="none", cover=Cover.NONE), counts)

    assert ([one.place for one in counts.missed], [one.place for one in counts.passing]) == (["text"], ["text"])
    assert counts.wrong
    assert "3 forgeries: 1 pass, 1 contradictions not found out" in counts.text()


@pytest.mark.long
def test_no_forgery_of_many_passes_and_every_genuine_answer_does(capsys):
    assert main(2_000, 200) == 0  # The command's own numbers, five times as many, take five minutes.

    shown = capsys.readouterr().out
    assert "genuine answers: 200 " in shown
    assert "2,000 forgeries: 0 pass, 0 contradictions not found out" in shown
