"""Trains the five tiny networks of the `io_patterns` figure: `python -m helpers.data.make_io_patterns`.

Every network knows the numbers 0 to 15 as four bits and is trained on all sixteen. Writes io_patterns.npz beside this
file: W_x (6, 5, 8), W_h (6, 8, 8), b (6, 8), V (6, 8), c (6,) in float32, one row a network in the order of NETWORKS;
and the answers wanted, targets (5, 16, 7), padded with 0. Takes half a minute on one core.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from .. import params, training

PATH = Path(__file__).with_name("io_patterns.npz")
HIDDEN, STEPS = 8, 7
NETWORKS = ("one_to_one", "one_to_many", "many_to_one", "equal", "encoder", "decoder")
PATTERNS = ("one_to_one", "one_to_many", "many_to_one", "equal", "unequal")
PRIMES = (2, 3, 5, 7, 11, 13)


def bits(numbers) -> np.ndarray:
    """The four binary digits of each number, most significant first: (N, 4) of 0 and 1."""
    return np.array([[n >> k & 1 for k in (3, 2, 1, 0)] for n in numbers])


def inputs(pattern: str) -> np.ndarray:
    """What enters at each step, (T, 16, 5): columns 0-3 hold all four bits at once, column 4 one bit a step."""
    x, all_bits = np.zeros((4, 16, 5)), bits(range(16))
    if pattern.startswith("one"):
        x[0, :, :4] = all_bits
        return x[:1] if pattern == "one_to_one" else x
    x[:, :, 4] = all_bits.T
    return x


def targets(pattern: str) -> tuple[np.ndarray, np.ndarray]:
    """The answers wanted (T, 16), and the steps that answer (T,): the task of each pattern in one line."""
    digits, prime = bits(range(16)).T, np.isin(range(16), PRIMES)
    changed = digits != np.concatenate([np.zeros((1, 16), int), digits[:-1]])
    count = bits(digits.sum(axis=0)).T[1:]
    return {
        "one_to_one": (prime[None], np.array([1])),
        "one_to_many": (digits, np.ones(4)),
        "many_to_one": (np.tile(prime, (4, 1)), np.array([0, 0, 0, 1])),
        "equal": (changed, np.ones(4)),
        "unequal": (np.concatenate([np.zeros((4, 16)), count]), np.array([0, 0, 0, 0, 1, 1, 1])),
    }[pattern]


class Net(nn.Module):
    """A tanh RNN that reads, and for the unequal pattern a second one that writes from the first one's last state."""

    def __init__(self, pattern: str):
        super().__init__()
        self.reader = nn.RNN(5, HIDDEN)
        self.writer = nn.RNN(5, HIDDEN) if pattern == "unequal" else None
        self.readout = nn.Linear(HIDDEN, 1)

    def forward(self, x):
        h, last = self.reader(x)
        if self.writer is not None:
            h = torch.cat([h, self.writer(torch.zeros(3, *x.shape[1:]), last)[0]])
        return self.readout(h)[..., 0]


def train(pattern: str) -> tuple[Net, float]:
    """The trained network of `pattern`, and its largest error over all answers to all sixteen numbers."""
    torch.manual_seed(0)
    net, x = Net(pattern), torch.tensor(inputs(pattern), dtype=torch.float32)
    wanted, answers = (torch.tensor(a, dtype=torch.float32) for a in targets(pattern))

    def loss(scores, y):
        each = nn.functional.binary_cross_entropy_with_logits(scores, y, reduction="none")
        return (each * answers[:, None]).sum() / (answers.sum() * 16)

    training.fit(net, lambda rng: (x, wanted), 1000, loss=loss, lr=0.01, label=pattern)
    with torch.no_grad():
        error = (torch.sigmoid(net(x)) - wanted).abs() * answers[:, None]
    return net, error.max().item()


def main() -> None:
    """Train all five and write the weights; raises RuntimeError if one of them still gives a wrong answer."""
    torch.set_num_threads(1)
    rnns, heads = [], []
    for pattern in PATTERNS:
        net, error = train(pattern)
        print(f"{pattern}: largest error {error:.3f}")
        if error > 0.2:
            raise RuntimeError(f"{pattern} has not learned its task (largest error {error:.2f}); train longer")
        head = (net.readout.weight.detach().numpy()[0], net.readout.bias.detach().numpy()[0])
        for module in filter(None, (net.reader, net.writer)):
            rnns.append(params.from_torch(module))
            heads.append(head)
    arrays = {k: np.stack([getattr(p, k) for p in rnns]) for k in ("W_x", "W_h", "b")}
    arrays |= {"V": np.stack([v for v, _ in heads]), "c": np.array([c for _, c in heads])}
    wanted = np.zeros((5, 16, STEPS), dtype=np.int8)
    for k, pattern in enumerate(PATTERNS):
        y = targets(pattern)[0]
        wanted[k, :, :len(y)] = y.T
    np.savez_compressed(PATH, targets=wanted, **{k: v.astype(np.float32) for k, v in arrays.items()})
    print(f"{PATH.name}: {PATH.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
