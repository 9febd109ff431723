"""Trains the small tanh RNN of the `temperature` figure on Python source: `python -m helpers.data.make_char_rnn`.

Indentation and runs of spaces are squeezed out of the text first: a network of this size would spend its few units on
counting spaces. Writes char_rnn.npz beside this file: W_x (96, 64), W_h (64, 64), b (64,), W_y (64, 96), b_y (96,)
in float32, and `bits`, its loss in bits a character on modules it never saw. Takes about four minutes on one core.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from .. import models, params, text, training

PATH = Path(__file__).with_name("char_rnn.npz")
HIDDEN = 64
STAGES = ((4e-3, 6000), (2e-3, 4000), (1e-3, 3000), (3e-4, 2000))  # learning rate, steps


def main() -> None:
    """Train, measure and write the weights."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    train, valid = (text.squeeze(codes) for codes in text.python_source())
    model = models.CharModel("rnn", HIDDEN)
    for seed, (lr, steps) in enumerate(STAGES):
        training.fit(model, text.windows(train, T=48, B=32), steps, loss=models.next_character_loss, lr=lr,
                     seed=seed, label=f"learning rate {lr:g}")
    rnn = params.from_torch(model.recurrent)
    weights = {"W_x": rnn.W_x, "W_h": rnn.W_h, "b": rnn.b, "W_y": model.readout.weight.detach().numpy().T,
               "b_y": model.readout.bias.detach().numpy()}
    bits = models.bits_per_character(model, valid)
    np.savez_compressed(PATH, bits=bits, **{k: v.astype(np.float32) for k, v in weights.items()})
    print(f"{PATH.name}: {bits:.3f} bits a character on held-out modules, {PATH.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
