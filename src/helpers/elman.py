"""The temporal XOR of Elman (1990), where a network reads bits one at a time and predicts the next one.

Every third bit is the exclusive or of the two before it, which are random: only every third bit can be predicted, and
only with a memory of the bit before the current one.
"""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["ElmanNet", "xor_batch"]


def xor_batch(triples: int, B: int):
    """A `batch(rng)` for `training.fit`: B streams of triples as x, y (3 triples - 1, B, 1), y the next bit."""
    if triples < 1 or B < 1:
        raise ValueError(f"xor_batch needs triples >= 1 and B >= 1, got {triples} and {B}")

    def batch(rng: torch.Generator):
        pair = torch.randint(2, (triples, 2, B), generator=rng)
        bits = torch.cat([pair, pair[:, :1] ^ pair[:, 1:]], dim=1).reshape(3 * triples, B, 1).float()
        return bits[:-1], bits[1:]

    return batch


class ElmanNet(nn.Module):
    """A simple recurrent network of tanh units: x (T, B, 1) -> the chance (T, B, 1) that the next bit is 1."""

    def __init__(self, hidden: int):
        super().__init__()
        self.recurrent = nn.RNN(1, hidden)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.readout(self.recurrent(x)[0]))
