"""Read a `.safetensors` file: a header of JSON, then the bytes of the tensors."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.text.article import Matrix

WEIGHTS_NAME = "model.safetensors"


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a tensor lies in its file."""

    kind: str
    """Type of its numbers, such as "F32"."""
    shape: tuple[int, ...]
    start: int
    """First byte, from the beginning of the file."""


def stored_tensors(path: Path) -> dict[str, Stored]:
    """The tensors of a file, by name."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    return {
        name: Stored(one["dtype"], tuple(one["shape"]), 8 + length + one["data_offsets"][0])
        for name, one in header.items()
    }


def read_floats(path: Path, stored: Stored) -> Matrix:
    """One tensor of 32-bit floats, in its shape."""
    if stored.kind != "F32":
        raise ValueError(f"{path.name} has a tensor of {stored.kind}, not F32")
    count = int(np.prod(stored.shape))
    return np.fromfile(path, np.dtype("<f4"), count, offset=stored.start).reshape(stored.shape)
