"""The kinds of nodes, each once: what is known about the memory of an array before anything is planned.

A new kind is one row here, a function that records it, and its meaning in the lowering: index by index (a method of
`lower.expressions.Expressions`, and of `lower.storage.Storage` for a view) or with loops of its own (`lower.kernels`).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GIVEN", "KERNELS", "KINDS", "OWN_MEMORY", "PLACEABLE", "VIEWS", "Kind"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is true of every node of a kind.

    memory: it can lie in memory of its own, in row-major order; anything else is computed or looked at where it is read
    view: it shows elements of its first argument; it costs nothing
    given: it is there before any kernel reads it, or others fill it: the page, its parts, the steps of a recurrence
    kernel: it has loops of its own
    placeable: it can be computed at once where its reader wants it
    """

    memory: bool = False
    view: bool = False
    given: bool = False
    kernel: bool = False
    placeable: bool = False


KINDS = {
    "literal": Kind(),  # a number known while recording
    "iota": Kind(),  # 0, 1, 2, ...
    "counter": Kind(),  # the number of a recurrence's step
    "const": Kind(memory=True, given=True),
    "input": Kind(memory=True, given=True),
    "map": Kind(memory=True, placeable=True),  # an elementwise operation
    "reduce": Kind(memory=True, kernel=True, placeable=True),
    "cumulate": Kind(memory=True, kernel=True, placeable=True),
    "matmul": Kind(memory=True, kernel=True, placeable=True),
    "slice": Kind(view=True),
    "permute": Kind(view=True),
    "reshape": Kind(view=True),
    "broadcast": Kind(view=True),
    "pick": Kind(view=True),  # one index from data
    "gather": Kind(),  # many indices from data
    "along": Kind(),  # take_along_axis
    "concat": Kind(memory=True, given=True, placeable=True),
    "carry": Kind(memory=True, given=True),
    "stacked": Kind(memory=True, given=True, placeable=True),  # a recurrence's results, one row a step
    "final": Kind(memory=True, given=True),  # a recurrence's last carry
}


def _those(fact: str) -> frozenset[str]:
    return frozenset(name for name, kind in KINDS.items() if getattr(kind, fact))


OWN_MEMORY, VIEWS, GIVEN, KERNELS, PLACEABLE = map(_those, ("memory", "view", "given", "kernel", "placeable"))
