"""Export the network to ONNX in 32 and in 8 bits, and compare the answers with torch's."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from torch import Tensor

from eval.lab.reader.examples import Example
from eval.lab.reader.features import Windows
from eval.lab.reader.network import Reader
from eval.lab.reader.readings import Network, Reading, read
from index.encoding.export import quiet
from index.encoding.runtimes import open_session

OPSET = 20
INPUTS = ("pieces", "segments", "mask")
OUTPUTS = ("span", "block_pieces", "answerable")


def export(reader: Reader, path: Path) -> None:
    """Write the network in 32 bits with its word embeddings; inputs and outputs are those of `Reader.forward`."""
    windows, length = torch.export.Dim("windows"), torch.export.Dim("length")
    sample = (
        torch.ones(2, 9, dtype=torch.long),
        torch.ones(2, 9, dtype=torch.long),
        torch.ones(2, 9, dtype=torch.bool),
    )
    with quiet():
        torch.onnx.export(
            reader.eval(),
            sample,
            str(path),
            dynamo=True,
            external_data=False,
            opset_version=OPSET,
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_shapes=tuple({0: windows, 1: length} for _ in INPUTS),
            verbose=False,
        )


def in_eight_bits(path: Path, small: Path) -> None:
    """Write the network of `path` with the weights of its products in 8 bits, channel by channel.

    The range is reduced to 7 bits: kernels that multiply unsigned by signed bytes saturate on processors without VNNI.
    Products after the activation stay in 32 bits: its few large values would leave too few steps for the others.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    nodes = onnx.load(path, load_external_data=False).graph.node
    activated = {name for node in nodes if node.op_type == "Gelu" for name in node.output}
    kept = [node.name for node in nodes if node.op_type == "MatMul" and node.input[0] in activated]

    with quiet():
        quantize_dynamic(
            path,
            small,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=kept,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )


def onnx_network(path: Path, *, threads: int = 2) -> Network:
    """Load the network of an ONNX file, callable like the torch module."""
    session = open_session(path, threads=threads)

    def network(pieces: Tensor, segments: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        given = (pieces.numpy().astype(np.int64), segments.numpy(), mask.numpy())
        span, blocks, answerable = session.run(list(OUTPUTS), dict(zip(INPUTS, given, strict=True)))
        return torch.from_numpy(span), torch.from_numpy(blocks), torch.from_numpy(answerable)

    return network


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """Agreement of two networks' readings: shares with the same words and block, and the mean logit difference."""

    words: float
    block: float
    answerable: float


def agreement(first: Sequence[Reading], second: Sequence[Reading]) -> Agreement:
    """Compare the readings of the same examples."""
    both = list(zip(first, second, strict=True))
    return Agreement(
        words=mean([float(one.words == other.words) for one, other in both]),
        block=mean([float(one.block == other.block) for one, other in both]),
        answerable=mean([abs(one.answerable - other.answerable) for one, other in both]),
    )


def compare(
    reader: Reader, files: Sequence[Path], examples: Sequence[Example], windows: Windows
) -> dict[str, Agreement]:
    """Compare each ONNX file's readings of the examples with torch's, by file name."""
    wanted = read(reader.eval(), examples, windows)
    return {path.name: agreement(wanted, read(onnx_network(path), examples, windows)) for path in files}
