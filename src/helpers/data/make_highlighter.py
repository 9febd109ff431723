"""Trains the two taggers of the figures `highlighter` and `context_reach`: `python -m helpers.data.make_highlighter`.

An LSTM that reads one way and one that reads two ways, with nearly equal numbers of parameters (30,310 and 30,286), the
same batches, optimiser and number of steps, each at the learning rate that the experiment `highlighter` found best for
it on validation; they are that experiment's seed 0. Writes highlighter.npz beside this file: the weights at 8 bits a
number, and the share of the characters of held-out modules that they get right. Takes about six minutes on one core.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from live_figures import short

from .. import models, syntax, text, training

PATH = Path(__file__).with_name("highlighter.npz")
NETS = {"one-way": {"hidden": 50}, "two-way": {"hidden": 29, "bidirectional": True}}
RATES = {"one-way": 0.012, "two-way": 0.024}  # the best of the experiment's for each, on validation
STAGES = ((1.0, 0.6), (0.3, 0.25), (0.1, 0.15))  # shares of the learning rate, and of the steps it is kept for
T, B, STEPS = 200, 32, 1500
LENGTH, UNSCORED = 800, 8  # characters that are read in one go, and those at their end that are not scored
UNKNOWN_SHARE = 0.005  # of letters, replaced while training by the code for any other character, so that it is learned


class Score(NamedTuple):
    """The share of characters that are right: of all, and for each class of all, of the first and last of its runs."""

    accuracy: float
    each: np.ndarray
    first: np.ndarray
    last: np.ndarray


def batches(part: syntax.Labelled, delay: int = 0) -> Callable:
    """A `batch(rng)` for `training.fit`: B windows from line starts, as codes and labels (T + delay, B).

    The label of a character is wanted `delay` steps after it was read.
    """
    codes, labels = (torch.as_tensor(a) for a in part)
    starts = torch.as_tensor(syntax.line_starts(part))
    starts = starts[starts + T + delay <= len(codes)]
    letter = torch.tensor([c.isalpha() for c in text.VOCABULARY])
    early = torch.full((delay, B), -100)  # nothing is wanted yet: what cross_entropy leaves out

    def batch(rng):
        at = starts[torch.randint(len(starts), (1, B), generator=rng)] + torch.arange(T + delay)[:, None]
        x, y = codes[at], torch.cat([early, labels[at[:T]]])
        rare = letter[x] & (torch.rand(x.shape, generator=rng) < UNKNOWN_SHARE)
        return torch.where(rare, syntax.UNKNOWN, x), y

    return batch


def loss(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a character) of scores (T, B, classes) against labels (T, B)."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), labels.flatten())


def train(net: str, part: syntax.Labelled, *, rate: float, seed: int, delay: int = 0) -> models.Tagger:
    """The tagger called `net` in NETS, trained on `part` with Adam at `rate`, which is lowered twice."""
    torch.manual_seed(seed)
    model = models.Tagger("lstm", vocabulary=syntax.VOCABULARY, classes=len(syntax.CLASSES), **NETS[net])
    for stage, (share, kept) in enumerate(STAGES):
        training.fit(model, batches(part, delay), round(kept * STEPS), loss=loss, lr=share * rate,
                     seed=len(STAGES) * seed + stage, label=f"{net}, {delay} late, rate {share * rate:g}")
    return model


def score(model: models.Tagger, part: syntax.Labelled, delay: int = 0) -> Score:
    """How much of `part` is right, read in stretches of LENGTH characters whose last UNSCORED are not scored.

    So no net sees more of the text than another, whatever its delay (at most UNSCORED).
    """
    codes, labels = syntax.stretches(part, LENGTH)
    with torch.no_grad():
        answers = model(torch.as_tensor(codes)).argmax(-1).numpy()
    return measured(answers[delay:], labels)


def measured(answers: np.ndarray, labels: np.ndarray) -> Score:
    """The Score of answers to stretches (LENGTH, B) with these labels, without their ends."""
    scored = slice(LENGTH - UNSCORED)
    right, kinds, changes = answers[scored] == labels[scored], labels[scored], labels[1:] != labels[:-1]
    first = np.concatenate([np.ones_like(changes[:1]), changes])[scored]
    places = (np.ones_like(right), first, changes[scored])
    each = (np.array([right[(kinds == k) & place].mean() for k in range(len(syntax.CLASSES))]) for place in places)
    return Score(float(right.mean()), *each)


def main() -> None:
    """Train both, and write their weights with what is left of their accuracy at 8 bits a number."""
    torch.set_num_threads(1)
    corpus, arrays = syntax.corpus(), {}
    for net, rate in RATES.items():
        model = train(net, corpus.train, rate=rate, seed=0)
        as_shipped(model)
        accuracy = score(model, corpus.test).accuracy
        arrays |= {f"{net} accuracy": np.array(accuracy)}
        arrays |= {f"{net} {name}": weight.numpy() for name, weight in model.state_dict().items()}
        print(f"{net}: {accuracy:.2%} of the characters of held-out modules")
    np.savez_compressed(PATH, **arrays)
    print(f"{PATH.name}: {PATH.stat().st_size / 1000:.0f} kB")


def as_shipped(model: models.Tagger) -> None:
    """Round the weights of `model` to 8 bits a number, its two biases, which only add up, to one."""
    with torch.no_grad():
        for name, weight in model.recurrent.named_parameters():
            if name.startswith("bias_ih"):
                weight += getattr(model.recurrent, name.replace("ih", "hh"))
            elif name.startswith("bias_hh"):
                weight.zero_()
        for weight in model.parameters():
            weight.copy_(torch.as_tensor(short(weight.numpy())))


if __name__ == "__main__":
    main()
