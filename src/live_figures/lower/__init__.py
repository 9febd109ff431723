"""Lowering: from the recorded graph of arrays to a program of loops and buffers.

Each module decides one thing, and what is decided later reads what was decided before:

    plan         which arrays are needed, which are computed first, which on the fly where they are read     inline
    expressions  an element of an array as an expression of elements in memory: views only rewrite indices
    storage      where arrays lie, from the readers down: a part in its whole, a carry in its history        place, rows
    schedule     the order of computation, and which arrays share a loop                                     fuse
    kernels      loops, products and recurrences as statements; reductions over rows add up in memory        sums
    nest         in which loop of a kernel a value is computed: the outermost that knows its variables       hoist
    stages       which steps need not run again, because the inputs that changed do not reach them           stages
    liveness     which buffers share memory; last, as it has to see every use                                reuse

The last column names the passes that are no more than better code: `lower(..., without=("hoist",))` leaves one out, the
numbers stay, and `make bench` prints what it costs. Time and gzipped code without a pass, divided by those with all of
them (the four slowest figures, and a training step of an LSTM over 20 steps; in node, taking turns; a busy machine, so
± 0.05; what is not named is 1.00):

    pass     time without it                                                 code without it
    inline   tbptt_window 1.08, gradient_norms 1.07; temperature 0.91        1.08
    fuse     LSTM 1.05; gradient_norms 0.87                                  1.02 (LSTM 1.06)
    place    tbptt_window 1.08, LSTM 1.03; with `rows` gone too, 1.17        1.02
    rows     tbptt_window 1.08                                               1.00
    sums     LSTM 1.06                                                       1.00
    hoist    non_normal 1.5 as it was first written, 1.0 today               0.98
    stages   tbptt_window 1.35, non_normal 1.33 (the mean over its sliders)  0.95
    reuse    1.00                                                            1.08 (gradient_norms 1.19: beyond 4 kB)
    all      LSTM 1.3, figures 0.95 to 1.6                                   1.52

Joining nested loops into one was a pass too: 1.05 to 0.89 in time, 1.02 in code, so it went.
"""

from __future__ import annotations

from collections.abc import Collection

from ..program import Output, Program
from ..record.graph import Graph, Node
from .expressions import Expressions
from .kernels import Kernels
from .liveness import reuse_buffers
from .plan import Plan
from .schedule import Schedule
from .stages import stages
from .storage import Storage

__all__ = ["PASSES", "lower"]

PASSES = ("inline", "fuse", "place", "rows", "sums", "hoist", "stages", "reuse")


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
    if "stages" in passes:
        stages(program)
    if "reuse" in passes:
        reuse_buffers(program)
    return program
