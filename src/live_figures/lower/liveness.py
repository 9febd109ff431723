"""Buffers that are never needed at the same time share memory."""

from __future__ import annotations

from ..program import Buffer, Program, Repeat, Stage, buffers_of, rebuild
from ..span import most

__all__ = ["reuse_buffers"]


def reuse_buffers(program: Program) -> None:
    """Replace work buffers whose lives do not overlap by one; results, and what setup or a stage leaves, stay alone."""
    lives: dict[Buffer, list] = {}
    before = _mark(program.setup, lives, 0)
    after = _mark(program.body, lives, before)
    kept = {output.buffer for output in program.outputs.values()} | _left_by_stages(program)
    for buffer, life in lives.items():
        if buffer in kept or (life[0] < before <= life[1]):
            life[:] = 0, after
    merged = _share(lives)
    change = lambda step: rebuild(step, buffer=lambda b: merged.get(b, b))  # noqa: E731
    program.setup, program.body = list(map(change, program.setup)), list(map(change, program.body))


def _left_by_stages(program) -> set[Buffer]:
    """Buffers of a stage that something outside it uses: they have to last until the stage runs again."""
    users: dict[Buffer, set] = {}
    for step in program.body:
        for buffer in buffers_of(step):
            users.setdefault(buffer, set()).add(step if isinstance(step, Stage) else None)
    return {buffer for buffer, steps in users.items() if len(steps) > 1}


def _mark(steps, lives, at, around=()) -> int:
    """Extend the first and last use of every buffer over `steps`, numbered from `at`; returns the next number."""
    for step in steps:
        if isinstance(step, Stage):
            at = _mark(step.body, lives, at)
            continue
        if isinstance(step, Repeat):
            end = at + sum(1 for _ in _flat(step))
            at = _mark(step.body, lives, at, (*around, (step.counter, at, end - 1)))
            continue
        for buffer in buffers_of(step):
            if buffer.role == "work" and buffer.size:
                first, last = _extent(buffer.refilled, at, around)
                life = lives.setdefault(buffer, [first, last])
                life[:] = min(life[0], first), max(life[1], last)
        at += 1
    return at


def _flat(step):
    if isinstance(step, Repeat):
        for inner in step.body:
            yield from _flat(inner)
    else:
        yield step


def _extent(counter, at, around):
    """A buffer of an outer scope is needed during all of the recurrence that uses it, not only at one place in it."""
    inside = 0 if counter is None else 1 + [of for of, _, _ in around].index(counter)
    return around[inside][1:] if inside < len(around) else (at, at)


def _share(lives) -> dict[Buffer, Buffer]:
    """For each buffer the one that stands for it: the smallest free one that is large enough, or the largest grown."""
    merged, active, free = {}, [], []
    for buffer, (first, last) in sorted(lives.items(), key=lambda item: item[1][0]):
        free += [b for end, b in active if end < first]
        active = [(end, b) for end, b in active if end >= first]
        fits, size = [b for b in free if b.dtype == buffer.dtype], most(buffer.size)
        best = min(fits, key=lambda b: (most(b.size) < size, abs(most(b.size) - size)), default=None)
        if best is None:
            best = buffer
        else:
            free.remove(best)
            best.size = max(most(best.size), size)
        merged[buffer] = best
        active.append((last, best))
    return merged
