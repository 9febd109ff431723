"""In which order arrays are computed, and which of them share a loop."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..record.graph import Node, Scan, Scope, size
from ..record.kinds import KERNELS
from .expressions import Expressions, Position, Read, identity, iteration, reads
from .plan import Plan
from .storage import Copy, Storage

__all__ = ["Alone", "Group", "Item", "Recurrence", "Schedule"]


@dataclass(eq=False)
class Item:
    """One array computed element by element inside a group's loops, or a copy to a place."""

    node: Node
    expr: object
    copy: Copy | None = None
    reduced: tuple[int, ...] = ()  # lengths of the loops inside, for a reduction


@dataclass(eq=False)
class Group:
    """Items that share the loops over one shape and a `stage`; `local` are those that a later item uses."""

    loops: tuple[int, ...]
    stage: object = None
    items: list[Item] = field(default_factory=list)
    local: set[Node] = field(default_factory=set)


@dataclass(eq=False)
class Alone:
    """An array with loops of its own: a matrix product, a running sum, a reduction that adds up rows."""

    node: Node
    expr: object = None


@dataclass(eq=False)
class Recurrence:
    """A scan and the schedule of its body."""

    loop: Scan
    body: list


class Schedule:
    """Entries of every scope in order; `memory` are the arrays that are read outside the loops that compute them."""

    def __init__(self, plan: Plan, storage: Storage, expressions: Expressions, passes: frozenset[str]):
        self.plan, self.storage, self.expressions, self.passes = plan, storage, expressions, passes
        self.memory: set[Node] = set()
        self._done: dict[object, int] = {}  # node or copy -> index of the entry that completes it

    def scope(self, scope: Scope) -> list:
        """The entries of one scope, in the order of recording, fused into groups where that is possible."""
        entries: list = []
        for _, _, work in sorted(self._work(scope), key=lambda w: w[:2]):
            if isinstance(work, Scan):
                self._recurrence(work, entries)
            elif isinstance(work, Copy):
                index = identity(work.node.shape)
                self._join(Item(work.node, self.expressions.at(work.node, index), work), entries, scope)
            elif work.kind == "concat":
                self._done[work] = max((self._done[p] for p in self.storage.parts[work]), default=-1)
            else:
                self._compute(work, entries, scope)
        return entries

    def _work(self, scope):
        kinds = (*KERNELS, "map")
        for node in self.plan.first:
            if node.scope is scope and node.kind in kinds and size(node.shape):
                yield node.id, 0, node
        for node in self.storage.parts:
            if node.scope is scope:
                yield node.id, 0, node
        for k, copy in enumerate(self.storage.copies[scope]):
            if size(copy.node.shape):
                yield copy.order, k, copy
        for loop in self.plan.loops:
            if loop.home is scope:
                yield loop.id, 0, loop

    def _recurrence(self, loop, entries):
        entries.append(Recurrence(loop, self.scope(loop)))
        for node in self.plan.needed:
            if node.kind in ("stacked", "final") and node.attr[0] is loop:
                self._done[node] = len(entries) - 1

    def _compute(self, node, entries, scope):
        at = self.expressions
        if node.kind == "map":
            self._join(Item(node, at._map(node, identity(node.shape))), entries, scope)
        elif node.kind == "reduce" and not self.storage.accumulates(node):
            self._join(self._reduction(node), entries, scope)
        else:
            alone = Alone(node)
            if node.kind == "matmul":
                needed = [read for a in node.args for read in self._operand_reads(a)]
            else:
                arg = node.args[0]
                alone.expr = at.at(arg, identity(arg.shape))
                needed = list(reads(alone.expr))
            self.memory.update(read.node for read in needed)
            entries.append(alone)
            self._done[node] = len(entries) - 1

    def _operand_reads(self, node):
        """What a matrix operand needs: the array it views, and the indices of picks on the way."""
        while not self.plan.in_memory(node):
            if node.kind == "pick":
                position = self.expressions.position(*node.args, (), node.attr)
                yield from (r for var, _ in position.terms if isinstance(var, Position) for r in reads(var.value))
            node = node.args[0]
        yield Read(node, ())

    def _reduction(self, node) -> Item:
        arg, axes = node.args[0], node.attr[1]
        kept, level, index = iter(identity(node.shape)), len(iteration(node.shape)), []
        inside = iter(identity(tuple(arg.shape[a] for a in axes), level))
        for axis in range(len(arg.shape)):
            index.append(next(inside) if axis in axes else next(kept))
        lengths = iteration(tuple(arg.shape[a] for a in axes))
        return Item(node, self.expressions.at(arg, tuple(index)), reduced=lengths)

    def _join(self, item: Item, entries: list, scope):
        """Add `item` to the last group that has the right loops and comes after all that `item` reads."""
        loops, needed = iteration(item.node.shape), list(reads(item.expr))
        stage = self._stage(item) if "stages" in self.passes and scope.depth == 1 else None
        here = lambda node: node.scope is scope and node in self._done  # noqa: E731
        after = max((self._done[r.node] for r in needed if here(r.node)), default=-1)
        for k in range(len(entries) - 1, max(after, 0) - 1, -1):
            group = entries[k]
            if "fuse" in self.passes and isinstance(group, Group) and (group.loops, group.stage) == (loops, stage):
                inside = [r for r in needed if here(r.node) and self._done[r.node] == k]
                if all(self._same_element(r, group) for r in inside):
                    break
        else:
            entries.append(Group(loops, stage))
            k, inside = len(entries) - 1, []
        self._add(item, entries[k], needed, {r.node for r in inside})
        self._done[item.copy or item.node] = k

    def _stage(self, item: Item):
        """What keeps items apart: the inputs that reach them, and the recurrence that starts from them.

        Where a recurrence starts from what less inputs reach than the recurrence itself, or none, that copy is its own:
        beside others it would have them all computed again with it.
        """
        inputs, start = self.plan.inputs[item.node], item.copy and item.copy.place.buffer
        return inputs, start if not inputs or start in self.storage.carried else None

    def _add(self, item, group, needed, inside):
        group.items.append(item)
        group.local |= inside
        self.memory.update(r.node for r in needed if r.node not in inside)

    @staticmethod
    def _same_element(read: Read, group: Group) -> bool:
        """Whether the value read is the one that the same iteration of the group has just computed."""
        computed = any(i.node is read.node and i.copy is None for i in group.items)
        return computed and not read.flat and read.index == identity(read.node.shape)
