"""An array as a small picture: colours of a scale, one pixel a cell, as the data address of a PNG."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

__all__ = ["colors", "png"]


def colors(array: np.ndarray, low: float, high: float, scale) -> np.ndarray:
    """The colours (rows, columns, 3) of an array on a plotly colour scale of hexadecimal colours, as bytes."""
    at = [stop for stop, _ in scale]
    stops = np.array([[int(color[k : k + 2], 16) for k in (1, 3, 5)] for _, color in scale])
    share = (np.asarray(array, dtype=float) - low) / (high - low)
    return np.stack([np.interp(share, at, channel) for channel in stops.T], axis=-1).round().astype(np.uint8)


def png(pixels: np.ndarray) -> str:
    """Pixels (rows, columns, 3), or 4 where some are transparent, as a `data:image/png` address."""
    rows, columns, channels = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)  # each line begins with its filter: none
    header = struct.pack(">IIBBBBB", columns, rows, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in parts)
    return "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode()
