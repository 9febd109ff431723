"""Functions of the namespace that move, join, repeat and pick elements."""

from __future__ import annotations

from . import shaping
from .array import Array, node_of
from .creation import shape_of
from .elementwise import expand
from .errors import TraceError

__all__ = [
    "broadcast_to",
    "concat",
    "expand_dims",
    "flip",
    "matrix_transpose",
    "permute_dims",
    "repeat",
    "reshape",
    "roll",
    "squeeze",
    "stack",
    "take",
    "take_along_axis",
    "unstack",
]


def reshape(x, /, shape, copy=None):
    """The same elements in row-major order; one entry of `shape` may be -1."""
    return Array(shaping.reshape(node_of(x), shape_of(shape)))


def permute_dims(x, /, axes):
    """The axes in another order."""
    return Array(shaping.permute(node_of(x), tuple(axes)))


def matrix_transpose(x, /):
    """Every matrix transposed."""
    return Array(shaping.swap_last(node_of(x)))


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
    if any(node.shape[a] != 1 for a in axes):
        raise ValueError(f"cannot squeeze axis {axis} of an array of shape {node.shape}")
    return Array(shaping.reshape(node, tuple(d for a, d in enumerate(node.shape) if a not in axes)))


def broadcast_to(x, /, shape):
    """A view in which axes of length one are repeated."""
    return Array(expand(node_of(x), shape_of(shape)))


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
    return Array(shaping.flip(node, set(shaping.axes_of(node, axis))))


def roll(x, /, shift, axis=None):
    """Elements moved along the axes, round the end."""
    if axis is None:
        return reshape(roll(reshape(x, (-1,)), shift, axis=0), x.shape)
    shifts, axes = (shift, axis) if isinstance(shift, tuple) else ((shift,), (axis,))
    for by, a in zip(shifts, axes, strict=True):
        node = node_of(x)
        a = shaping.axis_of(node, a)
        cut = (-by) % max(node.shape[a], 1)
        whole = (slice(None),) * a
        parts = [shaping.index(node, (*whole, slice(cut, None))), shaping.index(node, (*whole, slice(0, cut)))]
        x = Array(shaping.concat(parts, a))
    return x


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
