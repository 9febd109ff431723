"""The playground's tasks: one record each, and batches that NumPy and the page draw alike, number by number.

A batch is a function of the seed, the step and the length alone (`live_figures.random`): whoever repeats a run sees the
same sequences. Array API only; seed and step may be traced. Whole numbers of 16 bits stand behind every draw, so that
most of what is drawn is exact in float32 too. Every size and every whole number is affine in the length, so that one
recorded program can serve all lengths.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from array_api_compat import array_namespace, is_array_api_obj

from live_figures import random

from .._validate import expect_choice, expect_counts
from ..tasks import COPY_BLANK, ORDER_CLASSES, ORDER_SYMBOLS, adding_baseline, copy_memory_baseline
from .text import SIGNS, entropies

__all__ = ["BATCH", "LENGTHS", "PROBE", "TASKS", "Task", "draw"]

BATCH = 32
LENGTHS = (5, 100)
PROBE = 2**31  # the step whose first sequence is looked at while a net trains; no run comes that far

_HALF = 2**16  # the numbers behind a draw are below it
_FIRST_STREAM = 2  # streams 0 and 1 of a seed are its initial weights
_SPAN, _SYMBOLS = 3, 7  # of copy: how many symbols, out of how many; with the blank, 8 classes fill vectors
_SLOWEST, _FASTEST = 2 * math.pi / 32, 2 * math.pi / 8  # of sine: how far the angle turns in one step


class Task(NamedTuple):
    """One task: D `inputs` and K `outputs` a step, its `loss`, and `where` an answer is due.

    loss: "squared" (y are numbers) or "cross-entropy" (y are classes, whose names are `signs`); where: "last" or "each"
    step. y: (BATCH, 1) or (T, BATCH, 1) numbers, (BATCH,) or (T, BATCH) classes. `batch(drawn, length, codes, count)`
    makes x (T, BATCH, D) and y, given drawn(rows) -> (rows, BATCH) whole numbers below 2**16; `baselines(length, codes,
    count)` gives the mean loss of simple answers by name.
    """

    title: str
    says: str
    inputs: int
    outputs: int
    loss: str
    where: str
    batch: Callable
    baselines: Callable
    signs: tuple[str, ...] = ()
    shortest: int = LENGTHS[0]


def draw(task: str, seed, step, length: int, codes=None, count=None):
    """The batch of training step `step` (from 1; or PROBE): x (length, BATCH, D) and y, as the task's record says.

    Seed and step are whole numbers, traced ones too. Only "text" takes the text: `codes` (LONGEST_TEXT,) and `count`,
    as `text.encoded` gives them. Raises ValueError for an unknown task, a length that the task or the playground does
    not offer, a seed or step that is no whole number below 2**32, TypeError where the text is missing or too much.
    """
    expect_choice("task", task, TASKS)
    expect_length(task, length)
    if (codes is None) != (count is None) or (codes is None) == (task == "text"):
        wanted = "codes and count of a text" if task == "text" else "no text"
        raise TypeError(f"codes, count: task {task!r} needs {wanted}; helpers.playground.encoded makes them of a text")
    given = [value for value in (seed, step, codes) if is_array_api_obj(value)]
    xp = array_namespace(*given) if given else None
    return TASKS[task].batch(lambda rows: random.halves(seed, (rows, BATCH), step + _FIRST_STREAM, xp), length, codes,
                             count)


def expect_length(task, length):
    """Raise ValueError unless `length` is a whole number that this task offers."""
    shortest, longest = TASKS[task].shortest, LENGTHS[1]
    try:
        expect_counts(shortest, longest, length=length)
    except ValueError:
        wanted = f"a whole number from {shortest} to {longest} for task {task!r}"
        raise ValueError(f"length: expected {wanted}, got {length!r:.60}") from None


def _scaled(whole, count):
    """Whole numbers from 0 to count - 1, of those below 2**16."""
    return whole * count // _HALF


def _one_hot(xp, classes, count):
    return xp.astype(classes[..., None] == xp.arange(count), xp.float64)


def _in_two_halves(rows, first, last):
    """A step of the first half and one of the second half of steps first .. last, from two rows of numbers.

    The middle one of an odd number of steps falls to either half, half as often as the others: never to both.
    """
    steps = last - first + 1
    return first + rows[0, :] * (steps - 1) // (2 * _HALF), last - rows[1, :] * steps // (2 * _HALF)


# ---------------------------------------------------------------- the tasks
def _adding(drawn, length, *_):
    rows = drawn(length + 2)
    xp = array_namespace(rows)
    first, second = _in_two_halves(rows, 0, length - 1)
    numbers, time = xp.astype(rows[2:, :], xp.float64) / _HALF, xp.arange(length)[:, None]
    marks = xp.astype(xp.logical_or(time == first, time == second), xp.float64)
    return xp.stack([numbers, marks], axis=-1), xp.sum(numbers * marks, axis=0)[:, None]


def _copy(drawn, length, *_):
    symbols = 1 + _scaled(drawn(_SPAN), _SYMBOLS)
    xp = array_namespace(symbols)
    blank = symbols[:1, :] * 0 + COPY_BLANK
    wait = xp.broadcast_to(blank, (length - 2 * _SPAN - 1, BATCH))
    answering = xp.broadcast_to(blank, (_SPAN, BATCH))
    seen = xp.concat([symbols, wait, blank + _SYMBOLS + 1, answering], axis=0)
    due = xp.concat([xp.broadcast_to(blank, (length - _SPAN, BATCH)), symbols], axis=0)
    return _one_hot(xp, seen, _SYMBOLS + 2), due


def _order(drawn, length, *_):
    rows = drawn(length + 3)
    xp, time = array_namespace(rows), array_namespace(rows).arange(length)[:, None]
    first, second = _in_two_halves(rows, 1, length - 2)
    pair = _scaled(rows[2, :], len(ORDER_CLASSES))
    symbols = 2 + _scaled(rows[3:, :], 4)
    symbols = xp.where(time == first, 6 + pair // 2, xp.where(time == second, 6 + pair % 2, symbols))
    symbols = xp.where(time == 0, 0, xp.where(time == length - 1, 1, symbols))
    return _one_hot(xp, symbols, len(ORDER_SYMBOLS)), pair


def _parity(drawn, length, *_):
    bits = _scaled(drawn(length), 2)
    xp = array_namespace(bits)
    return xp.astype(bits, xp.float64)[..., None], xp.cumulative_sum(bits, axis=0) % 2


def _sine(drawn, length, *_):
    rows = drawn(2)
    xp = array_namespace(rows)
    share = xp.astype(rows, xp.float64) / _HALF
    turn = _SLOWEST + (_FASTEST - _SLOWEST) * share[0, :]
    wave = xp.sin(2 * math.pi * share[1, :] + turn * xp.astype(xp.arange(length + 1), xp.float64)[:, None])[..., None]
    return wave[:-1, ...], wave[1:, ...]


def _text(drawn, length, codes, count):
    xp = array_namespace(codes)
    place = (_scaled(drawn(1), count) + xp.arange(length + 1)[:, None]) % count
    read = xp.reshape(xp.take(codes, xp.reshape(place, (-1,)), axis=0), place.shape)
    return _one_hot(xp, read[:-1, :], len(SIGNS)), read[1:, :]


# ---------------------------------------------------------------- what simple answers cost
def _sine_baselines(length, *_):
    """For sin(w t + phase), any phase: E (s' - s)^2 = E (1 - cos w), and E (s' - 2 s + s'')^2 = 2 E (1 - cos w)^2."""
    low, high = _SLOWEST, _FASTEST
    cos = (math.sin(high) - math.sin(low)) / (high - low)
    squared = 0.5 + (math.sin(2 * high) - math.sin(2 * low)) / (4 * (high - low))
    again, onward = 1 - cos, 2 * (1 - 2 * cos + squared)
    return {"always 0": 0.5, "the last value again": again,
            "straight on": (again + (length - 1) * onward) / length}


def _text_baselines(length, codes, count):
    alone, after = entropies(codes, count)
    return {"knows how frequent each sign is": alone, "knows the sign before": after}


TASKS = {
    "adding": Task(
        "Adding", "Two of the numbers are marked, one in each half: give their sum at the end.", 2, 1, "squared",
        "last", _adding,
        lambda *_: {"always 1": adding_baseline(2), "knows one of the two": adding_baseline(2) / 2}),
    "copy": Task(
        "Copy", f"Keep {_SPAN} symbols through a long wait, then repeat them.", _SYMBOLS + 2, _SYMBOLS + 1,
        "cross-entropy", "each", _copy,
        lambda length, *_: {"knows when, guesses what": copy_memory_baseline(length - 2 * _SPAN, _SYMBOLS, _SPAN)},
        ("·", *"ABCDEFG"), 2 * _SPAN + 1),
    "order": Task(
        "Temporal order", "X or Y comes twice among other symbols: say at the end which, and in which order.",
        len(ORDER_SYMBOLS), len(ORDER_CLASSES), "cross-entropy", "last", _order,
        lambda *_: {"guesses": math.log(4), "knows one of the two": math.log(2)}, ("XX", "XY", "YX", "YY")),
    "parity": Task(
        "Parity", "After every bit, say whether the number of ones so far is even or odd.", 1, 2, "cross-entropy",
        "each", _parity,
        lambda length, *_: {"guesses": math.log(2)}, ("even", "odd")),
    "sine": Task(
        "Sine", "A sine wave of unknown frequency and phase: say its next value at every step.", 1, 1, "squared",
        "each", _sine, _sine_baselines),
    "text": Task(
        "Text", "Read a text sign by sign: say the next one at every step.", len(SIGNS), len(SIGNS), "cross-entropy",
        "each", _text, _text_baselines),
}
