"""Elementwise operations: which dtype each gives, and what it makes of numbers known while recording."""

from __future__ import annotations

import numpy as np

from .errors import TraceError
from .graph import Node, current

__all__ = ["OPERATIONS", "apply", "broadcast", "cast", "promote"]

ORDER = ("bool", "int64", "float64")

_FLOAT = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin",
          "acos", "atan", "asinh", "acosh", "atanh")  # fmt: skip
_KEEP = {"negative": np.negative, "abs": np.abs, "sign": np.sign}
_WHOLE = {"floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "round": np.round}  # ints stay as they are
_ARITHMETIC = {
    "add": np.add, "subtract": np.subtract, "multiply": np.multiply, "pow": np.power, "floor_divide": np.floor_divide,
    "remainder": np.remainder, "maximum": np.maximum, "minimum": np.minimum,
}  # fmt: skip
_REAL = {"divide": np.divide, "atan2": np.arctan2, "hypot": np.hypot, "copysign": np.copysign,
         "logaddexp": np.logaddexp}  # fmt: skip
_COMPARE = {
    "equal": np.equal, "not_equal": np.not_equal, "less": np.less, "less_equal": np.less_equal,
    "greater": np.greater, "greater_equal": np.greater_equal,
}  # fmt: skip
_LOGICAL = {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor,
            "logical_not": np.logical_not}  # fmt: skip
_TEST = {"isnan": np.isnan, "isfinite": np.isfinite, "isinf": np.isinf}
_CAST = {"float64": np.float64, "int64": np.int64, "bool": np.bool_}

# The scalar operations of a program, with the NumPy function that defines each.
OPERATIONS = {
    **{name: getattr(np, name.replace("asin", "arcsin").replace("acos", "arccos").replace("atan", "arctan"))
       for name in _FLOAT},
    **_KEEP, **_WHOLE, **_ARITHMETIC, **_REAL, **_COMPARE, **_LOGICAL, **_TEST,
    "where": np.where, **{f"to_{name}": f for name, f in _CAST.items()},
}  # fmt: skip


def promote(*dtypes: str) -> str:
    """The common dtype: bool < int64 < float64."""
    return max(dtypes, key=ORDER.index)


def cast(node: Node, dtype: str) -> Node:
    """`node` in another dtype; real numbers lose their fraction on the way to int64, as in NumPy."""
    return node if node.dtype == dtype else _map(f"to_{dtype}", (node,), dtype)


def broadcast(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """The common shape; raises ValueError, as NumPy does, if there is none."""
    return tuple(int(d) for d in np.broadcast_shapes(*shapes))


def apply(name: str, *args: Node) -> Node:
    """Record operation `name`, with NumPy's rules for the dtype of the result."""
    common = promote(*(a.dtype for a in args))
    if name in _FLOAT or name in _REAL:
        return _map(name, [cast(a, "float64") for a in args], "float64")
    if name in _LOGICAL:
        return _map(name, [cast(a, "bool") for a in args], "bool")
    if name in _TEST:
        return _map(name, [cast(a, "float64") for a in args], "bool")
    if name in _COMPARE:
        common = promote(common, "int64")
        return _map(name, [cast(a, common) for a in args], "bool")
    if name == "where":
        common = promote(args[1].dtype, args[2].dtype)
        return _map(name, [cast(args[0], "bool"), cast(args[1], common), cast(args[2], common)], common)
    if name in _WHOLE and common != "float64":
        return args[0]
    if common == "bool" and name not in ("maximum", "minimum"):
        raise TraceError(f"{name} of bools", "say xp.astype(mask, x.dtype) first")
    if common == "bool":
        return _map("logical_or" if name == "maximum" else "logical_and", args, "bool")
    return _map(name, [cast(a, common) for a in args], common)


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
        return _CAST[dtype](OPERATIONS[name](*values))


def _neutral(name: str, args) -> Node | None:
    """The operand that the operation leaves as it is, if there is one: x + 0, x - 0, x * 1, x / 1, x ** 1."""
    value = [a.attr if a.kind == "literal" and a.dtype != "bool" else None for a in args]
    if name == "add" and value[0] == 0 or name == "multiply" and value[0] == 1:
        return args[1]
    if name in ("add", "subtract") and value[1] == 0 or name in ("multiply", "divide", "pow") and value[1] == 1:
        return args[0]
    return None


def expand(node: Node, shape: tuple[int, ...]) -> Node:
    """A view of `node` with the given shape: axes of length one, or missing in front, are repeated."""
    if node.shape == shape:
        return node
    if broadcast(node.shape, shape) != shape:
        raise ValueError(f"an array of shape {node.shape} cannot be broadcast to {shape}")
    base = node.args[0] if node.kind == "broadcast" else node
    return current().node("broadcast", (base,), shape=shape, dtype=node.dtype)
