"""Many small recurrent nets trained side by side in torch: success rates over seeds in the time of one run.

Training a tiny net wastes most of its time between small operations. A `Crowd` stacks N independent nets along a first
axis, so that one batched matrix product serves all; each has its own data, its own gradient norm, its own clipping, and
one that diverges leaves the others alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from .params import normal, rnn_params

__all__ = ["Crowd", "CrowdHistory", "Member", "evaluate_crowd", "members", "train_crowd"]

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


class Member(NamedTuple):
    """One net of a crowd: its start, and the gradient norm it is clipped to (None: never).

    recurrent: W_h (H, H); inputs: W_x (D, H); readout: (H, O). All biases start at zero.
    """

    recurrent: np.ndarray
    inputs: np.ndarray
    readout: np.ndarray
    clip: float | None = None


def members(start: str, inputs: int, hidden: int, outputs: int, seeds, *, clip: float | None = None,
            gain: float = 1.0, scale: float = 0.1) -> list[Member]:
    """One member a seed: recurrent weights as `params.rnn_params(recurrent=start, gain=gain)`, the rest normal numbers
    of standard deviation `scale`. The same seed gives the same start, whatever the clipping."""
    made = []
    for seed in seeds:
        recurrent = rnn_params(inputs, hidden, seed, recurrent=start, gain=gain).W_h
        input_seed, readout_seed = np.random.SeedSequence([seed, 1]).spawn(2)
        made.append(Member(recurrent, normal((inputs, hidden), scale, input_seed),
                           normal((hidden, outputs), scale, readout_seed), clip))
    return made


class CrowdHistory(NamedTuple):
    """What `train_crowd` recorded, (records, N) but for step (records,); norms are those before clipping.

    A net whose loss or gradient is no longer finite has NaN from there on.
    """

    step: np.ndarray
    loss: np.ndarray
    grad_norm: np.ndarray


class Crowd(nn.Module):
    """N plain RNNs with a linear readout of the last state; forward(x (T, N, B, D)) -> (N, B, O).

    `members` share their shapes and the activation, one of tanh, relu, sigmoid. Raises ValueError otherwise.
    """

    def __init__(self, members: list[Member], activation: str = "tanh"):
        super().__init__()
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is one of {', '.join(ACTIVATIONS)}; got {activation!r}")
        if len({(m.recurrent.shape, m.inputs.shape, m.readout.shape) for m in members}) != 1:
            raise ValueError("a crowd needs one or more members, all of one shape")
        stack = lambda name: nn.Parameter(  # noqa: E731
            torch.tensor(np.stack([getattr(m, name) for m in members]), dtype=torch.float32))
        self.W_h, self.W_x, self.W_o = stack("recurrent"), stack("inputs"), stack("readout")
        self.b = nn.Parameter(torch.zeros(len(members), 1, self.W_h.shape[-1]))
        self.b_o = nn.Parameter(torch.zeros(len(members), 1, self.W_o.shape[-1]))
        self.activation = ACTIVATIONS[activation]
        self.limits = torch.tensor([np.inf if m.clip is None else m.clip for m in members], dtype=torch.float32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a_x = x @ self.W_x + self.b
        h = torch.zeros_like(a_x[0])
        for a in a_x.unbind(0):
            h = self.activation(torch.baddbmm(a, h, self.W_h))
        return torch.baddbmm(self.b_o, h, self.W_o)

    def clip_(self) -> torch.Tensor:
        """Scale each net's gradient down to its own limit, in place; returns the norms before, (N,)."""
        squares = sum(p.grad.flatten(1).square().sum(1) for p in self.parameters())
        norms = squares.sqrt()
        scale = torch.where(norms > self.limits, self.limits / norms, torch.ones_like(norms))
        for p in self.parameters():
            p.grad.mul_(scale[:, None, None])
        return norms


def train_crowd(crowd: Crowd, task, steps: int, *, loss, batch: int = 20, lr: float = 1e-2, adam: bool = False,
                seed: int = 0, every: int = 50) -> CrowdHistory:
    """Train every net of `crowd` in place for `steps` batches of its own data, by plain SGD or by Adam.

    task(batch, rng: torch.Generator) -> (x (T, batch, D), y (batch, ...)); loss(output, y) -> one value for each
    sequence. A record, one in `every` steps, holds means since the record before.
    """
    rng = torch.Generator().manual_seed(seed)
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(crowd.parameters(), lr=lr)
    recent, records = [], []
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        losses = _losses(crowd, task, batch, loss, rng)
        losses.sum().backward()  # the nets share nothing, so each gets the gradient of its own mean loss
        norms = crowd.clip_()
        optimizer.step()
        recent.append(torch.stack([losses.detach(), norms]))
        if step % every == 0 or step == steps:
            records.append((step, *torch.stack(recent).mean(0).numpy()))
            recent = []
    return CrowdHistory(*(np.array(column) for column in zip(*records, strict=True)))


def _losses(crowd, task, batch, loss, rng):
    count = len(crowd.limits)
    x, y = task(count * batch, rng)
    output = crowd(x.reshape(x.shape[0], count, batch, -1))
    return loss(output.flatten(0, 1), y).reshape(count, batch).mean(1)


def evaluate_crowd(crowd: Crowd, task, score, *, batch: int = 500, seed: int = 10_000) -> np.ndarray:
    """The mean of score(output, y), one value a sequence, of every net on `batch` fresh sequences: (N,)."""
    with torch.no_grad():
        return _losses(crowd, task, batch, score, torch.Generator().manual_seed(seed)).numpy()
