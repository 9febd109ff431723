"""Statements: the scheduled groups, matrix products and recurrences written as loops over buffers."""

from __future__ import annotations

from ..program import (
    Affine,
    Assign,
    Expr,
    IndexValue,
    Kernel,
    Let,
    Lit,
    Load,
    MatMul,
    Op,
    Operand,
    Repeat,
    Store,
    Use,
    Var,
)
from ..record.graph import Node, Scan
from ..record.ops import REDUCTIONS, Reduction
from .expressions import Expressions, Position, Read, axis_var, identity, iteration
from .nest import Nest
from .schedule import Alone, Group, Item, Recurrence, Schedule
from .storage import Place, Storage

__all__ = ["Kernels"]


class Kernels:
    """Writes the kernels of a schedule."""

    def __init__(self, schedule: Schedule, storage: Storage, expressions: Expressions, passes: frozenset[str]):
        self.memory, self.storage, self.expressions, self.passes = schedule.memory, storage, expressions, passes
        self._counters: list = []

    def steps(self, entries: list) -> list[Kernel | Repeat]:
        """Kernels and recurrences for the entries of one scope."""
        out = []
        for entry in entries:
            if isinstance(entry, Recurrence):
                step = self._repeat(entry.loop, entry.body)
                out += [step] if step.count and step.body else []
            else:
                out.append(_Kernel(self, self._counters).write(entry))
        return out

    def _repeat(self, loop: Scan, body: list) -> Repeat:
        counter = self.expressions.counter(loop)
        self._counters.append(counter)
        step = Repeat(counter, loop.length, loop.reverse, self.steps(body))
        self._counters.pop()
        return step

    def targets(self, item: Item) -> list[Place]:
        """Every place the value of `item` is written to."""
        if item.copy:
            return [item.copy.place]
        node, places = item.node, list(self.storage.also[item.node])
        if node in self.memory or node in self.storage.places:
            places.insert(0, self.storage.place(node))
        return places


class _Kernel:
    """One kernel being written."""

    def __init__(self, kernels: Kernels, counters):
        self.kernels, self.storage = kernels, kernels.storage
        self.nest = Nest(counters, kernels.passes)
        self.values: dict[Node, Expr] = {}

    def write(self, entry: Group | Alone) -> Kernel:
        """The kernel of one entry of a schedule."""
        if isinstance(entry, Group):
            self._group(entry)
        elif entry.node.kind == "matmul":
            self._matmul(entry.node)
        elif entry.node.kind == "cumulate":
            self._cumulate(entry)
        else:
            self._accumulate(entry)
        return Kernel(self.nest.statements)

    # ------------------------------------------------------------ expressions
    def _index(self, index: Affine) -> Affine:
        """An index in which positions taken from data have become variables."""
        return index.replace(lambda v: self._bound(v.value) if isinstance(v, Position) else None)

    def _bound(self, value) -> Affine:
        value = self._expr(value)
        if isinstance(value, IndexValue):
            return value.index
        return Affine.of(self.nest.bind(Op("to_index", (value,), "index")))

    def _expr(self, expr) -> Expr:
        """The expression with memory in place of array elements."""
        match expr:
            case Read(node, index, flat):
                if node in self.values and not flat and index == identity(node.shape):
                    return self.values[node]
                place = self.storage.place(node)
                position = place.offset + index[0] if flat else place.at(index)
                return Load(place.buffer, self._index(position))
            case IndexValue(index, dtype):
                return IndexValue(self._index(index), dtype)
            case Op(name, args, dtype):
                return Op(name, tuple(self._expr(a) for a in args), dtype)
            case _:
                return expr

    def _value(self, expr) -> Expr:
        return self.nest.hoist(self._expr(expr))

    def _store(self, place: Place, index, value: Expr):
        self.nest.add(Store(place.buffer, self._index(place.at(index)), value))

    # ------------------------------------------------------------ groups
    def _group(self, group: Group):
        for level, count in enumerate(group.loops):
            self.nest.open(axis_var(level), count)
        for item in group.items:
            self._item(item, len(group.loops), local=item.node in group.local and item.copy is None)
        for _ in group.loops:
            self.nest.close()

    def _item(self, item: Item, level: int, local: bool):
        reduction = item.node.kind == "reduce" and item.copy is None
        value = self._reduce(item, level) if reduction else self._value(item.expr)
        targets = self.kernels.targets(item)
        if (local or len(targets) > 1) and not isinstance(value, (Use, Lit)):
            var = Var(value.dtype)
            self.nest.add(Let(var, value))
            value = Use(var)
        if local:
            self.values[item.node] = value
        for place in targets:
            self._store(place, identity(item.node.shape), value)

    def _reduce(self, item: Item, level: int) -> Expr:
        way, dtype = REDUCTIONS[item.node.attr[0]], item.node.dtype
        if way.position:
            return self._position(item, way, level)
        total = self._variable(Lit(way.first(dtype), dtype))
        for k, count in enumerate(item.reduced):
            self.nest.open(axis_var(level + k), count)
        if 0 not in item.node.args[0].shape:
            value = self._value(item.expr)
            self.nest.add(Assign(total, Op(way.step, (Use(total), value), dtype)))
        for _ in item.reduced:
            self.nest.close()
        return Use(total)

    def _position(self, item: Item, way: Reduction, level: int) -> Expr:
        """argmax and argmin: the first position at which the best value so far is beaten."""
        dtype = item.node.args[0].dtype
        best = self._variable(Lit(way.first(dtype), dtype))
        where = self._variable(Lit(0, "int64"))
        for k, count in enumerate(item.reduced):
            self.nest.open(axis_var(level + k), count)
        value = self._variable(self._value(item.expr))
        better = Op(way.step, (Use(value), Use(best)), "bool")
        here = IndexValue(Affine.of(axis_var(level)) if item.reduced else Affine())
        self.nest.add(Assign(where, Op("where", (better, here, Use(where)), "int64")))
        self.nest.add(Assign(best, Op("where", (better, Use(value), Use(best)), dtype)))
        for _ in item.reduced:
            self.nest.close()
        return Use(where)

    def _variable(self, value: Expr):
        var = Var(value.dtype)
        self.nest.add(Let(var, value))
        return var

    # ------------------------------------------------------------ kernels of their own
    def _accumulate(self, entry: Alone):
        node, arg = entry.node, entry.node.args[0]
        way, axes, place = REDUCTIONS[node.attr[0]], node.attr[1], self.storage.place(node)
        out = iteration(node.shape)
        for level, count in enumerate(out):
            self.nest.open(axis_var(level), count)
        self._store(place, identity(node.shape), Lit(way.first(node.dtype), node.dtype))
        for _ in out:
            self.nest.close()
        index = tuple(i for a, i in enumerate(identity(arg.shape)) if a not in axes)
        for level, count in enumerate(iteration(arg.shape)):
            self.nest.open(axis_var(level), count)
        sofar = Load(place.buffer, self._index(place.at(index)))
        self._store(place, index, Op(way.step, (sofar, self._value(entry.expr)), node.dtype))
        for _ in iteration(arg.shape):
            self.nest.close()

    def _cumulate(self, entry: Alone):
        node = entry.node
        way, axis = REDUCTIONS[node.attr[0]], node.attr[1]
        index, loops = identity(node.shape), list(iteration(node.shape))
        variables = [axis_var(level) for level in range(len(loops))]
        outer = [(v, n) for v, n in zip(variables, loops, strict=True) if not index[axis].multiple(v)]
        inner = [(v, n) for v, n in zip(variables, loops, strict=True) if index[axis].multiple(v)]
        for var, count in outer:
            self.nest.open(var, count)
        total = self._variable(Lit(way.first(node.dtype), node.dtype))
        for var, count in inner:
            self.nest.open(var, count)
        self.nest.add(Assign(total, Op(way.step, (Use(total), self._value(entry.expr)), node.dtype)))
        self._store(self.storage.place(node), index, Use(total))
        for _ in loops:
            self.nest.close()

    def _matmul(self, node: Node):
        a, b = (self.storage.view(arg) for arg in node.args)
        batch = node.shape[:-2]
        rows, columns = node.shape[-2:]
        inner = node.args[0].shape[-1]
        operands = [
            self._operand(place, arg.shape, batch)
            for place, arg in ((self.storage.place(node), node), (a, node.args[0]), (b, node.args[1]))
        ]
        self.nest.add(MatMul(*operands, batch, rows, inner, columns))

    def _operand(self, place: Place, shape, batch) -> Operand:
        lead = (1,) * (len(batch) + 2 - len(shape)) + shape[:-2]
        strides = (0,) * (len(batch) + 2 - len(shape)) + place.strides
        strides = tuple(0 if d == 1 else s for d, s in zip(lead, strides, strict=False)) + strides[-2:]
        return Operand(place.buffer, self._index(place.offset), strides)
