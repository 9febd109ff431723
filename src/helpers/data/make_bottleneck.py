"""Trains the networks of the `bottleneck` figure: `python -m helpers.data.make_bottleneck`.

Each repeats random texts of up to LONGEST symbols, as `helpers.copier` describes. The network with attention and the
one with a fixed vector of the same size have the same parameters, batches and steps. Writes bottleneck.npz beside this
file, in bytes as the figure ships them. Takes about two minutes on one core.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch

from .. import params, training
from .._in_bytes import to_bytes
from ..copier import SHIPPED, Copier, letters, trained
from ..copier import write as written

__all__ = ["BATCH", "LONGEST", "RATES", "STEPS", "arrays", "batch", "right_by_length", "train"]

PATH = Path(__file__).with_name("bottleneck.npz")
LONGEST, BATCH = 12, 64
RATES = {"attention": 3e-3, "average": 1e-2, "fixed vector": 1e-2}  # as the experiment of this name chose them
STAGES = ((1.0, 4000), (0.25, 1200), (0.0625, 800))  # times the rate; steps
STEPS = sum(steps for _, steps in STAGES)


def batch(rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """BATCH random texts of one length, from 1 to LONGEST: what goes in is what should come out."""
    codes = letters(int(torch.randint(1, LONGEST + 1, (), generator=rng)), BATCH, rng)
    return codes, codes


def loss(scores: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a symbol) of scores (T, B, symbols) and the symbols to write (T, B)."""
    return torch.nn.functional.cross_entropy(scores.flatten(0, 1), codes.flatten())


@cache
def train(context: str, hidden: int, seed: int, rate: float) -> Copier:
    """The network that sees this context, trained from this seed, which draws its weights and its batches."""
    model = Copier(context, hidden, seed)
    for stage, (share, steps) in enumerate(STAGES):
        training.fit(model, batch, steps, loss=loss, lr=share * rate, seed=len(STAGES) * seed + stage,
                     label=f"{context}, {hidden} units")
    return model


def right_by_length(model: Copier, lengths, texts: int = 300, seed: int = 10_000) -> list[float]:
    """The share of symbols that `model` writes right, in as many random texts of each of `lengths`."""
    rng = torch.Generator().manual_seed(seed)
    drawn = (letters(length, texts, rng) for length in lengths)
    return [float((written(model, codes) == codes).float().mean()) for codes in drawn]


def arrays(model: Copier) -> dict[str, np.ndarray]:
    """The weights of both GRUs and of the readout in the layout of `helpers.cells`, by name."""
    found = {f"{part}_{field}": value for part in ("encoder", "decoder")
             for field, value in params.from_torch(getattr(model, part))._asdict().items()}
    weight, bias = (p.detach().numpy() for p in model.readout.parameters())
    return found | {"W_y": weight.T, "b_y": bias}


def main() -> None:
    """Train the networks of the figure from seed 0, round and write them, and print what they get right."""
    torch.set_num_threads(1)
    models = {net: train(context, hidden, 0, RATES[context]) for net, (context, hidden) in SHIPPED.items()}
    save(models)
    for net, model in models.items():
        for lengths in ((LONGEST,), (20,), (30,)):
            print(net, *lengths, "symbols:", *(right_by_length(m, lengths)[0] for m in (model, trained(net))))
    print(f"{PATH.name}: {PATH.stat().st_size / 1000:.0f} kB")


def save(models: dict[str, Copier]) -> None:
    """Write the networks in bytes, each with a `step` of its own."""
    stored = {net: to_bytes(arrays(model)) for net, model in models.items()}
    np.savez_compressed(PATH, **{f"{net}_{name}": v for net, each in stored.items() for name, v in each.items()})


if __name__ == "__main__":
    main()
