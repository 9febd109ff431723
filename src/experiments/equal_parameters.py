"""Which cell should I use? Two tanh RNNs and four gated cells: equal parameters, equal tuning, four tasks."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from helpers import params, tables, tasks, text
from helpers.models import Recurrent

from .core import Run, best_rates, runs_of, train_until, tuning_settings
from .wording import over_seeds, percent, reached

NAME = "equal_parameters"
CHAPTER = 5
TITLE = "Which cell? Equal parameters, equal tuning"
PAPER = (
    "Chung, Gulcehre, Cho & Bengio (2014), with about equally many parameters: gated cells clearly ahead of tanh on "
    "speech, all three close on music, no verdict between LSTM and GRU. Greff et al. (2017), 5,400 runs: no variant "
    "of the LSTM significantly ahead of the standard one; coupled gates, or none of the peepholes, cost little or "
    "nothing."
)
DEVIATIONS = (
    "Other tasks than theirs, and small ones: adding at length 20, temporal order at length 30, copying 3 of 8 "
    "symbols after a wait of 10 steps, and the next character of Python's standard library (windows of 40, from a "
    "state of zeros). Adam, clipping at norm 1, batches of 16, at most 700 (adding), 400 (order), 800 (copy) or 400 "
    "(text) of them; every 50 batches 500 fresh sequences test the net, and a run ends when their error is at most "
    "0.01. For each cell and task two seeds choose one of the rates 0.003, 0.01 and 0.03, and five other seeds use "
    "it; text is tuned on other modules than it is scored on. Weights start uniform within 1/√H, gates that keep at "
    "sigmoid(1) = 0.73, peepholes at 0. The last two rows of the first three tables are controls: they change only "
    "where the gate starts, and take the rate of their cell. Parameters include the readout and both biases of the "
    "GRU, but not the input gate that coupling leaves without use."
)
READING = (
    "As in Chung et al., gates are ahead, and no gated cell is ahead everywhere. On adding every gated run succeeds "
    "and no tanh run does; in copying every run of the GRU beats every run of the LSTM; on text it is the other way "
    "round in the median, and every run of the three LSTMs beats every tanh run, while the GRU's overlap with them. "
    "Unlike Greff et al., we see variants differ: with coupled gates adding takes, in the median, less than half the "
    "LSTM's sequences, and in copying peepholes help, in the median.\n\n"
    "Initialisation decides much: on temporal order the tanh RNN, each time at the rate chosen for it, solves "
    "nothing from uniform initial weights and 3 of 5 from orthogonal ones, and the LSTM falls from 5 of 5 to 2 of 5 "
    "when its forget gate starts at 1/2.\n\n"
    "What cannot be concluded: which cell is best, or why. These are small networks, five seeds and short trainings, "
    "on text too short to get far below trigrams; longer ones may change the order. The GRU and the coupled LSTM "
    "took the largest of the three rates on every task and might do better with a larger one. They also have more "
    "units than the LSTM at equal parameters: whether gates, units or rates made the difference, these runs do not "
    "say."
)

RATES = (3e-3, 1e-2, 3e-2)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
BATCH, TESTED = 16, 500
TUNED_ON = ("calendar", "csv", "shlex")  # the held-out modules that choose the rate; the others score the result
SCORED_ON = tuple(module for module in text.HELD_OUT if module not in TUNED_ON)


class Cell(NamedTuple):
    """A cell: which of a task's `units` it has, how it starts, start(D, H, seed) -> params, its functions' options.

    A control differs in its start from the cell that it is `tuned_as`, and takes that one's rate.
    """

    width: int
    start: Callable
    options: dict = {}
    tuned_as: str | None = None


def _gru(D, H, seed, bias):
    start = params.gru_params(D, H, seed)
    return start._replace(b=np.repeat([0.0, bias, 0.0], H))


def _peephole(D, H, seed):
    return params.lstm_params(D, H, seed)._replace(peephole=np.zeros((3, H)))


# Weights start uniform within 1/sqrt(H), but for the orthogonal W_h; gates that keep start at sigmoid(1) = 0.73.
CELLS = {
    "tanh RNN": Cell(0, partial(params.rnn_params, recurrent="uniform")),
    "tanh RNN, orthogonal": Cell(0, params.rnn_params),
    "GRU": Cell(1, partial(_gru, bias=1.0)),
    "LSTM": Cell(2, params.lstm_params),
    "LSTM with peepholes": Cell(2, _peephole),
    "LSTM with coupled gates": Cell(1, params.lstm_params, {"coupled": True}),
}
CONTROLS = {
    "GRU, gate at 1/2": Cell(1, partial(_gru, bias=0.0), tuned_as="GRU"),
    "LSTM, gate at 1/2": Cell(2, partial(params.lstm_params, forget_bias=0.0), tuned_as="LSTM"),
}
TRIGRAM = "trigram frequencies"


class Task(NamedTuple):
    """A task: its sizes, hidden units, limit of batches, and functions.

    `units`: how many make the numbers of parameters equal, of a tanh RNN, of cells with three and with four gates;
    `draw(rng)` -> (x, y) is a batch; `test(model, seed)` -> (error, solved), the smaller the better; `guess`: what
    the score of a simple answer is; `last`: only the last state is read out.
    """

    inputs: int
    outputs: int
    units: tuple[int, int, int]
    limit: int
    every: int
    draw: Callable
    loss: Callable
    test: Callable
    score: str
    guess: str
    last: bool = False


def each_step(out, y):
    """Mean cross-entropy of the symbols y (T, B) that are due at the steps, -100 where none is."""
    return nn.functional.cross_entropy(out.flatten(0, 1), y.flatten())


def _fresh(draw, measure, below):
    """test(model, seed): the error that `measure(out, y)` finds on fresh sequences, solved when it is below `below`."""
    def test(model, seed):
        x, y = draw(batch=TESTED, rng=torch.Generator().manual_seed(10_000 + seed))
        with torch.no_grad():
            error = float(measure(model(x), y))
        return error, error <= below + 1e-6
    return test


def _share_wrong(out, y):
    return (out.argmax(-1) != y).float().mean()


def _symbols_wrong(out, y):
    return _share_wrong(out[-SPAN:], y[-SPAN:])


@cache
def _codes(*modules):
    return text.encode("\n".join(map(text.source, modules)))


@cache
def _windows():
    return text.windows(_codes(*text.MODULES), WINDOW, BATCH)


def _characters(rng):
    x, y = _windows()(rng)
    return nn.functional.one_hot(x, len(text.VOCABULARY)).float(), y


def _bits(model, seed):
    """Bits a character on held-out modules, read as 100 streams side by side from a state of zeros."""
    x, y = text.side_by_side(_codes(*(TUNED_ON if seed in TUNING_SEEDS else SCORED_ON)), 100)
    with torch.no_grad():
        return float(each_step(model(nn.functional.one_hot(x, len(text.VOCABULARY)).float()), y)) / math.log(2), False


DELAY, SYMBOLS, SPAN, WINDOW = 10, 8, 3, 40
_ADDING = partial(tasks.adding, 20)
_ORDER = partial(tasks.temporal_order, 30)
_COPY = partial(tasks.copy_memory, DELAY, symbols=SYMBOLS, span=SPAN)
TASKS = {
    "adding": Task(2, 1, (64, 36, 31), 700, 50, partial(_ADDING, BATCH), nn.functional.mse_loss,
                   _fresh(_ADDING, nn.functional.mse_loss, 0.01), "mean squared error", "always answering 1: 0.167",
                   last=True),
    "temporal order": Task(8, 4, (61, 34, 29), 400, 50, partial(_ORDER, BATCH), nn.functional.cross_entropy,
                           _fresh(_ORDER, _share_wrong, 0.01), "share of sequences wrong", "chance: 75 %", last=True),
    "copy": Task(10, 10, (61, 34, 29), 800, 50, partial(_COPY, BATCH), each_step,
                 _fresh(_COPY, _symbols_wrong, 0.01), "share of symbols wrong", "chance: 87.5 %"),
    "text": Task(96, 96, (110, 59, 49), 400, 400, _characters, each_step, _bits, "bits a character", ""),
}


class Net(nn.Module):
    """A cell with a linear readout of its last state, or of every state."""

    def __init__(self, cell: Cell, inputs: int, hidden: int, outputs: int, last: bool, seed: int):
        super().__init__()
        torch.manual_seed(seed)
        self.recurrent = Recurrent(cell.start(inputs, hidden, seed), **cell.options)
        self.readout = nn.Linear(hidden, outputs)
        self.last = last

    def forward(self, x):
        h = self.recurrent(x)
        return self.readout(h[-1] if self.last else h)


def size(cell: Cell, inputs: int, hidden: int, outputs: int) -> int:
    """How many numbers are trained: with coupled gates the input gate has none of its own, a quarter of W_x, W_h, b."""
    start = cell.start(inputs, hidden, 0)
    count = sum(value.size for value in start if value is not None)
    if cell.options.get("coupled"):
        count -= count // 4
    return count + (hidden + 1) * outputs


def _cells(task: str) -> dict[str, Cell]:
    """The cells and controls of a task: the controls stay with the made-up ones."""
    return CELLS if task == "text" else CELLS | CONTROLS


def settings() -> list[dict]:
    """Every cell on every task with every rate, the runs that choose the rate; and the trigrams of the text."""
    counted = {"task": "text", "cell": TRIGRAM, "rate": None, "seed": SEEDS[0]}
    return [*tuning_settings({"task": list(TASKS), "cell": list(CELLS)}, RATES, TUNING_SEEDS), counted]


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates; each control takes the rate of the cell that it is a control of."""
    best = best_rates(runs, ("task", "cell"), RATES, TUNING_SEEDS)
    rows = [(task, cell, best.get((task, kind.tuned_as or cell)))
            for task in TASKS for cell, kind in _cells(task).items()]
    return [{"task": task, "cell": cell, "rate": rate, "seed": seed}
            for seed in SEEDS for task, cell, rate in rows if rate is not None]


def run(task: str, cell: str, rate: float, seed: int) -> tuple[bool, int, float, str]:
    """Train one cell on one task; the score is the task's error."""
    if cell == TRIGRAM:
        bits = text.ngram_loss(_codes(*text.MODULES), _codes(*SCORED_ON), 3) / math.log(2)
        return False, 0, bits, "counted"
    job, kind = TASKS[task], (CELLS | CONTROLS)[cell]
    model = Net(kind, job.inputs, job.units[kind.width], job.outputs, job.last, seed)
    return train_until(model, job.draw, lambda model: job.test(model, seed), loss=job.loss, limit=job.limit,
                       every=job.every, size=BATCH, seed=seed, lr=rate, clip=1.0, label=f"{task}, {cell}")


def summary(runs: list[Run]) -> dict:
    """{task: {"score": what it is, "cells": {cell: its sizes, its rate and, for each seed, what it reached}}}."""
    return {task: {"score": job.score, "cells": {cell: _row(task, cell, runs) for cell in _cells(task)}}
            for task, job in TASKS.items()}


def _row(task: str, cell: str, runs: list[Run]) -> dict:
    job, kind = TASKS[task], _cells(task)[cell]
    here = runs_of(runs, SEEDS, task=task, cell=cell)
    units = job.units[kind.width]
    return {"units": units, "parameters": size(kind, job.inputs, units, job.outputs),
            "rate": here[0].setting["rate"], "scores": [r.score for r in here],
            "sequences": [r.sequences for r in here], "solved": [r.solved for r in here]}


def table(runs: list[Run]) -> str:
    """One table a task: the cells, then the controls, each with its size, its rate and the spread of its seeds."""
    return "\n\n".join(_table(task, entry["cells"], runs) for task, entry in summary(runs).items())


def _table(task: str, cells: dict, runs: list[Run]) -> str:
    job = TASKS[task]
    trigram = next(r.score for r in runs if r.setting["cell"] == TRIGRAM)
    guess = job.guess or f"{TRIGRAM}: {trigram:.2f}"
    head = ["", "units", "parameters", "rate", "solved", "sequences needed",
            f"{job.score}{', %' * job.score.startswith('share')}"]
    rows = [[name, str(row["units"]), f"{row['parameters']:,}", f"{row['rate']:g}", *reached(row),
             _score(row["scores"], job.score)] for name, row in cells.items()]
    if not any(any(row["solved"]) for row in cells.values()):
        head, rows = [*head[:4], head[6]], [[*row[:4], row[6]] for row in rows]
    return f"**{task.capitalize()}** ({guess})\n\n{tables.markdown(head, rows)}"


def _score(scores: list[float], name: str) -> str:
    """The scores of the seeds: shares in percent, bits with two digits behind the point."""
    if name.startswith("share"):
        return percent(scores)
    return over_seeds(scores, ".2f" if name.startswith("bits") else None)
