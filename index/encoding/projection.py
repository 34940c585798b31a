"""Reduces token vectors (PCA): centred, projected to their principal directions, kept as bytes.

One encoder pass over a chunk yields a vector for each of its tokens. Kept at full width they would
dwarf the text; their 64 main directions lose next to nothing (docs/benchmarks.md has the figures),
and tell word by word whether a passage says what a question asks: late interaction, after ColBERT
(Khattab & Zaharia, 2020), without another model.
"""

import io
from dataclasses import dataclass

import numpy as np

from index.text.article import Matrix

TOKEN_DIMENSION = 64


@dataclass(frozen=True, slots=True, eq=False)
class TokenProjection:
    """A fixed map from an encoder's token vectors to short unit vectors."""

    mean: Matrix
    """(width,) float32, of unit token vectors."""
    basis: Matrix
    """(width, dimension) float32 with orthonormal columns."""

    @classmethod
    def fit(cls, tokens: Matrix, dimension: int = TOKEN_DIMENSION) -> "TokenProjection":
        """Fit the principal directions of sample token vectors, (n, width) with n well above `dimension`."""
        rows = _unit(tokens)
        mean = rows.mean(axis=0)
        centred = _unit(rows - mean).astype(np.float64)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        return cls(mean.astype(np.float32), np.ascontiguousarray(vectors[:, ::-1][:, :dimension], dtype=np.float32))

    @classmethod
    def identity(cls, width: int) -> "TokenProjection":
        """Make a projection that leaves unit vectors unchanged."""
        return cls(np.zeros(width, dtype=np.float32), np.eye(width, dtype=np.float32))

    @property
    def dimension(self) -> int:
        """Length of a projected vector."""
        return int(self.basis.shape[1])

    def apply(self, tokens: Matrix) -> Matrix:
        """Project token vectors, (n, width), to (n, dimension) float32, rows of length 1."""
        return _unit(_unit(_unit(tokens) - self.mean) @ self.basis)

    def to_bytes(self) -> bytes:
        """Serialise for a file or a catalog."""
        buffer = io.BytesIO()
        np.save(buffer, np.vstack([self.mean[None, :], self.basis.T]).astype("<f4"))
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "TokenProjection":
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: it is not that.
        """
        rows = np.load(io.BytesIO(data), allow_pickle=False)
        return cls(rows[0], np.ascontiguousarray(rows[1:].T))


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Matrix = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
