"""Matrix products, and the `linalg` part of the namespace."""

from __future__ import annotations

import math
from types import SimpleNamespace

from . import functions, manipulation, reductions, shaping
from .array import Array, node_of
from .dtypes import float64
from .elementwise import apply, broadcast, cast
from .errors import TraceError, UnknownOperation
from .graph import current
from .ops import promote

__all__ = [
    "linalg",
    "matmul",
    "vecdot",
]


def matmul(x1, x2, /):
    """Matrix product with NumPy's rules for vectors and for stacks of matrices."""
    a, b = node_of(x1), node_of(x2)
    if not a.shape or not b.shape:
        raise ValueError(f"matmul needs at least one axis, got shapes {a.shape} and {b.shape}")
    row, column = len(a.shape) == 1, len(b.shape) == 1
    a = shaping.reshape(a, (1, *a.shape)) if row else a
    b = shaping.reshape(b, (*b.shape, 1)) if column else b
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"matmul: shapes {tuple(x1.shape)} and {tuple(x2.shape)} do not fit")
    dtype = promote(a.dtype, b.dtype)
    if dtype == "bool":
        raise TraceError("matmul of bools", "say xp.astype(mask, x.dtype) first")
    a, b = shaping.solid(cast(a, dtype)), shaping.solid(cast(b, dtype))
    if b.kind == "permute" and b.scope.depth < a.scope.depth:
        b = shaping.copy(b)  # a transposed weight matrix in a recurrence: once outside, then its rows are read in order
    shape = (*broadcast(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1])
    out = current().node("matmul", (a, b), shape=shape, dtype=dtype)
    keep = shape[:-2] + (() if row else shape[-2:-1]) + (() if column else shape[-1:])
    return Array(shaping.reshape(out, keep))


def vecdot(x1, x2, /, axis=-1):
    """Sum of products along an axis."""
    return reductions.sum(Array(apply("multiply", node_of(x1), node_of(x2))), axis=axis)


def _vector_norm(x, /, axis=None, keepdims=False, ord=2):
    """linalg.vector_norm for the orders 1, 2 and infinity."""
    if ord == 2:
        squares = reductions.total("sum", functions.square(functions.astype(x, float64)), axis, keepdims, None)
        return Array(apply("sqrt", squares.node))
    size_of = Array(apply("abs", node_of(x)))
    if ord == 1:
        return reductions.sum(size_of, axis=axis, keepdims=keepdims)
    if ord == math.inf:
        return reductions.max(size_of, axis=axis, keepdims=keepdims)
    raise TraceError(f"xp.linalg.vector_norm with ord={ord}", "the orders 1, 2 and inf are there")


class _Linalg(SimpleNamespace):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownOperation(f"xp.linalg.{name}", "there is no such operation here")


linalg = _Linalg(vector_norm=_vector_norm, matmul=matmul, vecdot=vecdot,
                 matrix_transpose=manipulation.matrix_transpose)  # fmt: skip
