"""When an innermost loop may be written by lanes: four or two of its turns at once.

Every access has to move by one element or none; nothing but sums may be handed from one turn to the next; and no buffer
may be written in one place and read, or written, in another that the loop also reaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ...program import Affine, Assign, Expr, Let, Lit, Load, Op, Statement, Store, Use, Var
from ...span import Span, least, most
from .operations import LANES

__all__ = ["SUMS", "bounds", "kind_of_lanes"]

# The operations by which lanes are taken together, and what each lane starts from.
SUMS = {"add": 0.0, "multiply": 1.0, "maximum": -math.inf, "minimum": math.inf}
Bounds = Mapping[Var, tuple[int, int]]  # the least and the greatest value of variables in indices


def kind_of_lanes(var: Var, count: int | Span, body: list[Statement], kind_of: Callable[[str], str],
                  known: Bounds) -> str | None:  # fmt: skip
    """The type of lanes by which a loop over `var` can be written, or None; `kind_of` gives the type of a dtype."""
    sums = {s.var for s in body if isinstance(s, Assign)}
    simple = all(isinstance(s, Let | Store) or _is_sum(s) for s in body)
    values = [s.value.args[1] if isinstance(s, Assign) else s.value for s in body] if simple else []
    if not simple or any(_uses(value, sums) for value in values):
        return None
    stores = [(s.buffer, s.index) for s in body if isinstance(s, Store)]
    loads = [(e.buffer, e.index) for value in values for e in _parts(value) if isinstance(e, Load)]
    kind = _kind(values, [*stores, *loads], kind_of)
    moves = all(at.multiple(var) == 1 for _, at in stores) and all(at.multiple(var) in (0, 1) for _, at in loads)
    free = all(_apart(var, count, at, other, known) for buffer, at in stores
               for touched, other in [*loads, *stores] if touched is buffer)  # fmt: skip
    return kind if kind and moves and free and most(count) >= int(kind[4:]) else None


def bounds(value: Expr) -> tuple[int, int] | None:
    """The least and greatest value of an index that is the rest of a division."""
    match value:
        case Op("to_index", (Op("remainder", (_, Lit(int(divisor)))),)):
            return 0, divisor - 1
    return None


def _kind(values: list[Expr], places, kind_of) -> str | None:
    """The type of lanes if all numbers computed, read and written have one width."""
    dtypes = {part.dtype for value in values for part in _parts(value)} - {"bool"}
    dtypes |= {buffer.dtype for buffer, _ in places}
    kinds = set() if "index" in dtypes else {kind_of(dtype) for dtype in dtypes}
    return LANES[kinds.pop()] if len(kinds) == 1 else None


def _apart(var: Var, count: int | Span, written: Affine, other: Affine, known: Bounds) -> bool:
    """Whether elements written in a loop and others touched in it are the same ones at every turn, or no one is."""
    if written == other:
        return True
    away = (other + written * -1).replace(lambda v: Affine() if v is var else None)
    before = -most(count) if other.multiple(var) else -1
    return all(low >= most(count) or high <= before for low, high in _reach(away, known))


def _reach(index: Affine, known: Bounds) -> list[tuple[float, float]]:
    """Intervals that hold every value of an index: one for each combination of the variables with two values."""
    out = [(least(index.const), most(index.const))]
    for var, multiple in index.terms:
        low, high = known.get(var, (-math.inf, math.inf))
        ends = [(low, low), (high, high)] if high - low == 1 else [(low, high)]
        moved = [[size * end for size in (least(multiple), most(multiple)) for end in pair] for pair in ends]
        out = [(first + min(way), last + max(way)) for first, last in out for way in moved]
    return out


def _is_sum(s: Statement) -> bool:
    """Whether a statement only takes one more element into a sum, product, maximum or minimum."""
    match s:
        case Assign(var, Op(name, (Use(same), _))):
            return name in SUMS and same is var and var.dtype != "bool"
    return False


def _parts(e: Expr):
    """An expression and all within it."""
    yield e
    if isinstance(e, Op):
        for arg in e.args:
            yield from _parts(arg)


def _uses(e: Expr, variables: set[Var]) -> bool:
    return any(isinstance(part, Use) and part.var in variables for part in _parts(e))
