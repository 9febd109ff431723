"""Does counting separate the LSTM from the GRU? aⁿbⁿ, trained on short n, tested on longer ones."""

from __future__ import annotations

import torch
from torch import nn

from helpers import tables
from helpers.curves import Curves

from .core import Run, best_rates, runs_of, train_until, tuning_settings
from .equal_parameters import CELLS, Net, each_step, size
from .wording import over_seeds

NAME = "counting"
CHAPTER = 5
TITLE = "Counting: aⁿbⁿ beyond the training lengths"
PAPER = (
    "Weiss, Goldberg & Yahav (2018): with finite precision an LSTM can count, a GRU or a tanh RNN cannot; trained "
    "LSTMs do count, and get aⁿbⁿ right beyond the n of training."
)
DEVIATIONS = (
    "The network reads a mark, n times a and n times b, n drawn from 1 to 20, and predicts the next symbol wherever n"
    " fixes it: from the first b to the mark after the last one. Right up to n means: every such symbol right for "
    "every n so far, tested to 200. Adam, batches of 16, clipping at norm 1; for each cell two seeds with 1,000 "
    "batches choose one of the rates 0.003, 0.01 and 0.03, and five other seeds use it for 4,000."
)
READING = (
    "Counting separates the LSTM from the GRU here, though less than in theory. All five runs of each learn the "
    "training lengths; beyond them every LSTM gets further than every GRU, and the GRU, in the median, no further "
    "than the tanh RNN. But none of the LSTMs goes on for ever: each fails before four times the training lengths. "
    "And the LSTM learns late: after the 1,000 batches that chose the rates, half of its six runs had not learned "
    "the training lengths, which every run of the GRU had.\n\n"
    "What these runs do not say: how far any of them gets with longer training, or with a rate chosen on runs as "
    "long as these; the GRU took the largest of three rates and the LSTM the smallest, so that a wider choice may "
    "suit both."
)

RATES = (3e-3, 1e-2, 3e-2)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
LONGEST, TESTED = 20, 200  # the longest n of training, and of the test
BATCH, LIMIT, TUNING_LIMIT = 16, 4_000, 1_000
SYMBOLS = "ab."  # the input: a, b, and a mark where the sequence starts; the target after the last b is the mark again
IGNORED = -100  # a step whose target is not asked for: what cross_entropy leaves out
UNITS = {"tanh RNN": 25, "GRU": 14, "LSTM": 12}


def sequences(counts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A mark and aⁿbⁿ for each n of `counts`: one-hot x (T, B, 3), and y (T, B), the next symbol where n fixes it.

    That is from the first b on: n - 1 more b, then the mark. Before it, and after the last b, y is IGNORED.
    """
    t = torch.arange(2 * int(counts.max()) + 1)[:, None]
    codes = torch.where(t == 0, 2, torch.where(t <= counts, 0, 1))
    due = torch.where(t < 2 * counts, 1, 2)
    asked = (t > counts) & (t <= 2 * counts)
    return nn.functional.one_hot(codes, len(SYMBOLS)).float(), torch.where(asked, due, IGNORED)


def draw(rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch with n from 1 to LONGEST."""
    return sequences(torch.randint(1, LONGEST + 1, (BATCH,), generator=rng))


def reach(model) -> int:
    """The largest n up to TESTED such that the model gets every symbol of a^m b^m right for all m from 1 to n."""
    x, y = sequences(torch.arange(1, TESTED + 1))
    with torch.no_grad():
        right = ((model(x).argmax(-1) == y) | (y == IGNORED)).all(0)
    return int(right.int().cumprod(0).sum())


def settings() -> list[dict]:
    """Every cell with every rate: the runs that choose the rate."""
    return tuning_settings({"cell": list(UNITS)}, RATES, TUNING_SEEDS)


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates."""
    best = best_rates(runs, ("cell",), RATES, TUNING_SEEDS, sign=-1)
    return [{"cell": cell, "rate": rate, "seed": seed} for seed in SEEDS for (cell,), rate in best.items()]


def run(cell: str, rate: float, seed: int) -> tuple[bool, int, float, str]:
    """Train one cell, for less time where the rate is chosen; the score is its reach, solved: all training lengths."""
    limit = TUNING_LIMIT if seed in TUNING_SEEDS else LIMIT
    model = Net(CELLS[cell], len(SYMBOLS), UNITS[cell], len(SYMBOLS), last=False, seed=seed)
    _, sequences, score, ended = train_until(model, draw, lambda model: (float(reach(model)), False), loss=each_step,
                                             limit=limit, every=limit, size=BATCH, seed=seed, lr=rate, clip=1.0,
                                             label=f"counting, {cell}")
    return score >= LONGEST, sequences, score, ended


def summary(runs: list[Run]) -> dict:
    """{cell: its sizes, its rate and, for each seed, the largest n up to which it counts}."""
    found = {}
    for cell, units in UNITS.items():
        here = runs_of(runs, SEEDS, cell=cell)
        found[cell] = {"units": units, "parameters": size(CELLS[cell], len(SYMBOLS), units, len(SYMBOLS)),
                       "rate": here[0].setting["rate"], "reach": [int(r.score) for r in here]}
    return found


def plots(runs: list[Run]) -> list[Curves]:
    """How many seeds of each cell still count at each n."""
    found = summary(runs)
    places = list(range(1, max(max(row["reach"]) for row in found.values()) + 3))
    rows = {cell: [[sum(n <= reach for reach in row["reach"])] for n in places] for cell, row in found.items()}
    return [Curves(
        title="Up to which n does each seed count?",
        caption=f"Seeds of five that get every aᵐbᵐ right for m from 1 to n. The longest n of training is {LONGEST}.",
        x=places, x_title="n", y_title="seeds", y_range=(0, 5.2), rows=rows)]


def table(runs: list[Run]) -> str:
    """One row a cell: its size, its rate, how many seeds count through the training lengths, and how far they go."""
    head = ["", "units", "parameters", "rate", f"right up to n = {LONGEST}", "right up to n ="]
    return tables.markdown(head, [
        [cell, str(row["units"]), f"{row['parameters']:,}", f"{row['rate']:g}",
         f"{sum(n >= LONGEST for n in row['reach'])} of {len(row['reach'])}", over_seeds(row["reach"])]
        for cell, row in summary(runs).items()])
