"""What a reader is measured by, and its ONNX files."""

import json
import math
import random
from pathlib import Path

import onnx
import pytest
import torch

from eval.lab.reader.evaluate import Evaluation, table
from eval.lab.reader.examples import Example, Span
from eval.lab.reader.exams import Exam, squad_odd_half
from eval.lab.reader.features import Windows, load_tokenizer
from eval.lab.reader.figures import calibrated, figures, refused_at
from eval.lab.reader.network import Reader, Shape
from eval.lab.reader.quantise import agreement, export, in_eight_bits, onnx_network
from eval.lab.reader.readings import Reading, best_spans, read, words_of

BRIDGE = Example(
    kind="invented",
    question="When did it open?",
    header="Mill Bridge",
    blocks=("Ada Lind drew the bridge.", "It opened on 4 May 1931."),
    answering=frozenset({1}),
    span=Span(first=1, start=13, last=1, end=23),
)
NOTHING = Example(kind="invented", question="Who sang?", header="", blocks=("It rained.", "Nobody sang that day."))


def reading(words: str = "", block: int = 0, logit: float = 0.0) -> Reading:
    return Reading(words=words, block=block, answerable=logit, sentence=logit, span=logit)


def test_figures_are_taken_over_what_can_be_answered():
    exam = Exam(name="e", examples=(BRIDGE, BRIDGE, NOTHING), references=(("4 May 1931", "1931"), ("4 May 1931",), ()))

    found = figures(exam, [reading("1931", 1, 2.0), reading("Ada", 0, 1.0), reading("", 0, -1.0)])

    assert (found.examples, found.answerable) == (3, 2)
    assert (found.f1, found.exact, found.first) == (0.5, 0.5, 0.5)
    assert found.auc_answerable == 1.0


def test_the_area_under_roc_is_unknown_without_unanswerable_questions():
    found = figures(Exam(name="e", examples=(BRIDGE,), references=(("1931",),)), [reading("1931", 1, 2.0)])

    assert found.auc_answerable is None


def test_the_best_span_lies_in_the_blocks_and_runs_forward():
    block_of = torch.tensor([[-1, -1, 0, 0, 1]])
    span = torch.tensor([[[1.0, 1.0], [9.0, 9.0], [0.0, 5.0], [3.0, 0.0], [0.0, 4.0]]])

    start, end, score = best_spans(span, block_of)

    assert (start.item(), end.item(), score.item()) == (3, 4, 5.0)


def test_the_words_of_a_span_are_those_of_the_text():
    window = Windows(load_tokenizer()).cut([BRIDGE], [60], random.Random(1))[0]

    assert window is not None
    assert words_of(BRIDGE, window, window.start, window.end) == "4 May 1931"
    assert words_of(BRIDGE, window, window.start - 3, window.start) == "It opened on 4"


def test_calibration_gives_the_share_that_is_right_and_refuses_at_its_cost():
    rng = random.Random(5)
    logits = [rng.gauss(0, 2) for _ in range(4000)]
    answerable = [rng.random() < 1 / (1 + math.exp(-(0.5 * logit + 1))) for logit in logits]

    found = calibrated(logits, answerable, cost=0.1)

    assert found.scale == pytest.approx(0.5, abs=0.06)
    assert found.shift == pytest.approx(1.0, abs=0.12)
    refused = refused_at(found.threshold, logits, answerable)
    assert refused.answerable == pytest.approx(0.1, abs=0.01)
    assert refused.unanswerable > 0.2


def test_calibration_stays_finite_where_the_logits_part_both_sorts_wholly():
    found = calibrated([-2.0, -1.0, 1.0, 2.0], [False, False, True, True])

    assert 0 < found.scale < 10


def test_a_sample_is_the_same_each_time_and_keeps_the_order():
    examples = tuple(Example(kind="", question=f"{number}?", header="", blocks=("x",)) for number in range(50))
    exam = Exam(name="e", examples=examples, references=((),) * 50)

    some = exam.sample(9)

    assert len(some.examples) == 9
    assert some == exam.sample(9)
    assert list(some.examples) == [example for example in examples if example in some.examples]


def test_the_odd_half_is_that_of_the_articles_at_odd_places(tmp_path):
    folder = tmp_path / "squad2_dev"
    folder.mkdir()
    texts = {name: f"{name} is here. It is {name}." for name in ("alpha", "beta", "gamma", "delta")}
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"id": f"{name}#000", "title": name, "text": text}) + "\n" for name, text in texts.items())
    )
    (folder / "queries.jsonl").write_text(
        "".join(
            json.dumps(
                {
                    "question": f"Where is {name}?",
                    "answers": [name] if name != "gamma" else [],
                    "context_id": f"{name}#000",
                }
            )
            + "\n"
            for name in texts
        )
    )

    exam = squad_odd_half(tmp_path)

    assert [example.header for example in exam.examples] == ["beta", "gamma"]
    assert exam.references == (("beta",), ())
    assert exam.examples[0].answering == {0, 1}


def products(path: Path) -> int:
    return sum(node.op_type in {"MatMul", "Gemm"} for node in onnx.load(path).graph.node)


def test_onnx_files_answer_as_torch_does(tmp_path):
    torch.manual_seed(2)
    shape = Shape(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=128,
    )  # fmt: skip
    reader, windows = Reader(shape).eval(), Windows(load_tokenizer())

    export(reader, tmp_path / "reader.onnx")
    in_eight_bits(tmp_path / "reader.onnx", tmp_path / "small.onnx")

    wanted = read(reader, [BRIDGE, NOTHING, BRIDGE], windows, batch=2)
    whole = agreement(wanted, read(onnx_network(tmp_path / "reader.onnx"), [BRIDGE, NOTHING, BRIDGE], windows, batch=2))
    small = agreement(wanted, read(onnx_network(tmp_path / "small.onnx"), [BRIDGE, NOTHING, BRIDGE], windows, batch=2))
    assert (whole.words, whole.block) == (1.0, 1.0)
    assert whole.answerable < 1e-4
    assert small.answerable < 0.1
    assert products(tmp_path / "reader.onnx") - products(tmp_path / "small.onnx") == 8, (
        "all but the one that Gelu feeds"
    )


def test_the_table_sets_readers_side_by_side_and_leaves_out_what_was_not_measured():
    exam = Exam(name="owls", examples=(BRIDGE,), references=(("4 May 1931",),))
    made = {
        name: Evaluation(
            figures={"owls": figures(exam, [reading(words, 1)])}, calibration=calibrated([0.0], [True]), refused={}
        )
        for name, words in (("old", "May 1931"), ("new", "4 May 1931"))
    }

    again = {name: Evaluation.from_json(json.loads(json.dumps(one.as_json()))) for name, one in made.items()}
    lines = table(again).splitlines()

    assert lines[0] == "| exam | measure | old | new |"
    assert "| owls (1 of 1) | exact | 0.000 | 1.000 |" in lines
    assert not any("auc" in line for line in lines)
