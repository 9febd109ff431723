"""Paths, colours and pictures for a still: arrays in, SVG attributes out."""

from __future__ import annotations

import base64
import re
import struct
import zlib

import numpy as np

from .. import palette

__all__ = ["mix", "path", "png", "tones"]


def path(px, py, shape: str) -> str:
    """The line through the points, without those that lie on it anyway, broken where a value has no place."""
    out, fine = "", np.isfinite(px) & np.isfinite(py)
    for run in np.split(np.arange(len(px)), np.flatnonzero(~fine)):
        run = run[fine[run]]
        if not len(run):
            continue
        x, y = np.round(px[run], 1), np.round(py[run], 1)
        keep = _thin(x, y) if shape == "linear" else range(len(x))
        first, *rest = keep
        out += f"M{x[first]:g} {y[first]:g}"
        step = {"hv": "H{0:g}V{1:g}", "vh": "V{1:g}H{0:g}"}.get(shape, "L{0:g} {1:g}")
        out += "".join(step.format(x[k], y[k]) for k in rest)
    return out


def _thin(x, y, tolerance: float = 0.2) -> list[int]:
    """Indices of a polyline's points that matter: farther than `tolerance` pixels from the line without them."""
    keep, stack = {0, len(x) - 1}, [(0, len(x) - 1)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        dx, dy = x[b] - x[a], y[b] - y[a]
        off_x, off_y = x[a + 1:b] - x[a], y[a + 1:b] - y[a]
        length = np.hypot(dx, dy)
        away = np.abs(dx * off_y - dy * off_x) / length if length else np.hypot(off_x, off_y)
        far = int(away.argmax())
        if away[far] > tolerance:
            middle = a + 1 + far
            keep.add(middle)
            stack += [(a, middle), (middle, b)]
    return sorted(keep)


def _rgb(color: str) -> list[float]:
    if color.startswith("#"):
        return [int(color[k:k + 2], 16) for k in (1, 3, 5)]
    return [float(v) for v in re.findall(r"[\d.]+", color)[:3]]


def mix(level, scale, theme: str):
    """`level` (0 to 1) as 8-bit RGB on the colour scale `scale`."""
    at = [float(a) for a, _ in scale]
    tones = np.array([_rgb(palette.DARK.get(c, c) if theme == "dark" else c) for _, c in scale])
    return np.stack([np.interp(level, at, tones[:, k]) for k in range(3)], axis=-1).round().astype(np.uint8)


def tones(values, marker: dict) -> list[str]:
    """Colours of single marks: as given, or from numbers on the marker's colour scale."""
    values = list(values)
    if isinstance(values[0], str):
        return values
    values = np.asarray(values, dtype=float)
    low, high = marker.get("cmin", values.min()), marker.get("cmax", values.max())
    level = np.clip((values - low) / ((high - low) or 1), 0, 1)
    mixed = mix(level, marker.get("colorscale") or palette.SEQUENTIAL, "light")
    return ["#" + bytes(rgb).hex() for rgb in mixed]


def png(rgb) -> str:
    """An array (rows, columns, 3) of bytes as a data address."""
    rows, columns, _ = rgb.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + row.tobytes() for row in rgb)
    data = (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))
    return "data:image/png;base64," + base64.b64encode(data).decode()
