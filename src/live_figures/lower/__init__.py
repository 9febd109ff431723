"""Lowering: from the recorded graph of arrays to a program of loops and buffers."""

from __future__ import annotations

from ..program import Output, Program
from ..record.graph import Graph, Node
from .expressions import Expressions
from .kernels import Kernels
from .liveness import reuse_buffers
from .plan import Plan
from .schedule import Schedule
from .storage import Storage

__all__ = ["lower"]


def lower(graph: Graph, outputs: dict[str, Node]) -> Program:
    """The program that computes the named `outputs` of a recorded graph."""
    nodes = list(dict.fromkeys(outputs.values()))
    plan = Plan(nodes)
    expressions = Expressions(plan.in_memory)
    storage = Storage(graph, plan, expressions)
    storage.assign(nodes)
    schedule = Schedule(plan, storage, expressions)
    setup, run = schedule.scope(graph.setup), schedule.scope(graph.run)
    kernels = Kernels(schedule, storage, expressions)
    program = Program(storage.inputs, storage.consts, {}, kernels.steps(setup), kernels.steps(run))
    for name, node in outputs.items():
        place = storage.results[node]
        program.outputs[name] = Output(place.buffer, place.offset.const, node.shape, node.dtype)
    reuse_buffers(program, storage.refilled)
    return program
