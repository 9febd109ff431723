"""A stream without marked ends: what does an LSTM do there without a forget gate, and what with one?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from helpers import reber, tables
from helpers.curves import Curves

from .core import Run, best_rates, runs_of, train_until, tuning_settings
from .gate_biases import HELD
from .wording import in_percent, over_seeds, percent

NAME = "reber"
CHAPTER = 4
TITLE = "The continual embedded Reber grammar"
PAPER = (
    "Gers, Schmidhuber & Cummins (2000), of 100 networks each: 18 % of the LSTMs with forget gates predict ten streams "
    "of 100,000 symbols without an error (62 % with a learning rate that falls), none of those without, and none with "
    "a fixed decay of 0.9; without a forget gate but with the state reset at each string 74 % do."
)
DEVIATIONS = (
    "16 LSTM units (theirs has 8 cells in four blocks), with biases spread as in the paper; Adam, clipping at norm 1, "
    "cross-entropy of the next symbol. Training streams have 250 symbols, the short ones 50 (theirs end with the first "
    "error); 16 of them are read side by side, in windows of 50 with the state carried over and the gradient cut, at "
    "most 1,500 windows. A prediction is right when every symbol that may come next scores higher than all others. "
    "Training ends when ten streams of 10,000 symbols, tried every 100 windows, are predicted without an error; the "
    "test is the paper's, ten others of 100,000. For each net two seeds choose one of the rates 0.003, 0.01 and 0.03, "
    "and five others use it."
)
READING = (
    "How the error goes back in time decides as much as the forget gate. With the gradient of the paper, cut where it "
    "would pass through h, the paper's picture returns in part: with a forget gate every seed learns when T or P is "
    "due again, and so does the cell of 1997 where its state is reset at each string; left alone, three of its five "
    "seeds are right there half of the time, as a guess is. But two do learn it, against one network in a hundred that "
    "came far in the paper. A fixed decay learns most of it, no seed without errors, and the tanh RNN, whose error "
    "then does not go back in time, stays close to a guess. With the full gradient, which torch computes, nearly "
    "everything learns the grammar: a fixed decay, the tanh RNN, and even the cell of 1997, four seeds of which are "
    "right 99.99 % of the time or more. It only takes longer, 800,000 symbols up to the limit of 1,200,000, where the "
    "LSTM with forget gate took 400,000 to 880,000. And yet its cell grows in a straight line, into the thousands, in "
    "every run of either kind. So a growing cell need not break a network. Where tanh is saturated an ordinary "
    "recurrent unit is left, as the paper says; the tanh RNN shows that with the full gradient such units are enough "
    "for strings of 12 symbols on average. What these runs do not say: whether they would be for longer ones. Most "
    "nets took the largest of the three rates and might do better with a larger one."
)

UNITS, BATCH, WINDOW, LIMIT, EVERY = 16, 16, 50, 1_500, 100
RATES = (3e-3, 1e-2, 3e-2)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
STREAMS, TRIED, TESTED = 10, 10_000, 100_000  # streams side by side; symbols of each while training, and in the test
WINDOWS = 5  # in a training stream, after which the state is zero again
PLACES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000)  # of a stream, for the chapter and the page
PIECE = 100  # symbols between two looks at the cell
MEAN_LENGTH = 12  # of a string, on average
IGNORED = -100  # the target behind the end of a string: what cross_entropy leaves out
GATES = (0.5, 2.0)  # as in the paper: biases over this range, with a plus for what keeps, a minus for input and output


class Kind(NamedTuple):
    """A cell of torch, what its forget gate is held at (None: it learns), whether every string starts from zero.

    `truncated`: the error goes back in time along the cell alone, as in both papers, and not through h.
    """

    cell: str = "LSTM"
    held: float | None = None
    reset: bool = False
    truncated: bool = False


FULL = {
    "LSTM with forget gate": Kind(),
    "LSTM of 1997": Kind(held=1.0),
    "LSTM of 1997, reset at each string": Kind(held=1.0, reset=True),
    "LSTM, forget gate held at 0.9": Kind(held=0.9),
    "tanh RNN": Kind("RNN"),
}
NETS = FULL | {f"{net}, truncated": kind._replace(truncated=True) for net, kind in FULL.items()}


class Net(nn.Module):
    """One recurrent layer and a readout: codes (T, B) -> scores (T, B, 7), from where the call before it ended.

    In training it starts from a state of zeros with every new stream, or with every call if it is reset.
    """

    def __init__(self, kind: Kind, seed: int):
        super().__init__()
        torch.manual_seed(seed)
        self.recurrent = getattr(nn, kind.cell)(len(reber.SYMBOLS), UNITS)
        self.readout = nn.Linear(UNITS, len(reber.SYMBOLS))
        self.kind, self.state, self.seen = kind, None, 0
        if kind.cell == "LSTM":
            _set_gates(self.recurrent, kind.held)

    def forward(self, codes):
        x = nn.functional.one_hot(codes, len(reber.SYMBOLS)).float()
        begins = self.kind.reset or self.training and self.seen % WINDOWS == 0
        start = None if begins else self.state
        if self.kind.truncated and self.training:
            h, state = truncated(self.recurrent, x, start)
        else:
            h, state = self.recurrent(x, start)
        self.seen += self.training
        self.state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.readout(h)


def truncated(layer: nn.LSTM | nn.RNN, x: torch.Tensor, start):
    """What `layer(x, start)` gives, with a gradient that takes the states h before each step for given numbers.

    So the error goes back in time along the cell alone, and in an RNN, which has none, not at all.
    """
    with torch.no_grad():
        h, state = layer(x, start)
    first = torch.zeros_like(h[:1]) if start is None else start[0] if isinstance(start, tuple) else start
    before = torch.cat([first, h[:-1]])
    a = nn.functional.linear(x, layer.weight_ih_l0, layer.bias_ih_l0) + nn.functional.linear(
        before, layer.weight_hh_l0, layer.bias_hh_l0)
    if isinstance(layer, nn.RNN):
        return torch.tanh(a), state
    i, f, g, o = a.chunk(4, dim=-1)
    cells = [torch.zeros_like(h[0]) if start is None else start[1][0]]
    for keep, write in zip(torch.sigmoid(f), torch.sigmoid(i) * torch.tanh(g), strict=True):
        cells.append(keep * cells[-1] + write)
    return torch.sigmoid(o) * torch.tanh(torch.stack(cells[1:])), state


def _set_gates(layer: nn.LSTM, held: float | None):
    """Spread the biases of the three gates as the paper; a forget gate `held` at a number stays there in training."""
    biases = torch.linspace(*GATES, UNITS)
    with torch.no_grad():
        layer.bias_hh_l0.view(4, UNITS)[[0, 1, 3]] = 0.0  # i, f, o, but not g
        for gate, sign in ((0, -1), (1, 1), (3, -1)):
            layer.bias_ih_l0.view(4, UNITS)[gate] = sign * biases
        if held is None:
            return
        for parameter in layer.parameters():
            parameter.view(4, UNITS, -1)[1] = 0.0
            parameter.register_hook(_without_forget_gate)
        layer.bias_ih_l0[UNITS : 2 * UNITS] = HELD if held == 1 else math.log(held / (1 - held))


def _without_forget_gate(gradient):
    """The gradient of a stacked parameter, zero where it belongs to the forget gate."""
    gradient = gradient.clone()
    gradient[UNITS : 2 * UNITS] = 0.0
    return gradient


def apart(codes: np.ndarray, begins: np.ndarray) -> list[np.ndarray]:
    """One stream (T,) cut where a string begins; the last piece may be only the beginning of a string."""
    return np.split(codes, np.flatnonzero(begins)[1:])


def side_by_side(strings: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Strings as columns, x (T, B), and the next symbols y (T, B), IGNORED behind an end; behind E comes B."""
    x = np.zeros((max(map(len, strings)), len(strings)), dtype=np.int64)
    y = np.full_like(x, IGNORED)
    for k, codes in enumerate(strings):
        x[: len(codes), k] = codes
        y[: len(codes), k] = [*codes[1:], reber.SYMBOLS.index("B")]
    return torch.from_numpy(x), torch.from_numpy(y)


def batches(kind: Kind, seed: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Windows of BATCH streams that go on from one to the next; for a net that is reset, as many symbols in strings."""
    drawn = reber.stream(LIMIT * WINDOW + 1, np.random.default_rng(seed), BATCH)
    if kind.reset:
        strings = [s for k in range(BATCH) for s in apart(drawn.codes[:, k], drawn.begins[:, k])[:-1]]
        size = WINDOW * BATCH // MEAN_LENGTH
        yield from (side_by_side(strings[k : k + size]) for k in range(0, len(strings), size))
        return
    codes = torch.from_numpy(drawn.codes)
    for t in range(0, LIMIT * WINDOW, WINDOW):
        yield codes[t : t + WINDOW], codes[t + 1 : t + WINDOW + 1]


def loss(scores, y):
    """Mean cross-entropy of the next symbols y (T, B)."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), y.flatten(), ignore_index=IGNORED)


def right(scores: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """Whether every symbol that may come next scores higher than every one that may not: (..., 7) -> (...)."""
    lowest = scores.masked_fill(~allowed, math.inf).amin(-1)
    return lowest > scores.masked_fill(allowed, -math.inf).amax(-1)


class Reading(NamedTuple):
    """What a net did on streams: right (T, B), and for an LSTM the cell's root mean square behind every PIECE."""

    right: np.ndarray
    cell: list[float]


def read(net: Net, streams: reber.Stream) -> Reading:
    """Let the net predict streams from a state of zeros; its own state stays as it was."""
    kept, net.state = net.state, None
    net.eval()
    with torch.no_grad():
        found = _read_strings(net, streams) if net.kind.reset else _read_on(net, streams)
    net.train()
    net.state = kept
    return found


def _read_on(net, streams):
    codes, allowed = torch.from_numpy(streams.codes), torch.from_numpy(streams.allowed)
    parts, cell = [], []
    for t in range(0, len(codes), PIECE):
        parts.append(right(net(codes[t : t + PIECE]), allowed[t : t + PIECE]))
        if isinstance(net.state, tuple):
            cell.append(float(net.state[1].pow(2).mean().sqrt()))
    return Reading(torch.cat(parts).numpy(), cell)


def _read_strings(net, streams):
    columns = []
    for k in range(streams.codes.shape[1]):
        strings = apart(streams.codes[:, k], streams.begins[:, k])
        inside = side_by_side(strings)[1].T != IGNORED
        scores = net(side_by_side(strings)[0]).transpose(0, 1)[inside]  # string after string: the stream again
        columns.append(right(scores, torch.from_numpy(streams.allowed[:, k])))
    return Reading(torch.stack(columns, dim=1).numpy(), [])


def error_free(right: np.ndarray) -> float:
    """How many symbols of a stream are predicted right before the first error, on average over streams: (T, B)."""
    return float(np.logical_and.accumulate(right, axis=0).sum(axis=0).mean())


def asked_again(allowed: np.ndarray) -> np.ndarray:
    """Where the T or P of a string's beginning is due again: the only places where one of the two alone may come."""
    both = allowed[..., [reber.SYMBOLS.index(symbol) for symbol in "TP"]]
    return both.any(-1) & (allowed.sum(-1) == 1)


@cache
def drawn(length: int, seed: int) -> reber.Stream:
    """STREAMS streams of this length."""
    return reber.stream(length, np.random.default_rng(seed), STREAMS)


def settings() -> list[dict]:
    """Every net with every rate: the runs that choose the rate."""
    return tuning_settings({"net": list(NETS)}, RATES, TUNING_SEEDS)


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates."""
    best = best_rates(runs, ("net",), RATES, TUNING_SEEDS, sign=-1)
    return [{"net": net, "rate": rate, "seed": seed} for seed in SEEDS for (net,), rate in best.items()]


def run(net: str, rate: float, seed: int) -> tuple[bool, int, float, str, dict]:
    """Train one net until it makes no error in STREAMS streams; the score is how long it makes none in others.

    While tuning these are the same, and short. Else the net reads the streams of the paper's test, and measured are:
    over the first symbols, the share right, the same where the second symbol is due again, and the cell.
    """
    model, given = Net(NETS[net], seed), batches(NETS[net], seed)
    tried = drawn(TRIED, 10_000 + seed)

    def test(model):
        score = error_free(read(model, tried).right)
        return score, score == TRIED

    solved, sequences, score, ended = train_until(
        model, lambda rng: next(given), test, loss=loss, limit=LIMIT, every=EVERY, size=BATCH * WINDOW, seed=seed,
        lr=rate, clip=1.0, label=f"Reber, {net}")
    if seed in TUNING_SEEDS:
        return solved, sequences, score, ended, {}
    streams = drawn(TESTED, 20_000)
    found = read(model, streams)
    return solved, sequences, error_free(found.right), ended, measures(found, streams)


def measures(found: Reading, streams: reber.Stream) -> dict:
    """The shares right of the first TRIED symbols of each stream, of all and piece by piece; and the cell there."""
    right, asked = found.right[:TRIED], asked_again(streams.allowed[:TRIED])
    pieces = right.reshape(TRIED // PIECE, -1).mean(axis=1)
    return {"perfect": int(found.right.all(axis=0).sum()), "right": round(float(right.mean()), 5),
            "again": round(float(right[asked].mean()), 4), "pieces": [round(float(share), 4) for share in pieces],
            "cell": [float(f"{size:.4g}") for size in found.cell[: TRIED // PIECE]]}


def summary(runs: list[Run]) -> dict:
    """{net: its rate and, a list over the seeds each: solved, symbols read in training, error_free, `measures`}.

    Of pieces and cell, those before the PLACES of a stream.
    """
    return {net: _row(runs, net) for net in NETS}


def _row(runs: list[Run], net: str) -> dict:
    here = runs_of(runs, SEEDS, net=net)
    at_places = lambda run, name: [run.measures[name][n // PIECE - 1] for n in PLACES if run.measures[name]]  # noqa: E731
    return {"rate": here[0].setting["rate"], "solved": [r.solved for r in here], "symbols": [r.sequences for r in here],
            "error_free": [r.score for r in here],
            **{name: [r.measures[name] for r in here] for name in ("perfect", "right", "again")},
            **{name: [at_places(r, name) for r in here] for name in ("pieces", "cell")}}


def table(runs: list[Run]) -> str:
    """One row a net: its rate, seeds that predict every stream, how long without an error, shares right, the cell."""
    head = ["", "rate", "every stream right", "right before the first error", "symbols right, %",
            "T or P due again: right, %", f"cell after {TRIED:,}"]
    return tables.markdown(head, [
        [net, f"{row['rate']:g}", f"{row['perfect'].count(STREAMS)} of {len(row['perfect'])}",
         over_seeds(row["error_free"]), percent(row["right"], 2), percent(row["again"]),
         over_seeds(sizes[-1] for sizes in row["cell"]) if row["cell"][0] else "–"]
        for net, row in summary(runs).items()])


def plots(runs: list[Run]) -> list[Curves]:
    """The size of the cell along the streams; and how much is right there, with the gradient that the paper used."""
    found = summary(runs)
    along = {"x": PLACES, "x_title": "symbols read", "log_x": True}
    return [
        Curves(title="How large does the cell grow?", caption="Root mean square of the cell over units and streams.",
               y_title="size of the cell", log_y=True, **along,
               rows={net: list(zip(*row["cell"], strict=True)) for net, row in found.items() if row["cell"][0]}),
        Curves(title="How much is right as the stream goes on, after learning with the truncated gradient?",
               caption=f"Of the {PIECE} symbols before that place in each of ten streams.", y_title="symbols right, %",
               **along, rows={net: list(map(in_percent, zip(*found[f"{net}, truncated"]["pieces"], strict=True)))
                              for net in FULL})]
