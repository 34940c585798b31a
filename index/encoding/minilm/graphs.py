"""Write the default encoder's networks as ONNX graphs without weights: `python -m index.encoding.minilm.graphs`.

The graphs ship with the program, beside this module, so that whoever asks needs neither torch nor onnx. Their
weights are external data: most of them where they lie in the model's own `model.safetensors`, those in eight
bits in a file that `index.encoding.minilm.build` writes. Writing them needs the package onnx.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.encoding.eight_bits import CONTRIB, product_in_eight_bits, rows_in_eight_bits, shared_constants
from index.encoding.minilm.build import GRAPHS, WHOLE_NAME, minilm_source, whole_weights
from index.encoding.runtimes import GRAPH_NAME, QUESTIONS_NAME
from index.encoding.safetensors import WEIGHTS_NAME, Stored, stored_tensors

OPSET, IR_VERSION = 23, 10
"""Opset 23 is the first in which attention is one operator."""


def bert_graph(folder: Path, *, in_eight_bits: bool) -> onnx.ModelProto:
    """A BERT encoder with mean pooling as a graph from token ids to text vectors and token vectors.

    Args:
        folder: of a sentence-transformers model: its `config.json` and the layout of its weights are read.
        in_eight_bits: whether products with weights are taken in whole numbers (`index.encoding.eight_bits`).
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    network = _Network(stored_tensors(folder / WEIGHTS_NAME), config, in_eight_bits=in_eight_bits)
    x = network.embeddings()
    for layer in range(config["num_hidden_layers"]):
        x = network.layer(f"encoder.layer.{layer}", x, last=layer == config["num_hidden_layers"] - 1)
    network.pooled()
    return network.model()


class _Network:
    """A graph in the making; methods add nodes and return the name of what they compute."""

    def __init__(self, stored: Mapping[str, Stored], config: Mapping[str, Any], *, in_eight_bits: bool) -> None:
        self._stored = stored
        self._config = config
        self._whole = {one.name: one for one in whole_weights(stored)} if in_eight_bits else {}
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def embeddings(self) -> str:
        """Sum of word, kind and position embeddings, normalised."""
        self._node("Shape", ["input_ids"], "texts", end=1)
        self._node("Shape", ["input_ids"], "tokens", start=1)
        self._node("Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"], "words")
        self._node("Gather", [self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids"], "kinds")
        position = self._weight("embeddings.position_embeddings.weight")
        self._node("Slice", [position, self._integers("zero", [0]), "tokens", "zero"], "positions")
        self._node("Add", ["words", "kinds"], "typed")
        self._node("Add", ["typed", "positions"], "embedded")
        # Every token of a text sees the same tokens of it.
        self._node("Cast", ["attention_mask"], "seen", to=TensorProto.BOOL)
        self._node("Unsqueeze", ["seen", self._integers("middle", [1, 2])], "seen_by_all")
        self._node("Concat", ["texts", self._integers("one", [1]), "tokens", "tokens"], "mask_shape", axis=0)
        self._node("Expand", ["seen_by_all", "mask_shape"], "mask")
        # 0 keeps a side as it is: texts and tokens.
        heads = self._config["num_attention_heads"]
        self._integers("head_shape", [0, 0, heads, self._config["hidden_size"] // heads])
        self._integers("row_shape", [0, 0, self._config["hidden_size"]])
        return self._normalised("embeddings.LayerNorm", "embedded", "x")

    def layer(self, name: str, x: str, *, last: bool) -> str:
        """Attention and feed-forward network with their residual connections, each normalised after it."""
        query, key, value = (
            self._by_head(self._linear(f"{name}.attention.self.{part}", x)) for part in ("query", "key", "value")
        )
        attended = self._node("Attention", [query, key, value, "mask"], f"{name}.attended", scale=self._scale())
        self._node("Transpose", [attended], f"{name}.turned", perm=[0, 2, 1, 3])
        self._node("Reshape", [f"{name}.turned", "row_shape"], f"{name}.rows")
        out = self._linear(f"{name}.attention.output.dense", f"{name}.rows")
        self._node("Add", [out, x], f"{name}.attended_sum")
        x = self._normalised(f"{name}.attention.output.LayerNorm", f"{name}.attended_sum", f"{name}.middle")
        wide = self._node("Gelu", [self._linear(f"{name}.intermediate.dense", x)], f"{name}.gelu")
        self._node("Add", [self._linear(f"{name}.output.dense", wide), x], f"{name}.sum")
        return self._normalised(f"{name}.output.LayerNorm", f"{name}.sum", "token_vectors" if last else f"{name}.out")

    def pooled(self) -> None:
        """Mean of the token vectors of each text, scaled to length 1."""
        self._node("Unsqueeze", ["attention_mask", self._integers("last", [-1])], "column")
        self._node("Cast", ["column"], "counted", to=TensorProto.FLOAT)
        self._node("Mul", ["token_vectors", "counted"], "own")
        self._node("ReduceSum", ["own", "one"], "sum", keepdims=0)
        self._node("ReduceSum", ["counted", "one"], "count", keepdims=0)
        self._node("Clip", ["count", self._number("least_count", 1e-9)], "at_least_one")
        self._node("Div", ["sum", "at_least_one"], "mean")
        self._node("ReduceL2", ["mean", "last"], "length", keepdims=1)
        self._node("Clip", ["length", self._number("least_length", 1e-12)], "some_length")
        self._node("Div", ["mean", "some_length"], "text_vectors")

    def model(self) -> onnx.ModelProto:
        """The whole graph."""
        width = self._config["hidden_size"]
        names = ("input_ids", "attention_mask", "token_type_ids")
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "tokens"]) for name in names],
            [
                helper.make_tensor_value_info("text_vectors", TensorProto.FLOAT, ["texts", width]),
                helper.make_tensor_value_info("token_vectors", TensorProto.FLOAT, ["texts", "tokens", width]),
            ],
            [*self._constants.values(), *(shared_constants() if self._whole else [])],
        )
        # Nothing else tells that there is a position for each token; onnxruntime fuses only where it knows all sides.
        graph.value_info.append(helper.make_tensor_value_info("positions", TensorProto.FLOAT, ["tokens", width]))
        opsets = [helper.make_opsetid("", OPSET)] + [helper.make_opsetid(CONTRIB, 1)] * bool(self._whole)
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _scale(self) -> float:
        return math.sqrt(self._config["num_attention_heads"] / self._config["hidden_size"])

    def _linear(self, name: str, x: str) -> str:
        """Product of `x` and a weight that PyTorch keeps as (outputs, inputs), and the bias."""
        weight, out = f"{name}.weight", f"{name}.product"
        if weight in self._whole:
            rows = rows_in_eight_bits(x)
            self._nodes += [node for node in rows if node not in self._nodes]  # Query and key read the same rows.
            whole = self._whole[weight]
            self._external(f"{weight}_whole", TensorProto.INT8, whole.shape, WHOLE_NAME, whole.whole_at)
            self._external(f"{weight}_scales", TensorProto.FLOAT, whole.shape[1:], WHOLE_NAME, whole.scales_at)
            self._nodes += product_in_eight_bits(x, weight, out)
        else:
            # onnxruntime turns the weight when it opens the graph.
            self._node("Transpose", [self._weight(weight)], f"{weight}.turned", perm=[1, 0])
            self._node("MatMul", [x, f"{weight}.turned"], out)
        return self._node("Add", [out, self._weight(f"{name}.bias")], f"{name}.out")

    def _by_head(self, rows: str) -> str:
        """(texts, tokens, width) as (texts, heads, tokens, width of a head)."""
        self._node("Reshape", [rows, "head_shape"], f"{rows}.by_head")
        return self._node("Transpose", [f"{rows}.by_head"], f"{rows}.heads", perm=[0, 2, 1, 3])

    def _normalised(self, name: str, x: str, out: str) -> str:
        given = [x, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._node("LayerNormalization", given, out, epsilon=self._config["layer_norm_eps"])

    def _node(self, kind: str, given: list[str], out: str, **attributes: Any) -> str:  # noqa: ANN401
        self._nodes.append(helper.make_node(kind, given, [out], **attributes))
        return out

    def _integers(self, name: str, values: list[int]) -> str:
        self._constants[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def _number(self, name: str, value: float) -> str:
        self._constants[name] = numpy_helper.from_array(np.array(value, np.float32), name)
        return name

    def _weight(self, name: str) -> str:
        held = self._stored[name]
        return self._external(name, TensorProto.FLOAT, held.shape, WEIGHTS_NAME, held.start)

    def _external(self, name: str, kind: int, shape: tuple[int, ...], file: str, start: int) -> str:
        """An initialiser whose bytes are in a file beside the graph."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        length = int(np.prod(shape)) * (1 if kind == TensorProto.INT8 else 4)
        for key, value in (("location", file), ("offset", str(start)), ("length", str(length))):
            tensor.external_data.add(key=key, value=value)
        self._constants[name] = tensor
        return name


def write_graphs(target: Path) -> None:
    """Write both graphs into folder `target`."""
    source = minilm_source()
    for name, in_eight_bits in ((GRAPH_NAME, False), (QUESTIONS_NAME, True)):
        (target / name).write_bytes(
            bert_graph(source, in_eight_bits=in_eight_bits).SerializeToString(deterministic=True)
        )


if __name__ == "__main__":
    write_graphs(GRAPHS)
