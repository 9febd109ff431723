"""Functions of the namespace that make arrays from numbers."""

from __future__ import annotations

import numpy as np

from . import functions, shaping
from .array import Array, node_of
from .dtypes import dtype_name, float64
from .elementwise import apply, cast, expand
from .errors import TraceError
from .graph import Node, current

__all__ = [
    "arange",
    "asarray",
    "eye",
    "full",
    "full_like",
    "linspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tril",
    "triu",
    "zeros",
    "zeros_like",
]


def asarray(obj, dtype=None, device=None, copy=None):
    """A traced array from a traced array, a number, a NumPy array or a nested list of numbers."""
    if isinstance(obj, (list, tuple)):
        if any(isinstance(o, Array) for o in obj):
            raise TraceError("xp.asarray of a list of traced arrays", "use xp.stack")
        obj = np.asarray(obj)
    node = node_of(obj)
    return Array(node if dtype is None else cast(node, dtype_name(dtype)))


def full(shape, fill_value, dtype=None, device=None):
    """An array of one value, which may be traced and 0-d."""
    node = node_of(fill_value)
    node = node if dtype is None else cast(node, dtype_name(dtype))
    return Array(expand(node, shape_of(shape)))


def zeros(shape, dtype=None, device=None):
    """Zeros, float64 unless told otherwise."""
    return full(shape, 0.0, dtype=dtype)


def ones(shape, dtype=None, device=None):
    """Ones, float64 unless told otherwise."""
    return full(shape, 1.0, dtype=dtype)


def full_like(x, fill_value, dtype=None, device=None):
    """An array of one value with the shape and dtype of `x`."""
    return full(x.shape, fill_value, dtype=x.dtype if dtype is None else dtype)


def zeros_like(x, dtype=None, device=None):
    """Zeros with the shape and dtype of `x`."""
    return full_like(x, 0, dtype=dtype)


def ones_like(x, dtype=None, device=None):
    """Ones with the shape and dtype of `x`."""
    return full_like(x, 1, dtype=dtype)


def shape_of(shape) -> tuple[int, ...]:
    """A shape as a tuple of Python ints, from a tuple, a list or one number."""
    return tuple(d.__index__() for d in shape) if isinstance(shape, (tuple, list)) else (shape.__index__(),)


def _counting(n: int) -> Node:
    return current().node("iota", attr=n, shape=(n,), dtype="int64")


def arange(start, /, stop=None, step=1, dtype=None, device=None):
    """start, start + step, ... below stop; the three are plain numbers, as the length must be known."""
    start, stop = (0, start) if stop is None else (start, stop)
    n = len(np.arange(start, stop, step))
    kind = "float64" if any(isinstance(v, float) for v in (start, stop, step)) else "int64"
    values = apply("add", apply("multiply", _counting(n), node_of(step)), node_of(start))
    return Array(cast(values, dtype_name(kind if dtype is None else dtype)))


def linspace(start, stop, /, num, dtype=None, device=None, endpoint=True):
    """`num` evenly spaced numbers from `start` to `stop`, which may be traced and 0-d."""
    first, last, count = cast(node_of(start), "float64"), cast(node_of(stop), "float64"), _counting(num)
    steps = num - 1 if endpoint else num
    step = apply("divide", apply("subtract", last, first), node_of(float(max(steps, 1))))
    values = apply("add", apply("multiply", count, step), first)
    if endpoint and num > 1:
        values = apply("where", apply("equal", count, node_of(num - 1)), last, values)
    return Array(values if dtype is None else cast(values, dtype_name(dtype)))


def eye(n_rows, n_cols=None, /, k=0, dtype=None, device=None):
    """Ones on diagonal k."""
    n_cols = n_rows if n_cols is None else n_cols
    return functions.astype(offset(n_rows, n_cols) == k, float64 if dtype is None else dtype)


def offset(rows, cols):
    """Column number minus row number."""
    return Array(_counting(cols)) - Array(_counting(rows))[:, None]


def tril(x, /, k=0):
    """Zero above diagonal k."""
    return functions.where(offset(*x.shape[-2:]) <= k, x, zeros_like(x))


def triu(x, /, k=0):
    """Zero below diagonal k."""
    return functions.where(offset(*x.shape[-2:]) >= k, x, zeros_like(x))


def meshgrid(*arrays, indexing="xy"):
    """Coordinate arrays of the grid spanned by 1-d arrays."""
    nodes = [node_of(a) for a in arrays]
    order = list(range(len(nodes)))
    if indexing == "xy" and len(nodes) > 1:
        order[0], order[1] = 1, 0
    shape = [0] * len(nodes)
    for n, axis in zip(nodes, order, strict=True):
        shape[axis] = n.shape[0]
    along = lambda n, axis: tuple(n.shape[0] if a == axis else 1 for a in range(len(nodes)))  # noqa: E731
    pairs = zip(nodes, order, strict=True)
    return [Array(expand(shaping.reshape(n, along(n, axis)), tuple(shape))) for n, axis in pairs]
