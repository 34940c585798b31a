"""What the reader learns from: rows as examples, and examples of our own making."""

import gzip
import json
import random
from collections import Counter

import pytest

from eval.cases.short_answers import normalise
from eval.lab.reader.examples import (
    ARTICLES_FOR_THRESHOLDS,
    Example,
    Row,
    is_for_thresholds,
    plain_example,
    read_rows,
    sentence_spans,
)
from eval.lab.reader.making import forms, lists, negatives, records
from eval.lab.reader.making.mixture import Shares, mixed
from eval.lab.reader.making.neighbours import Neighbours
from eval.lab.reader.making.values import KINDS, values_from

TEXT = "The Mill Bridge opened on 4 May 1931. Dr. Ada Lind drew it. It is 212 metres long and stands in Northam."


def row(question: str, answer: str, *, text: str = TEXT, title: str = "Mill Bridge", source: str = "invented") -> Row:
    answers = ((text.index(answer), text.index(answer) + len(answer)),) if answer else ()
    return Row(source=source, title=title, question=question, context=text, answers=answers)


ROWS = [
    row("When did the Mill Bridge open?", "4 May 1931"),
    row("Who drew the Mill Bridge?", "Ada Lind"),
    row("Where does the Mill Bridge stand?", "Northam"),
    row("What is 212 metres long?", "Mill Bridge"),
    row(
        "Who fed the owls?", "Bela Kerr", text="Bela Kerr fed the owls. They lived in Southam. It rained.", title="Owls"
    ),
    row(
        "Where did the owls live?",
        "Southam",
        text="Bela Kerr fed the owls. They lived in Southam. It rained.",
        title="Owls",
    ),
    row("What did the owls like?", "grey mice", text="Owls like grey mice. Bela knew. So did Southam.", title="Owls"),
    row(
        "What colour was the owl that liked Northam?",
        "",
        text="Owls like grey mice. Bela knew. So did Southam.",
        title="Owls",
    ),
]
VALUES = values_from(ROWS)
POOL = negatives.pools([*ROWS, row("Did Carla Moss hear of Eve Hill in Easton?", "", title="Owls")])


def short_answer(example: Example) -> str:
    span = example.span
    assert span is not None
    assert span.first == span.last
    return example.blocks[span.first][span.start : span.end]


def test_sentences_end_neither_behind_a_title_nor_inside_a_number():
    found = [TEXT[start:end] for start, end in sentence_spans(TEXT)]

    assert found == [
        "The Mill Bridge opened on 4 May 1931.",
        "Dr. Ada Lind drew it.",
        "It is 212 metres long and stands in Northam.",
    ]


def test_every_line_is_a_block_of_its_own():
    assert [start for start, _ in sentence_spans("a heading\n\n- an item\n- another")] == [0, 11, 21]


def test_a_row_knows_which_of_its_sentences_answers_and_with_which_words():
    example = plain_example(ROWS[1])

    assert example.answering == {1}
    assert short_answer(example) == "Ada Lind"


def test_the_articles_for_thresholds_are_told_apart_and_only_in_their_own_file(tmp_path):
    record = {"id": "1", "title": ARTICLES_FOR_THRESHOLDS[0], "question": "Q?", "context": "C.", "answers": []}
    path = tmp_path / "squad2_dev_even.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(record).encode() + b"\n"))

    (found,) = read_rows(path)

    assert is_for_thresholds(found)
    assert not is_for_thresholds(row("Q?", "", title=ARTICLES_FOR_THRESHOLDS[0]))


def test_a_near_paragraph_is_about_the_same_and_holds_no_answer():
    neighbours = Neighbours([each.context for each in ROWS])

    example = negatives.near(ROWS[4], neighbours, random.Random(1))

    assert example is not None
    assert example.blocks[0] == "Owls like grey mice."
    assert not example.answerable


def test_without_its_answering_sentence_a_row_answers_nothing():
    example = negatives.taken_out(ROWS[1])

    assert example is not None
    assert not example.answerable
    assert all("Lind" not in block for block in example.blocks)


def test_an_altered_question_asks_for_what_the_passage_does_not_hold():
    made = [negatives.altered(each, POOL, random.Random(seed)) for each in ROWS for seed in range(9)]

    kinds = {example.kind for example in made if example}
    assert {"altered other subject", "altered other name", "altered other number"} <= kinds
    for example in filter(None, made):
        assert not example.answerable
        assert example.question not in {each.question for each in ROWS}


def test_a_renamed_twin_keeps_its_answer_in_its_place():
    made = [negatives.renamed(ROWS[0], POOL, random.Random(seed)) for seed in range(20)]

    found = [example for example in made if example]
    assert found
    for example in found:
        assert short_answer(example) == "4 May 1931"
        assert "Mill Bridge" not in " ".join((example.question, *example.blocks))


@pytest.mark.parametrize(
    "make",
    [
        lambda rng: records.table(VALUES, rng),
        lambda rng: records.statements(VALUES, rng),
        lambda rng: records.superseded(VALUES, rng),
        lambda rng: lists.list_of_items(VALUES, rng),
        lambda rng: lists.steps(VALUES, rng),
        lambda rng: forms.letterhead(rng.choice(ROWS), VALUES, rng),
        lambda rng: forms.with_furniture(rng.choice(ROWS), VALUES, rng),
        lambda rng: forms.about_furniture(rng.choice(ROWS), VALUES, rng),
        lambda rng: forms.speaker_turns(rng.choice(ROWS), VALUES, rng),
        lambda rng: forms.listed(rng.choice(ROWS), rng),
        lambda rng: forms.question_page(ROWS[:3], rng.randrange(3), rng),
    ],
)
def test_every_form_marks_blocks_that_exist_and_answers_that_are_words_of_them(make):
    for seed in range(200):
        example = make(random.Random(seed))

        assert example.question.strip()
        assert all(block.strip() for block in example.blocks)
        assert example.answering <= set(range(len(example.blocks)))
        if example.span is not None:
            assert example.span.first in example.answering
            assert short_answer(example).strip()


def test_a_table_without_the_row_or_the_column_answers_nothing():
    made = [records.table(VALUES, random.Random(seed)) for seed in range(200)]

    assert Counter(example.answerable for example in made if example.kind.startswith("table no")) == {
        False: sum(example.kind.startswith("table no") for example in made)
    }
    assert {example.kind for example in made} == {"table", "table backwards", "table no row", "table no column"}


def test_of_an_old_and_a_new_value_only_the_one_that_holds_answers():
    made = [records.superseded(VALUES, random.Random(seed)) for seed in range(300)]

    for example in made:
        if example.kind == "superseded":
            (number,) = example.answering
            assert short_answer(example) in example.blocks[number]
        if example.kind == "denied":
            assert not example.answerable
    was = next(example for example in made if example.kind == "superseded, then")
    assert "until" in was.question.lower()
    assert was.blocks[min(was.answering)].index(short_answer(was)) < was.blocks[min(was.answering)].index("now")


def test_a_missing_line_of_a_form_is_not_there_under_another_name():
    for seed in range(300):
        example = forms.letterhead(ROWS[0], VALUES, random.Random(seed))
        if example.kind == "minutes line left out" and "chair" in example.question:
            assert not any("hair" in block for block in example.blocks[:-3])


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_value_can_be_drawn(kind):
    assert VALUES.draw(kind, random.Random(3)).strip()


def test_the_same_seed_makes_the_same_mixture_and_another_does_not():
    files = {"invented": ROWS * 8}

    first, again = (mixed(files, seed=1, shares=Shares()) for _ in range(2))

    assert first == again
    assert first != mixed(files, seed=2, shares=Shares())
    assert mixed(files, seed=1, shares=Shares(), most=5) == first[:5]


def test_words_are_compared_as_squad_does():
    assert normalise("The  “Mill-Bridge”, a bridge!") == normalise("“MillBridge” bridge")
