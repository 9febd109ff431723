"""Which arrays are needed, which are computed on the fly where they are read, and which are computed first."""

from __future__ import annotations

import math
from collections import defaultdict

from ..record.graph import Node, Scan, Scope, size
from ..record.kinds import GIVEN, KERNELS, VIEWS
from ..record.ops import OPERATIONS
from ..record.shaping import regroup

__all__ = ["Plan", "peel", "strip"]


def strip(node: Node) -> Node:
    """The array that a view looks at."""
    while node.kind in VIEWS:
        node = node.args[0]
    return node


def peel(node: Node) -> Node:
    """The array whose elements all appear once in the view `node`: transposes and reshapes removed."""
    while node.kind in ("permute", "reshape"):
        node = node.args[0]
    return node


class Plan:
    """Decides for the arrays that `outputs` need.

    `first`: arrays computed by a kernel, before they are read; every other array is part of its reader's expression.
    `whole`: arrays that must lie in memory in row-major order. `loops`: the scans that run, in order.
    """

    def __init__(self, outputs: list[Node], passes: frozenset[str]):
        self.passes = passes
        self.needed: set[Node] = set()
        self.inputs: dict[Node, frozenset[str]] = {}  # the names of those that reach a node
        self.loops: list[Scan] = []
        self.first: set[Node] = set()
        self.whole: set[Node] = set()
        self._forced: set[Node] = set()
        self._weight: dict[Node, int] = {}
        self._readers = defaultdict(list)  # node -> [(scope of the reader, how many elements it reads)]
        self._reach(outputs)
        self._trace_inputs()
        for node in outputs:
            self._root(node)
        for loop in self.loops:
            for node in (*loop.init, *loop.next, *loop.ys):
                self._root(node)
        for node in sorted(self.needed, key=lambda n: -n.id):
            self._visit(node)

    def in_memory(self, node: Node) -> bool:
        """Whether reading `node` means reading memory or a value computed earlier."""
        return node in self.first or node.kind in GIVEN

    def _reach(self, outputs):
        todo = list(outputs)
        while todo:
            node = todo.pop()
            if node in self.needed:
                continue
            self.needed.add(node)
            todo += node.args
            if node.kind in ("carry", "stacked", "final"):
                loop, k = node.attr
                todo += [loop.ys[k]] if node.kind == "stacked" else [loop.next[k], loop.init[k]]
                if loop not in self.loops:
                    self.loops.append(loop)
        self.loops.sort(key=lambda loop: loop.id)

    def _trace_inputs(self):
        for node in sorted(self.needed, key=lambda n: n.id):
            sources = node.args
            if node.kind == "carry":
                loop, k = node.attr
                sources = (loop.init[k],)
            elif node.kind in ("stacked", "final"):
                loop = node.attr[0]
                sources = (*loop.init, *loop.next, *loop.ys)
            own = frozenset([node.attr]) if node.kind == "input" else frozenset()
            self.inputs[node] = own.union(*(self.inputs.get(source, ()) for source in sources))

    def _root(self, node: Node):
        """A value that is written to a given place."""
        base = peel(node)
        if base is not node or base.kind not in ("map", *KERNELS):
            self._readers[node].append((None, size(node.shape)))
        self._forced.add(base)

    def _visit(self, node: Node):
        kind = node.kind
        if kind in VIEWS:
            self._view(node)
        elif kind == "map":
            self._map(node)
        elif kind in ("gather", "along"):
            for scope, count in self._readers[node]:
                for arg in node.args:
                    self._readers[arg].append((scope, count))
        elif kind in KERNELS:
            self.first.add(node)
            for arg in node.args:
                self._readers[arg].append((node.scope, size(arg.shape)))
                if kind == "matmul":
                    self._forced.add(strip(arg))
        elif kind == "concat":
            for part in node.args:
                self._root(part)

    def _view(self, node):
        base = node.args[0]
        self._readers[base] += self._readers[node]
        if node.kind == "pick":
            self._readers[node.args[1]] += [(scope, 1) for scope, _ in self._readers[node]]
        if node.kind == "reshape" and regroup(base.shape, node.shape) is None:
            self.whole.add(base)
            self._forced.add(base)

    def _map(self, node):
        total = sum(count * _runs(scope, node.scope) for scope, count in self._readers[node])
        if node in self._forced or node.attr == "copy" or not self._inline(node, total):
            self.first.add(node)
            readers = [(node.scope, size(node.shape))]
        else:
            readers = self._readers[node]
        for arg in node.args:
            self._readers[arg] += [(scope, _count(count, arg.shape, node.shape)) for scope, count in readers]

    def _inline(self, node, total):
        """Whether computing `node` wherever it is read costs no more than keeping it would."""
        if "inline" not in self.passes:
            return False
        return total <= size(node.shape) or (total <= 3 * size(node.shape) and self._cost(node) <= 2)

    def _cost(self, node: Node) -> int:
        """Operations to compute one element, in additions; reading memory is free."""
        if node.kind in VIEWS or node.kind in ("gather", "along"):
            return self._cost(node.args[0])
        if node.kind != "map":
            return 0
        if node not in self._weight:
            own = 1 if node.attr == "copy" else OPERATIONS[node.attr].cost
            self._weight[node] = own + sum(self._cost(a) for a in node.args)
        return self._weight[node]


def _runs(scope: Scope | None, home: Scope) -> float:
    """How often a scope runs for each time that `home` does; what is set up once is not computed again elsewhere."""
    if scope is None or scope is home:
        return 1
    return scope.length * _runs(scope.home, home) if isinstance(scope, Scan) and home.depth else math.inf


def _count(count: int, inner: tuple[int, ...], outer: tuple[int, ...]) -> int:
    """Elements of an operand computed for `count` elements of a result it is broadcast to: where only trailing axes
    are repeated, the value is kept outside the innermost loops."""
    aligned = (1,) * (len(outer) - len(inner)) + inner
    kept = max((a for a, d in enumerate(aligned) if d > 1), default=-1) + 1
    if aligned[:kept] == outer[:kept]:
        repeats = size(outer[kept:])
        return -(-count // repeats) if repeats else count
    return count
