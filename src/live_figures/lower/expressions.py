"""Element by element: what an array's value at an index is, in terms of arrays that are held in memory.

Views, broadcasting, arange and gathers only rewrite indices; elementwise operations become one expression.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..program import Affine, IndexValue, Lit, Op, Var
from ..record.graph import Node, contiguous
from ..record.ops import REDUCTIONS
from ..record.shaping import regroup

__all__ = ["Expressions", "Position", "Read", "axis_var", "identity", "iteration", "reads", "row_major"]

ZERO = Affine()


@dataclass(frozen=True, slots=True)
class Read:
    """The element of an array in memory at an index per axis, or (flat) at its row-major position."""

    node: Node
    index: tuple[Affine, ...]
    flat: bool = False

    @property
    def dtype(self):
        return self.node.dtype


class Position(Var):
    """Stands in an index for a whole number taken from data, until a kernel binds it to a variable."""

    __slots__ = ("value",)

    def __init__(self, value):
        super().__init__()
        self.value = value


# The loop variables by nesting level, the same for every kernel, so that equal kernels read alike.
_AXES = [Var() for _ in range(32)]


def axis_var(level: int) -> Var:
    """The loop variable of nesting level `level`."""
    return _AXES[level]


def iteration(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The loops over a shape: axes of length one need none."""
    return tuple(d for d in shape if d != 1)


def identity(shape: tuple[int, ...], first: int = 0) -> tuple[Affine, ...]:
    """The index of the current element of loops over `shape`, numbered from level `first`."""
    out, level = [], first
    for d in shape:
        out.append(ZERO if d == 1 else Affine.of(axis_var(level)))
        level += d != 1
    return tuple(out)


def row_major(index: tuple[Affine, ...], shape: tuple[int, ...]) -> Affine:
    """The position of an index in row-major order."""
    return sum((i * s for i, s in zip(index, contiguous(shape), strict=True)), start=ZERO)


class Expressions:
    """Builds expressions over `Read`s; `in_memory(node)` says where building stops."""

    def __init__(self, in_memory):
        self.in_memory = in_memory
        self.variables: dict = {}

    def at(self, node: Node, index: tuple[Affine, ...]):
        """The value of `node` at `index`."""
        if self.in_memory(node):
            return Read(node, index)
        return getattr(self, f"_{node.kind}")(node, index)

    def _literal(self, node, index):
        return Lit(node.attr, node.dtype)

    def _iota(self, node, index):
        return IndexValue(index[0])

    def _counter(self, node, index):
        return IndexValue(Affine.of(self.counter(node.attr)))

    def counter(self, loop) -> Var:
        """The variable that counts the steps of a scan."""
        return self.variables.setdefault(loop, Var())

    def _map(self, node, index):
        args = tuple(self.at(a, _aligned(a.shape, index)) for a in node.args)
        return args[0] if node.attr == "copy" else Op(node.attr, args, node.dtype)

    def _broadcast(self, node, index):
        return self.at(node.args[0], _aligned(node.args[0].shape, index))

    def _permute(self, node, index):
        back = [ZERO] * len(index)
        for at, axis in zip(index, node.attr, strict=True):
            back[axis] = at
        return self.at(node.args[0], tuple(back))

    def _slice(self, node, index):
        starts, steps = node.attr
        moved = (i * step + start for i, start, step in zip(index, starts, steps, strict=True))
        return self.at(node.args[0], tuple(moved))

    def _reshape(self, node, index):
        base = node.args[0]
        where = regroup(base.shape, node.shape)
        if where is None:
            return Read(base, (row_major(index, node.shape),), flat=True)
        split = (sum((index[b] * step for b, step in new), start=ZERO) for new in where)
        return self.at(base, tuple(split))

    def _pick(self, node, index):
        base, at = node.args
        return self.at(base, (*index[: node.attr], self.position(base, at, (), node.attr), *index[node.attr :]))

    def _gather(self, node, index):
        base, at = node.args
        end = node.attr + len(at.shape)
        where = self.position(base, at, index[node.attr : end], node.attr)
        return self.at(base, (*index[: node.attr], where, *index[end:]))

    def _along(self, node, index):
        base, at = node.args
        where = self.position(base, at, index, node.attr)
        return self.at(base, (*index[: node.attr], where, *index[node.attr + 1 :]))

    def position(self, base: Node, at: Node, index, axis: int) -> Affine:
        """An index taken from data, counted from the end when negative, as a variable of its own."""
        value = self.at(at, index)
        if isinstance(value, IndexValue) and at.kind == "counter":
            return value.index
        if not _natural(at):
            n = Lit(base.shape[axis], "int64")
            negative = Op("less", (value, Lit(0, "int64")), "bool")
            value = Op("where", (negative, Op("add", (value, n), "int64"), value), "int64")
        return Affine.of(self.variables.setdefault(value, Position(value)))


def _natural(node: Node) -> bool:
    """Whether a whole number is known to be zero or more."""
    if node.kind == "reduce" and REDUCTIONS[node.attr[0]].position:
        return True
    return node.kind == "map" and node.attr == "maximum" and any(a.kind == "literal" and a.attr >= 0 for a in node.args)


def _aligned(shape, index):
    tail = index[len(index) - len(shape) :]
    return tuple(ZERO if d == 1 else i for d, i in zip(shape, tail, strict=True))


def reads(item):
    """Every `Read` in an expression, also those inside its indices."""
    match item:
        case Read():
            yield item
            for index in item.index:
                yield from _index_reads(index)
        case Op():
            for arg in item.args:
                yield from reads(arg)
        case IndexValue(index):
            yield from _index_reads(index)


def _index_reads(index: Affine):
    for var, _ in index.terms:
        if isinstance(var, Position):
            yield from reads(var.value)
