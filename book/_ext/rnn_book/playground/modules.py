"""The programs of the playground: recorded from `helpers.playground`, a stepper for each network and each task."""

from __future__ import annotations

import functools
from itertools import starmap

import numpy as np
from array_api_compat import array_namespace

from helpers import playground
from live_figures.stepper import Part, compile_stepper

__all__ = ["network", "networks", "task", "tasks"]

FIRST = tuple(playground.DEFAULTS[name] for name in ("cell", "task", "hidden"))  # what the page opens with
_STATE = ("weights", "m", "v", "t")
_REAL, _WHOLE = np.zeros(()), np.zeros((), np.int64)


def networks() -> list[tuple[str, str, int]]:
    """Every network that can be chosen: cell, task, hidden size."""
    return [(cell, key, hidden) for cell in playground.CELLS for key in playground.TASKS for hidden in playground.SIZES]


def tasks() -> list[tuple[str]]:
    """Every task that can be chosen."""
    return [(key,) for key in playground.TASKS]


def network(cell: str, key: str, hidden: int) -> dict[str, str]:
    """The files of one network: its first weights, made of drawn numbers, a training step, and a look at a batch.

    All are packed as what they add to FIRST.
    """
    return _first() if (cell, key, hidden) == FIRST else _network(cell, key, hidden, (_name(*FIRST), _first()))


@functools.cache
def _first() -> dict[str, str]:
    return _network(*FIRST)


def _name(cell: str, key: str, hidden: int) -> str:
    return f"{cell}-{key}-{hidden}"


def _network(cell: str, key: str, hidden: int, like: tuple[str, dict[str, str]] | None = None) -> dict[str, str]:
    first = playground.initial(cell, key, hidden, 0)
    uniform, normal = map(np.zeros, playground.counts(cell, key, hidden))

    def initial(given):
        return playground.assembled(cell, key, hidden, given["uniform"], given.get("normal"), given["start"],
                                    given["forget_bias"])

    def step(given):
        chosen = [given[name] for name in ("rate", "optimiser", "clip", "threshold")]
        state = {name: given[name] for name in _STATE}
        state, told = playground.step(cell, key, state, given["x"], given["y"], *chosen)
        return state | told

    def look(given):
        return playground.look(cell, key, {"weights": given["weights"]}, given["x"], given["y"])

    def batch(length):
        return dict(zip("xy", playground.draw(key, 0, 1, length, *_text(key)), strict=True))

    def chosen(length):
        return first | batch(length) | {"rate": _REAL, "optimiser": _WHOLE, "clip": _WHOLE, "threshold": _REAL}

    numbers = {"uniform": uniform} | ({"normal": normal} if normal.size else {})
    parts = {
        "initial": Part(initial, lambda length: numbers | {"start": _WHOLE, "forget_bias": _REAL}, often=False),
        "step": Part(step, chosen),
        "look": Part(look, lambda length: {"weights": first["weights"]} | batch(length)),
    }
    return compile_stepper(_name(cell, key, hidden), parts, playground.LENGTHS, like=like)


def task(key: str) -> dict[str, str]:
    """The files of one task: batches, the numbers behind first weights, and what a text's baselines are."""
    each = starmap(playground.counts, (choice for choice in networks() if choice[1] == key))
    numbers = tuple(map(max, zip(*each, strict=True)))

    def draw(given):
        drawn = playground.draw(key, given["seed"], given["step"], given["times"].shape[0], *_text(key, given))
        return dict(zip("xy", drawn, strict=True))

    def start(given):
        return dict(zip(("uniform", "normal"), playground.drawn(given["seed"], *numbers), strict=True))

    def levels(given):
        told = playground.TASKS[key].baselines(given["times"].shape[0], *_text(key, given)).values()
        return {"levels": array_namespace(*told).stack(list(told))}

    def inputs(*names):
        text = dict(zip(("codes", "count"), _text(key), strict=False))
        # an array of as many elements as there are steps: what says the length to a program that is recorded
        return lambda length: {"times": np.zeros(length)} | dict.fromkeys(names, _WHOLE) | text

    parts = {"draw": Part(draw, inputs("seed", "step")), "start": Part(start, lambda length: {"seed": _WHOLE}, False)}
    if key == "text":
        parts["levels"] = Part(levels, inputs(), often=False)
    lengths = playground.TASKS[key].shortest, playground.LENGTHS[1]
    return compile_stepper(f"task-{key}", parts, lengths, bits=64)  # the words of random numbers are exact in these


def _text(key: str, given=None) -> tuple:
    """What `draw` takes of the text: codes and count, those that are `given` or examples; nothing for other tasks."""
    if key != "text":
        return ()
    return (given["codes"], given["count"]) if given else (np.zeros(playground.LONGEST_TEXT, np.int64), np.asarray(2))
