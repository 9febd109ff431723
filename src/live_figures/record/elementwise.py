"""Recording elementwise operations: NumPy's dtypes, known numbers computed at once, x + 0 and x * 1 left out."""

from __future__ import annotations

import numpy as np

from .errors import TraceError
from .graph import Node, current
from .ops import OPERATIONS, promote

__all__ = ["apply", "broadcast", "cast", "expand"]

_CALLED = {"bool": "bools", "int64": "whole numbers", "float64": "real numbers"}


def cast(node: Node, dtype: str) -> Node:
    """`node` in another dtype; real numbers lose their fraction on the way to int64, as in NumPy."""
    return node if node.dtype == dtype else _map(f"to_{dtype}", (node,), dtype)


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape; raises ValueError, as NumPy does, if there is none."""
    return tuple(int(d) for d in np.broadcast_shapes(*shapes))


def apply(name: str, *args: Node) -> Node:
    """Record operation `name`, with NumPy's rules for the dtype of the result."""
    row, given = OPERATIONS[name], [a.dtype for a in args]
    if row.of_bools and promote(*given) == "bool":
        return apply(row.of_bools, *args)
    dtypes = row.dtypes(*given)
    if dtypes is None:
        raise TraceError(f"{name} of {_CALLED[promote(*given)]}", "cast them first: xp.astype(mask, x.dtype)")
    if row.keeps_whole and dtypes[1] == "int64":
        return args[0]
    return _map(name, [cast(a, dtype) for a, dtype in zip(args, dtypes[0], strict=True)], dtypes[1])


def _map(name: str, args, dtype: str) -> Node:
    graph, shape = current(), broadcast(*(a.shape for a in args))
    # A filled array is a literal made larger: operations broadcast anyway, so only the literal matters.
    args = tuple(a.args[0] if a.kind == "broadcast" and not a.args[0].shape else a for a in args)
    if all(a.kind == "literal" for a in args):
        return expand(graph.literal(_fold(name, [a.attr for a in args], dtype)), shape)
    same = _neutral(name, args)
    if same is not None and same.dtype == dtype:
        return expand(same, shape)
    inner = broadcast(*(a.shape for a in args))
    return expand(graph.node("map", args, name, shape=inner, dtype=dtype), shape)


def _fold(name, values, dtype):
    with np.errstate(all="ignore"):
        return np.asarray(OPERATIONS[name].numpy(*values)).astype(dtype)[()]


def _neutral(name: str, args) -> Node | None:
    """The operand that the operation leaves as it is, if there is one: x + 0, x - 0, x * 1, x / 1, x ** 1."""
    for k, leaves in enumerate(OPERATIONS[name].leaves):
        literal = args[k].kind == "literal" and args[k].dtype != "bool"
        if leaves is not None and literal and args[k].attr == leaves:
            return args[1 - k]
    return None


def expand(node: Node, shape: tuple[int, ...]) -> Node:
    """A view of `node` with the given shape: axes of length one, or missing in front, are repeated."""
    if node.shape == shape:
        return node
    if broadcast(node.shape, shape) != shape:
        raise ValueError(f"an array of shape {node.shape} cannot be broadcast to {shape}")
    base = node.args[0] if node.kind == "broadcast" else node
    return current().node("broadcast", (base,), shape=shape, dtype=node.dtype)
