"""Trains the networks of the `captioner` figure: `python -m helpers.data.make_captioner`.

Each writes the caption of a digit word by word; they differ in where the picture enters. Writes captioner.npz beside
this file, in 8 bits each as the figure ships them: the fields of `helpers.captioner.CaptionerParams` of each network,
named after its way (`every step W_ih` ...), and `every step exact` ..., the share of the test pictures whose whole
caption is right, so rounded. Takes about a minute on one core.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from live_figures import short

from .. import captioner, captions, digits, training
from ..captioner import CaptionerParams
from ..captions import LONGEST, STOP, WORDS

__all__ = ["BATCH", "HIDDEN", "RATES", "STEPS", "Captioner", "batches", "captions_of", "enlarged", "params_of", "train",
           "written"]

PATH = Path(__file__).with_name("captioner.npz")
VIEW = 48  # numbers of the image vector
HIDDEN = {"every step": 64, "first step": 64, "before the words": 64, "output": 73, "nowhere": 64}  # units
RATES = {"every step": 1e-2, "first step": 1e-2, "before the words": 4e-3, "output": 1e-2}  # see `experiments.captions`
STEPS = (1500, 600, 300)  # batches at the learning rate, at a quarter and at a sixteenth of it
BATCH, COPIES = 64, 9


class Captioner(nn.Module):
    """Scores of the next word of a caption: a picture becomes an image vector v, which enters a recurrence of words.

    forward((images (B, 8, 8), codes (T, B))) -> scores (T, B, words): row t are those of word t, from the words before
    it. `way` says where v enters: at every step, beside each word; at the first step only, beside the stop symbol with
    which every caption begins; in a step of its own before the words; at the output only, beside the state; nowhere.
    """

    def __init__(self, way: str, seed: int = 0):
        super().__init__()
        torch.manual_seed(seed)
        self.way, merged = way, way == "output"
        hidden = HIDDEN[way]
        self.look = nn.Linear(digits.SIZE**2, VIEW)
        self.recurrent = nn.RNN(len(WORDS) + (0 if merged else VIEW), hidden)
        self.readout = nn.Linear(hidden + (VIEW if merged else 0), len(WORDS))

    def forward(self, given: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        images, codes = given
        v = torch.tanh(self.look(images.flatten(1)))[None]
        before = torch.cat([torch.full_like(codes[:1], STOP), codes[:-1].clamp_min(0)])
        x, silent = nn.functional.one_hot(before, len(WORDS)).to(v.dtype), torch.zeros_like(v)
        if self.way == "output":
            return self.readout(torch.cat([self.recurrent(x)[0], v.expand(len(x), -1, -1)], dim=-1))
        views = {
            "every step": [v] * len(x), "first step": [v] + [silent] * (len(x) - 1), "nowhere": [silent] * len(x),
            "before the words": [v] + [silent] * len(x),
        }[self.way]
        if self.way == "before the words":
            x = torch.cat([torch.zeros_like(x[:1]), x])
        return self.readout(self.recurrent(torch.cat([x, torch.cat(views)], dim=-1))[0][-len(codes):])


def word_loss(scores: torch.Tensor, codes: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a word) of scores (T, B, words) and the words (T, B); those behind the stop are -1."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), codes.flatten(), ignore_index=-1)


def enlarged(images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pictures and nine copies of each, moved by up to a column and inked by a factor from 0.8 to 1.25.

    The rule captions a changed copy as well as an original, so each copy is a new picture with a right caption.
    """
    rng, parts = np.random.default_rng(0), [images]
    for _ in range(COPIES):
        moved = np.zeros_like(images)
        wide = np.pad(images, ((0, 0), (0, 0), (1, 1)))
        shift = rng.integers(3, size=len(images))
        for k in range(3):
            moved[shift == k] = wide[shift == k, :, k:k + digits.SIZE]
        parts.append(np.clip(moved * rng.uniform(0.8, 1.25, (len(images), 1, 1)), 0, 1))
    return np.concatenate(parts), np.tile(labels, COPIES + 1)


def batches(images: np.ndarray, labels: np.ndarray) -> Callable:
    """A `batch(rng)` for `training.fit`: BATCH of these pictures with the words of their captions."""
    images, codes = torch.tensor(images, dtype=torch.float32), torch.tensor(captions.to_codes(
        captions.captions(images, labels)))

    def batch(rng):
        drawn = torch.randint(len(images), (BATCH,), generator=rng)
        return (images[drawn], codes[:, drawn]), codes[:, drawn]

    return batch


def train(way: str, rate: float, seed: int, batch: Callable) -> Captioner:
    """The network of this way, trained from this seed, which draws its weights and its batches."""
    model = Captioner(way, seed)
    for stage, steps in enumerate(STEPS):
        training.fit(model, batch, steps, loss=word_loss, lr=rate / 4**stage, seed=len(STEPS) * seed + stage,
                     label=f"{way}, stage {stage + 1}")
    return model


def captions_of(model: Captioner, images: np.ndarray) -> list[str]:
    """What the network writes for each picture, always the likeliest word, at most LONGEST of them."""
    images = torch.tensor(images, dtype=torch.float32)
    codes = torch.full((LONGEST, len(images)), STOP)
    with torch.no_grad():
        for t in range(LONGEST):
            codes[t] = model((images, codes[:t + 1]))[t].argmax(-1)
    return captions.to_texts(codes)


def params_of(model: Captioner) -> CaptionerParams:
    """The weights of a trained network by the names of the equations; torch's two biases become their sum."""
    get = {name: value.detach().numpy() for name, value in model.named_parameters()}
    W_in, merged = get["recurrent.weight_ih_l0"].T, model.way == "output"
    W_out = get["readout.weight"].T
    hidden = HIDDEN[model.way]
    return CaptionerParams(
        W_p=get["look.weight"].T, b_p=get["look.bias"], W_xh=W_in[:len(WORDS)], W_hh=get["recurrent.weight_hh_l0"].T,
        W_ih=None if merged else W_in[len(WORDS):], b=get["recurrent.bias_ih_l0"] + get["recurrent.bias_hh_l0"],
        W_y=W_out[:hidden], b_y=get["readout.bias"], W_v=W_out[hidden:] if merged else None)


def main() -> None:
    """Train the network of every way, round, measure and write the weights."""
    torch.set_num_threads(1)
    data = digits.load()
    batch = batches(*enlarged(data.train_images, data.train_labels))
    store({way: train(way, rate, 0, batch) for way, rate in RATES.items()})


def store(models: dict[str, Captioner]) -> None:
    """Round, measure and write the weights of trained networks."""
    data, stored = digits.load(), {}
    for way, model in models.items():
        stored |= {f"{way} {name}": short(value) for name, value in params_of(model)._asdict().items()
                   if value is not None}
    np.savez_compressed(PATH, **stored)
    wanted = captions.captions(data.test_images, data.test_labels)
    exact = {f"{way} exact": np.mean(np.array(written(way, data.test_images)) == wanted) for way in models}
    np.savez_compressed(PATH, **stored, **exact)
    print(f"{PATH.name}: {exact}, {PATH.stat().st_size / 1000:.0f} kB")


def written(way: str, images: np.ndarray) -> list[str]:
    """What the network that the figure ships writes for each picture."""
    params = captioner.trained(way)
    v = captioner.look(params, images)
    return captions.to_texts(captioner.describe(params, way, np.tile(v, (LONGEST, 1, 1))).words)


if __name__ == "__main__":
    main()
