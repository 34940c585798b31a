"""Products in eight bits: near the exact ones, row by row, and never more than sixteen bits can hold."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from index.encoding.eight_bits import in_eight_bits
from index.encoding.whole_numbers import WEIGHT_LEVELS

RANDOM = np.random.default_rng(7)
WEIGHT = RANDOM.normal(size=(48, 32)).astype(np.float32)


@pytest.fixture
def network(tmp_path):
    """x, (texts, tokens, 48), times a constant, then times its own transpose."""
    nodes = [
        helper.make_node("MatMul", ["x", "weight"], ["y"]),
        helper.make_node("Transpose", ["y"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["y", "turned"], ["z"]),
    ]
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["texts", "tokens", 48])]
    made = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("y", "z")]
    graph = helper.make_graph(nodes, "network", given, made, [numpy_helper.from_array(WEIGHT, "weight")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 23)], ir_version=10), tmp_path / "a.onnx")
    in_eight_bits(tmp_path / "a.onnx", tmp_path / "b.onnx")
    return tmp_path / "b.onnx"


def run(path, x):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(["y"], {"x": x})[0]


def test_products_are_near_the_exact_ones(network):
    x = RANDOM.normal(size=(2, 5, 48)).astype(np.float32)

    exact, found = x @ WEIGHT, run(network, x)

    assert np.abs(found - exact).max() < 0.03 * np.abs(exact).max()
    assert not np.array_equal(found, exact)


def test_a_row_of_large_values_costs_the_others_nothing(network):
    x = RANDOM.normal(size=(1, 2, 48)).astype(np.float32)
    loud = np.concatenate([x[:, :1], x[:, 1:] * 1e4], axis=1)

    np.testing.assert_array_equal(run(network, loud)[:, 0], run(network, x)[:, 0])


def test_a_row_of_zeros_stays_zero(network):
    assert not run(network, np.zeros((1, 1, 48), np.float32)).any()


def test_only_products_with_constant_weights_are_taken_in_whole_numbers(network):
    graph = onnx.load(network).graph

    kinds = [node.op_type for node in graph.node]
    assert kinds.count("MatMulIntegerToFloat") == 1
    assert kinds.count("MatMul") == 1
    assert "weight" not in {one.name for one in graph.initializer}


def test_two_products_of_a_byte_and_a_weight_fit_in_sixteen_bits(network):
    (whole,) = (one for one in onnx.load(network).graph.initializer if one.data_type == TensorProto.INT8)

    assert np.abs(numpy_helper.to_array(whole)).max() == WEIGHT_LEVELS
    assert 2 * 255 * WEIGHT_LEVELS < 2**15
