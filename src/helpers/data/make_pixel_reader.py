"""Trains the networks of the `pixel_reader` figure: `python -m helpers.data.make_pixel_reader`.

Three recurrent networks of about 5,000 parameters read digits pixel by pixel, and three row by row; they are seed 0 of
the experiment `digits`, at the rates that it found best on validation. Writes pixel_reader.npz beside this file: W_x,
W_h, b (and b_h) of each network and W_y and c of its readout at 8 bits a number, named `LSTM pixels W_x`; the share of
the test images that it then gets right, `LSTM pixels right`; and the first test images with their labels. Takes about a
minute on one core.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from live_figures import short

from .. import digits, params, training

__all__ = ["CELLS", "ORDERS", "RATES", "STEPS", "Cell", "Net", "B", "in_order", "right", "size", "train"]

PATH = Path(__file__).with_name("pixel_reader.npz")
STAGES = ((1.0, 0.6), (0.3, 0.25), (0.1, 0.15))  # shares of the learning rate, and of the steps it is kept for
STEPS, B = 1200, 32
CLASSES = 10
SHOWN = 30  # test images that the figure shows, the first ones
RATES = {  # of what the figure ships, for pixels and rows: the best of the experiment's on validation
    "tanh RNN, orthogonal": (3e-3, 1e-2), "GRU": (3e-2, 1e-2), "LSTM": (3e-2, 3e-2),
}  # fmt: skip


class Cell(NamedTuple):
    """How a cell starts, start(D, H, seed) -> params; its units for each number of inputs, about 5,000 parameters."""

    start: Callable
    units: dict[int, int]


def _gru(D: int, H: int, seed: int):
    return params.gru_params(D, H, seed)._replace(b=np.repeat([0.0, 1.0, 0.0], H))


# Weights start uniform within 1/sqrt(H), but for the orthogonal W_h; gates that keep start at sigmoid(1) = 0.73.
CELLS = {
    "tanh RNN": Cell(partial(params.rnn_params, recurrent="uniform"), {1: 65, 8: 62}),
    "tanh RNN, orthogonal": Cell(params.rnn_params, {1: 65, 8: 62}),
    "GRU": Cell(_gru, {1: 38, 8: 35}),
    "LSTM": Cell(params.lstm_params, {1: 33, 8: 30}),
}
SHUFFLED = np.random.default_rng(0).permutation(digits.SIZE ** 2)  # one order for all images and all networks
ORDERS = {
    "pixels": digits.as_pixels, "rows": digits.as_rows,
    "shuffled pixels": lambda images: digits.as_pixels(images)[SHUFFLED],
    "last 8 pixels": lambda images: digits.as_pixels(images)[-digits.SIZE:],
}


def in_order(images: np.ndarray, order: str) -> torch.Tensor:
    """Images (n, 8, 8) as the sequences (T, n, D) of one of ORDERS, in float32."""
    return torch.from_numpy(ORDERS[order](images).astype(np.float32))


class Net(nn.Module):
    """Scores of the ten digits at every step: x (T, B, D) -> (T, B, 10). The two biases of torch count as one."""

    def __init__(self, cell: str, inputs: int, seed: int):
        super().__init__()
        torch.manual_seed(seed)
        hidden = CELLS[cell].units[inputs]
        self.recurrent = params.to_torch(CELLS[cell].start(inputs, hidden, seed)).float()
        self.recurrent.bias_hh_l0.requires_grad_(cell == "GRU")
        self.readout = nn.Linear(hidden, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.readout(self.recurrent(x)[0])


def size(net: Net) -> int:
    """How many numbers are trained."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Cross-entropy (nats), half that of the last step and half the mean of all: a network answers while it reads."""
    each = nn.functional.cross_entropy(scores.flatten(0, 1), labels.repeat(len(scores)))
    return 0.5 * nn.functional.cross_entropy(scores[-1], labels) + 0.5 * each


def train(cell: str, order: str, images: np.ndarray, labels: np.ndarray, *, rate: float, seed: int) -> Net:
    """A network trained with Adam at `rate`, which is lowered twice, in STEPS batches of B images drawn at random."""
    x, y = in_order(images, order), torch.from_numpy(labels)
    net = Net(cell, x.shape[-1], seed)

    def batch(rng):
        chosen = torch.randint(len(y), (B,), generator=rng)
        return x[:, chosen], y[chosen]

    for stage, (factor, share) in enumerate(STAGES):
        training.fit(net, batch, int(share * STEPS), loss=loss, lr=factor * rate, seed=len(STAGES) * seed + stage,
                     label=f"{cell}, {order}")
    return net


def right(net: Net, order: str, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The share of the images that the network gets right after each step (T,)."""
    with torch.no_grad():
        answers = net(in_order(images, order)).argmax(-1).numpy()
    return (answers == labels).mean(axis=1)


def arrays(net: Net) -> dict[str, np.ndarray]:
    """The weights of a network at 8 bits a number, by name."""
    weight, bias = (p.detach().numpy() for p in net.readout.parameters())
    found = params.from_torch(net.recurrent)._asdict() | {"W_y": weight.T, "c": bias}
    return {name: short(value) for name, value in found.items() if value is not None}


def main() -> None:
    """Train all, round, and write them; then the share of the test images that each gets right."""
    torch.set_num_threads(1)
    data = digits.load()
    found = {"images": np.round(16 * data.test_images[:SHOWN]).astype(np.uint8), "labels": data.test_labels[:SHOWN]}
    for cell, rates in RATES.items():
        for order, rate in zip(digits.ORDERS, rates, strict=True):
            net = train(cell, order, data.train_images, data.train_labels, rate=rate, seed=0)
            found |= {f"{cell} {order} {name}": array for name, array in arrays(net).items()}
    np.savez_compressed(PATH, **found)
    shares = {f"{cell} {order} right": share_right(cell, order) for cell in RATES for order in digits.ORDERS}
    np.savez_compressed(PATH, **found, **shares)
    print(f"{PATH.name}: {PATH.stat().st_size / 1000:.0f} kB", *(f"{k}: {v:.1%}" for k, v in shares.items()), sep="\n")


def share_right(cell: str, order: str) -> float:
    """The share of the test images that a network gets right, as it is shipped."""
    data = digits.load()
    p = digits.read(digits.trained(cell, order), ORDERS[order](data.test_images))
    return float((p[-1].argmax(-1) == data.test_labels).mean())


if __name__ == "__main__":
    main()
