"""Where arrays lie in memory. Parts of a concat are computed in place; a scan's carry lives in its stacked output.

A carry that is also an output of the scan is a row of that output's buffer, which has one row more for the start:
step t reads row t and writes row t + 1. Any other carry has two rows, read and written in turn.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ..program import Affine, Buffer, IndexValue, Lit, Op
from ..record.graph import Graph, Node, Scan, contiguous, size
from ..record.kinds import PLACEABLE, VIEWS
from ..record.ops import REDUCTIONS
from ..record.shaping import regroup
from .expressions import Expressions, Position
from .plan import Plan

__all__ = ["Place", "Storage", "packed"]


@dataclass(frozen=True)
class Place:
    """Element (i, j, ...) of an array is at `offset + i * strides[0] + j * strides[1] + ...` of `buffer`."""

    buffer: Buffer
    offset: Affine
    strides: tuple[int, ...]

    def at(self, index: tuple[Affine, ...]) -> Affine:
        """The position of an element."""
        return sum((i * s for i, s in zip(index, self.strides, strict=True)), start=self.offset)


def packed(place: Place, shape: tuple[int, ...]) -> bool:
    """Whether the elements lie in row-major order without gaps."""
    pairs = zip(shape, place.strides, contiguous(shape), strict=True)
    return size(shape) == 0 or all(d == 1 or s == c for d, s, c in pairs)


@dataclass(frozen=True, eq=False)
class Copy:
    """Values to be written to a place although they are not computed there."""

    order: float
    node: Node
    place: Place


class Storage:
    """Assigns places from the consumers down; what is left gets a buffer of its own when it is first read."""

    def __init__(self, graph: Graph, plan: Plan, expressions: Expressions, passes: frozenset[str]):
        self.graph, self.plan, self.expressions, self.passes = graph, plan, expressions, passes
        self.places: dict[Node, Place] = {}
        self.also: dict[Node, list[Place]] = defaultdict(list)  # further places an elementwise result is written to
        self.copies: dict[object, list[Copy]] = defaultdict(list)  # by scope
        self.parts: dict[Node, list] = {}  # concat -> the nodes and copies that fill it
        self.results: dict[Node, Place] = {}  # where the outputs are
        self.inputs: dict[str, Buffer] = {}
        self.consts: dict[str, Buffer] = {}
        self.carried: set[Buffer] = set()  # those that a recurrence starts from and overwrites

    def assign(self, outputs: list[Node]):
        """Give every node a place that something else dictates: scans and concats, last ones first, then outputs."""
        owners = self.plan.loops + [n for n in self.plan.needed if n.kind == "concat"]
        for owner in sorted(owners, key=lambda o: -o.id):
            if isinstance(owner, Scan):
                self._loop(owner)
            else:
                self._concat(owner)
        self.results = {node: self._output(node) for node in outputs}

    def place(self, node: Node) -> Place:
        """Where `node` is."""
        if node not in self.places:
            if node.kind in ("input", "const"):
                self.places[node] = self._outside(node)
            else:
                self.places[node] = self._own(node.shape, node.dtype, node.scope)
        return self.places[node]

    def view(self, node: Node) -> Place:
        """Where the elements of a strided view are."""
        if self.plan.in_memory(node):
            return self.place(node)
        base = self.view(node.args[0])
        return getattr(self, f"_{node.kind}")(node, base)

    # ------------------------------------------------------------ views
    def _broadcast(self, node, base):
        shape = node.args[0].shape
        strides = (0,) * (len(node.shape) - len(shape)) + tuple(
            0 if d == 1 else s for d, s in zip(shape, base.strides, strict=True)
        )
        return Place(base.buffer, base.offset, strides)

    def _permute(self, node, base):
        return Place(base.buffer, base.offset, tuple(base.strides[a] for a in node.attr))

    def _slice(self, node, base):
        starts, steps = node.attr
        shift = sum(s * b for s, b in zip(starts, base.strides, strict=True))
        strides = tuple(s * b for s, b in zip(steps, base.strides, strict=True))
        return Place(base.buffer, base.offset + shift, strides)

    def _reshape(self, node, base):
        return Place(base.buffer, base.offset, reshaped(base.strides, node.args[0].shape, node.shape))

    def _pick(self, node, base):
        at = self.expressions.position(*node.args, (), node.attr)
        rest = base.strides[: node.attr] + base.strides[node.attr + 1 :]
        return Place(base.buffer, base.offset + at * base.strides[node.attr], rest)

    # ------------------------------------------------------------ buffers
    def _own(self, shape, dtype, scope) -> Place:
        return Place(self._buffer(size(shape), dtype, scope), Affine(), contiguous(shape))

    def _buffer(self, count: int, dtype: str, scope) -> Buffer:
        return Buffer(count, dtype, refilled=self.expressions.counter(scope) if isinstance(scope, Scan) else None)

    def _outside(self, node) -> Place:
        known = self.inputs if node.kind == "input" else self.consts
        buffer = known.setdefault(node.attr, Buffer(size(node.shape), node.dtype, node.kind, node.attr))
        return Place(buffer, Affine(), contiguous(node.shape))

    def _output(self, node) -> Place:
        """Outputs stay where they are if their elements lie there in order, and are copied otherwise."""
        base = node
        while not self.plan.in_memory(base) and base.kind in VIEWS:
            base = base.args[0]
        if self.plan.in_memory(base):
            place = self.view(node)
            if packed(place, node.shape) and not place.offset.terms:
                return place
        place = self._own(node.shape, node.dtype, self.graph.run)
        self._write(node, place, node.scope, float("inf"))
        return place

    def _write(self, node: Node, place: Place, scope, order: float, lasting: bool = True):
        """Have `node` written to `place`, by computing it there if nothing stands against it; tells who writes."""
        base, there = self._peeled(node, place)
        if "place" in self.passes and base.kind in PLACEABLE and base.scope is scope:
            free = base not in self.places and lasting
            if free and (base not in self.plan.whole or packed(there, base.shape)):
                self.places[base] = there
                return base
            if base.kind == "map" or (base.kind == "reduce" and not self.accumulates(base)):
                self.also[base].append(there)
                return base
        copy = Copy(order, node, place)
        self.copies[scope].append(copy)
        return copy

    def _peeled(self, node, place):
        """Undo the transposes and reshapes between `node` and what is computed, on the place instead."""
        while node.kind in ("permute", "reshape"):
            base = node.args[0]
            if node.kind == "permute":
                back = dict(zip(node.attr, place.strides, strict=True))
                strides = tuple(back[a] for a in range(len(back)))
            elif regroup(node.shape, base.shape) is not None or packed(place, node.shape):
                strides = reshaped(place.strides, node.shape, base.shape)
            else:
                break
            node, place = base, Place(place.buffer, place.offset, strides)
        return node, place

    def accumulates(self, node: Node) -> bool:
        """Whether a reduction adds rows to its result in memory, because its last axis stays."""
        name, axes = node.attr
        if "sums" not in self.passes:
            return False
        long = [a for a, d in enumerate(node.args[0].shape) if d > 1]
        return bool(long) and long[-1] not in axes and any(a in axes for a in long) and not REDUCTIONS[name].position

    # ------------------------------------------------------------ owners
    def _concat(self, node):
        whole, start, self.parts[node] = self.place(node), 0, []
        for part in node.args:
            if size(part.shape):
                here = Place(whole.buffer, whole.offset + start * whole.strides[node.attr], whole.strides)
                self.parts[node].append(self._write(part, here, node.scope, node.id - 0.5))
            start += part.shape[node.attr]

    def _loop(self, loop: Scan):
        counter = Affine.of(self.expressions.counter(loop))
        stacked = {j: n for (_, j), n in self._of(loop, "stacked").items()}
        rows: dict[int, Place] = {}
        for i in sorted({n.attr[1] for kind in ("carry", "final") for n in self._of(loop, kind).values()}):
            same = next((j for j, n in stacked.items() if loop.ys[j] is loop.next[i] and n not in self.places
                         and j not in rows), None)  # fmt: skip
            if same is None or "rows" not in self.passes:
                self._two_rows(loop, i)
            else:
                rows[same] = self._history(loop, i, stacked[same], counter)
        for j, node in stacked.items():
            if j not in rows:
                whole = self.place(node)
                row = Place(whole.buffer, whole.offset + counter * whole.strides[0], whole.strides[1:])
                self._write(loop.ys[j], row, loop, float("inf"))

    def _of(self, loop, kind):
        nodes = sorted((n for n in self.plan.needed if n.kind == kind and n.attr[0] is loop), key=lambda n: n.id)
        return {n.attr: n for n in nodes}

    def _carry(self, loop, i, buffer, read: Affine, write: Affine, start: int, end: int, lasting: bool):
        shape = loop.init[i].shape
        strides = contiguous(shape)
        self.carried.add(buffer)
        for kind, offset in (("carry", read), ("final", Affine(end))):
            for node in self._of(loop, kind).values():
                if node.attr[1] == i:
                    self.places[node] = Place(buffer, offset, strides)
        if size(shape):
            self._write(loop.init[i], Place(buffer, Affine(start), strides), loop.home, loop.id - 0.5, lasting)
            if loop.length:
                self._write(loop.next[i], Place(buffer, write, strides), loop, float("inf"))

    def _history(self, loop, i, stacked: Node, counter: Affine) -> Place:
        shape = loop.init[i].shape
        step, length = size(shape), loop.length
        buffer = self._buffer(step * (length + 1), stacked.dtype, loop.home)
        first = 0 if loop.reverse else step  # where the stacked rows begin: the start value is after or before them
        self.places[stacked] = Place(buffer, Affine(first), contiguous(stacked.shape))
        here, other = counter * step, counter * step + step
        read, write = (other, here) if loop.reverse else (here, other)
        start, end = (step * length, 0) if loop.reverse else (0, step * length)
        self._carry(loop, i, buffer, read, write, start, end, lasting=True)
        return self.places[stacked]

    def _two_rows(self, loop, i):
        step = size(loop.init[i].shape)
        buffer = self._buffer(2 * step, loop.init[i].dtype, loop.home)
        left = Affine.of(self.expressions.counter(loop)) + int(loop.reverse)  # done so far, or still to do
        value = Op("remainder", (IndexValue(left), Lit(2, "int64")), "int64")
        odd = Affine.of(self.expressions.variables.setdefault(value, Position(value)), step)
        last = step * (loop.length % 2)
        start, end = (last, 0) if loop.reverse else (0, last)
        self._carry(loop, i, buffer, odd, odd * -1 + step, start, end, lasting=False)


def reshaped(strides, old, new) -> tuple[int, ...]:
    """Strides of a reshaped view; an array whose axes merge is packed."""
    where = regroup(old, new)
    if where is None:
        return contiguous(new)
    out = [0] * len(new)
    for stride, moved in zip(strides, where, strict=True):
        for axis, multiple in moved:
            out[axis] = stride * multiple
    return tuple(out)
