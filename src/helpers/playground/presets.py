"""Findings that a reader can repeat in the page in under a minute: runs side by side, asked about before they start.

Every number of an explanation was measured with the seeds 1 to 10, in float32 as the page computes and in float64;
each preset `holds` with every one of them (tests/test_playground.py). Chaotic runs ("forget", and rate 4 of "clip")
differ between the two step by step, not in what they show; the others agree to 1e-5 in their first 100 losses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["PRESETS", "Preset"]


class Preset(NamedTuple):
    """A story in runs: a question with guesses, of which number `right` (from 0) came true, and why.

    `runs` are settings, what differs from runs.DEFAULTS, each with a name in `names`; `holds`, given the losses of
    every run, step by step, tells whether what `says` claims is what happened.
    """

    title: str
    chapter: str
    question: str
    guesses: tuple[str, ...]
    right: int
    names: tuple[str, ...]
    runs: tuple[dict, ...]
    steps: int
    says: str
    holds: Callable


def _end(loss):
    """The mean loss of the last 50 steps; infinite for a run that broke off."""
    return float(np.mean(loss[-50:])) if np.all(np.isfinite(loss)) else np.inf


def _learned(loss, below):
    """The step after which the mean of 50 losses is first below a number; infinite if it never is."""
    sums = np.cumsum(np.concat([[0.0], loss]))
    under = np.flatnonzero((sums[50:] - sums[:-50]) / 50 < below)
    return under[0] + 50 if under.size else np.inf


_ADDING = {"task": "adding", "length": 50}
_TOO_FAST = {"task": "text", "length": 30, "cell": "rnn", "optimiser": "sgd", "rate": 4.0, "clip": "off"}

PRESETS = {
    "tanh": Preset(
        title="tanh at length 50",
        chapter="03-vanishing-gradients",
        question="A plain RNN and an LSTM, 16 units each, are to add two numbers that are marked among 50. They see "
                 "the same sequences. What will 1,000 steps of training do?",
        guesses=("Both learn to add.", "Only the LSTM learns it.", "Only the plain RNN learns it.", "Neither does."),
        right=1,
        names=("plain RNN (tanh)", "LSTM"),
        runs=(_ADDING | {"cell": "rnn"}, _ADDING | {"cell": "lstm"}),
        steps=1000,
        says="The LSTM learned it after 410 to 910 steps, with each of the seeds 1 to 10; with seed 11 it takes "
             "longer. The plain RNN never got away from the loss of always answering 1. Look at the error by lag: 25 "
             "steps back, less than a hundredth of the plain RNN's error signal is left with every seed, and with most "
             "far less than a thousandth, before training as after it. Of the LSTM's, about a hundredth arrives there "
             "once it has learned.",
        holds=lambda losses: _end(losses[0]) > 0.13 and _end(losses[1]) < 0.02),
    "forget": Preset(
        title="Forget bias 0 against 3",
        chapter="04-lstm",
        question="Two LSTMs, the same but for the bias of the forget gate: 0 opens it half, 3 almost wholly. Each "
                 "reads 100 symbols and has to say in which order X and Y came among them. What does the bias change?",
        guesses=("Nothing: the bias is trained like every weight.", "With 3 it learns sooner.",
                 "With 0 it learns sooner: what is never forgotten is in the way.", "Neither of them learns it."),
        right=1,
        names=("forget bias 0", "forget bias 3"),
        runs=tuple({"task": "order", "length": 100, "rate": 0.02, "forget_bias": bias} for bias in (0.0, 3.0)),
        steps=400,
        says="With bias 3 the loss was below 0.3 after 130 to 270 steps. With bias 0 that took longer with each of ten "
             "seeds, 230 to 390 steps, and with some it had not happened within 400; the exact step is decided by "
             "rounding, as these runs are chaotic. Look at the error by lag before training: 25 steps back, about a "
             "millionth of the error signal is left with bias 0, about a fortieth with 3.",
        holds=lambda losses: _learned(losses[1], 0.3) < _learned(losses[0], 0.3) and _end(losses[1]) < 0.3),
    "clip": Preset(
        title="Explode, then clip",
        chapter="03-vanishing-gradients",
        question="A plain RNN learns a short text by plain gradient descent, at a rate that is far too large. What "
                 "happens if each gradient longer than 0.3 is cut to that length, and nothing else is changed?",
        guesses=("It still blows up, only later.",
                 "It no longer blows up, but learns no more than at a rate that needs no clipping.",
                 "It no longer blows up, and gets further than at a rate that needs no clipping."),
        right=2,
        names=("rate 4", "rate 4, clipped", "rate 1"),
        runs=(_TOO_FAST, _TOO_FAST | {"clip": "norm", "threshold": 0.3}, _TOO_FAST | {"rate": 1.0}),
        steps=400,
        says="Without clipping the norm of the gradient, about 0.4 at first, rose more than tenfold with each of ten "
             "seeds, with some to thousands, and the loss ended above that of knowing only how frequent each letter "
             "is. Runs at this rate are chaotic: when one blows up is decided by rounding. Clipped, they ended at 0.19 "
             "to 0.24. Rate 1 needs no clipping and had come to 0.26 to 0.34; at 1.5 some runs blow up already.",
        holds=lambda losses: _end(losses[0]) > 2.55 and _end(losses[1]) < _end(losses[2]) < 0.4),
    "parity": Preset(
        title="Parity: who can?",
        chapter="09-after-the-lstm",
        question="After every bit, say whether the number of ones so far is even or odd. One of these four cells will "
                 "not learn it, whatever the seed. Which one?",
        guesses=("the plain RNN", "the LSTM", "the GRU", "the minGRU"),
        right=3,
        names=("plain RNN (tanh)", "LSTM", "GRU", "minGRU"),
        runs=tuple({"task": "parity", "length": 20, "cell": cell} for cell in ("rnn", "lstm", "gru", "mingru")),
        steps=1000,
        says="With each of ten seeds, the LSTM and the GRU had it after about 200 steps, the plain RNN after 380 to "
             "880. The minGRU ended near 0.63, where guessing costs 0.69. Its gate sees the input only and is never "
             "negative: a one cannot turn its state over. What it gains it gains early: from the eighth bit on it "
             "does no better than guessing.",
        holds=lambda losses: all(_learned(loss, 0.2) < 1000 for loss in losses[:3]) and 0.55 < _end(losses[3]) < 0.7),
    "lighter": Preset(
        title="Fewer gates, slower?",
        chapter="05-gru",
        question="GRU, minGRU and LSTM add two numbers that are marked among 50, with 16 units each and the same rate. "
                 "The LSTM has the most weights, the minGRU a tenth of them. Which has learned it first?",
        guesses=("the LSTM", "the GRU", "the minGRU", "all at about the same time"),
        right=1,
        names=("LSTM", "GRU", "minGRU"),
        runs=tuple(_ADDING | {"cell": cell} for cell in ("lstm", "gru", "mingru")),
        steps=1000,
        says="With each of ten seeds the GRU was first, after 240 to 290 steps, then the minGRU, after 350 to 420, "
             "then the LSTM, after 410 to 910. Look at the error by lag after 300 steps: 25 steps back, more than half "
             "of the GRU's error signal arrives, a third or more of the minGRU's, and of the LSTM's with most seeds a "
             "ten-thousandth. That is this task at this rate: on parity the minGRU comes last.",
        holds=lambda losses: _learned(losses[1], 0.02) < _learned(losses[2], 0.02) < _learned(losses[0], 0.02) < 1000),
}
