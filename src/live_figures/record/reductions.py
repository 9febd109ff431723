"""Functions of the namespace that combine elements along axes."""

from __future__ import annotations

import builtins
import math

from . import functions, shaping
from .array import Array, node_of
from .dtypes import dtype_name, float64
from .elementwise import apply, cast, expand
from .graph import Node, current
from .ops import REDUCTIONS, promote

__all__ = [
    "all",
    "any",
    "argmax",
    "argmin",
    "cumulative_prod",
    "cumulative_sum",
    "max",
    "mean",
    "min",
    "prod",
    "std",
    "sum",
    "var",
]


def _reduce(name: str, node: Node, axis, keepdims) -> Array:
    axes, way = shaping.axes_of(node, axis), REDUCTIONS[name]
    if way.of_bools and node.dtype == "bool":
        name = way.of_bools
    if not way.of_nothing and builtins.any(node.shape[a] == 0 for a in axes):
        raise ValueError(f"{name} of an array of shape {node.shape} along an axis without elements")
    shape = tuple(d for a, d in enumerate(node.shape) if a not in axes)
    dtype = "int64" if way.position else node.dtype
    out = current().node("reduce", (node,), (name, axes), shape=shape, dtype=dtype)
    if keepdims:
        out = shaping.reshape(out, tuple(1 if a in axes else d for a, d in enumerate(node.shape)))
    return Array(out)


def total(name, x, axis, keepdims, dtype):
    """A sum or product, in whole numbers unless there are real ones."""
    node = node_of(x)
    return _reduce(name, cast(node, dtype_name(dtype) if dtype else promote(node.dtype, "int64")), axis, keepdims)


def sum(x, /, axis=None, dtype=None, keepdims=False):
    """Sum over the axes; bools count as 0 and 1."""
    return total("sum", x, axis, keepdims, dtype)


def prod(x, /, axis=None, dtype=None, keepdims=False):
    """Product over the axes."""
    return total("prod", x, axis, keepdims, dtype)


def mean(x, /, axis=None, keepdims=False):
    """Mean over the axes."""
    node = node_of(x)
    total = sum(functions.astype(x, float64), axis=axis, keepdims=keepdims)
    return total / float(math.prod(node.shape[a] for a in shaping.axes_of(node, axis)))


def var(x, /, axis=None, correction=0.0, keepdims=False):
    """Variance over the axes."""
    node = node_of(x)
    count = math.prod(node.shape[a] for a in shaping.axes_of(node, axis))
    return sum(functions.square(x - mean(x, axis=axis, keepdims=True)), axis=axis, keepdims=keepdims) / float(
        count - correction
    )


def std(x, /, axis=None, correction=0.0, keepdims=False):
    """Standard deviation over the axes."""
    return Array(apply("sqrt", node_of(var(x, axis=axis, correction=correction, keepdims=keepdims))))


def max(x, /, axis=None, keepdims=False):
    """Largest element along the axes."""
    return _reduce("max", node_of(x), axis, keepdims)


def min(x, /, axis=None, keepdims=False):
    """Smallest element along the axes."""
    return _reduce("min", node_of(x), axis, keepdims)


def any(x, /, axis=None, keepdims=False):
    """Whether an element along the axes is true."""
    return _reduce("any", cast(node_of(x), "bool"), axis, keepdims)


def all(x, /, axis=None, keepdims=False):
    """Whether all elements along the axes are true."""
    return _reduce("all", cast(node_of(x), "bool"), axis, keepdims)


def _position(name, x, axis, keepdims):
    node = cast(node_of(x), promote(node_of(x).dtype, "int64"))
    if axis is None:
        flat = _reduce(name, shaping.reshape(node, (-1,)), 0, False)
        return Array(shaping.reshape(flat.node, (1,) * len(node.shape))) if keepdims else flat
    return _reduce(name, node, axis, keepdims)


def argmax(x, /, axis=None, keepdims=False):
    """Index of the first largest element."""
    return _position("argmax", x, axis, keepdims)


def argmin(x, /, axis=None, keepdims=False):
    """Index of the first smallest element."""
    return _position("argmin", x, axis, keepdims)


def _cumulate(name, x, axis, dtype, include_initial):
    node = node_of(x)
    if axis is None and len(node.shape) != 1:
        raise ValueError(f"a cumulative {name} over an array of shape {node.shape} needs an axis")
    axis = shaping.axis_of(node, 0 if axis is None else axis)
    node = cast(node, dtype_name(dtype) if dtype else promote(node.dtype, "int64"))
    out = current().node("cumulate", (node,), (name, axis), shape=node.shape, dtype=node.dtype)
    if include_initial:
        first = expand(node_of(REDUCTIONS[name].first(node.dtype)),
                       node.shape[:axis] + (1,) + node.shape[axis + 1 :])  # fmt: skip
        out = shaping.concat([first, out], axis)
    return Array(out)


def cumulative_sum(x, /, axis=None, dtype=None, include_initial=False):
    """Running sums along an axis."""
    return _cumulate("sum", x, axis, dtype, include_initial)


def cumulative_prod(x, /, axis=None, dtype=None, include_initial=False):
    """Running products along an axis."""
    return _cumulate("prod", x, axis, dtype, include_initial)
