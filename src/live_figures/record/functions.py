"""Elementwise functions of the namespace."""

from __future__ import annotations

from .array import Array, node_of
from .dtypes import dtype_name
from .elementwise import apply, cast
from .ops import FUNCTIONS, OPERATIONS, promote


def _elementwise(name):
    def function(*args):
        if len(args) != OPERATIONS[name].operands:
            raise TypeError(f"xp.{name} takes {OPERATIONS[name].operands} arrays, it was given {len(args)}")
        return Array(apply(name, *(node_of(a) for a in args)))

    function.__name__, function.__doc__ = name, f"`{name}`, element by element."
    return function


globals().update({name: _elementwise(name) for name in FUNCTIONS})
__all__ = [*FUNCTIONS, "astype", "clip", "positive", "square"]


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


def positive(x):
    """x itself."""
    return x


def clip(x, min=None, max=None):
    """x held between `min` and `max`."""
    node = node_of(x)
    node = node if min is None else apply("maximum", node, node_of(min))
    return Array(node if max is None else apply("minimum", node, node_of(max)))


def astype(x, dtype, copy=True, device=None):
    """x in another dtype."""
    return Array(cast(node_of(x), dtype_name(dtype)))
