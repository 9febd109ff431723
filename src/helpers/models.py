"""The torch models that the chapters train: a recurrent layer with a readout, as little else as possible."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from .jacobians import scaled_to_radius
from .params import normal, orthogonal

__all__ = ["CharModel", "ElmanNet", "LastStep", "bits_per_character", "next_character_loss"]

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
STARTS = ("uniform", "normal", "orthogonal", "identity")


class CharModel(nn.Module):
    """Scores of the next character: one-hot characters, one recurrent layer (`rnn`, `lstm` or `gru`), one linear layer.

    forward(codes (T, B) integers, state=None) -> (scores (T, B, vocabulary), state). With `stateful`, a call without a
    state starts where the call before it ended, with the gradient cut there: for batches that continue each other.
    """

    def __init__(self, cell: str = "rnn", hidden: int = 128, vocabulary: int = 96, stateful: bool = False):
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell is one of {', '.join(CELLS)}; got {cell!r}")
        self.vocabulary, self.stateful, self.state = vocabulary, stateful, None
        self.recurrent = CELLS[cell](vocabulary, hidden)
        self.readout = nn.Linear(hidden, vocabulary)

    def forward(self, codes: torch.Tensor, state=None):
        x = nn.functional.one_hot(codes, self.vocabulary).to(self.readout.weight.dtype)
        h, state = self.recurrent(x, self.state if state is None else state)
        if self.stateful:
            self.state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.readout(h), state


def next_character_loss(output, targets: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a character) of a CharModel's output and the true next characters (T, B)."""
    scores, _ = output
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


def bits_per_character(model: CharModel, codes: np.ndarray, rows: int = 20) -> float:
    """How many bits `model` needs for each character of the text `codes` (N,), read as `rows` streams side by side."""
    length = (len(codes) - 1) // rows
    x, y = (torch.as_tensor(codes[k:k + rows * length].reshape(rows, length).T.copy()) for k in (0, 1))
    with torch.no_grad():
        return next_character_loss(model(x), y).item() / float(np.log(2))


class ElmanNet(nn.Module):
    """A simple recurrent network of tanh units: x (T, B, 1) -> the chance (T, B, 1) that the next bit is 1."""

    def __init__(self, hidden: int):
        super().__init__()
        self.recurrent = nn.RNN(1, hidden)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.readout(self.recurrent(x)[0]))


class LastStep(nn.Module):
    """A recurrent layer whose last state goes through one linear layer: x (T, B, D) -> (B, outputs).

    `cell` is rnn, irnn or lstm; `start` sets the recurrent weights of rnn: torch's own uniform draw, normal scaled to
    spectral radius 0.95, orthogonal or identity. irnn is the ReLU net of Le, Jaitly & Hinton (2015): identity
    recurrent weights, zero biases, input weights of standard deviation 0.001. lstm starts its forget gates with the
    bias `forget_bias`. Raises ValueError for another cell or start.
    """

    def __init__(self, cell: str, inputs: int, hidden: int, outputs: int, *, start: str = "uniform",
                 forget_bias: float = 1.0, seed: int = 0):
        super().__init__()
        if cell not in ("rnn", "irnn", "lstm") or start not in STARTS:
            raise ValueError(f"no {cell!r} with start {start!r}; cells: rnn, irnn, lstm; starts: {', '.join(STARTS)}")
        torch.manual_seed(seed)
        if cell == "lstm":
            self.recurrent = nn.LSTM(inputs, hidden)
        else:
            self.recurrent = nn.RNN(inputs, hidden, nonlinearity="relu" if cell == "irnn" else "tanh")
        self.readout = nn.Linear(hidden, outputs)
        with torch.no_grad():
            _start(self.recurrent, "identity" if cell == "irnn" else start, hidden, seed)
            if cell == "irnn":
                nn.init.normal_(self.recurrent.weight_ih_l0, std=0.001)
            if cell == "lstm":
                self.recurrent.bias_ih_l0[hidden : 2 * hidden] = forget_bias
                self.recurrent.bias_hh_l0[hidden : 2 * hidden] = 0.0

    def forward(self, x):
        states, _ = self.recurrent(x)
        return self.readout(states[-1])


def _start(layer, start: str, hidden: int, seed: int):
    if start == "uniform":
        return
    if start == "normal":
        weights = torch.from_numpy(scaled_to_radius(normal((hidden, hidden), seed=seed), 0.95))
    elif start == "orthogonal":
        weights = torch.from_numpy(orthogonal(hidden, 1.0, seed))
    else:
        weights = torch.eye(hidden)
    layer.weight_hh_l0.copy_(weights)
    layer.bias_ih_l0.zero_()
    layer.bias_hh_l0.zero_()
