"""Recurrences: the body is recorded once and becomes a loop."""

from __future__ import annotations

from .array import Array, node_of
from .elementwise import cast
from .errors import TraceError
from .graph import Graph, Node, Scan, current
from .shaping import pick, solid

__all__ = ["scan"]


def scan(f, init, xs, reverse=False):
    """`carry, y = f(carry, x)` for each step of the arrays `xs` (tuple, time first); see `live_figures.scan`.

    Returns the last carry and the stacked `ys`; both keep the (named) tuple types that `f` returned.
    """
    graph, lengths = current(), {x.shape[0] for x in xs}
    if len(lengths) != 1:
        raise ValueError(f"scan needs arrays of one common length, got lengths {sorted(lengths)}")
    xs_nodes = [solid(node_of(x)) for x in xs]
    loop = Scan(depth=graph.open[-1].depth + 1, length=lengths.pop(), reverse=bool(reverse))
    graph.open.append(loop)
    loop.init = tuple(node_of(c) for c in init)
    loop.counter = graph.node("counter", attr=loop, shape=(), dtype="int64", scope=loop)
    loop.carries = tuple(
        graph.node("carry", attr=(loop, i), shape=c.shape, dtype=c.dtype, scope=loop) for i, c in enumerate(loop.init)
    )
    carry = _like(init, [Array(c) for c in loop.carries])
    carry, ys = f(carry, _like(xs, [Array(pick(x, loop.counter, 0)) for x in xs_nodes]))
    loop.next = _checked(loop, carry)
    loop.ys = tuple(node_of(y) for y in ys)
    graph.open.pop()
    return _results(graph, loop, carry, ys)


def _like(template, values):
    """`values` in the tuple type of `template`."""
    return type(template)(*values) if hasattr(template, "_fields") else tuple(values)


def _checked(loop: Scan, carry) -> tuple[Node, ...]:
    if len(carry) != len(loop.init):
        raise ValueError(f"scan: the body returned {len(carry)} carries, it was given {len(loop.init)}")
    out = []
    for i, (new, old) in enumerate(zip(map(node_of, carry), loop.init, strict=True)):
        if new.shape != old.shape:
            raise ValueError(f"scan: carry {i} starts with shape {old.shape} and the body returned {new.shape}")
        if new.dtype != old.dtype and (new.dtype, old.dtype) != ("int64", "float64"):
            change = f"a scan whose carry {i} changes from {old.dtype} to {new.dtype}"
            raise TraceError(change, "give its start value the latter dtype")
        out.append(cast(new, old.dtype))
    return tuple(out)


def _results(graph: Graph, loop: Scan, carry, ys):
    loop.home = _home(graph, loop)
    loop.id = graph.next_id()
    finals = [
        graph.node("final", attr=(loop, i), shape=n.shape, dtype=n.dtype, scope=loop.home)
        for i, n in enumerate(loop.next)
    ]
    stacked = [
        graph.node("stacked", attr=(loop, j), shape=(loop.length, *n.shape), dtype=n.dtype, scope=loop.home)
        for j, n in enumerate(loop.ys)
    ]
    return _like(carry, map(Array, finals)), _like(ys, map(Array, stacked))


def _home(graph: Graph, loop: Scan):
    """The deepest scope that the loop takes values from: it runs there, once."""
    todo, seen, home = [*loop.init, *loop.next, *loop.ys], set(), graph.setup
    while todo:
        node = todo.pop()
        if node.id in seen:
            continue
        seen.add(node.id)
        if node.scope in graph.open:
            home = max(home, node.scope, key=lambda s: s.depth)
        elif node.kind in ("stacked", "final"):
            inner = node.attr[0]
            todo += [*inner.init, *inner.next, *inner.ys]
        todo += node.args
    return home
