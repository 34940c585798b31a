"""The teacher, and learning from it."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from eval.lab.reader.__main__ import main
from eval.lab.reader.batches import DeviceArrays
from eval.lab.reader.distil import distillation, soft_losses, teacher_logits
from eval.lab.reader.examples import Example, Span
from eval.lab.reader.features import Arrays, Windows, load_tokenizer
from eval.lab.reader.loss import LossWeights
from eval.lab.reader.network import Reader, Shape
from eval.lab.reader.teacher import Teacher, TeacherShape, load_teacher, relative_buckets
from eval.lab.reader.train import WEIGHTS, Trainer, Training

SIZES = {
    "vocab_size": 30527,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 200,
}
BRIDGE = Example(
    kind="invented",
    question="When did it open?",
    header="Mill Bridge",
    blocks=("Ada Lind drew the bridge.", "It opened on 4 May 1931."),
    answering=frozenset({1}),
    span=Span(first=1, start=13, last=1, end=23),
)
NOTHING = Example(kind="other", question="Who sang?", header="", blocks=("It rained.", "Nobody sang."))


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Threads only wait for each other where the network is so small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def arrays() -> DeviceArrays:
    return DeviceArrays(_arrays(), torch.device("cpu"))


def _arrays() -> Arrays:
    found = Windows(load_tokenizer()).cut([BRIDGE, NOTHING] * 2, [60] * 4, random.Random(1))
    windows = [window for window in found if window]
    return Arrays.of(windows, ["" for _ in windows])


def write_encoder(folder: Path, network: Teacher | Reader) -> Path:
    """The folder of an encoder of these weights, which has no heads."""
    folder.mkdir()
    (folder / "config.json").write_text(
        json.dumps(SIZES | {"vocab_size": len(network.embeddings.word_embeddings.weight)})
    )
    weights = network.state_dict()
    save_file({name: weights[name] for name in weights if name.startswith("e")}, folder / "model.safetensors")
    return folder


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    torch.manual_seed(1)
    return load_teacher(write_encoder(tmp_path / "teacher", Teacher(TeacherShape(**SIZES))))


def reader() -> Reader:
    torch.manual_seed(2)
    return Reader(Shape(**{**SIZES, "vocab_size": 30522}))


def test_a_teacher_reads_as_mpnet_does(arrays):
    network = Teacher(TeacherShape(**SIZES))
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(torch.sin(torch.arange(weight.numel()) * 0.7).view(weight.shape) * 0.5)
    batch = arrays.batch([0, 1])

    with torch.inference_mode():
        span, _, answerable = network.eval()(batch.pieces, batch.segments, batch.mask)

    # What MPNetModel of transformers 5.23 makes of the same weights and pieces.
    assert span[0, :3, 0].tolist() == pytest.approx([2.12512, 2.1393, 2.14273], abs=1e-4)
    assert answerable.tolist() == pytest.approx([2.12512, 2.12429], abs=1e-4)


def test_near_distances_have_buckets_of_their_own_and_far_ones_share_them():
    buckets = relative_buckets(torch.tensor([-200, -127, -3, 0, 3, 127, 200]), 32)

    assert buckets.tolist() == [15, 15, 3, 0, 19, 31, 31]


def test_a_teacher_s_logits_stand_where_its_pieces_do(teacher, arrays):
    logits = teacher_logits(teacher, arrays, batch=3)

    batch = arrays.batch([1])
    with torch.inference_mode():
        span, blocks, answerable = teacher(batch.pieces, batch.segments, batch.mask)
    kept = logits.pieces[arrays.places([1])].float()
    torch.testing.assert_close(kept[..., :2], span, atol=2e-3, rtol=2e-3)
    torch.testing.assert_close(kept[..., 2], blocks, atol=2e-3, rtol=2e-3)
    torch.testing.assert_close(logits.windows[[1]].float(), answerable, atol=2e-3, rtol=2e-3)


def test_who_says_what_the_teacher_says_has_nothing_left_to_learn_about_spans(arrays):
    batch, network = arrays.batch([0, 1]), reader()
    outputs = network(batch.pieces, batch.segments, batch.mask)

    same = soft_losses(outputs, outputs, batch)
    other = soft_losses(outputs, (outputs[0] * 3 + 1, outputs[1] + 2, outputs[2] + 2), batch)

    assert same["span"].item() == pytest.approx(0, abs=1e-5)
    assert other["span"] > 0.01


def test_a_reader_comes_nearer_to_its_teacher(teacher, arrays, tmp_path):
    logits = teacher_logits(teacher, arrays)
    trainer = Trainer(
        reader(), _arrays(), torch.device("cpu"), tmp_path,
        Training(passes=20, batch=4, warm_up=5, peak=1e-2, log_steps=1),
    )  # fmt: skip
    trainer.objective = distillation(logits, trainer.arrays, LossWeights())
    lines: list[str] = []

    trainer.run(lines.append)

    first, last = json.loads(lines[0]), json.loads(lines[-1])
    assert last["teacher_span"] < first["teacher_span"]
    assert last["loss"] < first["loss"]


def test_the_command_trains_the_teacher_and_then_the_reader_in_one_run(teacher, tmp_path):
    encoder, run = write_encoder(tmp_path / "encoder", reader()), tmp_path / "run"
    run.mkdir()
    _arrays().save(run / "arrays.npz")
    (run / "data.json").write_text("{}")

    code = main(
        ["--encoder", str(encoder), "distil", str(run), "--teacher", str(tmp_path / "teacher"), "--passes", "3"]
    )

    record = json.loads((run / WEIGHTS).with_suffix(".json").read_text())
    assert code == 0
    assert (record["training"]["teacher"]["steps"], record["training"]["reader"]["steps"]) == (2, 3)
    assert "embeddings.word_embeddings.weight" in load_file(run / "teacher" / WEIGHTS)
    assert "embeddings.word_embeddings.weight" not in load_file(run / WEIGHTS)
