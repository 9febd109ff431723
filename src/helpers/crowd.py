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

from ._validate import (
    as_floats,
    expect_choice,
    expect_counts,
    expect_finite,
    expect_finite_numbers,
    expect_flags,
    expect_number,
    expect_shape,
)
from .cells import RNNParams
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
    of standard deviation `scale`. The same seed gives the same start, whatever the clipping.

    Raises ValueError for sizes or seeds that are no whole numbers, TypeError or ValueError as `params.rnn_params`, and
    for a clip that is neither None nor a number above 0.
    """
    seeds = seeds.tolist() if isinstance(seeds, np.ndarray) else seeds
    if not isinstance(seeds, (list, tuple, range)):
        raise TypeError(f"seeds: expected a list of whole numbers, got {type(seeds).__name__}")
    expect_counts(inputs=inputs, hidden=hidden, outputs=outputs)
    expect_counts(0, **{f"seeds[{k}]": seed for k, seed in enumerate(seeds)})
    expect_finite_numbers(gain=gain, scale=scale)
    expect_choice("start", start, ("orthogonal", "normal", "identity", "uniform"))
    _expect_clip("clip", clip)
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

    `members` share their shapes and the activation, one of tanh, relu, sigmoid. Raises ValueError otherwise, TypeError
    for what are no members. forward raises TypeError for an x that is no float32 tensor, ValueError for its shape; NaN
    stays NaN.
    """

    def __init__(self, members: list[Member], activation: str = "tanh"):
        super().__init__()
        expect_choice("activation", activation, ACTIVATIONS)
        members = _checked(members)
        stack = lambda name: nn.Parameter(  # noqa: E731
            torch.tensor(np.stack([getattr(m, name) for m in members]), dtype=torch.float32))
        self.W_h, self.W_x, self.W_o = stack("recurrent"), stack("inputs"), stack("readout")
        self.b = nn.Parameter(torch.zeros(len(members), 1, self.W_h.shape[-1]))
        self.b_o = nn.Parameter(torch.zeros(len(members), 1, self.W_o.shape[-1]))
        self.activation = ACTIVATIONS[activation]
        self.limits = torch.tensor([np.inf if m.clip is None else m.clip for m in members], dtype=torch.float32)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not isinstance(x, torch.Tensor) or x.dtype != torch.float32:
            raise TypeError(f"x: expected a tensor of float32, got {getattr(x, 'dtype', type(x).__name__)}")
        expect_shape("x", x, ("T", len(self.limits), "B", self.W_x.shape[1]))
        if x.shape[0] == 0:
            raise ValueError(f"x: expected at least one time step, got shape {tuple(x.shape)}")
        a_x = x @ self.W_x + self.b
        h = torch.zeros_like(a_x[0])
        for a in a_x.unbind(0):
            h = self.activation(torch.baddbmm(a, h, self.W_h))
        return torch.baddbmm(self.b_o, h, self.W_o)

    def params(self, k: int) -> RNNParams:
        """The recurrent layer of net k as it is now, in NumPy (float64); IndexError for a net that is not there."""
        if not -len(self.limits) <= k < len(self.limits):
            raise IndexError(f"k: there are {len(self.limits)} nets, got {k}")
        return RNNParams(*(p[k].detach().numpy().astype(np.float64) for p in (self.W_x, self.W_h, self.b[:, 0])))

    def clip_(self) -> torch.Tensor:
        """Scale each net's gradient down to its own limit, in place; returns the norms before, (N,)."""
        squares = sum(p.grad.flatten(1).square().sum(1) for p in self.parameters())
        norms = squares.sqrt()
        scale = torch.where(norms > self.limits, self.limits / norms, torch.ones_like(norms))
        for p in self.parameters():
            p.grad.mul_(scale[:, None, None])
        return norms


def _checked(members) -> list[Member]:
    """Members with NumPy arrays of floats whose shapes fit together, the same in all."""
    if not isinstance(members, (list, tuple)) or not all(isinstance(m, Member) for m in members):
        raise TypeError(f"members: expected a list of Member, got {type(members).__name__}")
    if not members:
        raise ValueError("members: expected at least one, got none")
    checked = []
    for k, member in enumerate(members):
        arrays = {name: as_floats(f"members[{k}].{name}", getattr(member, name)) for name in Member._fields[:3]}
        H = arrays["recurrent"].shape[0] if arrays["recurrent"].ndim else 0
        wanted = {"recurrent": (H, H), "inputs": ("D", H), "readout": (H, "O")}
        for name, array in arrays.items():
            expect_shape(f"members[{k}].{name}", array, getattr(checked[0], name).shape if checked else wanted[name])
            expect_finite(**{f"members[{k}].{name}": array})
        _expect_clip(f"members[{k}].clip", member.clip)
        checked.append(Member(**arrays, clip=member.clip))
    return checked


def _expect_clip(name, clip):
    if clip is not None:
        expect_number(name, clip, above=0.0)


def train_crowd(crowd: Crowd, task, steps: int, *, loss, batch: int = 20, lr: float = 1e-2, adam: bool = False,
                seed: int = 0, every: int = 50) -> CrowdHistory:
    """Train every net of `crowd` in place for `steps` batches of its own data, by plain SGD or by Adam.

    task(batch, rng: torch.Generator) -> (x (T, batch, D), y (batch, ...)); loss(output, y) -> one value for each
    sequence. A record, one in `every` steps, holds means since the record before. Raises ValueError for counts, lr or a
    seed out of range, TypeError or ValueError for a crowd, task or loss of another type or with another result.
    """
    expect_counts(steps=steps, every=every)
    expect_number("lr", lr, above=0.0, high=1e6)
    expect_flags(adam=adam)
    _check(crowd, task, "loss", loss, batch, seed)
    rng = torch.Generator().manual_seed(int(seed))
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(crowd.parameters(), lr=float(lr))
    recent, records = [], []
    for step in range(1, steps + 1):
        optimizer.zero_grad()
        losses = _losses(crowd, task, batch, "loss", loss, rng)
        losses.sum().backward()  # the nets share nothing, so each gets the gradient of its own mean loss
        norms = crowd.clip_()
        optimizer.step()
        recent.append(torch.stack([losses.detach(), norms]))
        if step % every == 0 or step == steps:
            records.append((step, *torch.stack(recent).mean(0).numpy()))
            recent = []
    return CrowdHistory(*(np.array(column) for column in zip(*records, strict=True)))


def _check(crowd, task, name, function, batch, seed):
    if not isinstance(crowd, Crowd):
        raise TypeError(f"crowd: expected a Crowd, got {type(crowd).__name__}")
    for what, value in (("task", task), (name, function)):
        if not callable(value):
            raise TypeError(f"{what}: expected a function, got {type(value).__name__}")
    expect_counts(batch=batch)
    expect_counts(0, 2**63 - 1, seed=seed)


def _losses(crowd, task, batch, name, loss, rng):
    """`loss`, the argument called `name`, of every net on its own fresh batch: (N,)."""
    count = len(crowd.limits)
    drawn = task(count * batch, rng)
    if not isinstance(drawn, (tuple, list)) or len(drawn) != 2 or not isinstance(drawn[0], torch.Tensor):
        raise TypeError(f"task: expected it to return a pair of tensors (x, y), got {type(drawn).__name__}")
    x, y = drawn
    expect_shape("x of task", x, ("T", count * batch, crowd.W_x.shape[1]))
    output = crowd(x.reshape(x.shape[0], count, batch, -1))
    each = loss(output.flatten(0, 1), y)
    if not isinstance(each, torch.Tensor) or tuple(each.shape) != (count * batch,):
        got = tuple(each.shape) if isinstance(each, torch.Tensor) else type(each).__name__
        raise ValueError(f"{name}: expected one value for each of {count * batch} sequences, got {got}")
    return each.reshape(count, batch).mean(1)


def evaluate_crowd(crowd: Crowd, task, score, *, batch: int = 500, seed: int = 10_000) -> np.ndarray:
    """The mean of score(output, y), one value a sequence, of every net on `batch` fresh sequences: (N,).

    Raises TypeError and ValueError as `train_crowd`.
    """
    _check(crowd, task, "score", score, batch, seed)
    with torch.no_grad():
        return _losses(crowd, task, batch, "score", score, torch.Generator().manual_seed(int(seed))).numpy()
