"""Write the network as an ONNX graph whose weights lie in its safetensors file: `python -m eval.lab.reader.graph`.

Needs the package onnx, not torch. The graph ships beside the weights, in `assistant/reading/trained`.
"""

import json
from pathlib import Path

import onnx
from onnx import TensorProto

from assistant.reading.network import GRAPH_PATH, WEIGHTS_PATH
from index.encoding.minilm.build import minilm_source
from index.encoding.minilm.graphs import BertGraph
from index.encoding.safetensors import stored_tensors


def reader_graph(weights: Path) -> onnx.ModelProto:
    """The network of a weights file as a graph that ships beside it.

    Inputs are `words`, (windows, pieces, width) float32, the word embeddings, which are the default encoder's;
    `attention_mask` and `token_type_ids`, (windows, pieces) int64. Outputs are `span`, (windows, pieces, 2) float32,
    the logits of the start and end of the short answer; `block_pieces`, (windows, pieces), and `answerable`, (windows).
    """
    config = json.loads((minilm_source() / "config.json").read_text(encoding="utf-8"))
    network = BertGraph(stored_tensors(weights), config, weights_name=weights.name)
    x = network.layers(network.embedded())
    network.node("Identity", [network.linear("span", x)], "span")
    network.node("Squeeze", [network.linear("sent", x), network.integers("side", [-1])], "block_pieces")
    network.node("Gather", [network.linear("cls", x), network.integers("first", [0])], "firsts", axis=1)
    network.node("Squeeze", ["firsts", network.integers("sides", [1, 2])], "answerable")
    pieces = ("windows", "pieces")
    return network.finished(
        {
            "words": (TensorProto.FLOAT, (*pieces, config["hidden_size"])),
            "attention_mask": (TensorProto.INT64, pieces),
            "token_type_ids": (TensorProto.INT64, pieces),
        },
        {
            "span": (TensorProto.FLOAT, (*pieces, 2)),
            "block_pieces": (TensorProto.FLOAT, pieces),
            "answerable": (TensorProto.FLOAT, ("windows",)),
        },
    )


if __name__ == "__main__":
    GRAPH_PATH.write_bytes(reader_graph(WEIGHTS_PATH).SerializeToString(deterministic=True))
