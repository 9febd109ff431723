"""Training runs in NumPy: the same numbers as in the page, from the same settings."""

from __future__ import annotations

import json
from typing import NamedTuple

import numpy as np

from .._validate import LARGEST, expect_choice, expect_counts, expect_number
from . import network
from .tasks import TASKS, draw, expect_length
from .text import TEXT, encoded

__all__ = ["DEFAULTS", "LOST", "TEMPLATE", "History", "cell", "run", "settings"]

LOST = 1e12  # a loss beyond it never comes back: the run has diverged
DEFAULTS = {"cell": "lstm", "task": "adding", "length": 20, "hidden": 16, "optimiser": "adam", "rate": 0.01,
            "clip": "norm", "threshold": 1.0, "forget_bias": 1.0, "start": "uniform", "seed": 1, "text": TEXT}
TEMPLATE = """from helpers.playground import run

history = run(
{arguments}
)
print("loss of the first steps:", history.loss[:3], "and of the last:", history.loss[-3:])"""
_CHOICES = {"cell": network.CELLS, "task": tuple(TASKS), "optimiser": network.OPTIMISERS, "clip": network.CLIPS,
            "start": network.STARTS}
_NUMBERS = {"rate": {"above": 0.0, "high": 10.0}, "threshold": {"above": 0.0, "high": 1e6},
            "forget_bias": {"low": -10.0, "high": 10.0}}


class History(NamedTuple):
    """A run: the loss of every step's batch and the norm of its gradient (steps,), the last state, how it ended.

    A run that has `diverged` stops there: its last loss, or what it would have led to, is too large to go on from.
    """

    loss: np.ndarray
    grad_norm: np.ndarray
    state: dict
    diverged: bool


def settings(**given) -> dict:
    """All settings of a run: DEFAULTS, and what is `given` in their place; numbers, names and texts, ready for JSON.

    Raises TypeError or ValueError that names the setting, what it may be and what came.
    """
    if unknown := sorted(set(given) - set(DEFAULTS)):
        raise ValueError(f"{unknown[0]}: there is no such setting; there are {', '.join(DEFAULTS)}")
    full = DEFAULTS | given
    for name, options in _CHOICES.items():
        expect_choice(name, full[name], options)
    expect_length(full["task"], full["length"])
    if full["hidden"] not in network.SIZES:
        raise ValueError(f"hidden: expected one of {', '.join(map(str, network.SIZES))}; got {full['hidden']!r:.60}")
    for name, bounds in _NUMBERS.items():
        expect_number(name, full[name], **{"low": -LARGEST, "high": LARGEST} | bounds)
    expect_counts(0, 2**32 - 1, seed=full["seed"])
    encoded(full["text"])
    return full


def run(steps: int = 1000, **given) -> History:
    """Train one network from its first weights for `steps` steps, or until it diverges.

    The settings are those of `settings`; every number drawn is the page's: a page in float64 gives the same losses to
    rounding, until rounding itself has grown in a run that is chaotic. Raises TypeError and ValueError as `settings`,
    and for a number of steps that is no whole number of at least 1.
    """
    expect_counts(steps=steps)
    chosen = settings(**given)
    cell, task = chosen["cell"], chosen["task"]
    text = encoded(chosen["text"])[:2] if task == "text" else ()
    state = network.initial(cell, task, chosen["hidden"], chosen["seed"], chosen["start"], chosen["forget_bias"])
    how = [chosen[name] for name in ("rate", "optimiser", "clip", "threshold")]
    measured, diverged = [], False
    with np.errstate(all="ignore"):
        for k in range(1, steps + 1):
            x, y = draw(task, chosen["seed"], k, chosen["length"], *text)
            try:
                state, now = network.step(cell, task, state, x, y, *how)
            except FloatingPointError:
                diverged = True
                break
            measured.append((now["loss"], now["grad_norm"]))
            if diverged := not (now["loss"] < LOST and np.all(np.isfinite(state["weights"]))):
                break
    losses, norms = np.asarray(measured, dtype=float).reshape(-1, 2).T
    return History(losses, norms, state, diverged)


def cell(steps: int = 1000, **given) -> str:
    """Python source that repeats a run; the page fills the same TEMPLATE with its settings, each as JSON writes it.

    >>> print(cell(steps=200, task="parity", length=10))
    from helpers.playground import run
    <BLANKLINE>
    history = run(
        steps=200,
        cell="lstm",
        task="parity",
        length=10,
        hidden=16,
        optimiser="adam",
        rate=0.01,
        clip="norm",
        threshold=1.0,
        forget_bias=1.0,
        start="uniform",
        seed=1,
    )
    print("loss of the first steps:", history.loss[:3], "and of the last:", history.loss[-3:])
    """
    expect_counts(steps=steps)
    arguments = {"steps": steps} | settings(**given)
    if arguments["task"] != "text":
        del arguments["text"]
    lines = [f"    {name}={json.dumps(value, ensure_ascii=False)}," for name, value in arguments.items()]
    return TEMPLATE.format(arguments="\n".join(lines))
