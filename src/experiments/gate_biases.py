"""Which bias of an LSTM lets it learn over 100 steps: that of the forget gate, that of the input gate, or both?"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from helpers import params, sequence, tables, tasks
from helpers.bptt import lstm_bptt, rnn_bptt
from helpers.curves import Curves
from helpers.models import LastStep

from .core import Run, best_rates, runs_of, train_until, tuning_settings
from .wording import in_percent, over_seeds, percent, reached

NAME = "gate_biases"
CHAPTER = 4
TITLE = "Forget bias and input bias, alone and together"
PAPER = (
    "Hochreiter & Schmidhuber (1997): an LSTM without forget gates solves adding at T = 100 after 74,000 sequences, "
    "its input gates biased towards zero at first, and the temporal order at length 100 to 110 after 31,390. Gers, "
    "Schmidhuber & Cummins (2000), on a temporal order: a forget bias of 5 is as quick as no forget gate, a bias of 1 "
    "takes about three times as long. Jozefowicz, Zaremba & Sutskever (2015) recommend a forget bias of 1. Tallec & "
    "Ollivier (2018), chrono: each unit has a forget bias log u, u uniform from 1 to the longest memory less 1, and "
    "minus that for its input gate."
)
DEVIATIONS = (
    "32 units; Adam, clipping at norm 1, batches of 32, at most 1,000 of them. The biases named are those before "
    "training; the others are torch's, and a forget gate that is not held learns. Solved means that 99 % of 500 fresh "
    "sequences are right, tested every 50 batches: an error below 0.04 in adding (its form of 1997), the class in the "
    "temporal order. For each net and task one seed at length 100 chooses one of the rates 0.003, 0.01 and 0.03, and "
    "five others use it at both lengths; the tanh RNNs may also take 0.001, and choose at length 50 anew. Chrono "
    "expects memories of as many steps as the sequence has. Before training, an error of size 1 is sent into the last "
    "state of 32 sequences and followed to the step half a sequence earlier; the slope is that of the tanh over the "
    "last cell, 1 where it is not saturated."
)
READING = (
    "At length 100 it takes both biases. With a forget bias of 5 and an input bias of −3 every seed learns both "
    "tasks, and so does the cell of 1997, its forget gate held at 1, with an input bias of −3. Chrono, which sets "
    "both too, learns adding with every seed and the temporal order with four of five. With one bias alone no net is "
    "reliable: for forget biases of 0, 1 and 2 and for an input bias of −3 no seed gets away from a guess on either "
    "task. A forget bias of 5 alone comes closest: on adding four of its seeds reach 68 to 93 % and one stays at a "
    "guess, on the temporal order one of five succeeds. With the gate held at 1 and an input bias of 0, two seeds "
    "reach 70 and 86 % on adding, and none learns the order. The tanh RNNs, with one rate more to choose from, learn "
    "neither task. At length 50 an open forget gate does more by itself: with a bias of 5 it learns the temporal "
    "order with every seed, though later than beside a shut input gate, and gets 88 to 97 % of adding right; and "
    "there the orthogonal tanh RNN learns the order with two of five. What arrives of an error before training tells "
    "half of this. Where it is less than a hundredth, no run got away from a guess. But with a forget bias of 5 and "
    "an input bias of 0 more of it arrives than with the shut input gate, and for the orthogonal tanh RNN a third or "
    "more in adding at length 50, of which it learned nothing. What the open forget gate does beside an open input "
    "gate shows in the other number: the cell fills up with what the steps write into it, and its tanh is saturated "
    "before training begins. What these runs do not say: what more sequences or other rates would do for the nets "
    "that failed. The three with both biases took the largest of the three rates, and at length 50 the LSTMs had the "
    "rate chosen at 100."
)

HIDDEN, BATCH, LIMIT, EVERY, TESTED = 32, 32, 1_000, 50, 500
RATES = (3e-3, 1e-2, 3e-2)
SMALLER = 1e-3  # which only the tanh RNNs may take besides
TUNING_SEEDS, SEEDS = (100,), (0, 1, 2, 3, 4)
LENGTHS, TUNED_AT = (50, 100), 100
HELD = 100.0  # a forget bias so large that the gate is 1 in float32 and gets no gradient: the cell of 1997
CHRONO = "chrono"


class Net(NamedTuple):
    """A cell and how it starts: an LSTM by its two biases (forget may be CHRONO), an RNN by its recurrent weights."""

    cell: str
    forget: float | str = 0.0
    write: float = 0.0
    start: str = "uniform"


NETS = {
    "LSTM, forget bias 0": Net("lstm", 0.0),
    "LSTM, forget bias 1": Net("lstm", 1.0),
    "LSTM, forget bias 2": Net("lstm", 2.0),
    "LSTM, forget bias 5": Net("lstm", 5.0),
    "LSTM, input bias −3": Net("lstm", 0.0, -3.0),
    "LSTM, forget bias 5, input bias −3": Net("lstm", 5.0, -3.0),
    "LSTM, chrono": Net("lstm", CHRONO),
    "LSTM, forget gate held at 1": Net("lstm", HELD),
    "LSTM, forget gate held at 1, input bias −3": Net("lstm", HELD, -3.0),
    "tanh RNN, uniform": Net("rnn"),
    "tanh RNN, orthogonal": Net("rnn", start="orthogonal"),
}


class Task(NamedTuple):
    """A task: draw(length, batch, rng) -> x, y; its sizes; its loss; whether each of the answers (B, ...) is right."""

    draw: Callable
    inputs: int
    outputs: int
    loss: Callable
    right: Callable


TASKS = {
    "adding": Task(partial(tasks.adding, form="1997"), 2, 1, nn.functional.mse_loss,
                   lambda out, y: (out - y).abs() < 0.04),
    "temporal order": Task(tasks.temporal_order, len(tasks.ORDER_SYMBOLS), len(tasks.ORDER_CLASSES),
                           nn.functional.cross_entropy, lambda out, y: out.argmax(-1) == y),
}


def make(net: str, task: str, length: int, seed: int) -> LastStep:
    """The net of this name before training; chrono expects memories of up to `length` steps."""
    cell, forget, write, start = NETS[net]
    model = LastStep(cell, TASKS[task].inputs, HIDDEN, TASKS[task].outputs, start=start, seed=seed)
    if cell == "lstm":
        chrono = torch.from_numpy(params.chrono_biases(HIDDEN, length, seed)).float()
        with torch.no_grad():
            model.recurrent.bias_hh_l0[: 2 * HIDDEN] = 0.0
            model.recurrent.bias_ih_l0[:HIDDEN] = -chrono if forget == CHRONO else write
            model.recurrent.bias_ih_l0[HIDDEN : 2 * HIDDEN] = chrono if forget == CHRONO else forget
    return model


def look_back(model: LastStep, x: torch.Tensor, steps: int) -> dict[str, float]:
    """What of an error at the last state arrives `steps` earlier, and the last cell's root mean square and tanh slope.

    The error has size 1, the same in each unit; an RNN has no cell.
    """
    weights, x = params.from_torch(model.recurrent), x.double().numpy()
    error = np.zeros((*x.shape[:2], HIDDEN))
    error[-1] = 1 / np.sqrt(HIDDEN)
    if isinstance(model.recurrent, nn.RNN):
        norms = rnn_bptt(weights, x, sequence.rnn(weights, x), error).norm_h
        return {"arrives": float(norms[-1 - steps] / norms[-1])}
    trace = sequence.lstm(weights, x)
    norms = lstm_bptt(weights, x, trace, error).norm_c
    return {"arrives": float(norms[-1 - steps] / norms[-1]), "cell": float(np.sqrt((trace.c[-1] ** 2).mean())),
            "slope": float((1 - trace.tanh_c[-1] ** 2).mean())}


def rates(net: str) -> tuple[float, ...]:
    """The rates to choose from: one more for a tanh RNN, so that nobody can say it was driven too fast."""
    return RATES if NETS[net].cell == "lstm" else (SMALLER, *RATES)


def tuned_at(net: str, length: int) -> int:
    """The length that chooses the rate for this one: TUNED_AT for an LSTM, for a tanh RNN that length itself."""
    return TUNED_AT if NETS[net].cell == "lstm" else length


def settings() -> list[dict]:
    """Every net on every task with every one of its rates, at each length that chooses a rate."""
    rows = {"task": list(TASKS), "net": list(NETS), "length": LENGTHS}
    return [s for s in tuning_settings(rows, (SMALLER, *RATES), TUNING_SEEDS)
            if s["rate"] in rates(s["net"]) and tuned_at(s["net"], s["length"]) == s["length"]]


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates."""
    best = {}
    for net in NETS:
        tried = [r for r in runs if r.setting["net"] == net]
        best |= best_rates(tried, ("task", "net", "length"), rates(net), TUNING_SEEDS, sign=-1)
    rows = [(task, net, length, best.get((task, net, tuned_at(net, length))))
            for length in LENGTHS for task in TASKS for net in NETS]
    return [{"task": task, "net": net, "length": length, "rate": rate, "seed": seed}
            for seed in SEEDS for task, net, length, rate in rows if rate is not None]


def run(task: str, net: str, length: int, rate: float, seed: int) -> tuple[bool, int, float, str, dict]:
    """Train one net until 99 % of fresh sequences are right; the score is the share right. Measured: `look_back`."""
    torch.set_flush_denormal(True)  # what is left of a vanished gradient: zero to Adam, but slow to compute with
    job = TASKS[task]
    x, y = job.draw(length, TESTED, torch.Generator().manual_seed(10_000 + seed))
    model = make(net, task, length, seed)
    before = {name: float(f"{value:.3g}") for name, value in look_back(model, x[:, :BATCH], length // 2).items()}

    def test(model):
        with torch.no_grad():
            share = float(job.right(model(x), y).float().mean())
        return share, share >= 0.99

    return *train_until(model, lambda rng: job.draw(length, BATCH, rng), test, loss=job.loss, limit=LIMIT, every=EVERY,
                        size=BATCH, seed=seed, lr=rate, clip=1.0, label=f"{task} {length}, {net}"), before


def summary(runs: list[Run]) -> dict:
    """{task: {length: {net: its rate and, a list over the seeds each, solved, sequences, right and the probes}}}.

    right is the share at the end; the probes before training are those of `look_back`.
    """
    return {task: {str(length): {net: _row(runs, task, net, length) for net in NETS} for length in LENGTHS}
            for task in TASKS}


def _row(runs: list[Run], task: str, net: str, length: int) -> dict:
    here = runs_of(runs, SEEDS, task=task, net=net, length=length)
    return {"rate": here[0].setting["rate"], "solved": [r.solved for r in here],
            "sequences": [r.sequences for r in here], "right": [r.score for r in here],
            **{name: [r.measures[name] for r in here] for name in here[0].measures}}


def table(runs: list[Run]) -> str:
    """One table a task and length: the nets with their rate, what the seeds reached, and what was seen before."""
    return "\n\n".join(f"**{task.capitalize()}, length {length}**\n\n{_table(rows, int(length))}"
                       for task, lengths in summary(runs).items() for length, rows in lengths.items())


def _table(rows: dict, length: int) -> str:
    head = ["", "rate", "solved", "sequences needed", "right, %", f"arrives {length // 2} steps back", "slope of tanh"]
    return tables.markdown(head, [
        [net, f"{row['rate']:g}", *reached(row), percent(row["right"]), over_seeds(row["arrives"]),
         over_seeds(row["slope"]) if "slope" in row else "–"] for net, row in rows.items()])


def plots(runs: list[Run]) -> list[Curves]:
    """For each task at the larger length: the share right by the forget bias, with both input biases."""
    found, length = summary(runs), max(LENGTHS)
    return [_plot(task, length, found[task][str(length)]) for task in TASKS]


def _plot(task: str, length: int, rows: dict) -> Curves:
    forgets = {"0": 0.0, "1": 1.0, "2": 2.0, "5": 5.0, "held at 1": HELD}
    names = {(net.forget, net.write): name for name, net in NETS.items() if net.cell == "lstm"}
    right = lambda name: in_percent(rows[name]["right"]) if name else []  # noqa: E731
    others = [name for name, net in NETS.items() if net.cell == "rnn" or net.forget == CHRONO]
    return Curves(
        title=f"{task.capitalize()} at length {length}: which bias does it?",
        caption="Sequences right after training, by the biases before it. Grey: the median of the other nets.",
        x=list(forgets), x_title="forget bias", y_title="sequences right, %", y_range=(0, 102),
        rows={f"input bias {label}": [right(names.get((forget, write))) for forget in forgets.values()]
              for label, write in (("0", 0.0), ("−3", -3.0))},
        baselines={name: statistics.median(right(name)) for name in others})
