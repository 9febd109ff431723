"""Does an LSTM solve the adding problem of 1997 at T = 100, by the paper's own criterion, and does a tanh RNN?"""

from __future__ import annotations

import torch
from torch import nn

from helpers import tasks
from helpers.models import LastStep

from .core import Run, train_until
from .wording import outcome_table

NAME = "adding_1997"
CHAPTER = 4
TITLE = "The adding problem of 1997"
PAPER = (
    "Hochreiter & Schmidhuber (1997), experiment 4: with T = 100 an LSTM without forget gates solves it after 74,000 "
    "sequences; solved means an absolute error below 0.04."
)
DEVIATIONS = (
    "20 units with forget gates, started nearly open (bias 4), where the paper has none; Adam with learning rate "
    "0.005, clipping at norm 1, batches of 20, at most 15,000 of them. Solved means that at least 99.9 % of "
    "2,560 fresh sequences, all of one length, have an absolute error below 0.04."
)
READING = (
    "The LSTM solves the task with each of three seeds, after 94,000 to 210,000 sequences. The tanh RNN, trained in "
    "the same way, ends after 300,000 with errors of 0.038 to 0.043, about that of the best constant answer: by that "
    "measure it has learned nothing. Neither was tuned."
)

LENGTH, BATCH, LIMIT, EVERY, HIDDEN, TESTED = 100, 20, 15_000, 100, 20, 2_560
NETS = {"LSTM": "lstm", "tanh RNN": "rnn"}
SEEDS = (0, 1, 2)


def settings() -> list[dict]:
    """Every combination of seed and net."""
    return [{"net": net, "seed": seed} for seed in SEEDS for net in NETS]


def run(net: str, seed: int) -> tuple[bool, int, float, str]:
    """Train one net on the form of 1997; the score is the mean squared error on fresh sequences."""
    model = LastStep(NETS[net], 2, HIDDEN, 1, forget_bias=4.0, seed=seed)

    def test(model):
        x, y = tasks.adding(LENGTH, TESTED, torch.Generator().manual_seed(10_000 + seed), form="1997")
        with torch.no_grad():
            gap = (model(x) - y).abs()
        return float((gap**2).mean()), float((gap < 0.04).float().mean()) >= 0.999

    return train_until(model, lambda rng: tasks.adding(LENGTH, BATCH, rng, form="1997"), test,
                       loss=nn.functional.mse_loss, limit=LIMIT, every=EVERY, size=BATCH, seed=seed, lr=5e-3, clip=1.0,
                       label=f"{net}, seed {seed}")


def table(runs: list[Run]) -> str:
    """One row a net and seed: solved or not, after how many sequences, the error, beside the best constant answer."""
    baseline = tasks.adding_baseline(LENGTH, "1997")
    return outcome_table(runs, ("net", "seed"), "mean squared error") + (
        f"\n\nThe best constant answer has a mean squared error of {baseline:.4f}."
    )
