"""The array namespace of traced arrays: the functions of the array API standard that a page can run.

`array_api_compat.array_namespace(x)` finds this module for a traced `x`. A function that is not here is refused by
name, with the line that asked for it. Real numbers are float64, whole numbers int64.
"""

from __future__ import annotations

import builtins
import math
from types import SimpleNamespace

import numpy as np

from . import shaping
from .array import Array, node_of
from .elementwise import OPERATIONS, apply, cast, expand, promote
from .elementwise import broadcast as _broadcast
from .errors import TraceError, UnknownOperation
from .graph import Node, current
from .scan import scan  # noqa: F401  (helpers.sequence.scan looks for it here)

float64, int64 = np.dtype("float64"), np.dtype("int64")
bool = np.dtype("bool")
pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
_DTYPES = {"float64": "float64", "int64": "int64", "bool": "bool", "float": "float64", "int": "int64"}


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise UnknownOperation(f"xp.{name}", "the tracer has no such operation; see CONTRIBUTING.md for those it has")


def _dtype(dtype) -> str:
    name = np.dtype(dtype).name
    if name not in _DTYPES:
        raise TraceError(f"dtype {name}", "the page computes in float64, int64 and bool")
    return name


def isdtype(dtype, kind) -> builtins.bool:
    """Whether `dtype` is of a kind, as in the standard."""
    return np.isdtype(np.dtype(dtype), kind)


def result_type(*arrays_and_dtypes):
    """The dtype that an operation on these gives."""
    names = [_dtype(a) if isinstance(a, (np.dtype, type)) else node_of(a).dtype for a in arrays_and_dtypes]
    return np.dtype(promote(*names))


# ---------------------------------------------------------------- elementwise
def _elementwise(name):
    def function(*args):
        return Array(apply(name, *(node_of(a) for a in args)))

    function.__name__, function.__doc__ = name, f"`{name}`, element by element."
    return function


_TABLE = [name for name in OPERATIONS if not name.startswith("to_") and name != "pow"]
globals().update({name: _elementwise(name) for name in _TABLE})


def pow(x, y):
    """x ** y; small powers as products and roots, as NumPy does."""
    base, power = node_of(x), node_of(y)
    value = power.attr if power.kind == "literal" and power.dtype != "bool" else None
    if value == 2 and base.dtype != "bool":
        return Array(apply("multiply", base, cast(base, promote(base.dtype, power.dtype))))
    if value == 0.5:
        return Array(apply("sqrt", base))
    return Array(apply("pow", base, power))


def square(x):
    """x * x."""
    return Array(apply("multiply", node_of(x), node_of(x)))


def reciprocal(x):
    """1 / x."""
    return Array(apply("divide", node_of(1.0), node_of(x)))


def positive(x):
    """x itself."""
    return x


def clip(x, min=None, max=None):
    """x held between `min` and `max`."""
    node = node_of(x)
    node = node if min is None else apply("maximum", node, node_of(min))
    return Array(node if max is None else apply("minimum", node, node_of(max)))


# ---------------------------------------------------------------- creation
def asarray(obj, dtype=None, device=None, copy=None):
    """A traced array from a traced array, a number, a NumPy array or a nested list of numbers."""
    if isinstance(obj, (list, tuple)):
        if builtins.any(isinstance(o, Array) for o in obj):
            raise TraceError("xp.asarray of a list of traced arrays", "use xp.stack")
        obj = np.asarray(obj)
    node = node_of(obj)
    return Array(node if dtype is None else cast(node, _dtype(dtype)))


def astype(x, dtype, copy=True, device=None):
    """x in another dtype."""
    return Array(cast(node_of(x), _dtype(dtype)))


def full(shape, fill_value, dtype=None, device=None):
    """An array of one value, which may be traced and 0-d."""
    node = node_of(fill_value)
    node = node if dtype is None else cast(node, _dtype(dtype))
    return Array(expand(node, _shape(shape)))


def zeros(shape, dtype=None, device=None):
    """Zeros, float64 unless told otherwise."""
    return full(shape, 0.0, dtype=dtype)


def ones(shape, dtype=None, device=None):
    """Ones, float64 unless told otherwise."""
    return full(shape, 1.0, dtype=dtype)


def empty(shape, dtype=None, device=None):
    """Zeros: nothing on the page is left unset."""
    return zeros(shape, dtype=dtype)


def full_like(x, fill_value, dtype=None, device=None):
    """An array of one value with the shape and dtype of `x`."""
    return full(x.shape, fill_value, dtype=x.dtype if dtype is None else dtype)


def zeros_like(x, dtype=None, device=None):
    """Zeros with the shape and dtype of `x`."""
    return full_like(x, 0, dtype=dtype)


def ones_like(x, dtype=None, device=None):
    """Ones with the shape and dtype of `x`."""
    return full_like(x, 1, dtype=dtype)


def empty_like(x, dtype=None, device=None):
    """Zeros with the shape and dtype of `x`."""
    return zeros_like(x, dtype=dtype)


def _shape(shape) -> tuple[int, ...]:
    return tuple(d.__index__() for d in shape) if isinstance(shape, (tuple, list)) else (shape.__index__(),)


def _counting(n: int) -> Node:
    return current().node("iota", attr=n, shape=(n,), dtype="int64")


def arange(start, /, stop=None, step=1, dtype=None, device=None):
    """start, start + step, ... below stop; the three are plain numbers, as the length must be known."""
    start, stop = (0, start) if stop is None else (start, stop)
    n = len(np.arange(start, stop, step))
    kind = "float64" if builtins.any(isinstance(v, float) for v in (start, stop, step)) else "int64"
    values = apply("add", apply("multiply", _counting(n), node_of(step)), node_of(start))
    return Array(cast(values, _dtype(kind if dtype is None else dtype)))


def linspace(start, stop, /, num, dtype=None, device=None, endpoint=True):
    """`num` evenly spaced numbers from `start` to `stop`, which may be traced and 0-d."""
    first, last, count = cast(node_of(start), "float64"), cast(node_of(stop), "float64"), _counting(num)
    steps = num - 1 if endpoint else num
    step = apply("divide", apply("subtract", last, first), node_of(float(builtins.max(steps, 1))))
    values = apply("add", apply("multiply", count, step), first)
    if endpoint and num > 1:
        values = apply("where", apply("equal", count, node_of(num - 1)), last, values)
    return Array(values if dtype is None else cast(values, _dtype(dtype)))


def eye(n_rows, n_cols=None, /, k=0, dtype=None, device=None):
    """Ones on diagonal k."""
    n_cols = n_rows if n_cols is None else n_cols
    return astype(_offset(n_rows, n_cols) == k, float64 if dtype is None else dtype)


def _offset(rows, cols):
    """Column number minus row number."""
    return Array(_counting(cols)) - Array(_counting(rows))[:, None]


def tril(x, /, k=0):
    """Zero above diagonal k."""
    return where(_offset(*x.shape[-2:]) <= k, x, zeros_like(x))  # noqa: F821


def triu(x, /, k=0):
    """Zero below diagonal k."""
    return where(_offset(*x.shape[-2:]) >= k, x, zeros_like(x))  # noqa: F821


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


# ---------------------------------------------------------------- shapes
def reshape(x, /, shape, copy=None):
    """The same elements in row-major order; one entry of `shape` may be -1."""
    return Array(shaping.reshape(node_of(x), _shape(shape)))


def permute_dims(x, /, axes):
    """The axes in another order."""
    return Array(shaping.permute(node_of(x), tuple(axes)))


def matrix_transpose(x, /):
    """Every matrix transposed."""
    return Array(shaping.swap_last(node_of(x)))


def moveaxis(x, source, destination, /):
    """Axes moved to other places, the rest in order."""
    node, one = node_of(x), lambda a: (a,) if isinstance(a, int) else tuple(a)
    sources = [shaping.axis_of(node, a) for a in one(source)]
    order = [a for a in range(len(node.shape)) if a not in sources]
    for to, a in sorted(zip([shaping.axis_of(node, d) for d in one(destination)], sources, strict=True)):
        order.insert(to, a)
    return Array(shaping.permute(node, tuple(order)))


def expand_dims(x, /, axis=0):
    """New axes of length one."""
    node, axes = node_of(x), axis if isinstance(axis, tuple) else (axis,)
    ndim = len(node.shape) + len(axes)
    places = {a % ndim for a in axes if -ndim <= a < ndim}
    if len(places) != len(axes):
        raise IndexError(f"axis {axis} is out of bounds for an array of shape {node.shape}")
    lengths = iter(node.shape)
    return Array(shaping.reshape(node, tuple(1 if d in places else next(lengths) for d in range(ndim))))


def squeeze(x, /, axis):
    """Axes of length one removed."""
    node = node_of(x)
    axes = {shaping.axis_of(node, a) for a in (axis if isinstance(axis, tuple) else (axis,))}
    if builtins.any(node.shape[a] != 1 for a in axes):
        raise ValueError(f"cannot squeeze axis {axis} of an array of shape {node.shape}")
    return Array(shaping.reshape(node, tuple(d for a, d in enumerate(node.shape) if a not in axes)))


def broadcast_to(x, /, shape):
    """A view in which axes of length one are repeated."""
    return Array(expand(node_of(x), _shape(shape)))


def broadcast_arrays(*arrays):
    """Views of one common shape."""
    nodes = [node_of(a) for a in arrays]
    shape = _broadcast(*(n.shape for n in nodes))
    return [Array(expand(n, shape)) for n in nodes]


def concat(arrays, /, axis=0):
    """Arrays joined along an axis; flattened first if it is None."""
    nodes = [node_of(a) for a in arrays]
    if axis is None:
        nodes, axis = [shaping.reshape(n, (-1,)) for n in nodes], 0
    return Array(shaping.concat(nodes, axis))


def stack(arrays, /, axis=0):
    """Arrays of one shape joined along a new axis."""
    arrays = [Array(node_of(a)) for a in arrays]
    if len({a.shape for a in arrays}) != 1:
        raise ValueError(f"stack needs arrays of one shape, got {sorted({a.shape for a in arrays})}")
    return concat([expand_dims(a, axis=axis) for a in arrays], axis=axis)


def unstack(x, /, axis=0):
    """Every slice along an axis, as a tuple."""
    return tuple(Array(n) for n in shaping.unstack_axis(node_of(x), axis))


def flip(x, /, axis=None):
    """The elements along the axes (all of them if None) backwards."""
    node = node_of(x)
    return Array(shaping.flip(node, set(_axes(node, axis))))


def roll(x, /, shift, axis=None):
    """Elements moved along the axes, round the end."""
    if axis is None:
        return reshape(roll(reshape(x, (-1,)), shift, axis=0), x.shape)
    shifts, axes = (shift, axis) if isinstance(shift, tuple) else ((shift,), (axis,))
    for by, a in zip(shifts, axes, strict=True):
        node = node_of(x)
        a = shaping.axis_of(node, a)
        cut = (-by) % builtins.max(node.shape[a], 1)
        whole = (slice(None),) * a
        parts = [shaping.index(node, (*whole, slice(cut, None))), shaping.index(node, (*whole, slice(0, cut)))]
        x = Array(shaping.concat(parts, a))
    return x


def tile(x, repetitions, /):
    """The whole array repeated along each axis."""
    node, reps = node_of(x), tuple(repetitions)
    ndim = builtins.max(len(node.shape), len(reps))
    old = (1,) * (ndim - len(node.shape)) + node.shape
    reps = (1,) * (ndim - len(reps)) + reps
    spread = shaping.reshape(node, tuple(d for n in old for d in (1, n)))
    spread = expand(spread, tuple(d for r, n in zip(reps, old, strict=True) for d in (r, n)))
    return Array(shaping.reshape(spread, tuple(r * n for r, n in zip(reps, old, strict=True))))


def repeat(x, repeats, /, axis=None):
    """Every element repeated a fixed number of times."""
    if not isinstance(repeats, int):
        raise TraceError("xp.repeat with an array of counts", "the shape would depend on values")
    node = node_of(x) if axis is not None else shaping.reshape(node_of(x), (-1,))
    axis = shaping.axis_of(node, 0 if axis is None else axis)
    shape = node.shape
    spread = shaping.reshape(node, (*shape[: axis + 1], 1, *shape[axis + 1 :]))
    spread = expand(spread, (*shape[: axis + 1], repeats, *shape[axis + 1 :]))
    return Array(shaping.reshape(spread, (*shape[:axis], shape[axis] * repeats, *shape[axis + 1 :])))


def take(x, indices, /, axis=None):
    """The elements at traced or known indices along an axis."""
    node = node_of(x)
    if axis is None and len(node.shape) != 1:
        raise ValueError(f"take from an array of shape {node.shape} needs an axis")
    return Array(shaping.take(node, node_of(indices), 0 if axis is None else axis))


def take_along_axis(x, indices, /, axis=-1):
    """Elements at indices that differ from row to row."""
    return Array(shaping.along(node_of(x), node_of(indices), axis))


# ---------------------------------------------------------------- reductions
def _axes(node: Node, axis) -> tuple[int, ...]:
    axes = range(len(node.shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(sorted(shaping.axis_of(node, a) for a in axes))
    if len(set(axes)) != len(axes):
        raise ValueError(f"axis {axis} names an axis twice")
    return axes


def _reduce(name: str, node: Node, axis, keepdims) -> Array:
    axes = _axes(node, axis)
    if name not in ("sum", "prod", "any", "all") and builtins.any(node.shape[a] == 0 for a in axes):
        raise ValueError(f"{name} of an array of shape {node.shape} along an axis without elements")
    shape = tuple(d for a, d in enumerate(node.shape) if a not in axes)
    dtype = "int64" if name.startswith("arg") else node.dtype
    out = current().node("reduce", (node,), (name, axes), shape=shape, dtype=dtype)
    if keepdims:
        out = shaping.reshape(out, tuple(1 if a in axes else d for a, d in enumerate(node.shape)))
    return Array(out)


def _total(name, x, axis, keepdims, dtype):
    node = node_of(x)
    return _reduce(name, cast(node, _dtype(dtype) if dtype else promote(node.dtype, "int64")), axis, keepdims)


def sum(x, /, axis=None, dtype=None, keepdims=False):
    """Sum over the axes; bools count as 0 and 1."""
    return _total("sum", x, axis, keepdims, dtype)


def prod(x, /, axis=None, dtype=None, keepdims=False):
    """Product over the axes."""
    return _total("prod", x, axis, keepdims, dtype)


def mean(x, /, axis=None, keepdims=False):
    """Mean over the axes."""
    node = node_of(x)
    total = sum(astype(x, float64), axis=axis, keepdims=keepdims)
    return total / float(math.prod(node.shape[a] for a in _axes(node, axis)))


def var(x, /, axis=None, correction=0.0, keepdims=False):
    """Variance over the axes."""
    node = node_of(x)
    count = math.prod(node.shape[a] for a in _axes(node, axis))
    return sum(square(x - mean(x, axis=axis, keepdims=True)), axis=axis, keepdims=keepdims) / float(count - correction)


def std(x, /, axis=None, correction=0.0, keepdims=False):
    """Standard deviation over the axes."""
    return Array(apply("sqrt", node_of(var(x, axis=axis, correction=correction, keepdims=keepdims))))


def max(x, /, axis=None, keepdims=False):
    """Largest element along the axes."""
    node = node_of(x)
    return any(x, axis=axis, keepdims=keepdims) if node.dtype == "bool" else _reduce("max", node, axis, keepdims)


def min(x, /, axis=None, keepdims=False):
    """Smallest element along the axes."""
    node = node_of(x)
    return all(x, axis=axis, keepdims=keepdims) if node.dtype == "bool" else _reduce("min", node, axis, keepdims)


def any(x, /, axis=None, keepdims=False):
    """Whether an element along the axes is true."""
    return _reduce("any", cast(node_of(x), "bool"), axis, keepdims)


def all(x, /, axis=None, keepdims=False):
    """Whether all elements along the axes are true."""
    return _reduce("all", cast(node_of(x), "bool"), axis, keepdims)


def count_nonzero(x, /, axis=None, keepdims=False):
    """How many elements are not zero."""
    return sum(astype(x, bool), axis=axis, keepdims=keepdims)


def _position(name, x, axis, keepdims):
    node = cast(node_of(x), promote(node_of(x).dtype, "int64"))
    if axis is None:
        flat = _reduce(name, shaping.reshape(node, (-1,)), 0, False)
        return reshape(flat, (1,) * len(node.shape)) if keepdims else flat
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
    node = cast(node, _dtype(dtype) if dtype else promote(node.dtype, "int64"))
    out = current().node("cumulate", (node,), (name, axis), shape=node.shape, dtype=node.dtype)
    if include_initial:
        first = expand(cast(node_of(0 if name == "sum" else 1), node.dtype),
                       node.shape[:axis] + (1,) + node.shape[axis + 1 :])  # fmt: skip
        out = shaping.concat([first, out], axis)
    return Array(out)


def cumulative_sum(x, /, axis=None, dtype=None, include_initial=False):
    """Running sums along an axis."""
    return _cumulate("sum", x, axis, dtype, include_initial)


def cumulative_prod(x, /, axis=None, dtype=None, include_initial=False):
    """Running products along an axis."""
    return _cumulate("prod", x, axis, dtype, include_initial)


def diff(x, /, axis=-1, n=1):
    """Differences between neighbours along an axis."""
    for _ in range(n):
        node = node_of(x)
        whole = (slice(None),) * shaping.axis_of(node, axis)
        x = x[(*whole, slice(1, None))] - x[(*whole, slice(0, -1))]
    return x


# ---------------------------------------------------------------- linear algebra
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
    shape = (*_broadcast(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1])
    out = current().node("matmul", (a, b), shape=shape, dtype=dtype)
    keep = shape[:-2] + (() if row else shape[-2:-1]) + (() if column else shape[-1:])
    return Array(shaping.reshape(out, keep))


def vecdot(x1, x2, /, axis=-1):
    """Sum of products along an axis."""
    return sum(Array(apply("multiply", node_of(x1), node_of(x2))), axis=axis)


def outer(x1, x2, /):
    """All products of two vectors' elements."""
    return x1[:, None] * x2[None, :]


def _vector_norm(x, /, axis=None, keepdims=False, ord=2):
    """linalg.vector_norm for the orders 1, 2 and infinity."""
    if ord == 2:
        squares = _total("sum", square(astype(x, float64)), axis, keepdims, None)
        return Array(apply("sqrt", squares.node))
    size_of = Array(apply("abs", node_of(x)))
    if ord == 1:
        return sum(size_of, axis=axis, keepdims=keepdims)
    if ord == inf:
        return max(size_of, axis=axis, keepdims=keepdims)
    raise TraceError(f"xp.linalg.vector_norm with ord={ord}", "the orders 1, 2 and inf are there")


def _trace(x, /, offset=0):
    """linalg.trace: sum of diagonal `offset`."""
    return sum(where(_offset(*x.shape[-2:]) == offset, x, zeros_like(x)), axis=(-2, -1))  # noqa: F821


class _Linalg(SimpleNamespace):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnknownOperation(f"xp.linalg.{name}", "the tracer has no such operation")


linalg = _Linalg(vector_norm=_vector_norm, matmul=matmul, vecdot=vecdot, outer=outer, trace=_trace,
                 matrix_transpose=matrix_transpose)  # fmt: skip

__all__ = sorted(
    {n for n in globals() if not n.startswith("_")}
    - {"annotations", "builtins", "math", "np", "shaping", "SimpleNamespace", "Array", "Node", "OPERATIONS", "apply",
       "cast", "current", "expand", "node_of", "promote", "size", "TraceError", "UnknownOperation"}
)  # fmt: skip
