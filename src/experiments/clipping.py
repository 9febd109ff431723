"""How long a temporal order does a tanh RNN learn: plain gradient descent, clipped, and with the regulariser?"""

from __future__ import annotations

import torch
from torch import nn

from helpers import tasks
from helpers.curves import Curves
from helpers.models import LastStep

from .core import Run, scores_of, share_right, train_until
from .wording import in_percent, rate_table

NAME = "clipping"
CHAPTER = 3
TITLE = "Temporal order by plain gradient descent: clipping and the vanishing-gradient regulariser"
PAPER = (
    "Pascanu, Mikolov & Bengio (2013), figure 7: the rate of success falls with the length for plain gradient descent, "
    "falls later with clipping by norm, and later still with clipping and their regulariser."
)
DEVIATIONS = (
    "50 tanh units started at spectral radius 0.95; learning rate 0.1; clipping at norm 1; regulariser weight 1; at "
    "most 6,000 batches of 20 fresh sequences, hence short lengths. Solved means at least 99 % right on 500 fresh "
    "sequences; chance is 25 %."
)
READING = (
    "The paper's ordering: of 25 runs plain gradient descent solves 5, all at length 10; with clipping 19 are "
    "solved, and with clipping and the regulariser all 25. What the regulariser adds shows at lengths 40 and 50 "
    "only: clipped networks are solved 4 and 0 times of 5 without it, 5 and 5 times with it. One rate and one weight "
    "of the regulariser, not tuned."
)

BATCH, LIMIT, EVERY, HIDDEN, TESTED, RATE = 20, 6_000, 250, 50, 500, 0.1
METHODS = {"SGD": (None, 0.0), "SGD, clipped": (1.0, 0.0), "SGD, clipped, regulariser": (1.0, 1.0)}
LENGTHS = (10, 20, 30, 40, 50)
SEEDS = (0, 1, 2, 3, 4)


def settings() -> list[dict]:
    """Every combination of seed, length and method."""
    return [{"method": m, "length": n, "seed": s} for s in SEEDS for n in LENGTHS for m in METHODS]


class KeepsStates(LastStep):
    """LastStep that keeps the states of its last call, which the regulariser needs."""

    def forward(self, x):
        self.states, _ = self.recurrent(x)
        return self.readout(self.states[-1])


def vanishing_penalty(model: KeepsStates, out: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Ω = Σ_t (‖δ_t ∂h_t/∂h_{t-1}‖ / ‖δ_t‖ − 1)², mean over the batch, with δ_t = dE/dh_t.

    As in the paper (section 3.3), only W_h is varied: states and δ count as constants. It is 0 where every step
    hands the error back at full length, and grows where the error shrinks or swells.
    """
    weights, states = model.recurrent.weight_hh_l0, model.states.detach()
    with torch.no_grad():
        error = torch.softmax(out, -1) - nn.functional.one_hot(y, out.shape[-1])
        delta = error @ model.readout.weight
        deltas = []
        for h in states.flip(0)[:-1]:
            deltas.append(delta)
            delta = (delta * (1 - h * h)) @ weights
        deltas = torch.stack(deltas)
        through = deltas * (1 - states.flip(0)[:-1] ** 2)
        size = deltas.norm(dim=-1).clamp_min(1e-30)
    ratio = (through @ weights).norm(dim=-1) / size
    return ((ratio - 1) ** 2).sum(0).mean()


def run(method: str, length: int, seed: int) -> tuple[bool, int, float, str]:
    """Train one net; the score is the share of the test sequences it gets right."""
    clip, strength = METHODS[method]
    model = KeepsStates("rnn", len(tasks.ORDER_SYMBOLS), HIDDEN, 4, start="normal", seed=seed)

    def loss(out, y):
        error = nn.functional.cross_entropy(out, y)
        return error + strength * vanishing_penalty(model, out, y) if strength else error

    def test(model):
        return share_right(model, *tasks.temporal_order(length, TESTED, torch.Generator().manual_seed(10_000 + seed)))

    return train_until(model, lambda rng: tasks.temporal_order(length, BATCH, rng), test, loss=loss, limit=LIMIT,
                       every=EVERY, size=BATCH, seed=seed, lr=RATE, clip=clip, optimizer=torch.optim.SGD,
                       label=f"{method} {length}")


def plots(runs: list[Run]) -> list[Curves]:
    """What each method gets right, by length."""
    rows = {method: [in_percent(scores_of(runs, method=method, length=n)) for n in LENGTHS] for method in METHODS}
    return [Curves(
        title="How long a temporal order does plain gradient descent learn?",
        caption="Test sequences right at the end of each run.",
        x=LENGTHS, x_title="length", y_title="right, in percent", y_range=(0, 105), rows=rows,
        baselines={"chance": 25})]


def summary(runs: list[Run]) -> dict:
    """{method: {length: how many of the seeds solved it}}."""
    return {method: {str(n): sum(r.solved for r in runs if r.setting["method"] == method and r.setting["length"] == n)
                     for n in LENGTHS} for method in METHODS}


def table(runs: list[Run]) -> str:
    """Methods by length: the seeds that solved it."""
    return rate_table(runs, "method", "length", "length {}")
