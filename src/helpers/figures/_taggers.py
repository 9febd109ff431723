"""The two trained taggers of `highlighter` and `context_reach`, and how a page reads a text with them."""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers import syntax
from helpers.cells import LSTMParams, LSTMStep, gate_activation, lstm_update
from helpers.sequence import scan
from helpers.text import VOCABULARY
from live_figures import short

ALPHABET = VOCABULARY + "\t"
# what the networks read for each code of the control: a tab is a space to them, and behind the end there is a newline
CODES = np.array([*range(len(VOCABULARY)), VOCABULARY.index(" "), syntax.UNKNOWN], dtype=np.int32)


def weights():
    """The three LSTMs (one-way, and both halves of the two-way net) and the two readouts, as constants of a figure."""
    with np.load(Path(__file__).parents[1] / "data" / "highlighter.npz") as stored:
        lstm = lambda net, end="": LSTMParams(*(short(stored[f"{net} recurrent.{part}_l0{end}"].T)  # noqa: E731
                                                for part in ("weight_ih", "weight_hh", "bias_ih")))
        lstms = {"one": lstm("one-way"), "forward": lstm("two-way"), "backward": lstm("two-way", "_reverse")}
        readouts = {f"{name}_{letter}": short(stored[f"{net} readout.{part}"].T)
                    for name, net in (("one", "one-way"), ("two", "two-way"))
                    for letter, part in (("V", "weight"), ("c", "bias"))}
    return lstms | readouts | {"codes": CODES}


def known(consts, typed):
    """The code that the networks know for each typed character, and how many there are."""
    xp = array_namespace(typed)
    inside = typed >= 0
    return xp.take(consts["codes"], xp.where(inside, typed, 0 * typed)), xp.sum(xp.astype(inside, xp.int64))


def turned(length, steps):
    """Where each step of a text is found when its first `length` characters are read from the last to the first."""
    xp = array_namespace(length)
    step = xp.arange(steps)
    return xp.where(step < length, length - 1 - step, step)


def read(params, codes):
    """The trace of an LSTM that reads these codes, each (T, 1, H): a one-hot input picks a row of W_x."""
    xp = array_namespace(params.W_h)
    act = gate_activation(xp, params, "ssts")
    start = 0.0 * params.W_h[:1, :params.W_h.shape[0]]

    def step(state, inputs):
        new = lstm_update(xp, params, act, inputs[0], *state, False)
        return (new.h, new.c), new

    a_x = xp.take(params.W_x, codes, axis=0) + params.b
    return LSTMStep(*scan(step, (start, start), (a_x[:, None, :],))[1])
