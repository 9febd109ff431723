"""Lowering: from the recorded graph of arrays to a program of loops and buffers."""

from __future__ import annotations

from collections.abc import Collection

from ..program import Output, Program
from ..record.graph import Graph, Node
from .expressions import Expressions
from .kernels import Kernels
from .liveness import reuse_buffers
from .plan import Plan
from .schedule import Schedule
from .storage import Storage

__all__ = ["PASSES", "lower"]

PASSES = ("inline", "fuse", "place", "rows", "sums", "hoist", "reuse")


def lower(graph: Graph, outputs: dict[str, Node], without: Collection[str] = ()) -> Program:
    """The program that computes the named `outputs` of a recorded graph, `without` some of the passes."""
    if unknown := set(without) - set(PASSES):
        raise ValueError(f"there is no pass {', '.join(sorted(unknown))}; there are {', '.join(PASSES)}")
    passes = frozenset(PASSES) - set(without)
    nodes = list(dict.fromkeys(outputs.values()))
    plan = Plan(nodes, passes)
    expressions = Expressions(plan.in_memory)
    storage = Storage(graph, plan, expressions, passes)
    storage.assign(nodes)
    schedule = Schedule(plan, storage, expressions, passes)
    setup, run = schedule.scope(graph.setup), schedule.scope(graph.run)
    kernels = Kernels(schedule, storage, expressions, passes)
    program = Program(storage.inputs, storage.consts, {}, kernels.steps(setup), kernels.steps(run))
    for name, node in outputs.items():
        place = storage.results[node]
        program.outputs[name] = Output(place.buffer, place.offset.const, node.shape, node.dtype)
    if "reuse" in passes:
        reuse_buffers(program, storage.refilled)
    return program
