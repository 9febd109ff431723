"""Do single cells of a character LSTM say where in a program a character stands?"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from helpers import char_lstm, syntax, tables, text
from helpers.cells import LSTMParams
from helpers.data.make_char_lstm import ROWS, Net, as_model, shorter
from helpers.places import PLACES, far, places
from live_figures.values import format_value

from .core import Run, scores_of
from .wording import over_seeds

NAME = "readable_cells"
CHAPTER = 4
TITLE = "Cells of a character LSTM that say where in a program a character stands"
PAPER = (
    "Karpathy, Johnson & Fei-Fei (2015) find, in LSTMs that read a text character by character, cells that can be "
    "interpreted: they keep track of line lengths, quotes and brackets."
)
DEVIATIONS = (
    "One layer of 128 units (*small*: 64), Python instead of C and prose, and numbers instead of pictures. A cell is "
    "tanh(c), as its output gate sees it. Which cell fits a quantity best is decided on three modules, how well it "
    "fits on six others; the network has learnt from none of the nine. *Labels shifted*: the best of all cells for "
    "labels that are shifted along the text by a random 5,000 characters or more, which keeps what neighbouring "
    "labels have in common; 200 shifts. *Untrained*: the best cell of the same network before training, five seeds. "
    "*Last characters*: the mean of the quantity after the same last 1, 3, 8 or 16 characters, whichever is best, in "
    "700,000 labelled characters, smoothed. *All cells, linearly*: ridge regression, fitted where the cell is "
    "chosen. *Trained shorter*: the larger network from other seeds, with a sixth of the steps."
)
READING = (
    "Cell 86 of the larger network tells whether a character stands in a string, docstring or comment. Its "
    "correlation in held-out modules is 0.83, and 0.91 where none of the last 20 characters is a quote, a # or a "
    "newline; what the last characters tell has 0.69 and 0.66, the best cell of an untrained network at most 0.27 "
    "and 0.21, and labels that are shifted never more than 0.13. Cell 65 is low within brackets: −0.75, and −0.81 "
    "where the last 20 characters hold none. Cells 73 and 40 follow the indentation and the column more loosely, "
    "0.52 and 0.58. Over all places the last characters tell both better, and an untrained network the column nearly "
    "as well (0.56), but not where the line began more than 20 characters ago. A cell for strings apart from "
    "docstrings and comments we did not find: far from the quotes the best one tells no more than the last "
    "characters. Is it luck to have such cells? Two other seeds have one for text (0.73 and 0.76), for brackets "
    "(0.83 and 0.74) and for the indentation (0.59 and 0.55), each time another unit, and so has the small network "
    "(0.72, 0.59, 0.58). For the column it depends on the network: far from the newline the cells that were chosen "
    "have 0.03 to 0.49. That a cell tells something does not say that the network needs it; and all cells together "
    "tell each of these things better than one."
)
SHIFTS, LEAST = 200, 5000  # random shifts of the labels, each by this many characters or more
REACH = 20  # a place is far where none of so many characters tells
LAST = (1, 3, 8, 16)
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
CONTROLS = ("untrained", *(f"last {k}" for k in LAST))
YES_OR_NO = tuple(name for name in PLACES if name.startswith("in "))


class Text(NamedTuple):
    """A part of the corpus as it is read: codes (N,), and each of PLACES (N,)."""

    codes: np.ndarray
    places: dict[str, np.ndarray]


def settings() -> list[dict]:
    """The two networks of the figures, other seeds of the larger one, untrained ones, and the last characters."""
    return [{"network": "large", "seed": 0}, {"network": "small", "seed": 0}] + [
        {"network": "large, trained shorter", "seed": seed} for seed in (1, 2)] + [
        {"network": "untrained", "seed": seed} for seed in range(5)] + [
        {"network": f"last {k}", "seed": 0} for k in LAST]


def run(network: str, seed: int) -> tuple[bool, int, float, str, dict]:
    """The score is the network's loss in bits a character; the measures are by place."""
    if network.startswith("last"):
        return True, 0, float("nan"), "counted", last_characters(int(network.split()[1]))
    model = network_of(network, seed)
    valid, test = (cells(model, part(name).codes) for name in ("valid", "test"))
    measures = {name: measured(name, valid, test) for name in PLACES}
    return True, 0, loss(model), "drawn" if network == "untrained" else "limit", measures


def network_of(network: str, seed: int) -> char_lstm.CharLSTM:
    """The network of a setting, in float32."""
    if network in char_lstm.SIZES:
        model = char_lstm.trained(network)
    else:
        model = as_model(Net(char_lstm.SIZES["large"], seed) if network == "untrained" else shorter(seed))
    single = [array.astype(np.float32) for array in (*model.params[:3], model.V, model.c)]
    return model._replace(params=LSTMParams(*single[:3]), V=single[3], c=single[4])


@cache
def part(name: str) -> Text:
    """The modules to choose by, "valid", or those that are held out, "test", as much of them as ROWS streams hold."""
    whole = getattr(syntax.corpus(), name)
    length = len(whole.codes) // ROWS * ROWS
    return Text(whole.codes[:length], {place: values[:length] for place, values in places(whole).items()})


def cells(model: char_lstm.CharLSTM, codes: np.ndarray) -> np.ndarray:
    """The cells as their output gates see them, tanh(c) (N, H), after each of `codes` (N,), read in ROWS streams."""
    c = char_lstm.read(model, codes.reshape(ROWS, -1).T).tanh_c
    return c.transpose(1, 0, 2).reshape(len(codes), -1)


def loss(model: char_lstm.CharLSTM) -> float:
    """Bits a character of the held-out modules, read in ROWS streams."""
    return char_lstm.bits(model, part("test").codes.reshape(ROWS, -1).T)


def measured(name: str, valid: np.ndarray, test: np.ndarray) -> dict:
    """How well the cell that fits `name` best on `valid` (N, H) fits it on `test`, with what else is to be known.

    "correlation" of the cell with the quantity, "far" the same where none of the last REACH characters tells, "shifted"
    the largest size of a correlation of any cell with labels that were shifted, in the median of the shifts and in the
    largest, "readout" that of a linear readout of all cells; for yes or no "auc" and "balanced", the balanced accuracy.
    """
    known, asked = (part(where).places[name] for where in ("valid", "test"))
    chosen = correlations(valid, known)
    unit = int(np.abs(chosen).argmax())
    cell, there = test[:, unit], far(part("test").codes, name, REACH)
    found = {"unit": unit, "correlation": correlation(cell, asked), "valid": float(chosen[unit]),
             "far": correlation(cell[there], asked[there]), "shifted": shifted(test, asked),
             "readout": correlation(readout(valid, known, test), asked)}
    if name in YES_OR_NO:
        sign = np.sign(chosen[unit])
        found |= {"auc": auc(sign * cell, asked),
                  "balanced": balanced(sign * cell > threshold(sign * valid[:, unit], known), asked)}
    return {key: _rounded(value) for key, value in found.items()}


def _rounded(value):
    return [round(v, 4) for v in value] if isinstance(value, list) else round(value, 4)


def correlations(cells: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each cell (N, H) with the values (N,) or (N, any): (H,) or (H, any)."""
    a, b = (_standard(x) for x in (cells, values))
    return a.T @ b / len(a)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's correlation of two rows of numbers."""
    return float(correlations(a[:, None], b)[0])


def _standard(x):
    x = (x - x.mean(axis=0)).astype(np.float32)
    return x / np.maximum(np.sqrt((x**2).mean(axis=0)), 1e-12)


def shifted(cells: np.ndarray, values: np.ndarray) -> list[float]:
    """The largest size of a correlation of any cell with shifted labels: the median of the shifts, and the largest."""
    a, b, rng = _standard(cells), _standard(values), np.random.default_rng(0)
    shifts = rng.integers(LEAST, len(b) - LEAST, SHIFTS)
    best = [np.abs(np.roll(b, shift) @ a).max() / len(b) for shift in shifts]
    return [float(np.median(best)), float(np.max(best))]


def readout(known: np.ndarray, wanted: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """What a linear readout of the cells, fitted by ridge regression on `known` (N, H), says of `asked`."""
    mean, scale = known.mean(axis=0), known.std(axis=0) + 1e-9
    known, asked = (known - mean) / scale, (asked - mean) / scale
    gram = known.T @ known + 1e-3 * len(known) * np.eye(known.shape[1])
    return asked @ np.linalg.solve(gram, known.T @ (wanted - wanted.mean()))


def auc(scores: np.ndarray, yes: np.ndarray) -> float:
    """The chance that a place where it is so has a higher score than one where it is not (N,); ties are broken."""
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores)] = np.arange(len(scores))
    count = yes.sum()
    return float((ranks[yes > 0].sum() - count * (count - 1) / 2) / (count * (len(yes) - count)))


def threshold(scores: np.ndarray, yes: np.ndarray) -> float:
    """The score above which to say yes for the highest balanced accuracy."""
    order = np.argsort(-scores)
    right = np.cumsum(yes[order]) / yes.sum() - np.cumsum(1 - yes[order]) / (1 - yes).sum()
    best = int(right.argmax())
    return float(scores[order[best:best + 2]].mean())


def balanced(answers: np.ndarray, yes: np.ndarray) -> float:
    """The mean of the share that is right where it is so and where it is not."""
    return float((answers[yes > 0].mean() + 1 - answers[yes == 0].mean()) / 2)


def last_characters(k: int) -> dict:
    """What the mean of each quantity after the same last k characters says of it in held-out modules.

    "strength" is that of the smoothing, the best of STRENGTHS on the modules to choose by; the means are those of
    `syntax.corpus().train`.
    """
    train, valid, test = syntax.corpus().train, part("valid"), part("test")
    seen, codes, found = len(train.codes), np.concatenate([train.codes, valid.codes, test.codes]), {}
    contexts = list(_endings(codes, k))
    for name, values in places(train).items():
        guesses = {}
        for strength in STRENGTHS:
            guess = np.full(len(codes), values.mean())
            for context in contexts:
                count = np.bincount(context[:seen], minlength=context.max() + 1)
                total = np.bincount(context[:seen], weights=values, minlength=context.max() + 1)
                guess = (total[context] + strength * guess) / (count[context] + strength)
            guesses[strength] = np.split(guess[seen:], [len(valid.codes)])
        best = max(STRENGTHS, key=lambda s: correlation(guesses[s][0], valid.places[name]))
        found[name] = _guessed(name, *guesses[best]) | {"strength": best}
    return found


def _endings(codes: np.ndarray, longest: int):
    """For each k from 1 to `longest`, a number (N,) for each different run of k characters that ends there."""
    runs = np.zeros_like(codes)
    for _ in range(longest):
        runs = np.unique(np.concatenate([[0], runs[:-1]]) * len(text.VOCABULARY) + codes, return_inverse=True)[1]
        yield runs


def _guessed(name: str, known: np.ndarray, guess: np.ndarray) -> dict:
    """The measures of a guess (N,) of held-out places, with its threshold chosen by `known` (M,) of the others."""
    asked, there = part("test").places[name], far(part("test").codes, name, REACH)
    found = {"correlation": correlation(guess, asked), "far": correlation(guess[there], asked[there])}
    if name in YES_OR_NO:
        limit = threshold(known, part("valid").places[name])
        found |= {"auc": auc(guess, asked), "balanced": balanced(guess > limit, asked)}
    return {key: _rounded(value) for key, value in found.items()}


def meanings(runs: list[Run]) -> list[list]:
    """[unit, name, correlation, control] of each cell of the larger network that tells a place, the surest first.

    Its correlation must be larger than any with shifted labels and, far from the signs, larger than that of the best
    cell of every untrained network and of the guess from however many last characters. A cell that tells several is
    named after the one that it tells best.
    """
    found = {}
    for name in PLACES:
        (mine,) = best(runs, "large", name)
        unit, size, control = mine["unit"], abs(mine["correlation"]), mine["shifted"][1]
        others = [far for network in CONTROLS for far in sizes(runs, network, name, "far")]
        tells = size > control and abs(mine["far"]) > max(others)
        if tells and size > abs(found.get(unit, [unit, name, 0.0])[2]):
            found[unit] = [unit, name, mine["correlation"], control]
    return sorted(found.values(), key=lambda meaning: -abs(meaning[2]))


def best(runs: list[Run], network: str, name: str) -> list[dict]:
    """The measures of one place, one dict a seed of the network."""
    return [r.measures[name] for r in runs if r.setting["network"] == network]


def summary(runs: list[Run]) -> dict:
    """For a chapter: `meanings`, and each network's measures of each place, one dict a seed."""
    networks = dict.fromkeys(r.setting["network"] for r in runs)
    return {"meanings": meanings(runs),
            "networks": {network: {name: best(runs, network, name) for name in PLACES} for network in networks}}


def table(runs: list[Run]) -> str:
    """The cells that were chosen, beside what they have to be compared with; then the other networks."""
    return "\n\n".join((
        _chosen(runs), f"The size of the correlation where none of the last {REACH} characters is a sign of a change, "
        "as a quote, a # or a newline is for the first row:", _far(runs),
        "Yes or no: the area under the ROC curve, and the balanced accuracy with a threshold of the other modules:",
        _yes_or_no(runs), "The size of the best cell's correlation in each network:", _networks(runs)))


def _chosen(runs: list[Run]) -> str:
    rows = []
    for name in PLACES:
        (mine,) = best(runs, "large", name)
        rows.append([name, str(mine["unit"]), format_value(mine["correlation"], ".2f"),
                     "; ".join(f"{v:.2f}" for v in mine["shifted"]),
                     over_seeds(sizes(runs, "untrained", name), ".2f"), f"{guessed(runs, name):.2f}",
                     f"{mine['readout']:.2f}"])
    return tables.markdown(["", "cell", "correlation", "labels shifted: median; largest", "untrained",
                            "last characters", "all cells, linearly"], rows)


def _far(runs: list[Run]) -> str:
    return tables.markdown(["", "cell", "untrained", "last characters"], [
        [name, *(over_seeds(sizes(runs, network, name, "far"), ".2f") for network in ("large", "untrained")),
         f"{guessed(runs, name, 'far'):.2f}"] for name in PLACES])


def _yes_or_no(runs: list[Run]) -> str:
    rows = []
    for name in YES_OR_NO:
        (mine,) = best(runs, "large", name)
        rows.append([name, f"{mine['auc']:.2f}", f"{100 * mine['balanced']:.0f} %", f"{guessed(runs, name, 'auc'):.2f}",
                     f"{100 * guessed(runs, name, 'balanced'):.0f} %"])
    return tables.markdown(["", "cell: area", "accuracy", "last characters: area", "accuracy"], rows)


def _networks(runs: list[Run]) -> str:
    """The best cell of each network for each place, and the networks' losses."""
    nets = [net for net in dict.fromkeys(r.setting["network"] for r in runs) if not net.startswith("last")]
    rows = [[name, *(over_seeds(sizes(runs, net, name), ".2f") for net in nets)] for name in PLACES]
    losses = ["bits a character", *(over_seeds(scores_of(runs, network=net), ".2f") for net in nets)]
    return tables.markdown(["", *nets], [*rows, losses])


def sizes(runs: list[Run], network: str, name: str, key: str = "correlation") -> list[float]:
    """The sizes of a measure of one place, one a seed."""
    return [abs(m[key]) for m in best(runs, network, name)]


def guessed(runs: list[Run], name: str, key: str = "correlation") -> float:
    """A measure of the guess from the last characters, from as many as serve best."""
    return max(sizes(runs, f"last {k}", name, key)[0] for k in LAST)
