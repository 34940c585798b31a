"""Quantises a network for questions: its large products in 8 bits, half the time, nearly the same vectors.

Each row of activations (a token) is scaled by its own largest value to 8 bits, each column of weights by its
own to 7, and the product is taken in integers: per-token and per-channel quantisation after ZeroQuant (Yao et
al., 2022, section 3.2). Since no token's scale depends on another's, a question has the same vectors whatever
it is encoded with; since 255 · 64 twice fits in 16 bits, they are the same on processors with and without
instructions for such products. Value projections keep their floats: what they lose, every token would inherit.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from index.encoding.whole_numbers import columns_in_whole_numbers

CONTRIB = "com.microsoft"
"""onnxruntime's own operators."""

_SCALE, _ZERO, _TINY, _LAST = "eight_scale", "eight_zero", "eight_tiny", "eight_last"


def in_eight_bits(source: Path, target: Path) -> None:
    """Write the graph in `source` to `target`, its products with constant weights in 8 bits."""
    model = onnx.load(str(source))
    graph = model.graph
    weights = {one.name: one for one in graph.initializer}
    kept = _value_projections(graph)
    constants = shared_constants()
    nodes: list[onnx.NodeProto] = []
    rows: set[str] = set()
    for node in graph.node:
        weight = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if weight is None or len(weight.dims) != 2 or node.output[0] in kept:
            nodes.append(node)
            continue
        if node.input[0] not in rows:
            rows.add(node.input[0])
            nodes += rows_in_eight_bits(node.input[0])
        whole, scales = columns_in_whole_numbers(numpy_helper.to_array(weight))
        constants.append(numpy_helper.from_array(whole, f"{weight.name}_whole"))
        constants.append(numpy_helper.from_array(scales, f"{weight.name}_scales"))
        nodes += product_in_eight_bits(node.input[0], weight.name, node.output[0])
    _replace(graph, nodes, constants)
    model.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    onnx.save(model, str(target))


def _value_projections(graph: onnx.GraphProto) -> set[str]:
    """Outputs of the products that make attention's values."""
    makers = {name: node for node in graph.node for name in node.output}
    found = set()
    for attention in graph.node:
        if attention.op_type != "Attention":
            continue
        maker = makers.get(attention.input[2])
        while maker is not None and maker.op_type != "MatMul":
            # Between them stand a bias and changes of shape, whose first or only computed input is the way back.
            maker = next((makers[name] for name in maker.input if name in makers), None)
        if maker is not None:
            found.add(maker.output[0])
    return found


def shared_constants() -> list[onnx.TensorProto]:
    """Constants that `rows_in_eight_bits` and `product_in_eight_bits` read, once a graph."""
    shared: dict[str, NDArray[Any]] = {
        _SCALE: np.array(1 / 127, np.float32),
        _ZERO: np.array(128, np.uint8),
        _TINY: np.array(1e-6, np.float32),
        _LAST: np.array([-1], np.int64),
    }
    return [numpy_helper.from_array(value, name) for name, value in shared.items()]


def rows_in_eight_bits(x: str) -> list[onnx.NodeProto]:
    """Quantise `x`, (..., tokens, width), to unsigned bytes around 128 with a scale for each token."""
    return [
        helper.make_node("Abs", [x], [f"{x}_sizes"]),
        helper.make_node("ReduceMax", [f"{x}_sizes", _LAST], [f"{x}_largest"], keepdims=1),
        helper.make_node("Max", [f"{x}_largest", _TINY], [f"{x}_row"]),
        helper.make_node("Div", [x, f"{x}_row"], [f"{x}_scaled"]),
        helper.make_node("QuantizeLinear", [f"{x}_scaled", _SCALE, _ZERO], [f"{x}_bytes"]),
    ]


def product_in_eight_bits(x: str, weight: str, out: str) -> list[onnx.NodeProto]:
    """Multiply the quantised rows of `x` by the initialisers "{weight}_whole" and "{weight}_scales"."""
    given = [f"{x}_bytes", f"{weight}_whole", _SCALE, f"{weight}_scales", _ZERO]
    return [
        helper.make_node("MatMulIntegerToFloat", given, [f"{out}_unscaled"], domain=CONTRIB),
        helper.make_node("Mul", [f"{out}_unscaled", f"{x}_row"], [out]),
    ]


def _replace(graph: onnx.GraphProto, nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto]) -> None:
    """Give the graph these nodes and constants, without the weights that nothing reads any more."""
    read = {name for node in nodes for name in node.input}
    held = [one for one in [*graph.initializer, *constants] if one.name in read]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(held)
