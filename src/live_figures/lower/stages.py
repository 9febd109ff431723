"""Costly steps that not every input reaches run again only when one that reaches them has changed."""

from __future__ import annotations

from itertools import groupby

from ..program import Buffer, Kernel, Loop, MatMul, Program, Repeat, Stage, Store, buffers_of

__all__ = ["COSTLY", "stages"]

COSTLY = 5_000  # elements computed; what costs less is not worth the question whether it can be left out


def stages(program: Program) -> None:
    """Put neighbouring steps of `program.body` that depend on the same few inputs into a `Stage`, if they are costly.

    A step depends on all that went into any buffer it touches, so that what two steps write in turn is never half new.
    """
    every, reach = set(program.inputs.values()), _reach(program)
    body = []
    for inputs, group in groupby(program.body, key=lambda step: _inputs(step, reach)):
        steps = list(group)
        worth = inputs and inputs != every and sum(map(_cost, steps)) > COSTLY
        body += [Stage(tuple(b for b in program.inputs.values() if b in inputs), steps)] if worth else steps
    program.body = body


def _reach(program) -> dict[Buffer, frozenset[Buffer]]:
    """The inputs that reach each buffer."""
    reach = {buffer: frozenset([buffer]) for buffer in program.inputs.values()}
    changed = True
    while changed:
        changed = False
        for step in program.body:
            inputs = _inputs(step, reach)
            for buffer in _written(step):
                if not inputs <= reach.get(buffer, frozenset()):
                    reach[buffer] = reach.get(buffer, frozenset()) | inputs
                    changed = True
    return reach


def _inputs(step, reach) -> frozenset[Buffer]:
    return frozenset().union(*(reach.get(buffer, ()) for buffer in buffers_of(step)))


def _written(step):
    match step:
        case Store(buffer, _, _):
            yield buffer
        case MatMul():
            yield step.out.buffer
        case Loop() | Kernel() | Repeat():
            for inner in step.body:
                yield from _written(inner)


def _cost(step) -> int:
    """How many elements a step computes, or terms of a product."""
    match step:
        case MatMul():
            size = step.rows * step.inner * step.columns
            for length in step.batch:
                size *= length
            return size
        case Loop() | Repeat():
            return step.count * sum(map(_cost, step.body))
        case Kernel():
            return sum(map(_cost, step.body))
        case _:
            return 1
