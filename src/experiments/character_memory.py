"""What does a small character model use of its past, and what of it can be read from its state?"""

from __future__ import annotations

import math
import statistics

import numpy as np
import torch
from torch.nn import functional

from helpers import models, recall, tables, text, training
from helpers.curves import Curves
from helpers.params import from_torch
from helpers.sequence import rnn

from .core import Run
from .wording import over_seeds

NAME = "character_memory"
CHAPTER = 1
TITLE = "What a character model uses of its past, and what its state shows"
PAPER = (
    "Jaeger (2001): a recurrent network whose recurrent weights stay random holds an echo of its recent inputs, and it "
    "is enough to train the readout."
)
DEVIATIONS = (
    "No task of the paper. The network of chapter 01, 128 tanh units trained for 1,800 batches on the standard "
    "library, five times. What it uses: its loss at 10,000 places of the held-out text if it reads only the last k "
    "characters, from a state of zeros. What its state shows: how often a linear reader of the state names the "
    "lower-case letter k steps back, in the second halves of 20 stretches of 2,000 characters, fitted on their first "
    "halves. Controls: each network before its training, and the last three characters, read linearly and by a table."
)
READING = (
    "The five trainings agree. Beyond eight characters the network uses next to nothing of what it reads: all the "
    "rest up to the thirty-second lowers the loss by less than 0.05 bits. To a reader without error, from two to five "
    "steps back every untrained network shows more letters in its state than any trained one, while from four steps "
    "back on the trained ones are behind a table of the last three characters. What these runs do not say: what a "
    "reader that is not linear would find, and what the state holds besides letters. A reader with an error is in "
    "the chapter."
)

SEEDS = (0, 1, 2, 3, 4)
HIDDEN, BATCHES, RATE = 128, 1800, 4e-3
READ = (1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32)
BACK = tuple(range(11))
STREAMS, STEPS, PLACES = 20, 2000, 10_000


def settings() -> list[dict]:
    """One training a seed."""
    return [{"seed": seed} for seed in SEEDS]


def run(seed: int) -> tuple[bool, int, float, str, dict]:
    """The score is the loss on the held-out text in bits a character."""
    train, valid = text.python_source()
    torch.manual_seed(seed)
    model = models.CharModel("rnn", hidden=HIDDEN, vocabulary=len(text.VOCABULARY))
    codes, letters = _letters(valid)
    measures = {"untrained": _recalled(model, codes, letters)}
    training.fit(model, text.windows(train, T=32, B=32), BATCHES, lr=RATE, seed=seed, loss=models.next_character_loss,
                 label=f"character model, seed {seed}")
    measures |= {"trained": _recalled(model, codes, letters), "cut off": [_bits_after(model, valid, k) for k in READ]}
    if seed == 0:  # the same for every network
        eye = np.eye(len(text.VOCABULARY))[codes]
        last = np.concatenate([np.roll(eye, j, axis=0) for j in range(3)], axis=2)
        measures |= {"last three": [recall.linear_recall(last, codes, k, letters) for k in BACK],
                     "table": [recall.table_recall(codes, k, letters) for k in BACK]}
    bits = models.bits_per_character(model, valid, rows=100)
    return True, BATCHES * 32, bits, "limit", _rounded(measures)


def _letters(valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The beginnings of 20 stretches of a text, side by side (STEPS, STREAMS), and which characters are letters."""
    codes = valid[: len(valid) // STREAMS * STREAMS].reshape(STREAMS, -1).T[:STEPS]
    return codes, np.array([c.islower() for c in text.VOCABULARY])[codes]


def _recalled(model: models.CharModel, codes: np.ndarray, letters: np.ndarray) -> list[float]:
    h = rnn(from_torch(model.recurrent), np.eye(len(text.VOCABULARY))[codes]).h
    return [recall.linear_recall(h, codes, k, letters) for k in BACK]


def _bits_after(model: models.CharModel, valid: np.ndarray, k: int) -> float:
    """Bits of the character after the last k, from a state of zeros, at the same places for every k."""
    places = np.random.default_rng(0).choice(np.arange(READ[-1], len(valid)), PLACES, replace=False)
    codes = torch.as_tensor(valid)
    with torch.no_grad():
        scores, _ = model(codes[torch.as_tensor(places) - k + torch.arange(k)[:, None]])
    return functional.cross_entropy(scores[-1], codes[places]).item() / math.log(2)


def _rounded(measures: dict) -> dict:
    return {name: [round(value, 4) for value in values] for name, values in measures.items()}


def summary(runs: list[Run]) -> dict:
    """For a chapter: the places measured at, the bits of each seed, and each measure as one list a seed."""
    row = {name: [r.measures[name] for r in runs] for name in ("trained", "untrained", "cut off")}
    return {"read": list(READ), "back": list(BACK), "bits": [r.score for r in runs]} | row | {
        name: runs[0].measures[name] for name in ("last three", "table")}


def plots(runs: list[Run]) -> list[Curves]:
    """What is used, over the characters read; what is shown, over the steps back."""
    found = summary(runs)
    places = lambda name: list(zip(*found[name], strict=True))  # noqa: E731
    return [
        Curves(title="How much of its past does the network use?", caption="10,000 places of the held-out text.",
               x=READ, x_title="characters read", y_title="bits a character", rows={"network": places("cut off")}),
        Curves(title="Which letters does the state show?", caption="Linear readers, and a table.", x=BACK,
               x_title="steps back", y_title="share right", y_range=[0, 1.05],
               rows={"trained": places("trained"), "untrained": places("untrained")},
               baselines={"last three characters": found["last three"], "the same, by a table": found["table"]}),
    ]


def table(runs: list[Run]) -> str:
    """Loss by characters read, and shares right by steps back."""
    found = summary(runs)
    seeds = lambda name, style: [over_seeds(list(v), style) for v in zip(*found[name], strict=True)]  # noqa: E731
    return "\n\n".join((
        f"Held out: {statistics.median(found['bits']):.3f} bits a character (median).",
        tables.markdown(["characters read", *map(str, READ)], [["bits", *seeds("cut off", ".2f")]]),
        tables.markdown(["steps back", *map(str, BACK)], [
            ["trained", *seeds("trained", ".0%")], ["untrained", *seeds("untrained", ".0%")],
            *([name, *(over_seeds([share], ".0%") for share in found[name])] for name in ("last three", "table"))])))
