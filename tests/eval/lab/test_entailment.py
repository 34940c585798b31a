"""Pairs made by program, their conversion to arrays, and the network's loss."""

import gzip
import json
import random
import re

import pytest

from eval.lab.entailment.making import NEVER_MADE, edits, invented
from eval.lab.entailment.making.lexicon import Lexicon, past, third
from eval.lab.entailment.making.questions import alike, claims_of, stated
from eval.lab.entailment.pairs import Label, Pair, PairWindows, arrays_of, read_pairs
from eval.lab.reader.examples import Row
from eval.lab.reader.features import load_tokenizer

LEXICON = Lexicon(
    antonyms={"old": ("new",), "opened": ("closed",)}, verbs=frozenset(("meet", "open")), bases={"met": "meet"}
)


def pairs(count: int = 300) -> list[Pair]:
    rng = random.Random(5)
    return [pair for _ in range(count) for pair in invented.invented(rng)]


def test_invented_claims_hold_and_fail_equally_often():
    made = pairs()
    held = sum(pair.label is Label.SUPPORTED for pair in made)
    assert held * 2 == len(made)


def test_no_claim_is_made_both_true_and_false_of_one_evidence():
    told: dict[tuple[str, str], bool] = {}
    for pair in pairs(3000):
        held = pair.label is Label.SUPPORTED
        assert told.setdefault((pair.evidence, pair.claim), held) == held, pair


def test_an_invented_example_says_what_its_claims_are_about():
    names = re.compile(r"\b[A-Z][a-z]+\b")
    for pair in pairs(1000):
        if pair.label is Label.SUPPORTED:
            said = set(names.findall(pair.claim)) - {"It", "The", "In", "Of", "More", "None"}
            first = pair.claim.split()[0]
            assert said - {first} <= set(names.findall(pair.evidence)) | {
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December", "Celsius",
            }, pair  # fmt: skip


def test_the_kinds_that_are_kept_apart_are_made_by_nothing():
    made = {pair.kind for pair in pairs(2000)} | set(edits.false_edits(LEXICON)) | set(edits.TRUE_EDITS)
    assert not {kind for kind in made for word in NEVER_MADE if word.split("_")[0] in kind}


@pytest.mark.parametrize(
    ("edit", "sentence", "made"),
    [
        (edits.rewritten_value, "It has 3 doors.", "It has three doors."),
        (edits.rewritten_value, "Line O-3 carries them.", None),
        (edits.rewritten_value, "It has 12,400 seats.", "It has 12400 seats."),
        (edits.front_moved, "In 1990, the mill burned down.", "The mill burned down in 1990."),
        (edits.shortened, "The mill (a large one) burned down again.", "The mill burned down again."),
        (edits.first_clause, "The old mill still stands but its roof was laid in May.", "The old mill still stands."),
        (edits.first_clause, "The mill lies between the weir and the old road to Harn.", None),
        (edits.second_verb, "Ada Holm mended the weir and painted the door.", "Ada Holm painted the door."),
        (edits.item_kept, "The mill lies between willows and poplars.", None),
        (edits.word_left_out, "The wooden bridge was closed.", "The bridge was closed."),
        (edits.word_left_out, "The former mayor was ill.", None),
        (edits.limit_left_out, "The former mayor was ill.", "The mayor was ill."),
        (edits.turned_active, "The weir was mended by Ada Holm in May.", "Ada Holm mended the weir in May."),
        (edits.roles_turned, "The weir was mended by Ada Holm in May.", "The weir mended Ada Holm in May."),
        (edits.unit_rewritten, "It cost 3.2 billion crowns.", "It cost 3,200 million crowns."),
        (edits.unit_rewritten, "They sold 52,500 lamps.", "They sold 52.5 thousand lamps."),
        (edits.unit_rewritten, "They ate 2½ pies.", "They ate 2.5 pies."),
        (edits.denied, "The mill was sold.", "The mill was not sold."),
        (edits.denied, "The mill was not sold.", "The mill was sold."),
        (edits.names_exchanged, "In May Anna Bell praised Carl Dorn.", None),
    ],
)
def test_edits(edit, sentence, made):
    found = edit(sentence, random.Random(1))
    if made is not None or "O-3" in sentence:
        assert found == made
    else:
        assert found is None or found != sentence


@pytest.mark.parametrize("figure", ["2.5", "2.0", "1,000", "0.5"])
def test_another_number_has_another_value(figure):
    made = [edits.other_number(f"It weighs {figure} tonnes.", random.Random(seed)) for seed in range(50)]
    values = [float(text.split()[2]) for text in made if text]
    assert values
    assert float(figure.replace(",", "")) not in values


@pytest.mark.parametrize(
    ("sentence", "made"),
    [
        ("The road leads over the dam.", None),
        ("She wrote a book about dams.", None),
        ("It costs more than the dam.", None),
        ("It costs over 30 crowns.", "It costs more than 30 crowns."),
        ("It costs more than £30.", "It costs over £30."),
    ],
)
def test_over_and_about_are_rewritten_before_figures_only(sentence, made):
    _, kept = edits.TRUE_EDITS["kept"]
    assert kept(sentence, random.Random(1)) == made


def test_what_somebody_says_is_no_plain_statement():
    rng = random.Random(2)
    made = [pair for _ in range(30) for pair in edits.attributed("The mill was sold in May.", "", rng)]
    dropped = [pair for pair in made if pair.kind in {"hedge, dropped", "condition, dropped"}]
    assert dropped
    assert all(pair.label is Label.NOT_SAID and pair.claim != pair.evidence for pair in dropped)
    assert all(pair.label is Label.SUPPORTED for pair in made if pair.kind.endswith("kept"))


def test_questions_become_statements():
    rng = random.Random(0)
    assert stated("When was the mill opened?", "May 1990", LEXICON, rng) == "The mill was opened in May 1990."
    text = "In 1990 Anna Bell opened the mill. Carl Dorn sold it."
    row = Row(source="x", title="Mill", question="Who opened the mill?", context=text, answers=((8, 17),))
    held = [pair for _ in range(20) for pair in claims_of(row, LEXICON, rng)]
    assert {pair.label for pair in held} >= {Label.SUPPORTED, Label.NOT_SUPPORTED}
    assert all("Anna Bell" in pair.claim for pair in held if pair.label is Label.SUPPORTED)
    assert alike("1990", "In 1990 and 2001 there were 12.") == ["2001"]


def test_inflections():
    assert [past("close"), past("carry"), past("open"), third("watch"), third("carry")] == [
        "closed", "carried", "opened", "watches", "carries",
    ]  # fmt: skip


def test_files_and_arrays(tmp_path):
    path = tmp_path / "pairs_some.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for label in ("supported", "refuted", "not_supported"):
            file.write(
                json.dumps({"id": label, "claim": f"It is {label}.", "evidence": "It is.", "label": label}) + "\n"
            )
    read = list(read_pairs(path))
    assert [pair.label for pair in read] == [Label.SUPPORTED, Label.CONTRADICTED, Label.NOT_SUPPORTED]
    tokenizer = load_tokenizer()
    window = PairWindows(tokenizer).of(read[:1])[0]
    assert tokenizer.decode(window.pieces[: window.second].tolist(), skip_special_tokens=True) == "it is supported."
    assert tokenizer.decode(window.pieces[window.second :].tolist(), skip_special_tokens=True) == "it is."
    arrays = arrays_of(read, tokenizer, seed=1)
    assert sorted(arrays.answering.tolist()) == [1, 2, 6]


def test_loss_of_a_pair_with_two_allowed_verdicts():
    torch = pytest.importorskip("torch")
    from eval.lab.entailment.loss import verdict_loss

    class Batch:
        answering = torch.tensor([1, 6])

    sure = torch.tensor([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]])
    loss, parts = verdict_loss((sure,), Batch(), [0, 1])
    assert loss < 0.01
    assert parts["right"] == 1
    wrong = torch.tensor([[0.0, 9.0, 0.0], [9.0, 0.0, 0.0]])
    assert verdict_loss((wrong,), Batch(), [0, 1])[0] > 5
