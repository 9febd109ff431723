"""Selective copying: minGRU and minLSTM by their number of layers, beside the GRU and the LSTM at equal parameters."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import NamedTuple

import torch
from torch import nn

from helpers import sequence, tables
from helpers.cells import MinGRUParams, MinLSTMParams

from .core import Run, best_rates, runs_of, train_until, tuning_settings
from .wording import percent

NAME = "selective_copy"
CHAPTER = 9
TITLE = "Selective copying: minGRU and minLSTM beside GRU and LSTM"
PAPER = (
    "Feng et al. (2024), on a task of Gu & Dao (2023): with three layers the minGRU copies 99.5 % of the tokens and "
    "the minLSTM 96.0 %. Neither GRU nor LSTM is in their table."
)
DEVIATIONS = (
    "32 steps with 4 tokens of 8 kinds instead of 4,096 with 16, and much smaller networks: layers of the cell alone, "
    "without convolutions, normalisation or residual connections, and a readout with 32 ReLU units in every one. About"
    " equally many parameters. Every gate that keeps starts at 0.95, and what writes at 0.05, the LSTM's input gate "
    "too. Adam, clipping at norm 1, batches of 32, at most 1,500 of them; tested every 100 batches on the same 500 "
    "sequences: a run ends when 99 % of their tokens are right, and the last share is its score. For each net two "
    "seeds choose one of the rates 0.003, 0.01 and 0.03, and three others use it. The minGRU and the minLSTM are "
    "computed without logarithms."
)
READING = (
    "All four minimal nets get far beyond what can be had without the order, to between 94 and 99 % of the tokens; "
    "in the median three layers help the minGRU a little, and the minLSTM not. The GRU does better with equally many "
    "parameters: with one layer every run of it is ahead of every run of the minGRU, with three the ranges meet, and "
    "with either two of its three runs reach 99 %, which no minimal run does.\n\n"
    "The LSTM varies most: with one layer two of its runs reach 99 % and one never leaves a guess, with three they "
    "are on 69 to 97 % and not done after 1,500 batches. With one layer the GRU and the LSTM take the largest of the "
    "three rates, so that a wider choice may suit them.\n\n"
    "These are short sequences and short trainings: how the cells compare at the paper's 4,096 steps they do not say."
)

LENGTH, TOKENS, KINDS = 32, 4, 8  # steps to read, how many of them hold a token, of how many kinds
NOISE, ASK = KINDS, KINDS + 1  # the other two symbols of the input
RATES, TUNING_SEEDS, SEEDS = (3e-3, 1e-2, 3e-2), (100, 101), (0, 1, 2)
BATCH, LIMIT, EVERY, TESTED = 32, 1_500, 100, 500
READOUT = 32
KEEP = 3.0  # the bias of what keeps the state at the start, in every cell; what writes starts at 1 - sigmoid(3) = 0.05


class Plan(NamedTuple):
    """A net: its cell, how many layers of it, and units in each."""

    cell: str
    layers: int
    units: int


PLANS = {
    "minGRU, 1 layer": Plan("minGRU", 1, 94),
    "minGRU, 3 layers": Plan("minGRU", 3, 28),
    "minLSTM, 1 layer": Plan("minLSTM", 1, 79),
    "minLSTM, 3 layers": Plan("minLSTM", 3, 24),
    "GRU, 1 layer": Plan("GRU", 1, 31),
    "GRU, 3 layers": Plan("GRU", 3, 16),
    "LSTM, 1 layer": Plan("LSTM", 1, 27),
    "LSTM, 3 layers": Plan("LSTM", 3, 14),
}


class Minimal(nn.Module):
    """A minGRU or minLSTM of the course, computed by a parallel scan: x (T, B, D) -> (T, B, units)."""

    def __init__(self, cell: str, inputs: int, units: int):
        super().__init__()
        self.params, self.forward_all, blocks, biases = {
            "minGRU": (MinGRUParams, sequence.mingru, 2, (KEEP, 0.0)),
            "minLSTM": (MinLSTMParams, sequence.minlstm, 3, (-KEEP, KEEP, 0.0)),
        }[cell]
        self.W_x = nn.Parameter((2 * torch.rand(inputs, blocks * units) - 1) / math.sqrt(inputs))
        self.b = nn.Parameter(torch.tensor(biases).repeat_interleave(units))

    def forward(self, x):
        return self.forward_all(self.params(self.W_x, self.b), x, parallel=True).h


class Gated(nn.Module):
    """torch's GRU or LSTM; at the start it keeps 0.95 and writes 0.05, as every cell: (T, B, D) -> (T, B, units)."""

    def __init__(self, cell: str, inputs: int, units: int):
        super().__init__()
        self.layer = getattr(nn, cell)(inputs, units)
        with torch.no_grad():  # z and f are both the second block; i, which a GRU ties to z, is the LSTM's first
            self.layer.bias_ih_l0[units : 2 * units] = KEEP
            self.layer.bias_hh_l0[units : 2 * units] = 0.0
            if cell == "LSTM":
                self.layer.bias_ih_l0[:units] = -KEEP
                self.layer.bias_hh_l0[:units] = 0.0

    def forward(self, x):
        return self.layer(x)[0]


class Net(nn.Module):
    """Layers of one cell and a readout: symbols (T, B) -> scores of the kinds at the last TOKENS steps."""

    def __init__(self, plan: Plan, seed: int):
        super().__init__()
        torch.manual_seed(seed)
        kind = Minimal if plan.cell.startswith("min") else Gated
        sizes = [KINDS + 2, *[plan.units] * plan.layers]
        self.layers = nn.Sequential(*(kind(plan.cell, *pair) for pair in itertools.pairwise(sizes)))
        self.readout = nn.Sequential(nn.Linear(plan.units, READOUT), nn.ReLU(), nn.Linear(READOUT, KINDS))

    def forward(self, symbols):
        return self.readout(self.layers(nn.functional.one_hot(symbols, KINDS + 2).float())[-TOKENS:])


def draw(rng: torch.Generator, batch: int = BATCH) -> tuple[torch.Tensor, torch.Tensor]:
    """Symbols (LENGTH + TOKENS, batch): tokens at random steps among noise, then ASK; and the tokens in order."""
    tokens = torch.randint(KINDS, (TOKENS, batch), generator=rng)
    steps = torch.rand(LENGTH, batch, generator=rng).argsort(0)[:TOKENS].sort(0).values
    read = torch.full((LENGTH, batch), NOISE).scatter_(0, steps, tokens)
    return torch.cat([read, torch.full((TOKENS, batch), ASK)]), tokens


def without_order() -> float:
    """What who knows which tokens came, but not in which order, gets right at best: always the most frequent one."""
    most = [max(Counter(tokens).values()) for tokens in itertools.product(range(KINDS), repeat=TOKENS)]
    return sum(most) / len(most) / TOKENS


def parameters(plan: Plan) -> int:
    """How many numbers the net of this plan learns."""
    return sum(p.numel() for p in Net(plan, seed=0).parameters())


def loss(scores, tokens):
    """Mean cross-entropy of the tokens (TOKENS, B)."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), tokens.flatten())


def settings() -> list[dict]:
    """Every net with every rate: the runs that choose the rate."""
    return tuning_settings({"net": list(PLANS)}, RATES, TUNING_SEEDS)


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates."""
    best = best_rates(runs, ("net",), RATES, TUNING_SEEDS, sign=-1)
    return [{"net": net, "rate": rate, "seed": seed} for seed in SEEDS for (net,), rate in best.items()]


def run(net: str, rate: float, seed: int) -> tuple[bool, int, float, str]:
    """Train one net; the score is the share of tokens copied right in TESTED fresh sequences."""
    symbols, tokens = draw(torch.Generator().manual_seed(10_000 + seed), TESTED)

    def test(model):
        with torch.no_grad():
            share = float((model(symbols).argmax(-1) == tokens).float().mean())
        return share, share >= 0.99

    return train_until(Net(PLANS[net], seed), draw, test, loss=loss, limit=LIMIT, every=EVERY, size=BATCH, seed=seed,
                       lr=rate, clip=1.0, label=f"selective copy, {net}")


def summary(runs: list[Run]) -> dict:
    """{net: its number of parameters, its rate and, for each seed, the share of tokens copied right}."""
    found = {}
    for net, plan in PLANS.items():
        here = runs_of(runs, SEEDS, net=net)
        found[net] = {"parameters": parameters(plan), "rate": here[0].setting["rate"],
                      "scores": [r.score for r in here]}
    return found


def table(runs: list[Run]) -> str:
    """One row a net: its units, its size, its rate, and the share of tokens copied right."""
    head = ["", "units in a layer", "parameters", "rate", "tokens right, %"]
    rows = [[net, str(PLANS[net].units), f"{row['parameters']:,}", f"{row['rate']:g}", percent(row["scores"])]
            for net, row in summary(runs).items()]
    simple = (f"\n\nGuessing is right for {100 / KINDS:.1f} % of the tokens; who knows which tokens came, but not in "
              f"which order, can be right for {100 * without_order():.1f} %.")
    return tables.markdown(head, rows) + simple
