"""Write the network as an ONNX graph whose weights lie in its safetensors file: `python -m eval.lab.entailment.graph`.

Needs the package onnx, not torch. The graph ships beside the weights, in `assistant/checking/trained`.
"""

import json
from pathlib import Path

import onnx
from onnx import TensorProto

from assistant.checking.entailment import GRAPH_PATH, WEIGHTS_PATH
from index.encoding.minilm.build import minilm_source
from index.encoding.minilm.graphs import BertGraph
from index.encoding.safetensors import stored_tensors


def entailment_graph(weights: Path) -> onnx.ModelProto:
    """The network of a weights file as a graph that ships beside it.

    Inputs are those of `eval.lab.reader.graph.reader_graph`. The output is `verdict`, (pairs, 3) float32, the logits of
    supported, contradicted and not said.
    """
    config = json.loads((minilm_source() / "config.json").read_text(encoding="utf-8"))
    network = BertGraph(stored_tensors(weights), config, weights_name=weights.name)
    x = network.layers(network.embedded())
    network.node("Gather", [x, network.integers("first", [0])], "firsts", axis=1)
    network.node("Squeeze", [network.linear("verdict", "firsts"), network.integers("side", [1])], "verdict")
    pieces = ("windows", "pieces")
    return network.finished(
        {
            "words": (TensorProto.FLOAT, (*pieces, config["hidden_size"])),
            "attention_mask": (TensorProto.INT64, pieces),
            "token_type_ids": (TensorProto.INT64, pieces),
        },
        {"verdict": (TensorProto.FLOAT, ("windows", 3))},
    )


if __name__ == "__main__":
    GRAPH_PATH.write_bytes(entailment_graph(WEIGHTS_PATH).SerializeToString(deterministic=True))
