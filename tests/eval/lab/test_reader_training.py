"""Windows, batches, the network, and a run that is broken off."""

import gzip
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from eval.lab.reader.__main__ import main
from eval.lab.reader.batches import DeviceArrays, batch_numbers, chosen_windows
from eval.lab.reader.examples import Example, Span
from eval.lab.reader.features import UNKNOWN, Arrays, Window, Windows, load_tokenizer
from eval.lab.reader.loss import LossWeights, block_logits, losses, span_logits, weighed
from eval.lab.reader.making.mixture import READING_FILES
from eval.lab.reader.network import Reader, Shape, load_reader, save_weights
from eval.lab.reader.schedule import Rate, steps_until
from eval.lab.reader.train import CHECKPOINT, LOG, WEIGHTS, Trainer, Training
from index.encoding.minilm.build import minilm_source

BRIDGE = Example(
    kind="invented",
    question="When did it open?",
    header="Mill Bridge | 2 May 1930",
    blocks=("Ada Lind drew the bridge.", "It opened on 4 May 1931.", "It rained.", "Nobody came to see it that day."),
    answering=frozenset({1}),
    span=Span(first=1, start=13, last=1, end=23),
)
TOKENIZER = load_tokenizer()
NOTHING = Example(kind="other", question="Who sang?", header="", blocks=("It rained.", "Nobody sang that day."))


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    """Threads only wait for each other where the network is so small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def windows() -> Windows:
    return Windows(TOKENIZER)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Path:
    """An encoder's folder with the default one's words, two layers of 16, and weights by chance."""
    folder = tmp_path_factory.mktemp("encoder")
    sizes = {
        "vocab_size": 30522,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 512,
    }
    (folder / "config.json").write_text(json.dumps({**sizes, "layer_norm_eps": 1e-12, "model_type": "bert"}))
    shutil.copy(minilm_source() / "tokenizer.json", folder)
    torch.manual_seed(0)
    weights = Reader(Shape.read(folder)).state_dict()
    save_file({name: weights[name] for name in weights if name.startswith("e")}, folder / "model.safetensors")
    return folder


def cut(windows: Windows, example: Example, size: int, seed: int = 1) -> Window | None:
    return windows.cut([example], [size], random.Random(seed))[0]


def text_of(window: Window, first: int, last: int) -> str:
    return TOKENIZER.decode(window.pieces[first : last + 1].tolist())


def arrays(windows: Windows, count: int = 24) -> Arrays:
    made = [BRIDGE, NOTHING] * (count // 2)
    found = [window for window in windows.cut(made, [60] * count, random.Random(1)) if window]
    return Arrays.of(found, [example.kind for example in made])


def test_a_window_holds_question_head_and_blocks_in_this_order(windows):
    window = cut(windows, BRIDGE, 100)

    assert window is not None
    assert text_of(window, 0, len(window.pieces)).startswith("when did it open? mill bridge | 2 may 1930 : ada lind")
    assert text_of(window, window.start, window.end) == "4 may 1931"
    assert window.answering == 1 << window.block_of[window.start]
    assert set(window.block_of[: window.second]) == {-1}


def test_a_small_window_keeps_the_block_that_answers(windows):
    for seed in range(10):
        window = cut(windows, BRIDGE, 14, seed)
        assert window is not None
        assert text_of(window, window.start, window.end) == "4 may 1931"
        assert len(window.pieces) < 14 + 20


def test_a_window_in_which_the_answer_does_not_fit_is_none(windows):
    assert cut(windows, BRIDGE, 4) is None


def test_what_does_not_answer_points_to_the_first_place_and_a_list_to_none(windows):
    listed = Example(
        kind="list", question="Which?", header="", blocks=("- owls", "- mice"), answering=frozenset({0, 1})
    )

    nothing, several = cut(windows, NOTHING, 60), cut(windows, listed, 60)

    assert nothing is not None
    assert several is not None
    assert (nothing.start, nothing.end, nothing.answering) == (0, 0, 0)
    assert (several.start, several.end, several.answering) == (UNKNOWN, UNKNOWN, 0b11)


def test_arrays_come_back_as_they_were_saved(windows, tmp_path):
    made = arrays(windows)
    made.save(tmp_path / "arrays.npz")

    again = Arrays.load(tmp_path / "arrays.npz")

    assert len(again) == len(made)
    for name in Arrays.__slots__:
        np.testing.assert_array_equal(getattr(again, name), getattr(made, name))


def test_a_batch_pads_its_windows_and_masks_what_it_padded(windows):
    found = arrays(windows)

    batch = DeviceArrays(found, torch.device("cpu")).batch([0, 1])

    lengths = np.diff(found.offsets)[:2]
    assert batch.mask.sum(1).tolist() == lengths.tolist()
    assert batch.pieces[1, : lengths[1]].tolist() == found.pieces[found.offsets[1] : found.offsets[2]].tolist()
    assert batch.segments.sum(1).tolist() == (lengths - found.second[:2]).tolist()


def test_each_pass_takes_every_window_once_and_those_of_like_length_together():
    lengths = [random.Random(number).randint(10, 200) for number in range(1000)]

    for epoch in (0, 1):
        batches = list(batch_numbers(lengths, size=8, seed=1, epoch=epoch))
        assert sorted(number for batch in batches for number in batch) == list(range(1000))
        assert np.mean([np.ptp([lengths[number] for number in batch]) for batch in batches]) < 10


def test_kinds_are_taken_as_often_as_they_are_named(windows):
    found = arrays(windows)

    assert sorted(chosen_windows(found, {"inv": 2.0, "other": 0.0}, longest=512, seed=1)) == sorted(
        [*range(0, 24, 2)] * 2
    )
    assert chosen_windows(found, {}, longest=5, seed=1) == []


def test_an_opening_or_a_head_that_is_mostly_unanswered_is_evened():
    kinds = [
        ("how many", "Oil", 30, 10),
        ("how far", "Oil", 10, 30),
        ("who won", "Rain", 30, 10),
        ("who lost", "Rain", 10, 30),
    ]
    found = made_up(
        [(q, head, False) for q, head, n, _ in kinds for _ in range(n)]
        + [(q, head, True) for q, head, _, n in kinds for _ in range(n)]
    )

    chosen = chosen_windows(found, {}, longest=512, seed=1, even=True)

    unanswered, openings = found.start == 0, found.pieces[found.offsets[:-1] + 2]
    shares = [np.mean(unanswered[[n for n in chosen if openings[n] == second]]) for second in set(openings.tolist())]
    assert max(shares) - min(shares) < 0.2  # From 0.75 and 0.25.
    assert chosen_windows(found, {}, longest=512, seed=1) == list(range(160))


def made_up(rows: list[tuple[str, str, bool]]) -> Arrays:
    """Arrays of windows, each of a question, a head of one word, and one word that may be the answer."""
    number = {word: at for at, word in enumerate(sorted({w for q, head, _ in rows for w in (*q.split(), head)}), 10)}
    cut = [
        Window(
            pieces=np.array([1, *(number[word] for word in question.split()), 2, number[head], 3, 4, 2], np.uint16),
            second=4,
            block_of=np.array([-1] * 6 + [0, -1], np.int8),
            start=6 if answered else 0,
            end=6 if answered else 0,
            answering=int(answered),
        )
        for question, head, answered in rows
    ]
    return Arrays.of(cut, ["made up"] * len(cut))


def test_a_block_s_logit_is_the_mean_of_its_pieces_and_the_head_of_the_text_holds_no_answer():
    block_of = torch.tensor([[-1, -1, 0, 0, 1, -1]])

    means, there = block_logits(torch.tensor([[9.0, 9.0, 1.0, 3.0, 5.0, 9.0]]), block_of, 3)
    span = span_logits(torch.zeros(1, 6, 2), block_of)

    assert means[0, :2].tolist() == [2.0, 5.0]
    assert there.tolist() == [[True, True, False]]
    assert (span[0, :, 0] == 0).tolist() == [True, False, True, True, True, False]


def test_the_rate_rises_and_then_falls_in_a_straight_line_to_zero():
    rate = Rate(peak=1.0, warm_up=2)

    made = [rate.next(12 - step) for step in range(12)]

    assert made[:3] == [0.5, 1.0, 1.0]
    assert np.diff(made[2:]) == pytest.approx([-0.1] * 9)


def test_a_new_estimate_of_the_steps_bends_the_rate_without_a_jump():
    rate = Rate(peak=1.0, warm_up=0)

    made = [rate.next(1000) for _ in range(100)] + [rate.next(50 - step) for step in range(50)]

    assert np.abs(np.diff(made)).max() < 0.02
    assert made[-1] < 0.02


def test_pauses_count_when_the_steps_that_are_left_are_estimated():
    assert steps_until(200.0, now=100.0, started=0.0, steps=50) == pytest.approx(50)
    assert steps_until(200.0, now=0.0, started=0.0, steps=0) == float("inf")


def test_weights_are_saved_in_16_bits_without_the_words_and_come_back(encoder, tmp_path):
    reader = load_reader(None, encoder=encoder)
    save_weights(reader, tmp_path / "w.safetensors", without=reader.shared_weights, metadata={"what": "a test"})

    again = load_reader(tmp_path / "w.safetensors", encoder=encoder)

    assert "embeddings.word_embeddings.weight" not in load_file(tmp_path / "w.safetensors")
    for name, tensor in reader.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, atol=1e-3, rtol=1e-3)


def test_weights_that_lack_a_head_are_refused(encoder, tmp_path):
    save_file({"span.weight": torch.zeros(2, 16)}, tmp_path / "w.safetensors")

    with pytest.raises(ValueError, match="lacks"):
        load_reader(tmp_path / "w.safetensors", encoder=encoder)


def test_training_learns_two_examples_by_heart(encoder, windows, tmp_path):
    found = arrays(windows)
    trainer = Trainer(
        load_reader(None, encoder=encoder), found, torch.device("cpu"), tmp_path,
        Training(passes=30, batch=8, warm_up=5, peak=1e-2, log_steps=90),
    )  # fmt: skip
    batch = trainer.arrays.batch([0, 1])
    before = losses(trainer.network(batch.pieces, batch.segments, batch.mask), batch)

    trainer.run(note=lambda line: None)

    after = losses(trainer.network(batch.pieces, batch.segments, batch.mask), batch)
    assert weighed(after, LossWeights()) < 0.3 * weighed(before, LossWeights())
    assert all(after[name] < before[name] for name in before)


def test_a_run_that_was_killed_goes_on_to_the_same_weights(encoder, windows, tmp_path):
    found = arrays(windows)
    settings = Training(passes=2, batch=4, warm_up=2, log_steps=1, checkpoint_seconds=0)

    def trained(folder: Path, *, killed_at: int) -> None:
        folder.mkdir(exist_ok=True)

        def note(line: str) -> None:
            if json.loads(line)["step"] == killed_at:
                raise KeyboardInterrupt

        torch.manual_seed(0)
        Trainer(load_reader(None, encoder=encoder), found, torch.device("cpu"), folder, settings).run(note)

    trained(tmp_path / "whole", killed_at=-1)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "broken", killed_at=5)
    trained(tmp_path / "broken", killed_at=-1)

    whole, broken = (load_file(tmp_path / name / WEIGHTS) for name in ("whole", "broken"))
    assert torch.load(tmp_path / "broken" / CHECKPOINT, weights_only=True)["step"] == 12
    for name in whole:
        torch.testing.assert_close(broken[name], whole[name])


def test_frozen_layers_keep_their_weights(encoder, windows, tmp_path):
    reader = load_reader(None, encoder=encoder)
    before = {name: tensor.clone() for name, tensor in reader.state_dict().items()}

    Trainer(reader, arrays(windows), torch.device("cpu"), tmp_path, Training(batch=8, frozen_layers=1)).run(
        lambda line: None
    )

    changed = {name for name, tensor in reader.state_dict().items() if not torch.equal(tensor, before[name])}
    assert changed
    assert not any(name.startswith(("embeddings.", "encoder.layer.0.")) for name in changed)


def test_the_whole_way_from_a_data_folder_to_weights_with_their_record(encoder, tmp_path):
    text = "Ada Lind drew the Mill Bridge. It opened on 4 May 1931 in Northam. It rained on grey mice."
    asked = {"Who drew the Mill Bridge?": "Ada Lind", "When did it open?": "4 May 1931", "Where is it?": "Northam",
             "What got wet?": "grey mice", "Who sang at the Mill Bridge?": ""}  # fmt: skip
    (tmp_path / "data").mkdir()
    for name in READING_FILES:
        with gzip.open(tmp_path / "data" / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            for question, answer in asked.items():
                answers = [{"text": answer, "start": text.index(answer)}] if answer else []
                record = {
                    "id": "",
                    "title": f"Bridge {name}",
                    "question": question,
                    "context": text,
                    "answers": answers,
                }
                file.write(json.dumps(record) + "\n")

    options = ["--seed", "3", "--encoder", str(encoder)]
    assert main([*options, "prepare", str(tmp_path / "data"), str(tmp_path / "run"), "--examples", "64"]) == 0
    assert main([*options, "train", str(tmp_path / "run"), "--passes", "10", "--take", "altered=0.5"]) == 0

    record = json.loads((tmp_path / "run" / "reader.json").read_text())
    assert record["settings"]["seed"] == 3
    assert set(record["data"]["files"]) == set(READING_FILES)
    assert record["training"]["reader"]["steps"] == 10 * -(-record["training"]["reader"]["windows"] // 32)
    assert (tmp_path / "run" / LOG).is_file() == (record["training"]["reader"]["steps"] >= 20)
    assert load_file(tmp_path / "run" / WEIGHTS).keys() >= {"span.weight", "sent.bias", "cls.weight"}
