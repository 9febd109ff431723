"""Trains the deep network of the `deep_states` figure: `python -m helpers.data.make_deep_states`.

Three GRU layers, one above the other, and a readout guess the next character of Python code; the text is that of
`helpers.syntax`. Writes deep_states.npz beside this file, in bytes as the figure ships them: W_x, W_h, b and b_h of
each layer and W_y and b_y of the readout, trained (`trained_1_W_x` ...) and as they were drawn (`untrained_1_W_x` ...);
for each layer the usual squared distance of two of its states (`trained_usual`) and its units from the slowest to the
fastest (`trained_order`), as they are on held-out modules; and `bits`, the trained network's loss there in bits a
character, so rounded. Takes about two minutes on one core.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .. import models, params, syntax, text, training
from .._in_bytes import from_bytes, to_bytes

__all__ = ["HIDDEN", "LAYERS", "distance", "shipped", "states", "train", "untrained"]

PATH = Path(__file__).with_name("deep_states.npz")
LAYERS, HIDDEN = 3, 48
STAGES = ((4e-3, 1000), (1e-3, 500), (2.5e-4, 200))  # learning rate, steps
LENGTH, SKIPPED = 400, 50  # characters of a held-out stretch, and at its beginning those that are not measured


def untrained(seed: int) -> models.CharModel:
    """The network as it is drawn from this seed."""
    torch.manual_seed(seed)
    return models.CharModel("gru", HIDDEN, layers=LAYERS)


@cache
def train(seed: int, stages: tuple = STAGES) -> models.CharModel:
    """The network trained from this seed, which draws its weights and its batches."""
    model, batch = untrained(seed), text.windows(syntax.corpus().train.codes, T=100, B=32)
    for stage, (lr, steps) in enumerate(stages):
        training.fit(model, batch, steps, loss=models.next_character_loss, lr=lr, seed=len(stages) * seed + stage,
                     label=f"learning rate {lr:g}")
    return model


def states(model: models.CharModel, codes: np.ndarray) -> list[np.ndarray]:
    """The states (T, B, H) of every layer that reads the codes (T, B)."""
    x, found = nn.functional.one_hot(torch.as_tensor(codes), model.vocabulary).to(model.readout.weight.dtype), []
    with torch.no_grad():
        for layer in range(model.recurrent.num_layers):
            alone = nn.GRU(x.shape[-1], HIDDEN, dtype=x.dtype)
            for weight in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
                getattr(alone, f"{weight}_l0").copy_(getattr(model.recurrent, f"{weight}_l{layer}"))
            x, _ = alone(x)
            found.append(x.double().numpy())
    return found


def distance(h: np.ndarray) -> np.ndarray:
    """The usual squared distance of two states of one layer (T, B, H), for each unit: twice its variance."""
    return 2 * h.reshape(-1, h.shape[-1]).var(axis=0)


def moves(h: np.ndarray) -> np.ndarray:
    """The mean squared change from one step to the next (T, B, H), for each unit."""
    return ((h[1:] - h[:-1]) ** 2).mean(axis=(0, 1))


def _arrays(model: models.CharModel) -> dict[str, np.ndarray]:
    layers = [params.from_torch(model.recurrent, layer=layer) for layer in range(LAYERS)]
    return {f"{k}_{field}": getattr(gru, field) for k, gru in enumerate(layers, start=1) for field in gru._fields}


def shipped(network: str) -> models.CharModel:
    """The network that the figure ships, "trained" or "untrained", in torch again."""
    model = models.CharModel("gru", HIDDEN, layers=LAYERS)
    with np.load(PATH) as stored, torch.no_grad():
        get = lambda name: from_bytes(stored[f"{network}_{name}"], stored[f"{network}_step"])  # noqa: E731
        for k in range(LAYERS):
            for field, ours in {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b", "bias_hh": "b_h"}.items():
                getattr(model.recurrent, f"{field}_l{k}").copy_(torch.from_numpy(get(f"{k + 1}_{ours}").T))
        model.readout.weight.copy_(torch.from_numpy(get("W_y").T))
        model.readout.bias.copy_(torch.from_numpy(get("b_y")))
    return model


def main() -> None:
    """Train, round, measure and write the weights."""
    torch.set_num_threads(1)
    found = {}
    for network, model in (("untrained", untrained(0)), ("trained", train(0))):
        weight, bias = (p.detach().numpy() for p in model.readout.parameters())
        arrays = to_bytes(_arrays(model) | {"W_y": weight.T, "b_y": bias})
        held_out = [h[SKIPPED:] for h in states(model, syntax.stretches(syntax.corpus().test, LENGTH).codes)]
        arrays["usual"] = np.array([distance(h).sum() for h in held_out], dtype=np.float32)
        arrays["order"] = np.array([np.argsort(moves(h) / distance(h)) for h in held_out])
        found |= {f"{network}_{name}": array for name, array in arrays.items()}
    np.savez_compressed(PATH, **found)
    bits = models.bits_per_character(shipped("trained"), syntax.corpus().test.codes)
    np.savez_compressed(PATH, **found, bits=bits)
    print(f"{PATH.name}: {bits:.3f} bits a character on held-out modules, {PATH.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
