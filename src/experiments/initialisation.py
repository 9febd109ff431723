"""Initialisation or activation: which of the two lets a plain recurrent network learn to add, and how steadily?"""

from __future__ import annotations

import functools
import itertools
import math
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from helpers import tables, tasks
from helpers.crowd import Crowd, evaluate_crowd, members, train_crowd
from helpers.curves import Curves

from .core import Run, best_rates, runs_of
from .wording import over_seeds

NAME = "initialisation"
CHAPTER = 3
TITLE = "The adding problem: initialisation and activation, each with each"
PAPER = (
    "Le, Jaitly & Hinton (2015): ReLU networks whose recurrent weights start at the identity (IRNNs) are comparable "
    "to LSTMs on four benchmarks, one of them the adding problem."
)
DEVIATIONS = (
    "32 units; Adam. For every network alike: input and readout weights Gaussian with standard deviation 0.1 (the "
    "paper's start with 0.001), zero biases, clipping at norm 1, 2,000 batches of 20 fresh sequences. The recurrent "
    "weights have a spectral radius of about 1: Gaussian of variance 1/H, orthogonal, or the identity; as a control "
    "for ReLU, Gaussian of twice that variance (He et al. 2015). For each pair two seeds choose one of the rates "
    "0.0005, 0.002 and 0.008, at length 20 for lengths 20 and 50, at length 100 for 100 and 150; five other seeds "
    "use it. Solved means a mean squared error below 0.01 on 500 fresh sequences; always answering 1 gives 0.167. "
    "There is no LSTM here."
)
READING = (
    "Activation and initialisation both count, each at its own length. At length 20 it is the activation: ReLU "
    "networks solve every run, whatever their initialisation, and tanh networks none. At length 50 the identity and "
    "Gaussian weights both solve 4 of 5 with ReLU, orthogonal ones 2. Beyond, it is the initialisation, among the "
    "ReLU networks: at length 100 the identity solves all 5, the others 1 at most; at length 150 it solves 3, the "
    "others 1 at most. With tanh the identity is in the median no better than Gaussian weights, at any length. "
    "Twice the variance is no help to Gaussian ReLU networks: they solve 1 of 5 at length 50 and none beyond.\n\n"
    "The network that learns most is also the least steady. No tanh run has a gradient norm above 135, at any "
    "length; those of the identity with ReLU reach at least 86,200 in every run at length 100 and 10¹¹ at length "
    "150, and in four of these ten runs more than float32 can square. In two of the five runs at length 100 the "
    "loss, once below half of that of always answering 1, jumps back above it (the means of 100 batches are 36 and "
    "4×10¹⁷) and returns. In no run of another pair does it, though other ReLU networks too have such bursts before "
    "they have learned (a mean of 15,900 is the highest at length 100). One run of five at length 150 ends with an "
    "error of 3×10²⁶. All of this is with clipping: it keeps a step short, not a loss low.\n\n"
    "What cannot be concluded: how far each pair gets with more batches, or with other rates (at length 20 every "
    "ReLU network took the largest of the three), and which pair would win without clipping."
)

TANH, RELU = "tanh", "ReLU"
CONTROL = "Gaussian × √2"  # the variance that ReLU asks for (He et al. 2015)


class Start(NamedTuple):
    """How recurrent weights are drawn: `recurrent` and `gain` of `params.rnn_params`."""

    kind: str
    gain: float = 1.0


STARTS = {"Gaussian": Start("normal"), "orthogonal": Start("orthogonal"), "identity": Start("identity"),
          CONTROL: Start("normal", math.sqrt(2))}
ROWS = [(start, activation) for activation in (TANH, RELU) for start in STARTS
        if (start, activation) != (CONTROL, TANH)]
HIDDEN, BATCH, TESTED, SCALE, CLIP = 32, 20, 500, 0.1, 1.0
RATES = (5e-4, 2e-3, 8e-3)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
TUNED_AT = {20: 20, 50: 20, 100: 100, 150: 100}  # of each length: the one at which its rate is chosen
LIMIT, WINDOW = 2_000, 100
DRAWN = 100  # the length at which the course of learning is drawn
SOLVED = 0.01
LARGEST = 1.8e19  # the square of a larger norm is beyond float32


def settings() -> list[dict]:
    """Every pair of initialisation and activation with every rate, at two lengths: the runs that choose the rates."""
    return [{"start": start, "activation": activation, "length": length, "rate": rate, "seed": seed}
            for length in dict.fromkeys(TUNED_AT.values()) for seed in TUNING_SEEDS for rate in RATES
            for start, activation in ROWS]


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates, at every length."""
    best = best_rates(runs, ("start", "activation", "length"), RATES, TUNING_SEEDS)
    return [{"start": start, "activation": activation, "length": length, "rate": best[start, activation, tuned],
             "seed": seed} for length, tuned in TUNED_AT.items() for start, activation in ROWS for seed in SEEDS
            if (start, activation, tuned) in best]


def run(start: str, activation: str, length: int, rate: float, seed: int) -> tuple[bool, int, float, str, dict]:
    """Train one net, side by side with others; the score is its mean squared error on fresh sequences."""
    tuning = seed in TUNING_SEEDS
    starts = tuple(other for other, theirs in ROWS if theirs == activation) if tuning else (start,)
    error, losses, norms = trained(starts, activation, length, rate, tuning)[start, seed]
    ended = "limit" if math.isfinite(error) else "diverged"
    return error < SOLVED, len(losses) * BATCH, error, ended, steadiness(losses, norms)


@functools.cache
def trained(starts: tuple, activation: str, length: int, rate: float, tuning: bool) -> dict[tuple[str, int], tuple]:
    """One crowd: of each start and seed the error on fresh sequences, and each batch's loss and gradient norm."""
    seeds = TUNING_SEEDS if tuning else SEEDS
    nets = [net for start in starts for net in members(STARTS[start].kind, 2, HIDDEN, 1, seeds, clip=CLIP,
                                                       gain=STARTS[start].gain, scale=SCALE)]
    crowd, task = Crowd(nets, activation.lower()), partial(tasks.adding, length)
    history = train_crowd(crowd, task, LIMIT, loss=squared, batch=BATCH, lr=rate, adam=True, seed=seeds[0], every=1)
    errors = evaluate_crowd(crowd, task, squared, batch=TESTED).tolist()
    return dict(zip(itertools.product(starts, seeds), zip(errors, history.loss.T, history.grad_norm.T, strict=True),
                    strict=True))


def squared(output: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The squared error of each sequence."""
    return (output - y).square().mean(-1)


def steadiness(losses: np.ndarray, norms: np.ndarray) -> dict:
    """How a training went: `losses`, the means of WINDOW batches each; the largest gradient norm, before clipping.

    `learned`: the batch at which a window's mean was first below SOLVED (None: never). A norm whose square is beyond
    float32 counts as LARGEST, a loss that is no finite number as None.
    """
    means = losses.reshape(-1, WINDOW).mean(axis=1)
    below = np.flatnonzero(means < SOLVED)
    largest = np.nan_to_num(norms, nan=0.0, posinf=LARGEST).max()
    return {"learned": int(below[0] + 1) * WINDOW if below.size else None, "norm": float(f"{largest:.3g}"),
            "losses": [float(f"{mean:.3g}") if math.isfinite(mean) else None for mean in means]}


def jumps_back(losses: list[float | None]) -> int:
    """How many windows have a mean loss above that of always answering 1, after one had less than half of it."""
    level = tasks.adding_baseline(2)
    high = [loss is None or loss > level for loss in losses]
    first = next((k for k, loss in enumerate(losses) if loss is not None and loss < level / 2), len(losses))
    return sum(high[first:])


def name_of(start: str, activation: str) -> str:
    """What a row of the page is called."""
    return f"{start} {activation}"


def summary(runs: list[Run]) -> dict:
    """{network: {length: its rate and, for each seed, its error, its `steadiness`, and how often it jumps back}}.

    The losses are kept at one length only.
    """
    relu_first = sorted(ROWS, key=lambda row: row[1] != RELU)  # so that their colours are those of their plot alone
    return {name_of(*row): {str(length): _row(runs, *row, length) for length in TUNED_AT} for row in relu_first}


def _row(runs: list[Run], start: str, activation: str, length: int) -> dict:
    here = runs_of(runs, SEEDS, start=start, activation=activation, length=length)
    row = {"rate": here[0].setting["rate"], "errors": [r.score for r in here],
           **{name: [r.measures[name] for r in here] for name in here[0].measures}}
    row["jumps"] = [jumps_back(losses) for losses in row["losses"]]
    return row if length == DRAWN else {name: value for name, value in row.items() if name != "losses"}


def plots(runs: list[Run]) -> list[Curves]:
    """The error and the largest gradient norm by length; the loss while the ReLU networks learn, at one length."""
    found, lengths = summary(runs), list(TUNED_AT)
    by_length = lambda what: {name: [[v for v in row[str(n)][what] if v is not None] for n in lengths]  # noqa: E731
                              for name, row in found.items()}
    losses = {name: [[loss for loss in window if loss is not None]
                     for window in zip(*row[str(DRAWN)]["losses"], strict=True)]
              for name, row in found.items() if name.endswith(RELU)}
    level = {"always answering 1": tasks.adding_baseline(2)}
    outside = sum(error > 1 for row in by_length("errors").values() for errors in row for error in errors)
    return [
        Curves(title="Which pair of initialisation and activation learns to add?",
               caption=f"The error after {LIMIT:,} batches. Runs whose error is above 1, so that their stroke leaves "
               f"the plot: {outside}.", x=lengths, x_title="length", y_title="mean squared error", log_y=True,
               y_range=(5e-5, 1), rows=by_length("errors"), baselines=level | {"solved": SOLVED}),
        Curves(title="How large do the gradients get?", caption="The largest norm in a training, before clipping. "
               "Beyond 1.8×10¹⁹ its square is no float32 any more, and it is drawn there.", x=lengths, x_title="length",
               y_title="largest gradient norm", log_y=True, rows=by_length("norm"), baselines={"clipped to": CLIP}),
        Curves(title=f"How steadily do the ReLU networks learn? Length {DRAWN}", caption=f"Means of the losses of "
               f"{WINDOW} batches; above 10 the strokes leave the plot.", x=list(range(WINDOW, LIMIT + 1, WINDOW)),
               x_title="batches", y_title="mean squared error", log_y=True, y_range=(1e-3, 10), rows=losses,
               baselines=level),
    ]


def table(runs: list[Run]) -> str:
    """The errors by length; the gradient norms with the rates; when the ReLU networks learned, and lost it again."""
    found = summary(runs)
    head = [f"length {n}" for n in TUNED_AT]
    cells = lambda cell, rows: [[name, *(cell(row[str(n)]) for n in TUNED_AT)] for name, row in rows.items()]  # noqa: E731
    norm = lambda row: f"{over_seeds(row['norm'])}; rate {row['rate']:g}"  # noqa: E731
    relu = {name: row for name, row in found.items() if name.endswith(RELU)}
    return "\n\n".join((
        "Seeds of five that solve the task, and the mean squared error at the end:",
        tables.markdown(["", *head], cells(_solved, found)),
        "The largest gradient norm of a training, before clipping, and the rate that was chosen:",
        tables.markdown(["", *head], cells(norm, found)),
        f"After how many batches the mean loss of {WINDOW} was first below {SOLVED}, and in how many seeds; and the "
        f"seeds in which the mean loss of {WINDOW} batches jumps back above that of always answering 1 after it was "
        "below half of it:",
        tables.markdown(["", *head], cells(_learned, relu))))


def _solved(row: dict) -> str:
    errors = [error for error in row["errors"] if error is not None]
    diverged = len(row["errors"]) - len(errors)
    text = f"{sum(error < SOLVED for error in errors)}: {over_seeds(errors)}"
    return text + (f", {diverged} diverged" if diverged else "")


def _learned(row: dict) -> str:
    learned = [batch for batch in row["learned"] if batch is not None]
    text = f"{over_seeds(learned)} in {len(learned)}" if learned else "never"
    jumped = sum(jumps > 0 for jumps in row["jumps"])
    return f"{text}; back in {jumped}" if jumped else text
