"""What does each layer of a deep network keep, and is a higher layer slower?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from helpers import models, syntax, tables, text
from helpers.curves import Curves
from helpers.data.make_deep_states import LAYERS, LENGTH, SKIPPED, distance, moves, states, train, untrained

from .core import Run, scores_of
from .wording import number, over_seeds

NAME = "deep_layers"
CHAPTER = 6
TITLE = "What the layers of a deep network keep, and how fast they move"
PAPER = (
    "Hermans & Schrauwen (2013): in a deep recurrent network that reads Wikipedia character by character, a wrong "
    "character is felt longer the higher the layer."
)
DEVIATIONS = (
    "Three layers of 48 GRU units that learned to guess the next character of Python code, with Adam in 1,700 "
    "batches of 32 stretches of 100 characters (*trained longer*: 3,000): smaller, and trained for minutes. "
    "Everything is measured on modules that were held out. *Moves*: the mean squared change of a layer's state from "
    "one character to the next, as a share of the usual squared distance of two of its states. *Felt after 5*: one "
    "character is exchanged; five characters later, the squared distance of the two states of the layer, again as a "
    "share of the usual one. The other columns are the share of the variance of a quantity that a linear readout, "
    "fitted on other modules, explains: the character just read, the one before it, the next one, whether the place "
    "is inside a string or comment, and the column."
)
READING = (
    "Higher layers do not move more slowly in the trained networks: all three layers move about equally fast, with "
    "every seed. Before training they do, each less than half as fast as the one below. What we can repeat is the "
    "paper's finding, by a measure like its own: five characters after one was exchanged, more of the difference is "
    "left in a higher layer, with every seed, trained or not. Of the trained layers the first one tells best what was "
    "just read, the last one what comes next. One run that was trained nearly twice as long agrees in all of this. "
    "Which layer tells where a place lies, in a string or in which column, changes with the seed or with the length "
    "of training: of that we say nothing."
)

SEEDS = (0, 1, 2)
LAST = (1, 2, 4, 8)
LONGER = ((3e-3, 1800), (1e-3, 800), (3e-4, 400))  # learning rate, steps
NETWORKS = {"trained": train, "trained longer": partial(train, stages=LONGER), "untrained": untrained}
LATER = 5
COLUMNS = ("moves", f"felt after {LATER}", "this one", "the one before", "next one", "in string", "column")


def settings() -> list[dict]:
    """Trained and untrained networks of every seed, one trained longer, and the last characters themselves."""
    return [{"network": network, "seed": seed} for seed in SEEDS for network in ("trained", "untrained")] + [
        {"network": "trained longer", "seed": 0}] + [{"network": f"last {k}", "seed": 0} for k in LAST]


def run(network: str, seed: int) -> tuple[bool, int, float, str, dict]:
    """The score is the network's loss in bits a character; the measures are by row of the table, in its columns."""
    corpus = syntax.corpus()
    fitted, held_out = (syntax.stretches(part, LENGTH) for part in (corpus.valid, corpus.test))
    if network.startswith("last"):
        k = int(network.split()[1])
        row = [None, None, *_readable(_last(fitted.codes, k), fitted, _last(held_out.codes, k), held_out)]
        return True, 0, float("nan"), "counted", {network: row}
    model = NETWORKS[network](seed)
    layers = zip(states(model, fitted.codes), states(model, held_out.codes), felt(model, held_out.codes), strict=True)
    measures = {}
    for k, (fit, h, left) in enumerate(layers, start=1):
        moved = moves(h[SKIPPED:]).sum() / distance(h[SKIPPED:]).sum()
        measures[f"layer {k}"] = [round(moved, 3), left, *_readable(fit, fitted, h, held_out)]
    bits = models.bits_per_character(model, corpus.test.codes)
    return True, 0, bits, "drawn" if network == "untrained" else "limit", measures


def felt(model: models.CharModel, codes: np.ndarray) -> list[float]:
    """For each layer: how far apart the states are, LATER characters after one was exchanged."""
    at = LENGTH // 2
    exchanged = codes.copy()
    exchanged[at] = np.roll(codes[at], 1)  # a character that stands in this place of another stretch
    other = exchanged[at] != codes[at]
    pairs = zip(states(model, codes), states(model, exchanged), strict=True)
    return [round(float(((a - b)[at + LATER, other] ** 2).sum(-1).mean() / distance(a[SKIPPED:]).sum()), 4)
            for a, b in pairs]


def _last(codes: np.ndarray, k: int) -> np.ndarray:
    """The last k characters at every place, one-hot (T, B, 96 k)."""
    shifted = [np.concatenate([np.full((j, codes.shape[1]), -1), codes[:len(codes) - j]]) for j in range(k)]
    return np.concatenate([_one_hot(codes) for codes in shifted], axis=-1)


def _one_hot(codes: np.ndarray) -> np.ndarray:
    return (codes[..., None] == np.arange(len(text.VOCABULARY))).astype(float)


def _quantities(part: syntax.Labelled) -> Iterator[np.ndarray]:
    """What is read from the states, each (T - SKIPPED - 1, B, any), at every place but the first ones and the last."""
    places = lambda shift: part.codes[SKIPPED + shift:LENGTH - 1 + shift]  # noqa: E731
    yield from (_one_hot(places(shift)) for shift in (0, -1, 1))
    inside = [syntax.CLASSES.index(name) for name in ("string", "docstring", "comment")]
    yield np.isin(part.labels[SKIPPED:LENGTH - 1], inside)[..., None].astype(float)
    since = np.zeros(part.codes.shape)
    for t, ended in enumerate(part.codes == text.VOCABULARY.index("\n")):
        since[t] = np.where(ended, 0, since[t - 1] + 1 if t else 1)
    yield since[SKIPPED:LENGTH - 1, :, None]


def _readable(fit, fitted, h, held_out) -> list[float]:
    """The share of each quantity's variance on held-out text that a linear readout, by ridge regression, explains."""
    x, test = (_rows(a[SKIPPED:LENGTH - 1]) for a in (fit, h))
    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    x, test = (x - mean) / scale, (test - mean) / scale
    gram = x.T @ x + 1e-3 * len(x) * np.eye(x.shape[1])
    shares = []
    for y, want in zip(map(_rows, _quantities(fitted)), map(_rows, _quantities(held_out)), strict=True):
        guess = y.mean(axis=0) + test @ np.linalg.solve(gram, x.T @ (y - y.mean(axis=0)))
        shares.append(round(float(1 - ((want - guess) ** 2).sum() / ((want - want.mean(axis=0)) ** 2).sum()), 3))
    return shares


def _rows(a: np.ndarray) -> np.ndarray:
    return a.reshape(-1, a.shape[-1])


def plots(runs: list[Run]) -> list[Curves]:
    """How fast each layer moves, and how long it feels an exchanged character."""
    def rows(column):
        return {network: [[r.measures[f"layer {k}"][column] for r in runs if r.setting["network"] == network]
                          for k in range(1, LAYERS + 1)] for network in NETWORKS}

    layers = {"x": [f"layer {k}" for k in range(1, LAYERS + 1)], "x_title": "layer"}
    return [
        Curves(title="How fast does each layer move?", caption="The change of a state from one character to the next.",
               **layers, y_title="moves", y_range=(0, 0.8), rows=rows(0)),
        Curves(title="How long does each layer feel an exchanged character?", caption=f"What is left of the difference "
               f"{LATER} characters later.", **layers, y_title=COLUMNS[1], y_range=(0, 0.085), rows=rows(1)),
    ]


def table(runs: list[Run]) -> str:
    """Each layer's measures, and each network's loss."""
    rows = []
    for network in NETWORKS:
        mine = [r for r in runs if r.setting["network"] == network]
        rows += [[f"{network}, layer {k}", *(over_seeds([r.measures[f"layer {k}"][c] for r in mine])
                                            for c in range(len(COLUMNS)))] for k in range(1, LAYERS + 1)]
    for run in runs:
        if run.setting["network"].startswith("last"):
            (row,) = run.measures.values()
            rows.append([_words(run.setting["network"]), *("–" if v is None else number(v) for v in row)])
    losses = {name: over_seeds(scores_of(runs, network=name), ".2f") for name in NETWORKS}
    return (f"{tables.markdown(['', *COLUMNS], rows)}\n\nBits a character of the trained networks: "
            f"{losses['trained']}; of the one trained longer: {losses['trained longer']}.")


def _words(last: str) -> str:
    k = int(last.split()[1])
    return f"the last {k} characters" if k > 1 else "the last character"
