"""Trains the two networks of the `fill_the_blank` figure on English: `python -m helpers.data.make_fill_the_blank`.

Both guess every character of a sentence that they do not see: one from the characters to its left, the other from those
on both sides. They have equally many parameters, and the same sentences, batches, rates and steps. Writes
fill_the_blank.npz beside this file, in bytes as the figure ships them: W_x, W_h, b and b_h of each GRU (`left_`,
`from_left_`, `from_right_`), W_y and b_y of each readout (`left_`, `both_`); and `left_bits` and `both_bits`, what a
hidden character of a held-out sentence costs each of them, so rounded. Takes about four minutes on one core.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .. import params, training
from .._in_bytes import from_bytes, to_bytes
from .make_prose import SYMBOLS, sentences

__all__ = ["HIDDEN", "FillIn", "bits", "count_bits", "encode", "train"]

PATH = Path(__file__).with_name("fill_the_blank.npz")
HIDDEN = {"left": 112, "both": 74}  # units a direction: 53,121 and 53,313 parameters
STAGES = ((4e-3, 1000), (1e-3, 500), (2.5e-4, 300))  # learning rate, steps
BATCH = 64
LAYERS = {"left": ("left", False), "from_left": ("both", False), "from_right": ("both", True)}  # network, reverse
TORCH = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b", "bias_hh": "b_h"}


class FillIn(nn.Module):
    """Scores of every hidden character of a sentence, from what stands to its left or (`both`) on both sides of it.

    forward(codes (T, B)) -> scores (T - 2, B, symbols): row t are those of character t + 1, since a sentence begins and
    ends with a newline, which is never hidden. No state that has read character t + 1 itself is used for it.
    """

    def __init__(self, sides: str, seed: int = 0):
        super().__init__()
        torch.manual_seed(seed)
        both, self.hidden = sides == "both", HIDDEN[sides]
        self.recurrent = nn.GRU(len(SYMBOLS), self.hidden, bidirectional=both)
        self.readout = nn.Linear(self.hidden * (2 if both else 1), len(SYMBOLS))

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        x = nn.functional.one_hot(codes, len(SYMBOLS)).to(self.readout.weight.dtype)
        h, _ = self.recurrent(x)
        before, after = h[:-2, :, :self.hidden], h[2:, :, self.hidden:]
        return self.readout(torch.cat([before, after], dim=-1))


def encode(sentence: str) -> list[int]:
    """The codes of a sentence over SYMBOLS, with the newlines that it begins and ends with."""
    return [SYMBOLS.index(c) for c in f"\n{sentence}\n"]


def by_length(texts: list[str]) -> dict[int, torch.Tensor]:
    """Codes (T, sentences) of all sentences of one length, by that length: side by side they need no padding."""
    lengths = sorted({len(text) for text in texts})
    return {n: torch.tensor([encode(text) for text in texts if len(text) == n]).T for n in lengths}


def hidden_character_loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a hidden character) of scores (T - 2, B, symbols) and the characters (T - 2, B)."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


def batches(texts: list[str]) -> Callable:
    """A `batch(rng)` for `training.fit`: BATCH sentences of one length, which is that of a sentence drawn at random."""
    groups = by_length(texts)

    def draw(count, rng):
        return torch.randint(count, (BATCH,), generator=rng)

    def batch(rng):
        group = groups[len(texts[draw(len(texts), rng)[0]])]
        codes = group[:, draw(group.shape[1], rng)]
        return codes, codes[1:-1]

    return batch


@cache
def train(sides: str, seed: int) -> FillIn:
    """The network of these sides, trained from this seed, which draws its weights and its batches."""
    model = FillIn(sides, seed)
    for stage, (lr, steps) in enumerate(STAGES):
        training.fit(model, batches(sentences()[0]), steps, loss=hidden_character_loss, lr=lr,
                     seed=len(STAGES) * seed + stage, label=f"{sides}, learning rate {lr:g}")
    return model


def bits(model: FillIn) -> float:
    """Bits a hidden character on the held-out sentences."""
    with torch.no_grad():
        losses = [(hidden_character_loss(model(codes), codes[1:-1]).item(), codes[1:-1].numel())
                  for codes in by_length(sentences()[1]).values()]
    nats, counts = zip(*losses, strict=True)
    return float(np.average(nats, weights=counts)) / math.log(2)


def count_bits(neighbours: tuple[int, ...], strength: float = 5.0) -> float:
    """Bits a hidden character on the held-out sentences, by counting what stood between the same neighbours.

    `neighbours` are places relative to the hidden one, the most telling first. An estimate is
    p(c | context) = (count + strength p'(c)) / (total + strength), with p' that without the last neighbour: a context
    that was never seen falls back to a smaller one. Beyond a sentence's ends stand newlines.
    """
    parts = [_surrounded(part, max(map(abs, neighbours))) for part in sentences()]
    p = 1 / len(SYMBOLS)
    for last in range(len(neighbours) + 1):
        context = neighbours[:last]
        total, count = (_occurrences(*(_numbered(*part, offsets) for part in parts)) for offsets in
                        (context, (*context, 0)))
        p = (count + strength * p) / (total + strength)
    return float(-np.mean(np.log2(p)))


def _surrounded(texts: list[str], margin: int) -> tuple[np.ndarray, np.ndarray]:
    """All sentences in one row of codes, with at least `margin` newlines between them, and the places of characters."""
    codes = np.array(encode(("\n" * margin).join(texts).join(["\n" * margin] * 2)))
    return codes, np.flatnonzero(codes)


def _numbered(codes: np.ndarray, places: np.ndarray, offsets: tuple[int, ...]) -> np.ndarray:
    """One integer for what stands at `offsets` of each place."""
    return sum((codes[places + offset] * len(SYMBOLS)**k for k, offset in enumerate(offsets)), np.zeros_like(places))


def _occurrences(train: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How often each wanted number is among those of the training text."""
    train = np.sort(train)
    return np.searchsorted(train, wanted, side="right") - np.searchsorted(train, wanted, side="left")


def arrays(models: dict[str, FillIn]) -> dict[str, np.ndarray]:
    """The weights of both networks in the layout of `helpers.cells`, by name."""
    found = {}
    for name, (sides, reverse) in LAYERS.items():
        gru = params.from_torch(models[sides].recurrent, reverse=reverse)
        found |= {f"{name}_{field}": getattr(gru, field) for field in gru._fields}
    for sides, model in models.items():
        weight, bias = (p.detach().numpy() for p in model.readout.parameters())
        found |= {f"{sides}_W_y": weight.T, f"{sides}_b_y": bias}
    return found


def shipped(sides: str) -> FillIn:
    """The network that the figure ships, in torch again."""
    model = FillIn(sides)
    with np.load(PATH) as file, torch.no_grad():
        stored = {name: from_bytes(file[name], file["step"]) for name in file.files}
        for name, (whose, reverse) in LAYERS.items():
            if whose == sides:
                for field, ours in TORCH.items():
                    weight = getattr(model.recurrent, f"{field}_l0{'_reverse' if reverse else ''}")
                    weight.copy_(torch.from_numpy(stored[f"{name}_{ours}"].T))
        model.readout.weight.copy_(torch.from_numpy(stored[f"{sides}_W_y"].T))
        model.readout.bias.copy_(torch.from_numpy(stored[f"{sides}_b_y"]))
    return model


def main() -> None:
    """Train both, round, measure and write the weights."""
    torch.set_num_threads(1)
    stored = to_bytes(arrays({sides: train(sides, 0) for sides in HIDDEN}))
    np.savez_compressed(PATH, **stored)
    measured = {f"{sides}_bits": bits(shipped(sides)) for sides in HIDDEN}
    np.savez_compressed(PATH, **stored, **measured)
    print(f"{PATH.name}: {measured}, {PATH.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
