"""Weights as whole steps of one size, a byte each: how the larger networks of the figures are stored and travel."""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace

__all__ = ["from_bytes", "to_bytes"]


def to_bytes(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays rounded to whole steps, as bytes around 128, and the `step`: the largest weight is 127 of them."""
    step = max(float(np.abs(array).max()) for array in arrays.values()) / 127
    return {name: np.round(array / step + 128).astype(np.uint8) for name, array in arrays.items()} | {"step": step}


def from_bytes(stored, step):
    """The weights (float64) that these bytes stand for. Array API."""
    xp = array_namespace(stored)
    return (xp.astype(stored, xp.float64) - 128.0) * step
