"""Which recurrences learn to tell odd from even, and how far beyond the lengths of training does it hold?"""

from __future__ import annotations

import functools
import math
import statistics

import torch
from torch import nn

from helpers import tables
from helpers.linear import parallel_scan

from .core import Run, train_until

NAME = "parity"
TITLE = "Parity: what a linear state can track"
PAPER = (
    "Sarrof, Veitsman & Hahn (2024): a state-space model with a diagonal transition that is never negative cannot "
    "recognise parity at every length with finite precision. Grazzi et al. (2024): no linear recurrence with positive "
    "eigenvalues only can; with eigenvalues from −1 to 1 it can, and learns to."
)
DEVIATIONS = (
    "One layer of 16 units, the readout a layer of 32 ReLU units for every net; the transformer has two layers of "
    "width 32 with four heads and sinusoidal positions, and is one setting, no proof. All are told the parity after "
    "every bit, in batches of 64 strings of one length from 3 to 40, with Adam, clipping at norm 1 and at most 4,000 "
    "batches; training ends when 99.5 % of 512 strings of length 40 are right at every step."
)
READING = ""

HIDDEN, READOUT = 16, 32
SHORTEST, LONGEST, TESTED = 3, 40, (40, 100, 256)
BATCH, LIMIT, EVERY, STRINGS = 64, 4_000, 50, 512
SEEDS = (0, 1, 2, 3, 4)
RATES = {"tanh RNN": 5e-3, "LSTM": 5e-3, "diagonal, decays in (0, 1)": 5e-3, "diagonal, decays in (−1, 1)": 5e-3,
         "transformer, two layers": 1e-3}


class Layer(nn.Module):
    """A recurrent layer of torch that gives its states only: x (T, B, 2) -> (T, B, HIDDEN)."""

    def __init__(self, kind: type):
        super().__init__()
        self.layer = kind(2, HIDDEN)

    def forward(self, x):
        return self.layer(x)[0]


class Diagonal(nn.Module):
    """h_t = a(x_t) * h_{t-1} + b(x_t): b is linear in the bit, a the `decay` of what is linear in the bit."""

    def __init__(self, decay):
        super().__init__()
        self.decay, self.a, self.b = decay, nn.Linear(2, HIDDEN), nn.Linear(2, HIDDEN)

    def forward(self, x):
        return parallel_scan(self.decay(self.a(x)), self.b(x))


class Transformer(nn.Module):
    """Two causal layers of self-attention over bits and their positions: x (T, B, 2) -> (T, B, HIDDEN)."""

    def __init__(self, width: int = 32, heads: int = 4, layers: int = 2):
        super().__init__()
        self.embed, self.out = nn.Linear(2, width), nn.Linear(width, HIDDEN)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout=0.0, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)

    def forward(self, x):
        h = self.embed(x)
        mask = nn.Transformer.generate_square_subsequent_mask(len(x))
        return self.out(self.layers(h + positions(len(x), h.shape[-1])[:, None], mask=mask, is_causal=True))


def positions(length: int, width: int) -> torch.Tensor:
    """Sines and cosines of the step at widths of 2 pi up to 10,000 times 2 pi: (length, width)."""
    rates = torch.exp(-math.log(10_000.0) * torch.arange(0, width, 2) / width)
    angles = torch.arange(length)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)


BODIES = {"tanh RNN": lambda: Layer(nn.RNN), "LSTM": lambda: Layer(nn.LSTM),
          "diagonal, decays in (0, 1)": lambda: Diagonal(torch.sigmoid),
          "diagonal, decays in (−1, 1)": lambda: Diagonal(torch.tanh),
          "transformer, two layers": Transformer}


class Net(nn.Module):
    """Scores of even and odd after every bit: bits (T, B) -> (T, B, 2)."""

    def __init__(self, net: str, seed: int):
        super().__init__()
        torch.manual_seed(seed)
        self.body = BODIES[net]()
        self.readout = nn.Sequential(nn.Linear(HIDDEN, READOUT), nn.ReLU(), nn.Linear(READOUT, 2))

    def forward(self, bits):
        return self.readout(self.body(nn.functional.one_hot(bits, 2).float()))


def draw(length: int, strings: int, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Random bits (length, strings), and whether the number of ones up to each is odd."""
    bits = torch.randint(2, (length, strings), generator=rng)
    return bits, bits.cumsum(0) % 2


def batch(rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """One batch of training, of one length from SHORTEST to LONGEST."""
    return draw(int(torch.randint(SHORTEST, LONGEST + 1, (), generator=rng)), BATCH, rng)


def right(model: nn.Module, length: int, seed: int) -> torch.Tensor:
    """Which answers of `model` are right on strings that it has not seen, (length, STRINGS)."""
    bits, odd = draw(length, STRINGS, torch.Generator().manual_seed(10_000 + seed))
    with torch.no_grad():
        return model(bits).argmax(-1) == odd


@functools.cache
def trained(net: str, seed: int) -> tuple[nn.Module, int, str]:
    """One net, how many strings it saw, and how its training ended: once for all the lengths that it is tested at."""
    model = Net(net, seed)

    def test(model):
        share = float(right(model, LONGEST, seed).all(0).float().mean())
        return share, share >= 0.995

    loss = lambda scores, odd: nn.functional.cross_entropy(scores.flatten(0, 1), odd.flatten())  # noqa: E731
    _, sequences, _, ended = train_until(model, batch, test, loss=loss, limit=LIMIT, every=EVERY, size=BATCH, seed=seed,
                                         lr=RATES[net], clip=1.0, label=f"parity, {net}")
    return model, sequences, ended


def settings() -> list[dict]:
    """Every combination of seed, net and length of the test."""
    return [{"net": net, "length": length, "seed": seed} for seed in SEEDS for net in BODIES for length in TESTED]


def run(net: str, length: int, seed: int) -> tuple[bool, int, float, str]:
    """Train one net; the score is the share of strings of this length whose last answer is right, 1/2 by guessing."""
    model, sequences, ended = trained(net, seed)
    share = float(right(model, length, seed)[-1].float().mean())
    return share >= 0.99, sequences, share, ended


def table(runs: list[Run]) -> str:
    """One row a net: how many strings it was trained on, and the share right by length, median and range of seeds."""
    rows = []
    for net in BODIES:
        here = [r for r in runs if r.setting["net"] == net]
        scores = [[r.score for r in here if r.setting["length"] == length] for length in TESTED]
        seen = statistics.median(r.sequences for r in here)
        spread = [f"{statistics.median(s):.2f} ({min(s):.2f} to {max(s):.2f})" for s in scores]
        rows.append([net, f"{seen:,.0f}", *spread])
    return tables.markdown(["", "strings of training", *(f"right at length {n}" for n in TESTED)], rows)
