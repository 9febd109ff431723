"""The programs of the playground: recorded from `helpers.playground`, a stepper for each network and each task."""

from __future__ import annotations

import numpy as np
from array_api_compat import array_namespace

from helpers import playground
from live_figures.stepper import Part, compile_stepper

__all__ = ["network", "networks", "task", "tasks"]

_STATE = ("weights", "m", "v", "t")
_REAL, _WHOLE = np.zeros(()), np.zeros((), np.int64)


def networks() -> list[tuple[str, str, int]]:
    """Every network that can be chosen: cell, task, hidden size."""
    return [(cell, key, hidden) for cell in playground.CELLS for key in playground.TASKS for hidden in playground.SIZES]


def tasks() -> list[tuple[str]]:
    """Every task that can be chosen."""
    return [(key,) for key in playground.TASKS]


def network(cell: str, key: str, hidden: int) -> dict[str, str]:
    """The files of one network: its first weights, a training step, and a look at one sequence."""
    first = playground.initial(cell, key, hidden, 0)

    def initial(given):
        return playground.initial(cell, key, hidden, given["seed"], given["start"], given["forget_bias"])

    def step(given):
        chosen = [given[name] for name in ("rate", "optimiser", "clip", "threshold")]
        state = {name: given[name] for name in _STATE}
        state, told = playground.step(cell, key, state, given["x"], given["y"], *chosen)
        return state | told

    def look(given):
        return playground.look(cell, key, {"weights": given["weights"]}, given["seen_x"], given["seen_y"])

    def batch(length):
        return dict(zip("xy", playground.draw(key, 0, 1, length, *_text(key)), strict=True))

    def chosen(length):
        return first | batch(length) | {"rate": _REAL, "optimiser": _WHOLE, "clip": _WHOLE, "threshold": _REAL}

    parts = {
        "initial": Part(initial, lambda length: {"seed": _WHOLE, "start": _WHOLE, "forget_bias": _REAL}, often=False),
        "step": Part(step, chosen),
        "look": Part(look, lambda length: {"weights": first["weights"]} | _seen(key, **batch(length)), often=False),
    }
    return compile_stepper(f"{cell}-{key}-{hidden}", parts, playground.LENGTHS)


def task(key: str) -> dict[str, str]:
    """The files of one task: the batch of a step, the sequence that is looked at, and what a text's baselines are."""
    def drawn(given, step):
        length = given["times"].shape[0]
        return dict(zip("xy", playground.draw(key, given["seed"], step, length, *_text(key, given)), strict=True))

    def draw(given):
        return drawn(given, given["step"])

    def probe(given):
        return _seen(key, **drawn(given, given["seed"] * 0 + playground.PROBE))

    def levels(given):
        told = playground.TASKS[key].baselines(given["times"].shape[0], *_text(key, given)).values()
        return {"levels": array_namespace(*told).stack(list(told))}

    def inputs(*names):
        text = dict(zip(("codes", "count"), _text(key), strict=False))
        # an array of as many elements as there are steps: what says the length to a program that is recorded
        return lambda length: {"times": np.zeros(length)} | dict.fromkeys(names, _WHOLE) | text

    parts = {"draw": Part(draw, inputs("seed", "step")), "probe": Part(probe, inputs("seed"))}
    if key == "text":
        parts["levels"] = Part(levels, inputs())
    lengths = playground.TASKS[key].shortest, playground.LENGTHS[1]
    return compile_stepper(f"task-{key}", parts, lengths, bits=64)  # the words of random numbers are exact in these


def _seen(key: str, x, y) -> dict:
    """The first sequence of a batch, as a batch of one."""
    last = playground.TASKS[key].where == "last"
    return {"seen_x": x[:, :1, :], "seen_y": y[:1, ...] if last else y[:, :1, ...]}


def _text(key: str, given=None) -> tuple:
    """What `draw` takes of the text: codes and count, those that are `given` or examples; nothing for other tasks."""
    if key != "text":
        return ()
    return (given["codes"], given["count"]) if given else (np.zeros(playground.LONGEST_TEXT, np.int64), np.asarray(2))
