"""Views: slices, transposes, reshapes, one traced index. They cost nothing; they only say where elements are."""

from __future__ import annotations

import math

from .elementwise import broadcast, cast, expand
from .errors import TraceError
from .graph import Node, current, size
from .kinds import OWN_MEMORY, VIEWS
from .ops import promote

__all__ = [
    "along",
    "axes_of",
    "axis_of",
    "concat",
    "copy",
    "flip",
    "index",
    "permute",
    "pick",
    "regroup",
    "reshape",
    "slice_",
    "solid",
    "swap_last",
    "take",
    "unstack_axis",
]

def axis_of(node: Node, axis: int) -> int:
    """A non-negative axis; raises IndexError naming the shape."""
    if not -len(node.shape) <= axis < len(node.shape):
        raise IndexError(f"axis {axis} is out of bounds for an array of shape {node.shape}")
    return axis % len(node.shape)


def axes_of(node: Node, axis) -> tuple[int, ...]:
    """Non-negative axes in order from None (all), one axis or several."""
    axes = range(len(node.shape)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(sorted(axis_of(node, a) for a in axes))
    if len(set(axes)) != len(axes):
        raise ValueError(f"axis {axis} names an axis twice")
    return axes


def permute(node: Node, axes: tuple[int, ...]) -> Node:
    """The axes in another order."""
    axes = tuple(axis_of(node, a) for a in axes)
    if sorted(axes) != list(range(len(node.shape))):
        raise ValueError(f"axes {axes} do not permute the axes of an array of shape {node.shape}")
    if axes == tuple(range(len(axes))):
        return node
    return current().node("permute", (node,), axes, shape=tuple(node.shape[a] for a in axes), dtype=node.dtype)


def swap_last(node: Node) -> Node:
    """Every matrix transposed."""
    if len(node.shape) < 2:
        raise ValueError(f"a matrix transpose needs two axes, got shape {node.shape}")
    keep = tuple(range(len(node.shape) - 2))
    return permute(node, (*keep, len(keep) + 1, len(keep)))


def slice_(node: Node, starts, steps, shape) -> Node:
    """Along each axis the elements start, start + step, ...; a negative step runs backwards."""
    if all(s == 1 for s in steps) and tuple(shape) == node.shape:
        return node
    return current().node("slice", (node,), (tuple(starts), tuple(steps)), shape=tuple(shape), dtype=node.dtype)


def flip(node: Node, axes) -> Node:
    """The given axes backwards."""
    backwards = [d in axes for d in range(len(node.shape))]
    starts = [n - 1 if b else 0 for n, b in zip(node.shape, backwards, strict=True)]
    return slice_(node, starts, [-1 if b else 1 for b in backwards], node.shape)


def index(node: Node, key) -> Node:
    """`x[key]` for integers, slices, None, `...` and one-element traced indices."""
    key = key if isinstance(key, tuple) else (key,)
    key = _full_key(node, key)
    starts, steps, sliced, final, picks = [], [], [], [], []
    lengths = iter(node.shape)
    for k in key:
        if k is None:
            final.append(1)
            continue
        n = next(lengths)
        start, step, count, keep = _one(k, n, picks, axis=len(sliced), shape=node.shape)
        starts.append(start), steps.append(step), sliced.append(count)
        final += [count] if keep else []
    if picks:
        return _picked(node, key, picks)
    return reshape(slice_(node, starts, steps, sliced), tuple(final))


def _full_key(node, key):
    used = sum(k is not None and k is not Ellipsis for k in key)
    if used > len(node.shape):
        raise IndexError(f"{used} indices for an array of shape {node.shape}")
    at = [i for i, k in enumerate(key) if k is Ellipsis]
    if len(at) > 1:
        raise IndexError("an index can hold only one '...'")
    at = at[0] if at else len(key)
    return (*key[:at], *[slice(None)] * (len(node.shape) - used), *key[at + 1 :])


def _one(k, n, picks, axis, shape):
    """(start, step, count, keep the axis?) of one entry of an index; traced entries are noted in `picks`."""
    if isinstance(k, slice):
        start, stop, step = k.indices(n)
        return start, step, len(range(start, stop, step)), True
    if isinstance(k, Node):
        if k.dtype == "bool":
            raise TraceError("indexing with a mask", "the shape would depend on values; use xp.where")
        if k.shape or k.dtype != "int64":
            raise TraceError(f"indexing with an array of shape {k.shape} and dtype {k.dtype}", "use xp.take")
        picks.append((axis, k))
        return 0, 1, n, True
    if isinstance(k, bool) or not hasattr(k, "__index__"):
        raise TraceError(f"indexing with {type(k).__name__}", "use slices, integers, xp.take or xp.where")
    k = k.__index__()
    if not -n <= k < n:
        raise IndexError(f"index {k} is out of bounds for axis {axis} of an array of shape {shape}")
    return k % n, 1, 1, False


def _picked(node, key, picks):
    """Traced entries first, from the last axis to the first so that axes keep their numbers, then the rest."""
    for axis, k in reversed(picks):
        node = pick(node, k, axis)
    return index(node, tuple(k for k in key if not isinstance(k, Node)))


def pick(node: Node, at: Node, axis: int) -> Node:
    """`node[at]` along `axis` for a 0-d traced index, which counts from the end when negative."""
    if at.kind == "literal":
        key = [slice(None)] * len(node.shape)
        key[axis] = at.attr
        return index(node, tuple(key))
    shape = node.shape[:axis] + node.shape[axis + 1 :]
    return current().node("pick", (node, at), axis, shape=shape, dtype=node.dtype)


def take(node: Node, at: Node, axis: int) -> Node:
    """The elements at traced indices along `axis`; a single index is a view, several are gathered."""
    if at.dtype != "int64":
        raise TraceError(f"take with indices of dtype {at.dtype}", "indices must be whole numbers (int64)")
    axis = axis_of(node, axis)
    shape = node.shape[:axis] + at.shape + node.shape[axis + 1 :]
    if size(at.shape) == 1:
        return reshape(pick(node, reshape(at, ()), axis), shape)
    return current().node("gather", (node, at), axis, shape=shape, dtype=node.dtype)


def along(node: Node, at: Node, axis: int) -> Node:
    """take_along_axis: every row has indices of its own."""
    axis = axis_of(node, axis)
    if at.dtype != "int64" or len(at.shape) != len(node.shape):
        raise ValueError(f"take_along_axis needs int64 indices with {len(node.shape)} axes, got {at.dtype} {at.shape}")
    drop = lambda shape: shape[:axis] + (1,) + shape[axis + 1 :]  # noqa: E731
    common = broadcast(drop(node.shape), drop(at.shape))
    with_axis = lambda n: common[:axis] + (n,) + common[axis + 1 :]  # noqa: E731
    base = expand(node, with_axis(node.shape[axis]))
    at = expand(at, with_axis(at.shape[axis]))
    return current().node("along", (base, at), axis, shape=at.shape, dtype=node.dtype)


def regroup(old: tuple[int, ...], new: tuple[int, ...]) -> list[list[tuple[int, int]]] | None:
    """How a reshape moves indices: for each old axis its [(new axis, multiple)], or None if an old index would need
    a division (axes that merge)."""
    where: list[list[tuple[int, int]]] = [[] for _ in old]
    if size(old) == 0:
        return where
    i = j = 0
    while i < len(old) or j < len(new):
        first_i, first_j = i, j
        left, right = (old[i] if i < len(old) else 1), (new[j] if j < len(new) else 1)
        i, j = min(i + 1, len(old)), min(j + 1, len(new))
        while left != right:
            if left < right:
                left, i = left * old[i], i + 1
            else:
                right, j = right * new[j], j + 1
        axes = [a for a in range(first_i, i) if old[a] > 1]
        if len(axes) > 1:
            return None
        if axes:
            steps = [math.prod(new[b + 1 : j]) for b in range(first_j, j)]
            where[axes[0]] = [(b, s) for b, s in zip(range(first_j, j), steps, strict=True) if new[b] > 1]
    return where


def reshape(node: Node, shape: tuple[int, ...]) -> Node:
    """The same elements in row-major order under another shape; one entry may be -1."""
    shape = tuple(int(d) for d in shape)
    if shape.count(-1) == 1 and (known := -math.prod(shape)) > 0 and size(node.shape) % known == 0:
        shape = tuple(size(node.shape) // known if d == -1 else d for d in shape)
    if size(shape) != size(node.shape) or any(d < 0 for d in shape):
        raise ValueError(f"an array of shape {node.shape} cannot be reshaped to {shape}")
    if shape == node.shape:
        return node
    if node.kind == "broadcast" and not node.args[0].shape:
        return expand(node.args[0], shape)
    if node.kind == "reshape":
        return reshape(node.args[0], shape)
    if regroup(node.shape, shape) is None and node.kind not in OWN_MEMORY:
        node = copy(node)
    return current().node("reshape", (node,), shape=shape, dtype=node.dtype)


def copy(node: Node) -> Node:
    """The same values in memory of their own."""
    return current().node("map", (node,), "copy", shape=node.shape, dtype=node.dtype)


def solid(node: Node) -> Node:
    """`node`, or a copy if it is not a strided view of something that has memory of its own."""
    base = node
    while base.kind in VIEWS:
        base = base.args[0]
    return node if base.kind in OWN_MEMORY else copy(node)


def concat(nodes: list[Node], axis: int) -> Node:
    """Arrays joined along an axis."""
    dtype = promote(*(n.dtype for n in nodes))
    nodes = [cast(n, dtype) for n in nodes]
    axis, first = axis_of(nodes[0], axis), nodes[0].shape
    for n in nodes:
        if n.shape[:axis] + n.shape[axis + 1 :] != first[:axis] + first[axis + 1 :] or len(n.shape) != len(first):
            raise ValueError(f"arrays of shapes {first} and {n.shape} cannot be joined along axis {axis}")
    if len(nodes) == 1:
        return nodes[0]
    shape = first[:axis] + (sum(n.shape[axis] for n in nodes),) + first[axis + 1 :]
    return current().node("concat", tuple(nodes), axis, shape=shape, dtype=dtype)


def unstack_axis(node: Node, axis: int) -> list[Node]:
    """Every slice along an axis."""
    axis = axis_of(node, axis)
    return [index(node, (slice(None),) * axis + (k,)) for k in range(node.shape[axis])]
