"""The playground's tasks: one record each, and batches that NumPy and the page draw alike, number by number.

A batch is a function of the seed, the step and the length alone (`live_figures.random`): whoever repeats a run sees the
same sequences. Array API only; seed and step may be traced. Whole numbers of 16 bits stand behind every draw, so that
adding's numbers are exact in float32 too. Every size and every whole number is affine in the length, so that one
recorded program can serve all lengths. Shapes: x (T, BATCH, D); y as the task's `loss` and `where` say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from array_api_compat import array_namespace, is_array_api_obj

from live_figures import random

from .._validate import expect_choice, expect_counts

__all__ = ["BATCH", "LENGTHS", "PROBE", "TASKS", "Task", "draw"]

BATCH = 32
LENGTHS = (5, 100)
HALF = 2**16
FIRST_STREAM = 2  # streams 0 and 1 of a seed are its initial weights
PROBE = 2**31  # the step whose first sequence is looked at while a net trains; no run comes that far


class Task(NamedTuple):
    """One task: D `inputs` and K `outputs` a step, its `loss`, and `where` an answer is due.

    loss: "squared" (y are numbers, (..., 1)) or "cross-entropy" (y are classes, (...)); where: "last" (y of (BATCH,
    ...)) or "each" (y of (T, BATCH, ...)). `batch(drawn, length, text)` makes x and y, given drawn(rows) -> (rows,
    BATCH) whole numbers below HALF; `baselines(length, text)` gives the losses of simple answers by name.
    """

    title: str
    words: str
    inputs: int
    outputs: int
    loss: str
    where: str
    batch: Callable
    baselines: Callable


def draw(task: str, seed, step, length: int, text=None):
    """The batch of step number `step` (from 1, or PROBE): x (length, BATCH, D) and y."""
    expect_choice("task", task, TASKS)
    expect_counts(*LENGTHS, length=length)
    given = [value for value in (seed, step) if is_array_api_obj(value)]
    xp = array_namespace(*given) if given else None
    return TASKS[task].batch(lambda rows: random.halves(seed, (rows, BATCH), step + FIRST_STREAM, xp), length, text)


def _adding(drawn, length, _):
    """Numbers of [0, 1), one marked in each half (the middle one of an odd length half as often); y: their sum."""
    rows = drawn(length + 2)
    xp = array_namespace(rows)
    first, second = rows[0, :] * (length - 1) // (2 * HALF), length - 1 - rows[1, :] * length // (2 * HALF)
    numbers, time = xp.astype(rows[2:, :], xp.float64) / HALF, xp.arange(length)[:, None]
    marked = xp.astype(xp.logical_or(time == first, time == second), xp.float64)
    return xp.stack([numbers, marked], axis=-1), xp.sum(numbers * marked, axis=0)[:, None]


TASKS = {
    "adding": Task("adding", "", 2, 1, "squared", "last", _adding, lambda length, text=None: {"always 1": 1 / 6}),
}
