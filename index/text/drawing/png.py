"""Writes PNG pictures (W3C, third edition) with the standard library alone."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR = 0, 2
"""Colour types of 8 bits a sample: one sample a pixel, or three."""
UP = 2
"""The filter that stores the difference to the row above, which pages of text have little of."""


def png(pixels: NDArray[np.uint8]) -> bytes:
    """A picture of (height, width, 3) samples, red, green, blue; in greys if it has no other colour."""
    grey = bool((pixels == pixels[:, :, :1]).all())
    rows = (pixels[:, :, :1] if grey else pixels).reshape(len(pixels), -1)
    filtered = np.full((len(rows), rows.shape[1] + 1), UP, dtype=np.uint8)
    filtered[0, 1:] = rows[0]
    filtered[1:, 1:] = rows[1:] - rows[:-1]  # Modulo 256, as the filter has it.
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, GREY if grey else COLOUR, 0, 0, 0)
    data = zlib.compress(filtered.tobytes(), 6)
    return SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
