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
GIVEN = ("attention_mask", "token_type_ids")
WIDTHS: Mapping[int, int] = {TensorProto.INT8: 1, TensorProto.FLOAT16: 2, TensorProto.FLOAT: 4}
"""Bytes of a number."""
Described = tuple[int, tuple[str | int, ...]]
"""Type of a tensor's numbers, and its sides."""


def bert_graph(folder: Path, *, in_eight_bits: bool) -> onnx.ModelProto:
    """A BERT encoder with mean pooling as a graph from token ids to text vectors and token vectors.

    Args:
        folder: of a sentence-transformers model: its `config.json` and the layout of its weights are read.
        in_eight_bits: whether products with weights are taken in whole numbers (`index.encoding.eight_bits`).
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    stored = stored_tensors(folder / WEIGHTS_NAME)
    network = BertGraph(stored, config, weights_name=WEIGHTS_NAME, in_eight_bits=in_eight_bits)
    network.layers(network.embeddings())
    network.pooled()
    return network.model()


class BertGraph:
    """A graph in the making; methods add nodes and return the name of what they compute."""

    def __init__(
        self,
        stored: Mapping[str, Stored],
        config: Mapping[str, Any],
        *,
        weights_name: str,
        in_eight_bits: bool = False,
    ) -> None:
        """Begin a graph.

        Args:
            stored: the layout of the weights' file, of 32 or 16 bits.
            config: BERT's.
            weights_name: the file's name; it lies beside the graph.
            in_eight_bits: whether products with weights are taken in whole numbers.
        """
        self._stored = stored
        self._config = config
        self._weights_name = weights_name
        self._whole = {one.name: one for one in whole_weights(stored)} if in_eight_bits else {}
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._widened: set[str] = set()

    def embeddings(self) -> str:
        """Sum of word, kind and position embeddings, normalised."""
        self._sides("input_ids")
        self.node("Gather", [self._weight("embeddings.word_embeddings.weight"), "input_ids"], "words")
        return self._embedded()

    def embedded(self) -> str:
        """The same where the word embeddings are given as `words`, (texts, tokens, width)."""
        self._sides("token_type_ids")
        return self._embedded()

    def _sides(self, of: str) -> None:
        self.node("Shape", [of], "texts", end=1)
        self.node("Shape", [of], "tokens", start=1)

    def _embedded(self) -> str:
        self.node("Gather", [self._weight("embeddings.token_type_embeddings.weight"), "token_type_ids"], "kinds")
        position = self._weight("embeddings.position_embeddings.weight")
        self.node("Slice", [position, self.integers("zero", [0]), "tokens", "zero"], "positions")
        self.node("Add", ["words", "kinds"], "typed")
        self.node("Add", ["typed", "positions"], "embedded")
        # Every token of a text sees the same tokens of it.
        self.node("Cast", ["attention_mask"], "seen", to=TensorProto.BOOL)
        self.node("Unsqueeze", ["seen", self.integers("middle", [1, 2])], "seen_by_all")
        self.node("Concat", ["texts", self.integers("one", [1]), "tokens", "tokens"], "mask_shape", axis=0)
        self.node("Expand", ["seen_by_all", "mask_shape"], "mask")
        # 0 keeps a side as it is: texts and tokens.
        heads = self._config["num_attention_heads"]
        self.integers("head_shape", [0, 0, heads, self._config["hidden_size"] // heads])
        self.integers("row_shape", [0, 0, self._config["hidden_size"]])
        return self._normalised("embeddings.LayerNorm", "embedded", "x")

    def layers(self, x: str) -> str:
        """All layers; `token_vectors`."""
        count = self._config["num_hidden_layers"]
        for layer in range(count):
            x = self._layer(f"encoder.layer.{layer}", x, last=layer == count - 1)
        return x

    def _layer(self, name: str, x: str, *, last: bool) -> str:
        """Attention and feed-forward network with their residual connections, each normalised after it."""
        query, key, value = (
            self._by_head(self.linear(f"{name}.attention.self.{part}", x)) for part in ("query", "key", "value")
        )
        attended = self.node("Attention", [query, key, value, "mask"], f"{name}.attended", scale=self._scale())
        self.node("Transpose", [attended], f"{name}.turned", perm=[0, 2, 1, 3])
        self.node("Reshape", [f"{name}.turned", "row_shape"], f"{name}.rows")
        out = self.linear(f"{name}.attention.output.dense", f"{name}.rows")
        self.node("Add", [out, x], f"{name}.attended_sum")
        x = self._normalised(f"{name}.attention.output.LayerNorm", f"{name}.attended_sum", f"{name}.middle")
        wide = self.node("Gelu", [self.linear(f"{name}.intermediate.dense", x)], f"{name}.gelu")
        self.node("Add", [self.linear(f"{name}.output.dense", wide), x], f"{name}.sum")
        return self._normalised(f"{name}.output.LayerNorm", f"{name}.sum", "token_vectors" if last else f"{name}.out")

    def pooled(self) -> None:
        """Mean of the token vectors of each text, scaled to length 1."""
        self.node("Unsqueeze", ["attention_mask", self.integers("last", [-1])], "column")
        self.node("Cast", ["column"], "counted", to=TensorProto.FLOAT)
        self.node("Mul", ["token_vectors", "counted"], "own")
        self.node("ReduceSum", ["own", "one"], "sum", keepdims=0)
        self.node("ReduceSum", ["counted", "one"], "count", keepdims=0)
        self.node("Clip", ["count", self._number("least_count", 1e-9)], "at_least_one")
        self.node("Div", ["sum", "at_least_one"], "mean")
        self.node("ReduceL2", ["mean", "last"], "length", keepdims=1)
        self.node("Clip", ["length", self._number("least_length", 1e-12)], "some_length")
        self.node("Div", ["mean", "some_length"], "text_vectors")

    def model(self) -> onnx.ModelProto:
        """The whole graph, from word pieces to text vectors and token vectors."""
        width = self._config["hidden_size"]
        return self.finished(
            {name: (TensorProto.INT64, ("texts", "tokens")) for name in ("input_ids", *GIVEN)},
            {
                "text_vectors": (TensorProto.FLOAT, ("texts", width)),
                "token_vectors": (TensorProto.FLOAT, ("texts", "tokens", width)),
            },
        )

    def finished(self, given: Mapping[str, Described], computed: Mapping[str, Described]) -> onnx.ModelProto:
        """The whole graph with inputs and outputs of these types and sides."""
        graph = helper.make_graph(
            self._nodes,
            "encoder",
            [helper.make_tensor_value_info(name, kind, sides) for name, (kind, sides) in given.items()],
            [helper.make_tensor_value_info(name, kind, sides) for name, (kind, sides) in computed.items()],
            [*self._constants.values(), *(shared_constants() if self._whole else [])],
        )
        # Nothing else tells that there is a position for each token; onnxruntime fuses only where it knows all sides.
        width = self._config["hidden_size"]
        graph.value_info.append(helper.make_tensor_value_info("positions", TensorProto.FLOAT, ["tokens", width]))
        opsets = [helper.make_opsetid("", OPSET)] + [helper.make_opsetid(CONTRIB, 1)] * bool(self._whole)
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)

    def _scale(self) -> float:
        return math.sqrt(self._config["num_attention_heads"] / self._config["hidden_size"])

    def linear(self, name: str, x: str) -> str:
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
            self.node("Transpose", [self._weight(weight)], f"{weight}.turned", perm=[1, 0])
            self.node("MatMul", [x, f"{weight}.turned"], out)
        return self.node("Add", [out, self._weight(f"{name}.bias")], f"{name}.out")

    def _by_head(self, rows: str) -> str:
        """(texts, tokens, width) as (texts, heads, tokens, width of a head)."""
        self.node("Reshape", [rows, "head_shape"], f"{rows}.by_head")
        return self.node("Transpose", [f"{rows}.by_head"], f"{rows}.heads", perm=[0, 2, 1, 3])

    def _normalised(self, name: str, x: str, out: str) -> str:
        given = [x, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self.node("LayerNormalization", given, out, epsilon=self._config["layer_norm_eps"])

    def node(self, kind: str, given: list[str], out: str, **attributes: Any) -> str:  # noqa: ANN401
        """Add a node; returns its output's name."""
        self._nodes.append(helper.make_node(kind, given, [out], **attributes))
        return out

    def integers(self, name: str, values: list[int]) -> str:
        """Add a constant; returns its name."""
        self._constants[name] = numpy_helper.from_array(np.array(values, np.int64), name)
        return name

    def _number(self, name: str, value: float) -> str:
        self._constants[name] = numpy_helper.from_array(np.array(value, np.float32), name)
        return name

    def _weight(self, name: str) -> str:
        held = self._stored[name]
        if held.kind == "F32":
            return self._external(name, TensorProto.FLOAT, held.shape, self._weights_name, held.start)
        if f"{name}.wide" not in self._widened:  # onnxruntime widens it when it opens the graph.
            self._widened.add(f"{name}.wide")
            self._external(name, TensorProto.FLOAT16, held.shape, self._weights_name, held.start)
            self.node("Cast", [name], f"{name}.wide", to=TensorProto.FLOAT)
        return f"{name}.wide"

    def _external(self, name: str, kind: int, shape: tuple[int, ...], file: str, start: int) -> str:
        """An initialiser whose bytes are in a file beside the graph."""
        tensor = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
        length = int(np.prod(shape)) * WIDTHS[kind]
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
